//! The binomial law.

use super::saddle::ln_binomial;
use crate::error::check;
use crate::rng::Stream;
use crate::simd::math::scalar;
use crate::{Error, Result};

/// Counts beyond this are not all exact in an f64.
const LARGEST: u64 = 1 << 52;
/// Below this mean a count is found by summing probabilities, from it on by rejection.
const SWITCH: f64 = 10.0;

/// Binomial counts, `P(k) = C(n, k) p^k (1-p)^(n-k)`: inversion for `n min(p, 1-p) < 10`, else transformed rejection
/// (Hörmann's BTRS, J. Statist. Comput. Simul. 46, 1993) with probabilities that keep their digits at any `n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binomial {
    n: u64,
    /// The smaller of the two probabilities, and its complement.
    p: f64,
    q: f64,
    /// Count failures instead of successes.
    flipped: bool,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    /// No choice: `p` is 0, or `n` is.
    Nothing,
    /// `q^n`.
    Inversion(f64),
    Rejection(Hat),
}

/// The hat of the transformed rejection.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hat {
    a: f64,
    b: f64,
    c: f64,
    alpha: f64,
    squeeze: f64,
    /// `ln P` at the mode.
    ln_mode: f64,
}

impl Binomial {
    /// `n <= 2^52`, `0 <= p <= 1`.
    pub fn new(n: u64, p: f64) -> Result<Self> {
        if n > LARGEST {
            return Err(Error::invalid("n", n, "must be <= 2^52"));
        }
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::invalid("p", check::fmt_f64(p), "must be in [0, 1]"));
        }
        let flipped = p > 0.5;
        let (p, q) = if flipped { (1.0 - p, p) } else { (p, 1.0 - p) };
        let count = n as f64;
        let method = if p == 0.0 || n == 0 {
            Method::Nothing
        } else if count * p < SWITCH {
            Method::Inversion(scalar::exp(count * scalar::log1p(-p)))
        } else {
            Method::Rejection(Hat::new(count, p, q))
        };
        Ok(Self {
            n,
            p,
            q,
            flipped,
            method,
        })
    }

    /// No word when the outcome is certain, one for `n min(p, 1-p) < 10`, else two a try.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        let k = match self.method {
            Method::Nothing => 0,
            Method::Inversion(none) => self.invert(none, stream.uniform()),
            Method::Rejection(hat) => self.reject(&hat, stream),
        };
        if self.flipped { self.n - k } else { k }
    }

    /// The first `k` whose cumulated probability reaches `u`.
    fn invert(&self, none: f64, u: f64) -> u64 {
        let n = self.n as f64;
        let odds = self.p / self.q;
        let (mut k, mut mass, mut sum) = (0_u64, none, none);
        while u > sum && k < self.n {
            k += 1;
            let after = k as f64;
            mass *= odds * ((n - after + 1.0) / after);
            let next = sum + mass;
            if next == sum {
                break;
            }
            sum = next;
        }
        k
    }

    fn reject(&self, hat: &Hat, stream: &mut Stream) -> u64 {
        let n = self.n as f64;
        loop {
            let u = stream.uniform() - 0.5;
            let v = stream.uniform();
            let edge = 0.5 - u.abs();
            let k = ((2.0 * hat.a / edge + hat.b) * u + hat.c).floor();
            if k < 0.0 || k > n {
                continue;
            }
            if edge >= 0.07 && v <= hat.squeeze {
                return k as u64;
            }
            let height = v * hat.alpha / (hat.a / (edge * edge) + hat.b);
            if scalar::ln(height) <= ln_binomial(k, n, self.p, self.q) - hat.ln_mode {
                return k as u64;
            }
        }
    }
}

impl Hat {
    fn new(n: f64, p: f64, q: f64) -> Self {
        let spread = (n * p * q).sqrt();
        let b = 1.15 + 2.53 * spread;
        Self {
            a: -0.0873 + 0.0248 * b + 0.01 * p,
            b,
            c: n * p + 0.5,
            alpha: (2.83 + 5.1 / b) * spread,
            squeeze: 0.92 - 4.2 / b,
            ln_mode: ln_binomial(((n + 1.0) * p).floor(), n, p, q),
        }
    }
}
