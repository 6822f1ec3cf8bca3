//! Which tables are multiplied, and over which spins, at each step of an elimination.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::order::{Order, as_numbered, min_fill};

/// Most neighbours a spin may have when it is summed out: tables of 2^25 numbers.
pub const WIDEST: usize = 24;
/// Most memory of the tables of one elimination, in bytes.
pub const MOST_BYTES: u128 = 4 << 30;

/// A table that a step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A factor of the model.
    Factor(usize),
    /// What an earlier step left.
    Message(usize),
}

/// A table of a step, and how far its index moves with each spin.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub source: Source,
    /// One per spin of the step's scope.
    pub strides: Vec<usize>,
    /// For the spin summed out.
    pub own: usize,
}

/// One spin is summed out of the product of its tables; what is left is a table over `scope`.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub variable: usize,
    /// Spins still there, in the order of the table's index, first fastest.
    pub scope: Vec<usize>,
    pub inputs: Vec<Input>,
}

/// All steps of an elimination.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub q: usize,
    pub steps: Vec<Step>,
    /// Factors over no spins.
    pub constants: Vec<usize>,
    pub width: usize,
}

impl Plan {
    /// The cheaper plan of two orders, min-fill and that of the sites, or the reason why both are out of reach.
    pub fn new(
        q: usize,
        n: usize,
        scopes: &[Vec<usize>],
        pulse: &Pulse,
    ) -> Result<std::result::Result<Self, String>> {
        let edges = || {
            scopes.iter().flat_map(|scope| {
                let below = move |k: usize| scope[..k].iter().map(move |&b| [scope[k], b]);
                (0..scope.len()).flat_map(below)
            })
        };
        let orders = [
            min_fill(n, edges(), WIDEST, pulse)?,
            as_numbered(n, edges(), WIDEST, pulse)?,
        ];
        let found = orders.iter().flatten();
        let plans = found.map(|order| Self::ordered(q, scopes, order));
        let cheapest = plans.min_by(|a, b| a.cost().total_cmp(&b.cost()));
        let Some(plan) = cheapest else {
            let widths = orders.map(|o| o.err().unwrap_or_default());
            return Ok(Err(format!(
                "elimination meets a spin with {} neighbours in the min-fill order and one with {} in the order of \
                 the sites, the limit is {WIDEST}",
                widths[0], widths[1]
            )));
        };
        Ok(match plan.bytes(size_of::<f64>()) {
            bytes if bytes <= MOST_BYTES => Ok(plan),
            bytes => Err(format!(
                "elimination (width {}) needs tables of {} MB, the limit is {} MB",
                plan.width,
                bytes / 1_000_000,
                MOST_BYTES / 1_000_000
            )),
        })
    }

    /// The plan of a given order.
    pub fn ordered(q: usize, scopes: &[Vec<usize>], order: &Order) -> Self {
        let mut turn = vec![0; order.sequence.len()];
        for (position, &v) in order.sequence.iter().enumerate() {
            turn[v] = position;
        }
        let first = |scope: &[usize]| scope.iter().map(|&v| turn[v]).min();
        let mut waiting: Vec<Vec<Source>> = vec![Vec::new(); turn.len()];
        let mut constants = Vec::new();
        for (factor, scope) in scopes.iter().enumerate() {
            match first(scope) {
                Some(step) => waiting[step].push(Source::Factor(factor)),
                None => constants.push(factor),
            }
        }
        let mut steps: Vec<Step> = Vec::with_capacity(turn.len());
        for (position, &variable) in order.sequence.iter().enumerate() {
            let sources = std::mem::take(&mut waiting[position]);
            let scope_of = |source: &Source| match *source {
                Source::Factor(f) => &scopes[f],
                Source::Message(m) => &steps[m].scope,
            };
            let mut scope: Vec<usize> = sources.iter().flat_map(scope_of).copied().collect();
            scope.sort_unstable();
            scope.dedup();
            scope.retain(|&v| v != variable);
            let input =
                |source: &Source| Input::new(*source, scope_of(source), &scope, variable, q);
            let inputs = sources.iter().map(input).collect();
            if let Some(next) = first(&scope) {
                waiting[next].push(Source::Message(position));
            }
            steps.push(Step {
                variable,
                scope,
                inputs,
            });
        }
        Self {
            q,
            steps,
            constants,
            width: order.width,
        }
    }

    /// Entries of the table that a step leaves.
    pub fn size(&self, step: &Step) -> usize {
        self.q.saturating_pow(step.scope.len() as u32)
    }

