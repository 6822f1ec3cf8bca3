//! Random pairs drawn ahead for a single path, so that the logarithm runs at full vector width.

use quincunx_core::rng::Stream;
use quincunx_core::simd::math::stream::{exponential, unit};
use quincunx_core::simd::{Job, Lanes, Vector, dispatch};

/// Chunks of eight pairs drawn at a time.
const CHUNKS: usize = 4;
const PAIRS: usize = 8 * CHUNKS;

/// Pairs `(-ln u1, u2)` of a stream, in its order.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    /// The stream before the first pair held.
    before: Stream,
    /// The stream after the last pair held.
    after: Stream,
    used: usize,
    delay: [Lanes<f64>; CHUNKS],
    choice: [Lanes<f64>; CHUNKS],
}

impl Ahead {
    /// Begins at a stream.
    pub(super) fn new(stream: &Stream) -> Self {
        Self {
            before: stream.clone(),
            after: stream.clone(),
            used: PAIRS,
            delay: [Lanes::splat(0.0); CHUNKS],
            choice: [Lanes::splat(0.0); CHUNKS],
        }
    }

    /// The next pair, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> (f64, f64) {
        if self.used == PAIRS {
            self.refill();
        }
        let (chunk, lane) = (self.used / 8, self.used % 8);
        (self.delay[chunk][lane], self.choice[chunk][lane])
    }

    /// Takes the pair last seen.
    #[inline]
    pub(super) fn take(&mut self) {
        self.used += 1;
    }

    /// The stream from the first pair not taken on.
    pub(super) fn stream(&self) -> Stream {
        if self.used == PAIRS {
            return self.after.clone();
        }
        let mut stream = self.before.clone();
        (0..2 * self.used).for_each(|_| {
            stream.word();
        });
        stream
    }

    fn refill(&mut self) {
        self.before = self.after.clone();
        self.used = 0;
        let mut words = [[Lanes::splat(0_u64); CHUNKS]; 2];
        let [first, second] = &mut words;
        for (a, b) in first.iter_mut().zip(second) {
            for (a, b) in a.0.iter_mut().zip(&mut b.0) {
                *a = self.after.word();
                *b = self.after.word();
            }
        }
        dispatch(Transform {
            words: &words,
            ahead: self,
        });
    }
}

struct Transform<'a> {
    words: &'a [[Lanes<u64>; CHUNKS]; 2],
    ahead: &'a mut Ahead,
}

impl Job for Transform<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for chunk in 0..CHUNKS {
            for part in 0..V::PARTS {
                let delay = exponential::<V>(V::load_u(&self.words[0][chunk], part));
                V::store(&mut self.ahead.delay[chunk], part, delay);
                let choice = unit::<V>(V::load_u(&self.words[1][chunk], part));
                V::store(&mut self.ahead.choice[chunk], part, choice);
            }
        }
    }
}
