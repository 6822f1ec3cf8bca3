//! Random pairs drawn ahead for a single path, so that their transform runs at full vector width.

use quincunx_core::rng::{Stream, ziggurat::exponential_into};
use quincunx_core::simd::math::stream::unit;
use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

use super::draws::previous;

/// Pairs made at a time, in chunks of eight.
const BATCH: usize = 2 * LANES;
/// Places: two batches in turn.
const PAIRS: usize = 2 * BATCH;
/// A batch is made this many pairs after its last word was drawn: a vector load waits for words just stored.
const LATER: usize = LANES;

/// Pairs `(-ln u1, u2)` of a stream, in its order. With each pair taken the words of the pair [`PAIRS`] later are drawn
/// into its place: they cost next to nothing beside an event.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    /// The stream after the last word drawn.
    drawn: Stream,
    /// Place of the next pair.
    at: usize,
    /// Places that hold words.
    raw: usize,
    delay: [Lanes<f64>; PAIRS / LANES],
    choice: [Lanes<f64>; PAIRS / LANES],
}

impl Ahead {
    /// The most pairs that [`Ahead::pair`] shows.
    pub(super) const SEEN: usize = PAIRS - BATCH - LATER;

    /// Begins at a stream.
    pub(super) fn new(stream: &Stream) -> Self {
        let mut ahead = Self {
            drawn: stream.clone(),
            at: 0,
            raw: 0,
            delay: [Lanes::splat(0.0); PAIRS / LANES],
            choice: [Lanes::splat(0.0); PAIRS / LANES],
        };
        ahead.take(PAIRS);
        while ahead.raw >= BATCH {
            dispatch(Make(&mut ahead));
        }
        ahead
    }

    /// The next pair, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> (f64, f64) {
        if self.is_late() {
            dispatch(Make(self));
        }
        self.pair(0)
    }

    /// In a vector kernel, before the next [`Ahead::SEEN`] pairs at most are seen and taken.
    #[inline(always)]
    pub(super) fn make<V: Vector>(&mut self) {
        if self.is_late() {
            Make(self).run::<V>();
        }
    }

    #[inline(always)]
    fn is_late(&self) -> bool {
        self.raw >= BATCH + LATER
    }

    /// The pair after `skip` others, without taking it.
    #[inline(always)]
    pub(super) fn pair(&self, skip: usize) -> (f64, f64) {
        let (chunk, lane) = place(self.at + skip);
        (self.delay[chunk][lane], self.choice[chunk][lane])
    }

    /// Takes as many pairs.
    #[inline(always)]
    pub(super) fn take(&mut self, pairs: usize) {
        let mut taken = 0;
        while taken < pairs {
            let (chunk, lane) = place(self.at + taken);
            self.delay[chunk][lane] = f64::from_bits(self.drawn.word());
            self.choice[chunk][lane] = f64::from_bits(self.drawn.word());
            taken += 1;
        }
        self.at = (self.at + pairs) % PAIRS;
        self.raw += pairs;
    }

    /// The stream from the first pair not taken on.
    pub(super) fn stream(&self) -> Stream {
        let words = 0..2 * PAIRS;
        Stream::from_state(words.fold(self.drawn.state(), |state, _| previous(state)))
    }
}

/// Chunk and lane of a place.
#[inline(always)]
fn place(place: usize) -> (usize, usize) {
    (place % PAIRS / LANES, place % LANES)
}

/// Makes pairs of the words of the oldest batch, all of which were drawn.
struct Make<'a>(&'a mut Ahead);

impl Job for Make<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let ahead = self.0;
        let first = (ahead.at + PAIRS - ahead.raw) % PAIRS;
        ahead.raw -= BATCH;
        let mut next = first;
        while next < first + BATCH {
            let chunk = place(next).0;
            let mut part = 0;
            while part < V::PARTS {
                let words = V::to_bits(V::load(&ahead.delay[chunk], part));
                exponential_into::<V>(&mut ahead.delay[chunk], part, words);
                let words = V::to_bits(V::load(&ahead.choice[chunk], part));
                V::store(&mut ahead.choice[chunk], part, unit::<V>(words));
                part += 1;
            }
            next += LANES;
        }
    }
}
