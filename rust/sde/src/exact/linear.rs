//! The exact transition of a linear equation `dx = A x dt + B dW`.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

use super::matrix::{add_scaled, identity, norm_1, product, root, symmetrise, transpose};

/// Terms of the series at the smallest step: with `|A| h <= 1/2` the remainder is below 1e-17 relative.
const TERMS: u32 = 18;

/// The law of `x(h)` given `x(0)`: normal with mean `F x(0)` and covariance `Q`, where
///
/// `F = exp(A h)`, `Q = int_0^h exp(A s) B B^T exp(A^T s) ds`.
///
/// Both come from series at `h / 2^s` and `s` doublings `Q <- Q + F Q F^T`, `F <- F^2`: no growing exponential
/// enters for a stable A, and any A will do (unstable, defective, singular).
///
/// ```
/// use quincunx_sde::exact::LinearTransition;
/// let langevin = LinearTransition::new(&[0.0, 1.0, -4.0, -1.0], &[0.0, 0.0, 0.0, 2.0], 0.1)?;
/// assert!((langevin.drift()[1] - 0.09452954).abs() < 1e-8);
/// assert!((langevin.covariance()[3] - 0.17893322).abs() < 1e-8);
/// # Ok::<(), quincunx_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTransition {
    d: usize,
    f: Vec<f64>,
    q: Vec<f64>,
}

impl LinearTransition {
    /// The transition over a time `h`; `a` is A and `bbt` is B B^T, both d x d, row after row.
    pub fn new(a: &[f64], bbt: &[f64], h: f64) -> Result<Self> {
        let d = a.len().isqrt();
        if d * d != a.len() || d == 0 {
            return Err(Error::invalid("A", a.len(), "must be a square matrix"));
        }
        if bbt.len() != a.len() {
            let got = format!("{} numbers", bbt.len());
            return Err(Error::invalid(
                "BBT",
                got,
                format!("must be {d} x {d} as A is"),
            ));
        }
        check::all_finite("A", a)?;
        check::all_finite("BBT", bbt)?;
        check::non_negative("h", h)?;
        for i in 0..d {
            for j in 0..i {
                let (x, y) = (bbt[i * d + j], bbt[j * d + i]);
                if (x - y).abs() > 1e-12 * (x.abs() + y.abs()) {
                    return Err(Error::invalid_at("BBT", [i, j], x, "must be symmetric"));
                }
            }
        }
        let mut doublings = 0;
        let mut step = h;
        while norm_1(a, d) * step > 0.5 {
            step *= 0.5;
            doublings += 1;
        }
        let mut small = Self {
            d,
            f: exponential(a, d, step),
            q: covariance(a, bbt, d, step),
        };
        for _ in 0..doublings {
            small = small.then(&small);
        }
        check::all_finite("exp(A h)", &small.f)?;
        Ok(small)
    }

    /// Number of components.
    pub fn dimension(&self) -> usize {
        self.d
    }

    /// `F`, row after row.
    pub fn drift(&self) -> &[f64] {
        &self.f
    }

    /// `Q`, row after row.
    pub fn covariance(&self) -> &[f64] {
        &self.q
    }

    /// A root `C` of the covariance, `C C^T = Q` (Q may be singular).
    pub fn root(&self) -> Vec<f64> {
        root(&self.q, self.d)
    }

    /// This transition and then `next` (Chapman and Kolmogorov): `F' F` and `Q' + F' Q F'^T`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let d = self.d;
        let mut q = next.q.clone();
        let carried = product(&product(&next.f, &self.q, d), &transpose(&next.f, d), d);
        add_scaled(&mut q, 1.0, &carried);
        symmetrise(&mut q, d);
        Self {
            d,
            f: product(&next.f, &self.f, d),
            q,
        }
    }
}

/// `exp(a h)` by its series.
fn exponential(a: &[f64], d: usize, h: f64) -> Vec<f64> {
    let mut sum = identity(d);
    let mut term = identity(d);
    for k in 1..=TERMS {
        term = product(&term, a, d);
        term.iter_mut().for_each(|x| *x *= h / f64::from(k));
        add_scaled(&mut sum, 1.0, &term);
    }
    sum
}

