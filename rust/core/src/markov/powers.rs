//! Weighted sums of the laws `p P^k`, all windows in one pass, with detection of the steady state.

use std::ops::Range;

use super::product::SMALL;
use super::{PoissonWeights, Product};
use crate::run::Pulse;
use crate::{Error, Result};

/// Products between two looks at the change of the law.
const LOOK: u64 = 50;
/// More products than this are refused unless a steady state shows before `PATIENCE` of them.
const LIMIT: u64 = 100_000_000;
const PATIENCE: u64 = 1_000_000;

/// What a caller knows and wants to know about a law on its way.
pub trait Watch {
    /// The limit of the iterates from `x` on and a bound on the 1-norm distance of all of them to it; None if no
    /// limit is known.
    fn limit(&mut self, _x: &[f64]) -> Result<Option<(Vec<f64>, f64)>> {
        Ok(None)
    }

    /// Whether to go on from `x`; asked now and then while nearly all the weight of the last time lies ahead, so that
    /// what has been absorbed by then is absorbed at the last time too. After a no the laws are incomplete.
    fn go_on(&mut self, _x: &[f64]) -> bool {
        true
    }
}

/// Knows no limit, asks nothing.
impl Watch for () {}

/// Laws at the times asked for.
#[derive(Clone, Debug)]
pub struct Transient {
    /// One law per time, row-major.
    pub laws: Vec<f64>,
    /// Per time the largest 1-norm error: truncation, steady state, and rounding.
    pub bound: Vec<f64>,
    /// Products with the matrix.
    pub products: u64,
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

/// What rounding may have cost so far, in units of 2^-53, and up to the end of each window.
struct Rounded {
    sum: f64,
    upto: Vec<f64>,
}

impl Rounded {
    fn new(windows: &[PoissonWeights]) -> Self {
        Self {
            sum: 0.0,
            upto: vec![0.0; windows.len()],
        }
    }

    /// Product number `k`, from 0.
    fn add(&mut self, cost: f64, k: u64, windows: &[PoissonWeights]) {
        self.sum += cost;
        for (upto, w) in self.upto.iter_mut().zip(windows) {
            if k < w.right() {
                *upto = self.sum;
            }
        }
    }

    /// The 1-norm errors after `products`; `dropped` is what the steady state put for the rest of the powers, and masses
    /// too small to follow, may have cost at most.
    fn bounds(
        &self,
        dropped: f64,
        products: u64,
        product: &Product,
        windows: &[PoissonWeights],
    ) -> Vec<f64> {
        let bound = |(upto, w): (&f64, &PoissonWeights)| {
            if products == 0 {
                return w.neglected + dropped;
            }
            // The weights of a window and their sum cost at most 4 units each; a window beyond the last product took one
            // law whole.
            let weights = if w.left <= products {
                w.weights.len() - 1
            } else {
                0
            };
            let units = upto + product.absorption() + 4.0 * weights as f64;
            w.neglected + dropped + units * (f64::EPSILON / 2.0)
        };
        self.upto.iter().zip(windows).map(bound).collect()
    }
}

/// `sum_k w_k p P^k` for each window (any order). Stops when replacing all further powers by the present one, or by
/// the limit, costs at most `eps / 2`; masses of at most `eps / 2` in all are given up at the ends of the law.
pub fn weighted_powers(
    product: &Product,
    start: &[f64],
    windows: &[PoissonWeights],
    eps: f64,
    watch: &mut impl Watch,
    pulse: &Pulse,
) -> Result<Transient> {
    let n = product.n();
    let last = windows.iter().map(PoissonWeights::right).max().unwrap_or(0);
    let sure = windows.iter().map(|w| w.left).max().unwrap_or(0);
    pulse.expect(last.min(LIMIT));
    let mut laws = vec![0.0; n * windows.len()];
    let mut law = Front::new(start);
    let mut y = vec![0.0; n];
    let mut rounded = Rounded::new(windows);
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
        rounded.add(product.rounding(&law.x), k, windows);
        let change = (k % LOOK == LOOK - 1).then(|| distance(&law.x, &y, &support));
        std::mem::swap(&mut law.x, &mut y);
        // The other buffer holds the law before, on a range within the present one.
        law.support = support;
        k += 1;
        if let Some(change) = change {
            pulse.add(LOOK);
            if k <= sure && !watch.go_on(&law.x) {
                break;
            }
            let cost = change * (last - k) as f64;
            if let Some((rest, cost)) = steady(&law.x, change, cost, eps / 2.0, watch)? {
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
    Ok(Transient {
        laws,
        bound: rounded.bounds(law.dropped, k, product, windows),
        products: k,
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
    watch: &mut impl Watch,
) -> Result<Option<(Vec<f64>, f64)>> {
    if cost <= eps {
        return Ok(Some((y.to_vec(), cost)));
    }
    if change > eps {
        return Ok(None);
    }
    Ok(watch.limit(y)?.filter(|&(_, distance)| distance <= eps))
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
