//! The unit of data: eight replicas side by side, on one cache line.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// Lanes in a chunk, whatever the instruction set.
pub const LANES: usize = 8;

/// One chunk of eight lanes, aligned to a cache line (rows that straddle two lose store forwarding).
///
/// A block of `n` replicas is a slice of [`chunks_of`]`(n)` chunks; padding lanes repeat the last real replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[repr(C, align(64))]
pub struct Lanes<T>(pub [T; LANES]);

impl<T: Copy> Lanes<T> {
    /// The same value in each lane.
    #[inline(always)]
    pub const fn splat(value: T) -> Self {
        Self([value; LANES])
    }
}

impl<T> Index<usize> for Lanes<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, lane: usize) -> &T {
        &self.0[lane]
    }
}

impl<T> IndexMut<usize> for Lanes<T> {
    #[inline(always)]
    fn index_mut(&mut self, lane: usize) -> &mut T {
        &mut self.0[lane]
    }
}

/// Chunks that hold `n` replicas: `ceil(n / 8)`.
pub const fn chunks_of(n: usize) -> usize {
    n.div_ceil(LANES)
}
