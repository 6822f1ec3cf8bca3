//! Probabilities as integers: an event of probability `p` happens when a random word lies below `p 2^64`.

/// A probability to be compared with random words; 1 is certain, not almost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Threshold(u64);

impl Threshold {
    /// `p` to 64 bits (probabilities within 2^-64 of 1 become 1).
    pub fn new(p: f64) -> Self {
        // `as` saturates: p >= 1 becomes u64::MAX.
        Self((p * 18_446_744_073_709_551_616.0) as u64)
    }

    /// Whether the event happens.
    #[inline(always)]
    pub fn hit(self, word: u64) -> bool {
        (word < self.0) | (self.0 == u64::MAX)
    }

    /// The same event from the upper half of a word, the lower being drawn only when the upper halves are equal.
    #[inline(always)]
    pub fn hit_half(self, half: u32, lower: impl FnOnce() -> u32) -> bool {
        let edge = (self.0 >> 32) as u32;
        if half == edge {
            return self.hit(u64::from(half) << 32 | u64::from(lower()));
        }
        half < edge
    }

    /// The integer: certain if all ones.
    pub fn value(self) -> u64 {
        self.0
    }

    /// The probability as a number.
    #[cfg(test)]
    pub fn probability(self) -> f64 {
        if self.0 == u64::MAX {
            1.0
        } else {
            self.0 as f64 / 18_446_744_073_709_551_616.0
        }
    }
}

/// `exp(-x)` for `x = beta * cost`, with `cost <= 0` certain even at infinite beta.
pub(super) fn boltzmann(beta: f64, cost: f64) -> f64 {
    if cost <= 0.0 {
        1.0
    } else {
        libm::exp(-(beta * cost))
    }
}

/// `1 / (1 + exp(-beta gain))`, one half for `gain = 0` even at infinite beta.
pub(super) fn logistic(beta: f64, gain: f64) -> f64 {
    if gain == 0.0 {
        0.5
    } else {
        1.0 / (1.0 + libm::exp(-(beta * gain)))
    }
}

/// `1 - exp(-beta gain)` for `gain > 0`, else 0.
pub(super) fn activation(beta: f64, gain: f64) -> f64 {
    if gain > 0.0 {
        -libm::expm1(-(beta * gain))
    } else {
        0.0
    }
}
