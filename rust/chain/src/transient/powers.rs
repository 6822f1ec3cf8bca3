//! Weighted sums of the laws `p P^k`, all windows in one pass, with detection of the steady state.

use quincunx_core::markov::PoissonWeights;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::product::Product;

/// Products between two looks at the change of the law.
const LOOK: u64 = 50;
/// More products than this are refused unless a steady state shows before `PATIENCE` of them.
pub(super) const LIMIT: u64 = 100_000_000;
const PATIENCE: u64 = 1_000_000;

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
    /// What the steady state put for the rest of the powers may have cost, at most.
    pub steady: f64,
}

/// `sum_k w_k p P^k` for each window (any order). Stops when replacing all further powers by the present one, or by
/// the limit, costs at most `eps`.
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
    let mut x = start.to_vec();
    let mut y = vec![0.0; n];
    let mut k = 0;
    loop {
        for (law, window) in laws.chunks_exact_mut(n).zip(windows) {
            if (window.left..=window.right()).contains(&k) {
                add(law, window.weights[(k - window.left) as usize], &x);
            }
        }
        if k == last {
            return Ok(Pass {
                laws,
                steps: k,
                steady: 0.0,
            });
        }
        if k == PATIENCE && last > LIMIT {
            return Err(refusal(last, n));
        }
        pulse.check()?;
        product.apply(&x, &mut y);
        if k % LOOK == LOOK - 1 {
            pulse.add(LOOK);
            let change: f64 = x.iter().zip(&y).map(|(a, b)| (a - b).abs()).sum();
            let cost = change * (last - k) as f64;
            if let Some((rest, steady)) = steady(&y, change, cost, eps, limit)? {
                for (law, window) in laws.chunks_exact_mut(n).zip(windows) {
                    let from = (k + 1).saturating_sub(window.left) as usize;
                    let weight = if from < window.weights.len() {
                        1.0 - window.weights[..from].iter().sum::<f64>()
                    } else {
                        0.0
                    };
                    if weight > 0.0 {
                        add(law, weight, &rest);
                    }
                }
                pulse.add(last.min(LIMIT).saturating_sub(k + 1));
                return Ok(Pass {
                    laws,
                    steps: k + 1,
                    steady,
                });
            }
        }
        std::mem::swap(&mut x, &mut y);
        k += 1;
    }
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
