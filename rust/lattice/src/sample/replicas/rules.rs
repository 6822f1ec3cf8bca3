//! The sweep of 64 replicas: what is drawn for them together, and one attempt at every site.

use quincunx_core::Result;
use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::simd::{LANES, Lanes, dispatch};
use serde::{Deserialize, Serialize};

use super::super::checkerboard::{Bernoulli, Rare};
use super::super::scan::Beat;
use super::super::threshold::{Threshold, boltzmann};
use super::attempts::Attempts;
use super::count::Counters;
use super::layout::{Group, Layout, MOST};
use crate::model::Ising;

/// Replicas in a word.
pub(super) const WIDTH: usize = 64;
/// The words that 64 replicas draw together: of replica `r` they are bit `r mod 64` at address `r / 64`. (Chains of ladders
/// have the purposes from 258 on.)
const SHARED: Purpose = Purpose(256);
/// Chunks between two beats: some microseconds.
const BLOCK: usize = 256;

/// What moves 64 replicas.
#[derive(Debug)]
pub(super) struct Rules {
    pub layout: Layout,
    /// Entry `m`: acceptance where the neighbours that are parallel outnumber the others by `m`.
    laws: [Bernoulli; MOST + 1],
    /// The one |J|.
    pub size: f64,
}

/// Where the draws of 64 replicas stand. They never depend on a spin, so that each of the 64 can go on alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Draws {
    /// For rare events.
    stream: Stream,
    lanes: States,
    /// Sites before the next rare event of each law.
    skips: [u64; MOST + 1],
}

/// The spins of 64 replicas and room to move them.
#[derive(Debug, Default)]
pub(super) struct Spins {
    pub words: Vec<[u64; LANES]>,
    rare: [Rare; MOST + 1],
    flips: Vec<Lanes<u64>>,
    /// Flips of each replica.
    pub flipped: Counters,
}

impl Rules {
    /// `None` unless all couplings have one size, there is no field and no site has too many neighbours; refused if
    /// neighbours cannot be told apart by two colours.
    pub fn new(model: &Ising) -> Result<Option<Self>> {
        let size = model.couplings().magnitude();
        let Some(size) = size.filter(|_| model.fields().is_zero()) else {
            return Ok(None);
        };
        let layout = Layout::new(model.geometry(), model.couplings())?;
        let accept = |m: usize| {
            let cost = 2.0 * m as f64 * size;
            Bernoulli::new(Threshold::new(boltzmann(model.beta(), cost)))
        };
        Ok(layout.map(|layout| Self {
            layout,
            laws: std::array::from_fn(accept),
            size,
        }))
    }

    /// The beginning of the draws of the replicas `64 word .. 64 word + 64`.
    pub fn draws(&self, key: Key, word: u64) -> Draws {
        let mut stream = Stream::at(key, word, SHARED);
        let mut lanes = States([Lanes::splat(0); 4]);
        for lane in 0..LANES {
            for word in &mut lanes.0 {
                word[lane] = stream.word();
            }
        }
        let skips = self.laws.each_ref().map(|law| {
            let mut rare = Rare::default();
            rare.begin(law, 0, &mut stream);
            rare.skip()
        });
        Draws {
            stream,
            lanes,
            skips,
        }
    }

    /// As many sweeps.
    pub fn sweeps(
        &self,
        spins: &mut Spins,
        draws: &mut Draws,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<()> {
        spins.flips.resize(BLOCK, Lanes::splat(0));
        for ((rare, law), skip) in spins.rare.iter_mut().zip(&self.laws).zip(draws.skips) {
            rare.resume(law, BLOCK, skip);
        }
        for _ in 0..count {
            for (colour, groups) in self.layout.groups.iter().enumerate() {
                for group in groups {
                    self.attempts(colour, group, spins, draws, beat)?;
                }
            }
            beat()?;
        }
        for (rare, skip) in spins.rare.iter().zip(&mut draws.skips) {
            *skip = rare.skip();
        }
        Ok(())
    }

    /// One attempt at every site of a group.
    fn attempts(
        &self,
        colour: usize,
        group: &Group,
        spins: &mut Spins,
        draws: &mut Draws,
        beat: Beat<'_>,
    ) -> Result<()> {
        for first in (0..group.chunks()).step_by(BLOCK) {
            let chunks = first..(first + BLOCK).min(group.chunks());
            match group.degree.div_ceil(2) {
                0 | 1 => self.block::<1>(colour, group, chunks, spins, draws),
                2 => self.block::<2>(colour, group, chunks, spins, draws),
                3 => self.block::<3>(colour, group, chunks, spins, draws),
                _ => self.block::<4>(colour, group, chunks, spins, draws),
            }
            if first > 0 {
                beat()?;
            }
        }
        Ok(())
    }

    /// One attempt at every site of some chunks, with acceptance certain from `K` antiparallel neighbours on.
    fn block<const K: usize>(
        &self,
        colour: usize,
        group: &Group,
        chunks: std::ops::Range<usize>,
        spins: &mut Spins,
        draws: &mut Draws,
    ) {
        let Spins {
            words,
            rare,
            flips,
            flipped,
        } = spins;
        let (even, odd) = words.split_at_mut(self.layout.chunks[0]);
        let (mine, theirs) = match colour {
            0 => (even, odd),
            _ => (odd, even),
        };
        let excess: [usize; K] = std::array::from_fn(|c| group.degree.saturating_sub(2 * c));
        for m in excess {
            rare[m].advance(chunks.len(), &mut draws.stream);
        }
        let flips = &mut flips[..chunks.len()];
        let end = chunks.end;
        dispatch(Attempts {
            group,
            chunks,
            laws: excess.map(|m| self.laws[m]),
            rare: excess.map(|m| rare[m].bits()),
            mine,
            theirs: theirs.as_flattened(),
            lanes: &mut draws.lanes,
            flips,
        });
        if let (true, Some(last)) = (end == group.chunks(), flips.last_mut()) {
            for lane in group.sites - LANES * (end - 1)..LANES {
                last[lane] = 0;
                mine[group.first + end - 1][lane] = 0;
            }
        }
        flipped.add(flips);
    }
}
