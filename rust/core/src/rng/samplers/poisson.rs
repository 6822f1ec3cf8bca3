//! The Poisson law.

use super::saddle::ln_poisson;
use crate::error::check;
use crate::rng::Stream;
use crate::simd::math::scalar;
use crate::{Error, Result};

/// Counts beyond this are not all exact in an f64.
const LARGEST: f64 = 4.5e15;
/// Below this mean a count is found by summing probabilities, from it on by rejection.
const SWITCH: f64 = 10.0;

/// Poisson counts, `P(k) = mean^k e^-mean / k!`: inversion for `mean < 10`, else transformed rejection (Hörmann's
/// PTRS, Insurance: Mathematics and Economics 12, 1993) with probabilities that keep their digits at any mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson {
    mean: f64,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    /// `e^-mean`.
    Inversion(f64),
    Rejection(Hat),
}

/// The hat of the transformed rejection.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hat {
    a: f64,
    b: f64,
    inverse_alpha: f64,
    squeeze: f64,
}

impl Poisson {
    /// `0 <= mean <= 4.5e15`.
    pub fn new(mean: f64) -> Result<Self> {
        if !(0.0..=LARGEST).contains(&mean) {
            let need = "must be in [0, 4.5e15]";
            return Err(Error::invalid("mean", check::fmt_f64(mean), need));
        }
        let method = if mean < SWITCH {
            Method::Inversion(scalar::exp(-mean))
        } else {
            let b = 0.931 + 2.53 * mean.sqrt();
            Method::Rejection(Hat {
                a: -0.059 + 0.02483 * b,
                b,
                inverse_alpha: 1.1239 + 1.1328 / (b - 3.4),
                squeeze: 0.9277 - 3.6224 / (b - 2.0),
            })
        };
        Ok(Self { mean, method })
    }

    /// One word for `mean < 10` (none for `mean = 0`), else two a try.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        match self.method {
            Method::Inversion(_) if self.mean == 0.0 => 0,
            Method::Inversion(none) => self.invert(none, stream.uniform()),
            Method::Rejection(hat) => self.reject(&hat, stream),
        }
    }

    /// The first `k` whose cumulated probability reaches `u`.
    fn invert(&self, none: f64, u: f64) -> u64 {
        let (mut k, mut mass, mut sum) = (0_u32, none, none);
        while u > sum {
            k += 1;
            mass *= self.mean / f64::from(k);
            let next = sum + mass;
            if next == sum {
                break;
            }
            sum = next;
        }
        u64::from(k)
    }

    fn reject(&self, hat: &Hat, stream: &mut Stream) -> u64 {
        loop {
            let u = stream.uniform() - 0.5;
            let v = stream.uniform();
            let edge = 0.5 - u.abs();
            let k = ((2.0 * hat.a / edge + hat.b) * u + self.mean + 0.43).floor();
            if edge >= 0.07 && v <= hat.squeeze {
                return k as u64;
            }
            if k < 0.0 || (edge < 0.013 && v > edge) {
                continue;
            }
            let height = v * hat.inverse_alpha / (hat.a / (edge * edge) + hat.b);
            if scalar::ln(height) <= ln_poisson(k, self.mean) {
                return k as u64;
            }
        }
    }
}
