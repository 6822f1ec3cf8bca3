//! Random pairs of eight lanes, drawn some rounds ahead: the logarithms do not wait for the counts.

use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words};
use quincunx_core::simd::{LANES, Lanes, Vector};

/// Rounds drawn at a time.
pub(super) const AHEAD: usize = 8;

/// Pairs `(-ln u1, u2)` for the next rounds.
#[derive(Debug)]
pub(super) struct Draws {
    delay: [Lanes<f64>; AHEAD],
    choice: [Lanes<f64>; AHEAD],
    /// The streams after the last pair held.
    after: States,
    /// The streams before pair `first` of each lane.
    before: States,
    first: [usize; LANES],
}

impl Draws {
    pub(super) fn new() -> Self {
        let states = States([Lanes::splat(1); 4]);
        Self {
            delay: [Lanes::splat(1.0); AHEAD],
            choice: [Lanes::splat(0.5); AHEAD],
            after: states,
            before: states,
            first: [0; LANES],
        }
    }

    /// Puts a stream on lane `l`: its first pair is that of round `from`.
    pub(super) fn put(&mut self, l: usize, from: usize, mut stream: Stream) {
        self.first[l] = from;
        for (row, word) in self.before.0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
        for (delay, choice) in self.delay.iter_mut().zip(&mut self.choice).skip(from) {
            delay[l] = stream.exponential();
            choice[l] = stream.uniform();
        }
        for (row, word) in self.after.0.iter_mut().zip(stream.state()) {
            row[l] = word;
        }
    }

    /// The stream of lane `l` from the pair of round `at` on.
    pub(super) fn stream(&self, l: usize, at: usize) -> Stream {
        if at == AHEAD {
            return Stream::from_state(self.after.0.map(|row| row[l]));
        }
        let mut stream = Stream::from_state(self.before.0.map(|row| row[l]));
        for _ in 0..2 * at.saturating_sub(self.first[l]) {
            stream.word();
        }
        stream
    }

    /// The pair of a round.
    #[inline(always)]
    pub(super) fn pair<V: Vector>(&self, round: usize, part: usize) -> (V::F, V::F) {
        let round = round % AHEAD;
        (
            V::load(&self.delay[round], part),
            V::load(&self.choice[round], part),
        )
    }

    /// Draws for the next rounds.
    #[inline(always)]
    pub(super) fn fill<V: Vector>(&mut self) {
        self.before = self.after;
        self.first = [0; LANES];
        let mut part = 0;
        while part < V::PARTS {
            let mut words = Words::<V>::load(&self.after, part);
            let mut round = 0;
            while round < AHEAD {
                V::store(&mut self.delay[round], part, words.exponential());
                V::store(&mut self.choice[round], part, words.uniform());
                round += 1;
            }
            words.store(&mut self.after, part);
            part += 1;
        }
    }
}
