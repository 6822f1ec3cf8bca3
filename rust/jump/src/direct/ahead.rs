//! Random pairs drawn ahead for a single path, so that the logarithm runs at full vector width.

use quincunx_core::rng::{Stream, ziggurat::exponential};
use quincunx_core::simd::math::stream::unit;
use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

/// Chunks of eight pairs transformed at a time.
const CHUNKS: usize = 4;
const PAIRS: usize = LANES * CHUNKS;

/// Pairs `(-ln u1, u2)` of a stream, in its order. With each pair taken the words of a later one are drawn: they
/// cost next to nothing beside an event.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    /// The stream before the first pair held.
    before: Stream,
    /// The stream after the last pair held.
    after: Stream,
    /// The stream after the last word drawn.
    drawn: Stream,
    used: usize,
    /// Words of the pairs that follow: as many as are used of those held.
    words: [[Lanes<u64>; CHUNKS]; 2],
    delay: [Lanes<f64>; CHUNKS],
    choice: [Lanes<f64>; CHUNKS],
}

impl Ahead {
    /// Begins at a stream.
    pub(super) fn new(stream: &Stream) -> Self {
        let mut ahead = Self {
            before: stream.clone(),
            after: stream.clone(),
            drawn: stream.clone(),
            used: 0,
            words: [[Lanes::splat(0); CHUNKS]; 2],
            delay: [Lanes::splat(0.0); CHUNKS],
            choice: [Lanes::splat(0.0); CHUNKS],
        };
        (0..PAIRS).for_each(|_| ahead.take());
        ahead
    }

    /// The next pair, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> (f64, f64) {
        if self.used == PAIRS {
            dispatch(Refill(self));
        }
        self.held()
    }

    /// As [`Ahead::peek`], in a vector kernel.
    #[inline(always)]
    pub(super) fn peek_at<V: Vector>(&mut self) -> (f64, f64) {
        if self.used == PAIRS {
            Refill(self).run::<V>();
        }
        self.held()
    }

    #[inline(always)]
    fn held(&self) -> (f64, f64) {
        let (chunk, lane) = place(self.used);
        (self.delay[chunk][lane], self.choice[chunk][lane])
    }

    /// Takes the pair last seen.
    #[inline(always)]
    pub(super) fn take(&mut self) {
        let (chunk, lane) = place(self.used);
        self.words[0][chunk][lane] = self.drawn.word();
        self.words[1][chunk][lane] = self.drawn.word();
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
}

/// Chunk and lane of a pair.
#[inline(always)]
fn place(pair: usize) -> (usize, usize) {
    (pair / LANES % CHUNKS, pair % LANES)
}

/// Makes pairs of the words, all of which were drawn.
struct Refill<'a>(&'a mut Ahead);

impl Job for Refill<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let ahead = self.0;
        ahead.before = ahead.after.clone();
        ahead.after = ahead.drawn.clone();
        ahead.used = 0;
        let mut chunk = 0;
        while chunk < CHUNKS {
            let mut part = 0;
            while part < V::PARTS {
                let delay = exponential::<V>(V::load_u(&ahead.words[0][chunk], part));
                V::store(&mut ahead.delay[chunk], part, delay);
                let choice = unit::<V>(V::load_u(&ahead.words[1][chunk], part));
                V::store(&mut ahead.choice[chunk], part, choice);
                part += 1;
            }
            chunk += 1;
        }
    }
}