/// `sum_k h^(k+1)/(k+1)! L^k(BB^T)` with `L(X) = A X + X A^T`.
fn covariance(a: &[f64], bbt: &[f64], d: usize, h: f64) -> Vec<f64> {
    let mut term: Vec<f64> = bbt.iter().map(|x| x * h).collect();
    let mut sum = term.clone();
    for k in 1..=TERMS {
        let left = product(a, &term, d);
        let mut next = transpose(&left, d);
        add_scaled(&mut next, 1.0, &left);
        next.iter_mut().for_each(|x| *x *= h / f64::from(k + 1));
        add_scaled(&mut sum, 1.0, &next);
        term = next;
    }
    symmetrise(&mut sum, d);
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const A: [f64; 4] = [0.0, 1.0, -4.0, -1.0];
    const BBT: [f64; 4] = [0.0, 0.0, 0.0, 2.0];

    fn close(got: &[f64], want: &[f64], within: f64) {
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() <= within, "{got:?} is not {want:?}");
        }
    }

    #[test]
    fn published_transition_of_the_oscillator() {
        let short = LinearTransition::new(&A, &BBT, 0.1).unwrap();
        close(
            short.drift(),
            &[0.98071431, 0.09452954, -0.37811815, 0.88618477],
            5e-9,
        );
        close(
            short.covariance(),
            &[0.00061403, 0.00893583, 0.00893583, 0.17893322],
            5e-9,
        );
        let long = LinearTransition::new(&A, &BBT, 1.0).unwrap();
        close(
            long.covariance(),
            &[0.16319602, 0.08555631, 0.08555631, 0.52590071],
            5e-9,
        );
    }

    #[test]
    fn covariance_is_what_is_missing_from_the_stationary_one() {
        // S = diag(1/4, 1) solves A S + S A^T + B B^T = 0, so Q = S - F S F^T.
        let s = [0.25, 0.0, 0.0, 1.0];
        for h in [1e-3, 0.1, 1.0, 20.0] {
            let step = LinearTransition::new(&A, &BBT, h).unwrap();
            let moved = product(
                &product(step.drift(), &s, 2),
                &transpose(step.drift(), 2),
                2,
            );
            let want: Vec<f64> = s.iter().zip(&moved).map(|(s, m)| s - m).collect();
            close(step.covariance(), &want, 1e-13);
        }
    }

    #[test]
    fn roots_of_singular_covariances() {
        for q in [
            [1.0, 2.0, 2.0, 4.0],
            [0.0, 0.0, 0.0, 3.0],
            [0.0; 4],
            [2.0, -1.0, -1.0, 5.0],
        ] {
            let c = root(&q, 2);
            close(&product(&c, &transpose(&c, 2), 2), &q, 1e-15);
        }
    }

    #[test]
    fn what_is_no_linear_equation_is_refused() {
        let text = |r: Result<LinearTransition>| r.unwrap_err().to_string();
        assert_eq!(
            text(LinearTransition::new(&A[..3], &BBT, 0.1)),
            "A = 3: must be a square matrix"
        );
        assert_eq!(
            text(LinearTransition::new(&A, &BBT, -1.0)),
            "h = -1.0: must be finite and >= 0"
        );
        assert_eq!(
            text(LinearTransition::new(&A, &[1.0, 0.5, 0.0, 1.0], 1.0)),
            "BBT[1, 0] = 0: must be symmetric"
        );
    }

    proptest! {
        /// Two half steps are one step, for any A.
        #[test]
        fn half_steps_compose(a in prop::array::uniform4(-3.0..3.0f64), b in prop::array::uniform4(-2.0..2.0f64), h in 0.01..2.0f64) {
            let bbt = product(&b, &transpose(&b, 2), 2);
            let whole = LinearTransition::new(&a, &bbt, h).unwrap();
            let half = LinearTransition::new(&a, &bbt, h / 2.0).unwrap();
            let twice = half.then(&half);
            let scale = 1.0 + norm_1(whole.drift(), 2).powi(2) + norm_1(whole.covariance(), 2);
            close(twice.drift(), whole.drift(), 1e-13 * scale);
            close(twice.covariance(), whole.covariance(), 1e-13 * scale);
        }
    }
}
