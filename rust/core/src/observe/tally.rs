//! What a method counts of its own moves.

use serde::{Deserialize, Serialize};

/// A mean of whole numbers, kept as the sum and the number of its terms: the same however replicas and time are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Sum of the terms.
    pub sum: u64,
    /// Number of terms.
    pub terms: u64,
}

impl Tally {
    /// Adds the terms of another.
    #[inline]
    pub fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.terms += other.terms;
    }

    /// `sum / terms`; NaN without terms.
    pub fn mean(self) -> f64 {
        self.sum as f64 / self.terms as f64
    }
}
