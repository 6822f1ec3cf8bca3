//! Random pairs of eight lanes, drawn some rounds ahead: what an event reads was begun long before.

use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words, ziggurat::exponential_into};
use quincunx_core::simd::{Lanes, Vector};

/// The most pairs held of each lane.
pub(super) const AHEAD: usize = 8;

/// Pairs `(-ln u1, u2)` for the next rounds: that of round `r` lies in place `r` modulo [`AHEAD`].
#[derive(Debug)]
pub(super) struct Draws {
    delay: [Lanes<f64>; AHEAD],
    choice: [Lanes<f64>; AHEAD],
    /// The streams after the last pair held.
    after: States,
}

impl Draws {
    pub(super) fn new() -> Self {
        Self {
            delay: [Lanes::splat(1.0); AHEAD],
            choice: [Lanes::splat(0.5); AHEAD],
            after: States([Lanes::splat(1); 4]),
        }
    }

    /// Puts a stream on lane `l` and draws its pairs of `count` rounds, the first of them `from`.
    pub(super) fn put(&mut self, l: usize, from: usize, count: usize, mut stream: Stream) {
        for round in from..from + count {
            self.delay[round % AHEAD][l] = stream.exponential();
            self.choice[round % AHEAD][l] = stream.uniform();
        }
        for (row, word) in self.after.0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
    }

    /// The stream of lane `l` before its last `pairs` pairs.
    pub(super) fn stream(&self, l: usize, pairs: usize) -> Stream {
        let after = self.after.0.map(|row| row[l]);
        Stream::from_state((0..2 * pairs).fold(after, |state, _| previous(state)))
    }

    /// The streams after the last pair held, to be drawn from by [`Draws::take`].
    #[inline(always)]
    pub(super) fn words<V: Vector>(&self, part: usize) -> Words<V> {
        Words::load(&self.after, part)
    }

    /// Puts the streams back.
    #[inline(always)]
    pub(super) fn keep<V: Vector>(&mut self, part: usize, words: Words<V>) {
        words.store(&mut self.after, part);
    }

    /// The pair of a round.
    #[inline(always)]
    pub(super) fn pair<V: Vector>(&self, round: usize, part: usize) -> (V::F, V::F) {
        let place = round % AHEAD;
        (
            V::load(&self.delay[place], part),
            V::load(&self.choice[place], part),
        )
    }

    /// The pair of a round; its place goes to the pair of [`AHEAD`] rounds later.
    #[inline(always)]
    pub(super) fn take<V: Vector>(
        &mut self,
        round: usize,
        part: usize,
        words: &mut Words<V>,
    ) -> (V::F, V::F) {
        let pair = self.pair::<V>(round, part);
        self.draw::<V>(round % AHEAD, part, words);
        pair
    }

    /// Draws for the next [`AHEAD`] rounds.
    #[inline(always)]
    pub(super) fn fill<V: Vector>(&mut self, part: usize, words: &mut Words<V>) {
        let mut place = 0;
        while place < AHEAD {
            self.draw::<V>(place, part, words);
            place += 1;
        }
    }

    #[inline(always)]
    fn draw<V: Vector>(&mut self, place: usize, part: usize, words: &mut Words<V>) {
        exponential_into::<V>(&mut self.delay[place], part, words.word());
        V::store(&mut self.choice[place], part, words.uniform());
    }
}

/// The state of a stream before its last word: xoshiro256++ backwards.
pub(super) fn previous([s0, s1, s2, s3]: [u64; 4]) -> [u64; 4] {
    let outer = s3.rotate_right(45);
    let first = s0 ^ outer;
    let inner = s1 ^ first;
    // x ^ (x << 17), where x is the second word.
    let folded = inner ^ s2 ^ first;
    let second = folded ^ (folded << 17) ^ (folded << 34) ^ (folded << 51);
    [first, second, inner ^ second, outer ^ second]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_back_pair_by_pair() {
        let start = Stream::from_state([3, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef]);
        let mut draws = Draws::new();
        draws.put(5, 3, AHEAD, start.clone());
        assert_eq!(draws.stream(5, AHEAD), start);
        let mut later = start;
        (0..6).for_each(|_| {
            later.word();
        });
        assert_eq!(draws.stream(5, AHEAD - 3), later);
    }
}
