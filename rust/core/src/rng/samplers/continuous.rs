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

    /// One word.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        stream.exponential() / self.rate
    }
}

/// Normal with density `e^(-(x - mean)^2 / (2 sd^2)) / (sd sqrt(2 pi))`, by the ziggurat.
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

    /// One word.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.mean + self.sd * stream.normal()
    }
}
