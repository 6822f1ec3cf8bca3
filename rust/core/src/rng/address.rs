//! Where randomness comes from: a key, a replica, a purpose, a position.

use serde::{Deserialize, Serialize};

use super::{Key, philox};

/// What a replica's numbers are for. Two purposes never share a word. Numbers below 256 are named here; families
/// name their own from 256 on (a run has one family, so two families may use the same number).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Purpose(pub u64);

impl Purpose {
    /// The path itself.
    pub const MAIN: Self = Self(0);
    /// The noise of the path: the same as [`Purpose::MAIN`].
    pub const NOISE: Self = Self(0);
    /// The start value.
    pub const START: Self = Self(1);
    /// Crossings between grid points (Brownian bridge).
    pub const CROSSING: Self = Self(2);
    /// Values filled in after the path is known.
    pub const FILL: Self = Self(3);
    /// Switching times and regimes.
    pub const REGIME: Self = Self(4);
    /// Jump times and sizes.
    pub const JUMPS: Self = Self(5);
    /// The Brownian tree, by random access.
    pub const TREE: Self = Self(6);
    /// Exchange between copies.
    pub const SWAP: Self = Self(7);
    /// Resampling of particles.
    pub const RESAMPLE: Self = Self(8);
    /// What is seen of the path: measurement noise, emissions.
    pub const EMISSION: Self = Self(9);
}

/// The address of a replica's randomness. Its counter is `(position, replica, purpose, 0)`, so that the words from
/// position `p` on are those of `numpy.random.Philox(key=key, counter=[p, replica, purpose, 0])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The key of the run.
    pub key: Key,
    /// The replica's number.
    pub replica: u64,
    /// What for.
    pub purpose: Purpose,
}

impl Address {
    /// The address of one replica's numbers for one purpose.
    pub fn new(key: Key, replica: u64, purpose: Purpose) -> Self {
        Self {
            key,
            replica,
            purpose,
        }
    }

    /// The counter at a position, in NumPy's sense.
    #[inline]
    pub fn counter(&self, position: u64) -> [u64; 4] {
        [position, self.replica, self.purpose.0, 0]
    }

    /// Four words by random access; positions begin at 0.
    #[inline]
    pub fn block(&self, position: u64) -> [u64; 4] {
        philox::block(self.key.0, philox::successor(self.counter(position)))
    }
}
