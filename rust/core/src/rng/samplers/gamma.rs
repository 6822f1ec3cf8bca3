//! The gamma law.

use crate::Result;
use crate::error::check;
use crate::rng::Stream;
use crate::simd::math::scalar;

/// Gamma with density `x^(shape-1) e^(-x/scale) / (Gamma(shape) scale^shape)`: Marsaglia and Tsang, ACM TOMS 26
/// (2000). For `shape < 1` a draw of `shape + 1` times `u^(1/shape)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    d: f64,
    c: f64,
    scale: f64,
    /// `1/shape` where `shape < 1`.
    boost: Option<f64>,
}

impl Gamma {
    /// `shape > 0`, `scale > 0`. Of very small shapes most of the law lies below the smallest number: 0 is drawn.
    pub fn new(shape: f64, scale: f64) -> Result<Self> {
        let shape = check::positive("shape", shape)?;
        let scale = check::positive("scale", scale)?;
        let (lifted, boost) = if shape < 1.0 {
            (shape + 1.0, Some(1.0 / shape))
        } else {
            (shape, None)
        };
        let d = lifted - 1.0 / 3.0;
        let c = 1.0 / (3.0 * d.sqrt());
        Ok(Self { d, c, scale, boost })
    }

    /// Two words a try (a normal and a uniform; at least 95 % of the tries succeed), one more for `shape < 1`.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        let lifted = self.d * self.cube(stream);
        let factor = match self.boost {
            None => 1.0,
            Some(power) => scalar::exp(-stream.exponential() * power),
        };
        self.scale * (factor * lifted)
    }

    /// True if a draw is made of tries alone: `shape >= 1`.
    pub fn is_plain(&self) -> bool {
        self.boost.is_none()
    }

    /// What one try gives, if it is accepted, of a standard normal and a uniform number: [`Gamma::sample`] of a
    /// [plain](Gamma::is_plain) law takes a normal, then a uniform, until one is.
    #[inline]
    pub fn attempt(&self, normal: f64, uniform: f64) -> Option<f64> {
        // As in `sample`, where the factor is 1.
        self.accepted(normal, uniform)
            .map(|v| self.scale * (self.d * v))
    }

    /// `(1 + c x)^3`, accepted.
    #[inline]
    fn cube(&self, stream: &mut Stream) -> f64 {
        loop {
            let x = stream.normal();
            let u = stream.uniform();
            if let Some(v) = self.accepted(x, u) {
                return v;
            }
        }
    }

    #[inline]
    fn accepted(&self, x: f64, u: f64) -> Option<f64> {
        let root = 1.0 + self.c * x;
        let v = root * root * root;
        if v <= 0.0 {
            return None;
        }
        let square = x * x;
        let surely = u < 1.0 - 0.0331 * (square * square);
        (surely || self.closely(u, square, v)).then_some(v)
    }

    /// The exact condition, seldom needed.
    #[cold]
    fn closely(&self, u: f64, square: f64, v: f64) -> bool {
        scalar::ln(u) < 0.5 * square + self.d * ((1.0 - v) + scalar::ln(v))
    }
}
