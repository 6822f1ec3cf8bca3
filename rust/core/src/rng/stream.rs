//! A replica's own generator.

use std::convert::Infallible;

use rand_core::{SeedableRng, TryRng, utils};
use serde::{Deserialize, Serialize};

use super::{Address, Key, Purpose, ziggurat};
use crate::simd::X1;
use crate::simd::math::scalar::stream as math;

/// xoshiro256++ (Blackman and Vigna 2021), seeded by the first block of an [`Address`].
///
/// ```
/// use quincunx_core::rng::{Key, Purpose, Stream};
/// let mut path = Stream::at(Key([42, 7]), 17, Purpose::MAIN);
/// let mut again = Stream::at(Key([42, 7]), 17, Purpose::MAIN);
/// assert_eq!(path.uniform(), again.uniform());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    state: [u64; 4],
}

impl Stream {
    /// The stream of one replica for one purpose.
    #[inline]
    pub fn at(key: Key, replica: u64, purpose: Purpose) -> Self {
        Self::of(&Address::new(key, replica, purpose))
    }

    /// The stream of an address.
    #[inline]
    pub fn of(address: &Address) -> Self {
        Self::from_state(address.block(0))
    }

    /// A stream in a given state; the all-zero state, which would stay there, becomes `[1, 0, 0, 0]`.
    #[inline]
    pub fn from_state(state: [u64; 4]) -> Self {
        let state = if state == [0; 4] { [1, 0, 0, 0] } else { state };
        Self { state }
    }

    /// The state, for lane kernels and checkpoints.
    #[inline]
    pub fn state(&self) -> [u64; 4] {
        self.state
    }

    /// The next word.
    #[inline]
    pub fn word(&mut self) -> u64 {
        let [s0, s1, s2, s3] = self.state;
        let out = s0.wrapping_add(s3).rotate_left(23).wrapping_add(s0);
        let (s2, s3) = (s2 ^ s0, s3 ^ s1);
        self.state = [s0 ^ s3, s1 ^ s2, s2 ^ (s1 << 17), s3.rotate_left(45)];
        out
    }

    /// Uniform in (0, 1): never 0 or 1. One word.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        math::unit(self.word())
    }

    /// Standard exponential. One word.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        ziggurat::exponential::<X1>(self.word())
    }

    /// Standard normal. One word.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal::<X1>(self.word())
    }

    /// Uniform among `0..n`, without bias (Lemire 2019); 0 for `n = 0`. One word, rarely more.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.word()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.word()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }
}

/// Other Rust crates can draw from our streams.
impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl SeedableRng for Stream {
    type Seed = [u8; 32];

    /// The state as little-endian words.
    fn from_seed(seed: [u8; 32]) -> Self {
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(seed.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self::from_state(state)
    }
}