    /// Memory of all tables with entries of `entry` bytes, the backward pass included.
    pub fn bytes(&self, entry: usize) -> u128 {
        let tables = self.steps.iter().map(|s| self.size(s) as u128);
        tables.fold(0_u128, |sum, t| sum.saturating_add(t)) * 2 * entry as u128
    }

    /// Table entries read in one pass.
    pub fn cost(&self) -> f64 {
        let reads = |s: &Step| self.size(s) as f64 * (self.q * s.inputs.len()) as f64;
        self.steps.iter().map(reads).sum()
    }

    /// The most memory of a pass with `length[i]` entries of `entry` bytes in each cell of the table of step i; a table is
    /// dropped when it has been read.
    pub fn peak(&self, lengths: &[u128], entry: usize) -> u128 {
        let bytes = |i: usize| {
            let cells = self.size(&self.steps[i]) as u128;
            cells
                .saturating_mul(lengths[i])
                .saturating_mul(entry as u128)
        };
        let (mut live, mut peak) = (0_u128, 0_u128);
        for (i, step) in self.steps.iter().enumerate() {
            live = live.saturating_add(bytes(i));
            peak = peak.max(live);
            for input in &step.inputs {
                if let Source::Message(m) = input.source {
                    live -= bytes(m).min(live);
                }
            }
        }
        peak
    }

    /// Refuses a pass that drops its tables of `entry` bytes once they are read, if it needs more than [`MOST_BYTES`].
    pub fn check_pass(&self, what: &str, entry: usize) -> Result<()> {
        self.check_growing(what, &vec![1; self.steps.len()], entry)
    }

    /// Refuses tables beyond [`MOST_BYTES`] whose entries grow, as [`Plan::peak`] has them.
    pub fn check_growing(&self, what: &str, lengths: &[u128], entry: usize) -> Result<()> {
        let peak = self.peak(lengths, entry);
        if peak <= MOST_BYTES {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: format!("{what} by elimination (width {})", self.width),
            bytes: peak,
            limit: MOST_BYTES,
            remedy: "take a narrower graph".into(),
        })
    }
}

impl Input {
    fn new(
        source: Source,
        own_scope: &[usize],
        scope: &[usize],
        variable: usize,
        q: usize,
    ) -> Self {
        let stride = |v: &usize| match own_scope.iter().position(|u| u == v) {
            // A plan with strides beyond a word is refused before it runs.
            Some(place) => q.saturating_pow(place as u32),
            None => 0,
        };
        Self {
            source,
            strides: scope.iter().map(stride).collect(),
            own: stride(&variable),
        }
    }
}

/// The states of a step's scope in order, with the place of each in every input.
pub(super) struct Walk<'a> {
    step: &'a Step,
    q: usize,
    digits: Vec<usize>,
    /// Index into each input, for value 0 of the spin summed out.
    pub at: Vec<usize>,
}

impl<'a> Walk<'a> {
    /// Starts at the state number `index`.
    pub fn new(step: &'a Step, q: usize, index: usize) -> Self {
        let mut rest = index;
        let mut digit = |_: &usize| {
            let digit = rest % q;
            rest /= q;
            digit
        };
        let digits = step.scope.iter().map(&mut digit).collect();
        let mut walk = Self {
            step,
            q,
            digits,
            at: Vec::with_capacity(step.inputs.len()),
        };
        walk.locate();
        walk
    }

    /// Goes to the state in which spin v has the value `values[v]`; returns its number.
    pub fn go(&mut self, values: &[usize]) -> usize {
        let mut index = 0;
        for (digit, &v) in self.digits.iter_mut().zip(&self.step.scope).rev() {
            *digit = values[v];
            index = index * self.q + values[v];
        }
        self.locate();
        index
    }

    fn locate(&mut self) {
        let place = |input: &Input| -> usize {
            let moves = input.strides.iter().zip(&self.digits);
            moves.map(|(stride, digit)| stride * digit).sum()
        };
        self.at.clear();
        self.at.extend(self.step.inputs.iter().map(place));
    }

    /// The next state; after the last comes the first.
    pub fn next(&mut self) {
        for (k, digit) in self.digits.iter_mut().enumerate() {
            *digit += 1;
            let wrap = *digit == self.q;
            for (at, input) in self.at.iter_mut().zip(&self.step.inputs) {
                *at += input.strides[k];
                if wrap {
                    *at -= self.q * input.strides[k];
                }
            }
            if !wrap {
                return;
            }
            *digit = 0;
        }
    }
}
