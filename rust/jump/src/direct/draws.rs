//! Random pairs of eight lanes, drawn some rounds ahead: the logarithms do not wait for the counts.

use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words};
use quincunx_core::simd::math::stream::{LogParts, half_exponential_of, unit};
use quincunx_core::simd::{Job, Lanes, Vector, dispatch};

/// Pairs held of each lane.
pub(super) const AHEAD: usize = 8;
/// Rounds between the words of a pair and its logarithm: whatever an event reads was begun long before.
const LAG: usize = AHEAD / 2;

/// Pairs `(-(ln u1)/2, u2)` for the next rounds: that of round `r` lies in place `r` modulo [`AHEAD`]. Of the later half
/// of them the logarithms are not yet taken.
#[derive(Debug)]
pub(super) struct Draws {
    delay: [Lanes<f64>; AHEAD],
    choice: [Lanes<f64>; AHEAD],
    exponent: [Lanes<f64>; AHEAD],
    /// The streams after the last pair held.
    after: States,
}

impl Draws {
    pub(super) fn new() -> Self {
        Self {
            delay: [Lanes::splat(1.0); AHEAD],
            choice: [Lanes::splat(0.5); AHEAD],
            exponent: [Lanes::splat(0.0); AHEAD],
            after: States([Lanes::splat(1); 4]),
        }
    }

    /// Puts a stream on lane `l`: its first pair is that of round `from`.
    pub(super) fn put(&mut self, l: usize, from: usize, mut stream: Stream) {
        let mut pairs = Pairs::new();
        for (first, second) in pairs.first.0.iter_mut().zip(&mut pairs.second.0) {
            (*first, *second) = (stream.word(), stream.word());
        }
        for (row, word) in self.after.0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
        dispatch(&mut pairs);
        for k in 0..AHEAD {
            let place = (from + k) % AHEAD;
            let delay = if k < LAG { &pairs.delay } else { &pairs.s };
            self.delay[place][l] = delay[k];
            self.choice[place][l] = pairs.choice[k];
            self.exponent[place][l] = pairs.exponent[k];
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

    /// The pair of a round; its place goes to the pair of [`AHEAD`] rounds later.
    #[inline(always)]
    pub(super) fn take<V: Vector>(
        &mut self,
        round: usize,
        part: usize,
        words: &mut Words<V>,
    ) -> (V::F, V::F) {
        let (delay, choice) = (
            &mut self.delay[round % AHEAD],
            &mut self.choice[round % AHEAD],
        );
        let pair = (V::load(delay, part), V::load(choice, part));
        let log = LogParts::<V>::of(words.word());
        V::store(&mut self.exponent[round % AHEAD], part, log.e);
        V::store(delay, part, log.s);
        V::store(choice, part, words.uniform());
        let later = (round + LAG) % AHEAD;
        let log = LogParts::<V> {
            e: V::load(&self.exponent[later], part),
            s: V::load(&self.delay[later], part),
        };
        V::store(&mut self.delay[later], part, half_exponential_of(log));
        pair
    }
}

/// The state of a stream before its last word: xoshiro256++ backwards.
fn previous([s0, s1, s2, s3]: [u64; 4]) -> [u64; 4] {
    let outer = s3.rotate_right(45);
    let first = s0 ^ outer;
    let inner = s1 ^ first;
    // x ^ (x << 17), where x is the second word.
    let folded = inner ^ s2 ^ first;
    let second = folded ^ (folded << 17) ^ (folded << 34) ^ (folded << 51);
    [first, second, inner ^ second, outer ^ second]
}

/// Consecutive pairs of one stream.
struct Pairs {
    first: Lanes<u64>,
    second: Lanes<u64>,
    exponent: Lanes<f64>,
    s: Lanes<f64>,
    delay: Lanes<f64>,
    choice: Lanes<f64>,
}

impl Pairs {
    fn new() -> Self {
        Self {
            first: Lanes::splat(0),
            second: Lanes::splat(0),
            exponent: Lanes::splat(0.0),
            s: Lanes::splat(0.0),
            delay: Lanes::splat(0.0),
            choice: Lanes::splat(0.0),
        }
    }
}

impl Job for &mut Pairs {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let mut part = 0;
        while part < V::PARTS {
            let log = LogParts::<V>::of(V::load_u(&self.first, part));
            V::store(&mut self.exponent, part, log.e);
            V::store(&mut self.s, part, log.s);
            V::store(&mut self.delay, part, half_exponential_of(log));
            V::store(
                &mut self.choice,
                part,
                unit::<V>(V::load_u(&self.second, part)),
            );
            part += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_back_pair_by_pair() {
        let start = Stream::from_state([3, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef]);
        let mut draws = Draws::new();
        draws.put(5, 3, start.clone());
        assert_eq!(draws.stream(5, AHEAD), start);
        let mut later = start;
        (0..6).for_each(|_| {
            later.word();
        });
        assert_eq!(draws.stream(5, AHEAD - 3), later);
    }
}
