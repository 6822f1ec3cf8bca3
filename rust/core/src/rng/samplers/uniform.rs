//! Uniform laws.

use crate::error::check;
use crate::rng::Stream;
use crate::{Error, Result};

/// Uniform on the interval from `low` to `high`; the ends occur only by rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    width: f64,
}

impl Uniform {
    /// `low <= high`, both finite, their difference too.
    pub fn new(low: f64, high: f64) -> Result<Self> {
        check::finite("low", low)?;
        check::finite("high", high)?;
        let width = high - low;
        if width >= 0.0 && width.is_finite() {
            Ok(Self { low, width })
        } else {
            let need = format!(
                "must be >= low = {} and not infinitely far",
                check::fmt_f64(low)
            );
            Err(Error::invalid("high", check::fmt_f64(high), need))
        }
    }

    /// One word.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.low + self.width * stream.uniform()
    }
}

/// Uniform among the integers `0..n`, without bias: the high word of `word * n`, with the few words rejected that
/// would favour some (Lemire, ACM TOMACS 29, 2019).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Below {
    n: u64,
    threshold: u64,
}

impl Below {
    /// `n >= 1`.
    pub fn new(n: u64) -> Result<Self> {
        if n == 0 {
            return Err(Error::invalid("n", n, "must be >= 1"));
        }
        let threshold = n.wrapping_neg() % n;
        Ok(Self { n, threshold })
    }

    /// One word, rarely more; the numbers of [`Stream::below`].
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        loop {
            let product = u128::from(stream.word()) * u128::from(self.n);
            if product as u64 >= self.threshold {
                return (product >> 64) as u64;
            }
        }
    }
}
