//! Poisson probabilities over the window that holds all but `eps` of the mass.
//!
//! Reference: B. L. Fox, P. W. Glynn, "Computing Poisson probabilities", Comm. ACM 31 (1988) 440.
//! The weights start at the mode with value 1 and are normalised at the end, so `exp(-q)` is never
//! formed, nothing under- or overflows, and no accuracy is lost to a logarithm of a factorial.

use crate::error::check;
use crate::{Error, Result};

/// `w_k = e^{-q} q^k / k!` for `k = left..left + weights.len()`, normalised to sum 1.
#[derive(Clone, Debug)]
pub struct PoissonWeights {
    /// The first `k` of the window.
    pub left: u64,
    /// The weights from `left` on.
    pub weights: Vec<f64>,
    /// An upper bound of the total variation lost: `sum_k |w_k - Pois(k; q)| <= neglected <= eps`.
    pub neglected: f64,
}

impl PoissonWeights {
    /// The window for mean `q >= 0` with total error at most `eps` in (0, 1).
    pub fn new(q: f64, eps: f64) -> Result<Self> {
        check::non_negative("q", q)?;
        if !(eps > 0.0 && eps < 1.0) {
            return Err(Error::invalid(
                "tol",
                check::fmt_f64(eps),
                "must be > 0 and < 1",
            ));
        }
        if q > 1e15 {
            return Err(Error::invalid("q", check::fmt_f64(q), "must be <= 1e15"));
        }
        // The full sum of the unnormalised weights is at least max(1, sqrt q).
        let least = q.sqrt().max(1.0);
        let delta = eps / 8.0 * least;
        let mode = q.floor();
        let (below, lost_below) = downwards(q, mode, delta);
        let (above, lost_above) = upwards(q, mode, delta);
        let total = sum_small_first(&below, &above);
        let left = mode as u64 - below.len() as u64;
        let weights = below
            .iter()
            .rev()
            .chain(std::iter::once(&1.0))
            .chain(&above)
            .map(|w| w / total)
            .collect();
        Ok(Self {
            left,
            weights,
            neglected: 2.0 * (lost_below + lost_above) / total,
        })
    }

    /// The last `k` of the window.
    pub fn right(&self) -> u64 {
        self.left + self.weights.len() as u64 - 1
    }

    /// The weight of `k`, 0 outside the window.
    #[inline]
    pub fn at(&self, k: u64) -> f64 {
        k.checked_sub(self.left)
            .and_then(|i| self.weights.get(i as usize).copied())
            .unwrap_or(0.0)
    }
}

/// `w_{k-1} = w_k k / q` from the mode down, and the geometric bound of what is left out.
fn downwards(q: f64, mode: f64, delta: f64) -> (Vec<f64>, f64) {
    let (mut out, mut k, mut w) = (Vec::new(), mode, 1.0);
    while k > 0.0 {
        let tail = w * k / (q - k); // infinite at k = q, which means: go on
        if (0.0..=delta).contains(&tail) {
            return (out, tail);
        }
        w *= k / q;
        k -= 1.0;
        out.push(w);
    }
    (out, 0.0)
}

/// `w_{k+1} = w_k q / (k+1)` from the mode up, and the geometric bound of what is left out.
fn upwards(q: f64, mode: f64, delta: f64) -> (Vec<f64>, f64) {
    let (mut out, mut k, mut w) = (Vec::new(), mode, 1.0);
    loop {
        let tail = w * q / (k + 1.0 - q);
        if tail <= delta {
            return (out, tail);
        }
        w *= q / (k + 1.0);
        k += 1.0;
        out.push(w);
    }
}

fn sum_small_first(below: &[f64], above: &[f64]) -> f64 {
    let side = |w: &[f64]| w.iter().rev().sum::<f64>();
    side(below) + side(above) + 1.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weights_agree_with_the_log_gamma_form() {
        for q in [0.3, 1.0, 7.5, 50.0, 1234.5] {
            let w = PoissonWeights::new(q, 1e-13).unwrap();
            for (i, &p) in w.weights.iter().enumerate() {
                let k = (w.left + i as u64) as f64;
                let exact = libm::exp(k * libm::log(q) - q - libm::lgamma(k + 1.0));
                // The oracle loses digits like k ln q, the recurrence does not.
                let slack = (2e-14 * (10.0 + q)) * exact + 1e-16;
                assert!((p - exact).abs() <= slack, "q {q} k {k}");
            }
            assert!((w.weights.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            assert!(w.neglected <= 1e-13);
        }
    }

    #[test]
    fn zero_mean_is_a_point_mass_and_a_huge_mean_has_a_narrow_window() {
        let point = PoissonWeights::new(0.0, 1e-10).unwrap();
        assert_eq!((point.left, point.weights.as_slice()), (0, &[1.0][..]));
        let wide = PoissonWeights::new(1e9, 1e-10).unwrap();
        assert!(wide.weights.len() < 20 * 31_623);
        assert!((wide.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn planted_error_a_narrow_window_breaks_the_bound() {
        // The true mass outside [left, right] must be below the stated bound, and not below a
        // hundredth of what a window of half the width would lose.
        let w = PoissonWeights::new(50.0, 1e-8).unwrap();
        let tight = PoissonWeights::new(50.0, 1e-15).unwrap();
        let outside: f64 = (tight.left..=tight.right())
            .filter(|&k| k < w.left || k > w.right())
            .map(|k| tight.at(k))
            .sum();
        assert!(outside <= w.neglected);
        let half: f64 = (tight.left..=tight.right())
            .filter(|&k| k.abs_diff(50) > w.right().abs_diff(50) / 2)
            .map(|k| tight.at(k))
            .sum();
        assert!(half > 100.0 * w.neglected);
    }

    #[test]
    fn bad_arguments_are_refused() {
        for (q, eps) in [
            (-1.0, 0.1),
            (f64::NAN, 0.1),
            (1.0, 0.0),
            (1.0, 1.0),
            (1e18, 0.1),
        ] {
            assert!(PoissonWeights::new(q, eps).is_err());
        }
    }
}
