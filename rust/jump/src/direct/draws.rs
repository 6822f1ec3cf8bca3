//! Random pairs of a block of lanes, drawn some rounds ahead: the logarithms do not wait for the counts.

use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words};
use quincunx_core::simd::math::stream::{LogParts, exponential_of};
use quincunx_core::simd::{LANES, Lanes, Vector};

use super::block::{CHUNKS, WIDTH};

/// Rounds drawn at a time.
pub(super) const AHEAD: usize = 8;

/// Pairs `(-ln u1, u2)` for the next rounds: `pairs[round][chunk]`.
#[derive(Debug)]
pub(super) struct Draws {
    delay: [[Lanes<f64>; CHUNKS]; AHEAD],
    choice: [[Lanes<f64>; CHUNKS]; AHEAD],
    /// The streams after the last pair held.
    after: [States; CHUNKS],
    /// The streams before pair `first` of each lane.
    before: [States; CHUNKS],
    first: [usize; WIDTH],
}

impl Draws {
    pub(super) fn new() -> Self {
        let states = [States([Lanes::splat(1); 4]); CHUNKS];
        Self {
            delay: [[Lanes::splat(1.0); CHUNKS]; AHEAD],
            choice: [[Lanes::splat(0.5); CHUNKS]; AHEAD],
            after: states,
            before: states,
            first: [0; WIDTH],
        }
    }

    /// Puts a stream on a lane: its first pair is that of round `from`.
    pub(super) fn put(&mut self, lane: usize, from: usize, mut stream: Stream) {
        let (c, l) = (lane / LANES, lane % LANES);
        self.first[lane] = from;
        for (row, word) in self.before[c].0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
        for (delay, choice) in self.delay.iter_mut().zip(&mut self.choice).skip(from) {
            delay[c][l] = stream.exponential();
            choice[c][l] = stream.uniform();
        }
        for (row, word) in self.after[c].0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
    }

    /// The stream of a lane from the pair of round `at` on.
    pub(super) fn stream(&self, lane: usize, at: usize) -> Stream {
        let (c, l) = (lane / LANES, lane % LANES);
        if at == AHEAD {
            return Stream::from_state(self.after[c].0.map(|row| row[l]));
        }
        let mut stream = Stream::from_state(self.before[c].0.map(|row| row[l]));
        for _ in 0..2 * at.saturating_sub(self.first[lane]) {
            stream.word();
        }
        stream
    }

    /// The pair of a round.
    #[inline(always)]
    pub(super) fn pair<V: Vector>(&self, round: usize, (c, part): (usize, usize)) -> (V::F, V::F) {
        let round = round % AHEAD;
        (
            V::load(&self.delay[round][c], part),
            V::load(&self.choice[round][c], part),
        )
    }

    /// Draws for the next rounds of `chunks` chunks: in two passes, each with a short chain of operations, so that
    /// many rounds are under way at once.
    #[inline(always)]
    pub(super) fn fill<V: Vector>(&mut self, chunks: usize) {
        self.before = self.after;
        self.first = [0; WIDTH];
        let mut e = [Lanes::splat(0.0); AHEAD];
        let mut c = 0;
        while c < chunks.min(CHUNKS) {
            let mut part = 0;
            while part < V::PARTS {
                let mut words = Words::<V>::load(&self.after[c], part);
                let mut round = 0;
                while round < AHEAD {
                    let log = LogParts::<V>::of(words.word());
                    V::store(&mut e[round], part, log.e);
                    V::store(&mut self.delay[round][c], part, log.s);
                    V::store(&mut self.choice[round][c], part, words.uniform());
                    round += 1;
                }
                words.store(&mut self.after[c], part);
                let mut round = 0;
                while round < AHEAD {
                    let log = LogParts::<V> {
                        e: V::load(&e[round], part),
                        s: V::load(&self.delay[round][c], part),
                    };
                    V::store(&mut self.delay[round][c], part, exponential_of(log));
                    round += 1;
                }
                part += 1;
            }
            c += 1;
        }
    }
}
