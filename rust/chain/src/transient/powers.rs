//! Weighted sums of the laws `p P^k`, all windows in one pass, with detection of the steady state.

use std::ops::Range;

use quincunx_core::markov::PoissonWeights;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::product::Product;

/// Products between two looks at the change of the law.
const LOOK: u64 = 50;
/// More products than this are refused unless a steady state shows before `PATIENCE` of them.
pub(super) const LIMIT: u64 = 100_000_000;
const PATIENCE: u64 = 1_000_000;
/// On up to this many states no mass is given up, however small.
const SMALL: usize = 4096;

/// The limit that a law runs into, with the largest distance it can still have from it.
pub(super) trait Limit {
    /// The limit of the iterates from `x` on and a bound on the 1-norm distance of all of them to it; None if no
    /// limit is known.
    fn of(&mut self, x: &[f64]) -> Result<Option<(Vec<f64>, f64)>>;
}

/// What came out of a pass.
pub(super) struct Pass {
    /// One weighted sum per window, row-major.
    pub laws: Vec<f64>,
    /// Products made.
    pub steps: u64,
    /// What the steady state put for the rest of the powers, and masses too small to follow, may have cost at most.
    pub dropped: f64,
}

/// A law on its way, with the range of states outside which it vanishes.
struct Front {
    x: Vec<f64>,
    support: Range<usize>,
    /// Mass given up at the ends of the range.
    dropped: f64,
}

impl Front {
    fn new(start: &[f64]) -> Self {
        let first = start.iter().position(|&v| v > 0.0).unwrap_or(0);
        let end = start.iter().rposition(|&v| v > 0.0).map_or(0, |k| k + 1);
        Self {
            x: start.to_vec(),
            support: first..end.max(first),
            dropped: 0.0,
        }
    }

    fn seen(&self) -> &[f64] {
        &self.x[self.support.clone()]
    }

    /// Gives up masses at both ends of the range while all that was given up stays within `budget`. A step never
    /// enlarges an error in the 1-norm, so the masses given up add up to all it costs.
    /// `other` is cleared in the same places.
    fn trim(&mut self, budget: f64, other: &mut [f64]) {
        let before = self.support.clone();
        while let Some(&v) = self.seen().first() {
            if self.dropped + v > budget {
                break;
            }
            self.dropped += v;
            self.support.start += 1;
        }
        while let Some(&v) = self.seen().last() {
            if self.dropped + v > budget {
                break;
            }
            self.dropped += v;
            self.support.end -= 1;
        }
        for gone in [
            before.start..self.support.start,
            self.support.end..before.end,
        ] {
            self.x[gone.clone()].fill(0.0);
            other[gone].fill(0.0);
        }
    }
}

/// `sum_k w_k p P^k` for each window (any order). Stops when replacing all further powers by the present one, or by
/// the limit, costs at most `eps / 2`; masses of at most `eps / 2` in all are given up at the ends of the law.
pub(super) fn weighted_powers(
    product: &Product,
    start: &[f64],
    windows: &[PoissonWeights],
    eps: f64,
    limit: &mut impl Limit,
    pulse: &Pulse,
) -> Result<Pass> {
    let n = product.n();
    let last = windows.iter().map(PoissonWeights::right).max().unwrap_or(0);
    pulse.expect(last.min(LIMIT));
    let mut laws = vec![0.0; n * windows.len()];
    let mut law = Front::new(start);
    let mut y = vec![0.0; n];
    let mut k = 0;
    loop {
        for (sum, window) in laws.chunks_exact_mut(n).zip(windows) {
            if (window.left..=window.right()).contains(&k) {
                let weight = window.weights[(k - window.left) as usize];
                add(&mut sum[law.support.clone()], weight, law.seen());
            }
        }
        if k == last {
            break;
        }
        if k == PATIENCE && last > LIMIT {
            return Err(refusal(last, n));
        }
        pulse.check()?;
        let support = product.spread(&law.support);
        product.apply(&law.x, &mut y, support.clone());
        let change = (k % LOOK == LOOK - 1).then(|| distance(&law.x, &y, &support));
        std::mem::swap(&mut law.x, &mut y);
        // The other buffer holds the law before, on a range within the present one.
        law.support = support;
        k += 1;
        if let Some(change) = change {
            pulse.add(LOOK);
            let cost = change * (last - k) as f64;
            if let Some((rest, cost)) = steady(&law.x, change, cost, eps / 2.0, limit)? {
                finish(&mut laws, windows, k, &rest);
                pulse.add(last.min(LIMIT).saturating_sub(k));
                law.dropped += cost;
                break;
            }
        }
        if n > SMALL {
            law.trim(eps / 2.0 * (k as f64 / last as f64), &mut y);
        }
    }
    Ok(Pass {
        laws,
        steps: k,
        dropped: law.dropped,
    })
}

/// Adds the weights of all powers from `k` on to the law `rest`.
fn finish(laws: &mut [f64], windows: &[PoissonWeights], k: u64, rest: &[f64]) {
    for (sum, window) in laws.chunks_exact_mut(rest.len()).zip(windows) {
        let from = k.saturating_sub(window.left) as usize;
        if from < window.weights.len() {
            let weight = 1.0 - window.weights[..from].iter().sum::<f64>();
            if weight > 0.0 {
                add(sum, weight, rest);
            }
        }
    }
}

fn distance(x: &[f64], y: &[f64], support: &Range<usize>) -> f64 {
    x[support.clone()]
        .iter()
        .zip(&y[support.clone()])
        .map(|(a, b)| (a - b).abs())
        .sum()
}

/// What may stand for all powers from `y` on, and its cost, if that is at most `eps`.
///
/// The change `||p P^{k+1} - p P^k||_1` never increases, so the present law is off by at most that times the powers
/// left. Where rounding keeps this from ending (very many powers left), the distance to the limit decides.
fn steady(
    y: &[f64],
    change: f64,
    cost: f64,
    eps: f64,
    limit: &mut impl Limit,
) -> Result<Option<(Vec<f64>, f64)>> {
    if cost <= eps {
        return Ok(Some((y.to_vec(), cost)));
    }
    if change > eps {
        return Ok(None);
    }
    Ok(limit.of(y)?.filter(|&(_, distance)| distance <= eps))
}

fn add(law: &mut [f64], weight: f64, x: &[f64]) {
    for (v, &x) in law.iter_mut().zip(x) {
        *v += weight * x;
    }
}

fn refusal(steps: u64, n: usize) -> Error {
    Error::Numerical(format!(
        "the transient law needs {steps} products with the {n} x {n} matrix (at most {LIMIT} are made) and shows no \
         steady state within {PATIENCE} of them: ask for an earlier time, or for stationary()"
    ))
}
