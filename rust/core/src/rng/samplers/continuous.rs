//! Exponential and normal laws.

use crate::Result;
use crate::error::check;
use crate::rng::Stream;

/// Exponential with density `rate e^(-rate x)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    rate: f64,
}

impl Exponential {
    /// `rate > 0`.
    pub fn new(rate: f64) -> Result<Self> {
        let rate = check::positive("rate", rate)?;
        Ok(Self { rate })
    }

    /// `-ln u / rate`. One word.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        stream.exponential() / self.rate
    }
}

/// Normal with density `e^(-(x - mean)^2 / (2 sd^2)) / (sd sqrt(2 pi))`, for single draws: the cosine of a pair.
/// For a sequence use [`Normals`](crate::rng::Normals), which wastes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Normal {
    /// `sd >= 0`.
    pub fn new(mean: f64, sd: f64) -> Result<Self> {
        let mean = check::finite("mean", mean)?;
        let sd = check::non_negative("sd", sd)?;
        Ok(Self { mean, sd })
    }

    /// Two words.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean + self.sd * stream.normal_pair().0
    }
}
