//! One walker: its state, its levels, its modification factor.

use quincunx_core::Result;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::Pulse;

use super::proposal::Propose;
use crate::levels::Units;

/// Attempts between two looks at the pulse.
const BEAT: u64 = 1 << 13;
/// Units of progress of one walker.
pub(super) const PROGRESS: u64 = 1000;

/// A walker over the levels of a model.
#[derive(Debug)]
pub(super) struct Walker {
    pub state: Vec<i8>,
    stream: Stream,
    /// The place of the current level on the grid.
    pub place: usize,
    /// `ln g` by place; of use where `seen` is not 0.
    pub log_g: Vec<f64>,
    /// The round of visits in which a level was seen last; 0 if never.
    seen: Vec<u32>,
    round: u32,
    /// Levels seen so far that were not visited in this round.
    missing: usize,
    /// Places of the levels seen so far.
    pub found: Vec<usize>,
    pub attempts: u64,
    /// Attempts since the last level was found.
    since: u64,
    f: f64,
    /// Whether `f` follows the number of attempts.
    follows: bool,
}

impl Walker {
    /// From independent spins.
    pub fn new(units: &Units<'_>, key: Key, number: u64) -> Self {
        let mut stream = Stream::at(key, number, Purpose::MAIN);
        let law = units.law();
        let draw = |_| law.value(stream.below(law.values() as u64) as usize);
        let state: Vec<i8> = (0..law.geometry().n_sites()).map(draw).collect();
        let grid = units.grid();
        let places = grid.len as usize;
        let mut walker = Self {
            place: grid.index(units.level(&state)),
            state,
            stream,
            log_g: vec![0.0; places],
            seen: vec![0; places],
            round: 1,
            missing: 0,
            found: Vec::new(),
            attempts: 0,
            since: 0,
            f: 1.0,
            follows: false,
        };
        walker.discover(walker.place);
        walker
    }

    /// Walks until the modification factor is down to `f_final`.
    pub fn run(&mut self, moves: &impl Propose, f_final: f64, pulse: &Pulse) -> Result<()> {
        let mut told = 0;
        while self.f > f_final {
            pulse.check()?;
            self.walk(moves, f_final, BEAT);
            let target = self.found.len() as f64 / f_final;
            let done = (PROGRESS as f64 * (self.since as f64 / target).min(1.0)) as u64;
            pulse.add(done.saturating_sub(told));
            told = told.max(done);
        }
        pulse.add(PROGRESS - told);
        Ok(())
    }

    /// At most so many attempts.
    #[inline(never)]
    fn walk(&mut self, moves: &impl Propose, f_final: f64, most: u64) {
        for _ in 0..most {
            if self.f <= f_final {
                return;
            }
            self.attempt(moves);
        }
    }

    #[inline(always)]
    fn attempt(&mut self, moves: &impl Propose) {
        let proposal = moves.propose(&self.state, &mut self.stream);
        let place = (self.place as i64 + proposal.places) as usize;
        if self.seen[place] == 0 {
            self.discover(place);
        }
        let rise = self.log_g[place] - self.log_g[self.place];
        // min(1, g / g') as an exponential waiting time that outlasts the rise.
        if rise <= 0.0 || self.stream.exponential() > rise {
            self.state[proposal.site] = proposal.value;
            self.place = place;
        }
        self.attempts += 1;
        self.since += 1;
        if self.follows {
            self.f = self.found.len() as f64 / self.since as f64;
        }
        self.log_g[self.place] += self.f;
        if self.seen[self.place] != self.round {
            self.seen[self.place] = self.round;
            self.missing -= 1;
        }
        if self.missing == 0 && !self.follows {
            self.halve();
        }
    }

    /// A new level begins at the lowest `ln g`, all levels have to be visited again, and `f` begins anew: a level found
    /// late, when `f` is small, would keep the number it began with (six by six spins without this: `ln g` of the ground
    /// state off by 3).
    #[cold]
    fn discover(&mut self, place: usize) {
        self.log_g[place] = self.least();
        self.found.push(place);
        self.seen[place] = self.round;
        (self.f, self.since, self.follows) = (1.0, 0, false);
        self.begin_round();
    }

    fn least(&self) -> f64 {
        let known = self.found.iter().map(|&p| self.log_g[p]);
        let least = known.fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 0.0 }
    }

    fn begin_round(&mut self) {
        self.round += 1;
        self.missing = self.found.len();
    }

    #[cold]
    fn halve(&mut self) {
        self.f /= 2.0;
        self.follows = self.f < self.found.len() as f64 / self.since as f64;
        // Differences alone matter; small numbers round less.
        let least = self.least();
        for &place in &self.found {
            self.log_g[place] -= least;
        }
        self.begin_round();
    }
}
