//! The law of a jump process at any time by uniformisation.
//!
//! With `rate >= max_i exit_i` and `P = I + Q / rate`, `p0 exp(t Q) = sum_k Pois(k; rate t) p0 P^k`. All terms are
//! nonnegative, so the error is the neglected Poisson mass: a guaranteed bound.
//! References: A. Jensen, "Markoff chains as an aid in the study of Markoff processes", Skand. Aktuarietidskr. 36
//! (1953) 87; W. K. Grassmann, "Transient solutions in Markovian queueing systems", Comput. Oper. Res. 4 (1977) 47.

use super::{Csr, PoissonWeights, Product, Transient, Watch, weighted_powers};
use crate::error::check;
use crate::run::Pulse;
use crate::{Error, Result};

/// A generator made ready for products: `P = I + Q / rate`.
#[derive(Clone, Debug)]
pub struct Uniformised {
    product: Product,
    rate: f64,
}

impl Uniformised {
    /// From the off-diagonal rates (finite and >= 0) and their sums by rows. The rate is the largest exit rate, a
    /// little more if nearly all states share it (the chain of products might be periodic otherwise).
    pub fn new(edges: &Csr, exit: &[f64]) -> Self {
        let fastest = exit.iter().copied().fold(0.0, f64::max);
        let slowest = exit.iter().copied().fold(fastest, f64::min);
        let rate = if fastest == 0.0 {
            1.0
        } else if slowest > 0.98 * fastest {
            1.02 * fastest
        } else {
            fastest
        };
        let mut jumps = Csr::with_capacity(edges.n(), edges.nnz());
        let mut stay = Vec::with_capacity(edges.n());
        for i in 0..edges.n() {
            let mut out = 0.0;
            let mut lost = 0.0;
            for (j, q) in edges.entries(i) {
                let p: f64 = q / rate;
                // The sum with what its rounding lost (Neumaier), so that P is stochastic to a unit or two.
                let sum: f64 = out + p;
                lost += if out >= p {
                    (out - sum) + p
                } else {
                    (p - sum) + out
                };
                out = sum;
                jumps.push(j as u32, p);
            }
            jumps.end_row();
            stay.push(((1.0 - out) - lost).max(0.0));
        }
        Self {
            product: Product::new(&jumps, &stay),
            rate,
        }
    }

    /// `p0 exp(t Q)` at `times` (any order, finite and >= 0) within `tol` in the 1-norm, rounding aside; one pass
    /// serves all times. Half of `tol` pays for the Poisson tails, half for what [`weighted_powers`] saves.
    pub fn transient(
        &self,
        p0: &[f64],
        times: &[f64],
        tol: f64,
        watch: &mut impl Watch,
        pulse: &Pulse,
    ) -> Result<Transient> {
        check::all("t", times, "must be finite and >= 0", |t| {
            t.is_finite() && t >= 0.0
        })?;
        judge_windows(times, self.rate)?;
        let windows: Vec<PoissonWeights> = times
            .iter()
            .map(|&t| PoissonWeights::new(self.rate * t, tol / 2.0))
            .collect::<Result<_>>()?;
        weighted_powers(&self.product, p0, &windows, tol / 2.0, watch, pulse)
    }
}

/// The most bytes for Poisson weights.
const WEIGHTS: u128 = 8_000_000_000;

/// Refuses times whose Poisson windows would be beyond all reason, one by one or together.
fn judge_windows(times: &[f64], rate: f64) -> Result<()> {
    if let Some(q) = times.iter().map(|&t| rate * t).find(|&q| q > 1e15) {
        return Err(Error::Numerical(format!(
            "the transient law needs about {q:e} products with the matrix, far too many: ask for an earlier time, or \
             for the stationary law"
        )));
    }
    // A window holds about 12 sqrt(q) weights at common tolerances, twice that at the smallest.
    let weights: f64 = times.iter().map(|&t| 24.0 * (rate * t).sqrt()).sum();
    check::memory(
        format!("t: the Poisson weights of {} times", times.len()),
        (8.0 * weights) as u128,
        WEIGHTS,
        "ask for fewer or earlier times, or for the stationary law",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Rows of off-diagonal rates.
    fn uniformised(rows: &[&[(u32, f64)]]) -> Uniformised {
        let mut edges = Csr::with_capacity(rows.len(), 0);
        for row in rows {
            row.iter().for_each(|&(j, q)| edges.push(j, q));
            edges.end_row();
        }
        Uniformised::new(&edges, &edges.row_sums())
    }

    #[test]
    fn two_states_follow_the_closed_form() {
        let (a, b): (f64, f64) = (0.7, 1.9);
        let times = [0.0, 0.3, 4000.0, 2.0, 40.0];
        let out = uniformised(&[&[(1, a)], &[(0, b)]])
            .transient(&[1.0, 0.0], &times, 1e-13, &mut (), &Pulse::new())
            .unwrap();
        for ((t, p), bound) in times.iter().zip(out.laws.chunks(2)).zip(&out.bound) {
            let exact = b / (a + b) + a / (a + b) * libm::exp(-(a + b) * t);
            assert!((p[0] - exact).abs() <= *bound, "t = {t}");
            assert!((p[1] - (1.0 - exact)).abs() <= *bound, "t = {t}");
            assert!(*bound < 2e-12);
        }
        assert!(out.products < 500, "the steady law was not noticed");
    }

    #[test]
    fn what_leaks_into_a_sink_is_a_plain_exponential() {
        let out = uniformised(&[&[(1, 2.0)], &[]])
            .transient(&[1.0, 0.0], &[0.5], 1e-14, &mut (), &Pulse::new())
            .unwrap();
        assert!((out.laws[0] - libm::exp(-1.0)).abs() < 1e-14);
    }

    #[test]
    fn a_cancelled_pulse_stops_the_work() {
        let pulse = Pulse::new();
        pulse.cancel();
        let out = uniformised(&[&[(1, 1.0)], &[(0, 1.0)]]).transient(
            &[1.0, 0.0],
            &[1.0],
            1e-9,
            &mut (),
            &pulse,
        );
        assert!(matches!(out, Err(Error::Cancelled)));
    }

    #[test]
    fn no_rates_means_no_motion() {
        let out = uniformised(&[&[]]).transient(&[1.0], &[1e12], 1e-9, &mut (), &Pulse::new());
        assert_eq!(out.unwrap().laws, [1.0]);
    }

    #[test]
    fn a_watch_that_says_no_ends_the_pass() {
        struct Absorbed(f64);
        impl Watch for Absorbed {
            fn go_on(&mut self, x: &[f64]) -> bool {
                self.0 = x[1];
                self.0 < 0.01
            }
        }
        let leak = uniformised(&[&[(1, 0.001), (2, 1.0)], &[], &[(0, 1.0)]]);
        let mut watch = Absorbed(0.0);
        let cut = leak
            .transient(&[1.0, 0.0, 0.0], &[1e4], 1e-9, &mut watch, &Pulse::new())
            .unwrap();
        assert!(watch.0 >= 0.01 && cut.products < 200, "{cut:?}");
    }
}
