//! A law with one coupling, in words.

use quincunx_core::Result;
use quincunx_core::observe::Tally;
use quincunx_core::rng::Stream;

use super::super::chance::Chance;
use super::super::law::Law;
use super::super::scan::{Beat, Chain, Scratch};
use super::super::threshold::{Threshold, activation};
use super::flood::Flood;
use super::grid::Grid;
use super::spelling::Spelling;

/// Where the words lie, how spins are written in them, and how likely satisfied bonds join their ends.
#[derive(Debug)]
pub(in super::super) struct Coupled {
    grid: Grid,
    spelling: Spelling,
    /// Whether equal values satisfy a bond.
    by_equal: bool,
    activation: Threshold,
}

impl Coupled {
    /// `None` on lattices of another kind or without one coupling for all bonds.
    pub fn new(law: &Law) -> Option<Self> {
        // A satisfied bond of Ising spins gains 2|J|, one of Potts spins J.
        let (gain, couplings) = match law {
            Law::Ising(model) => (2.0, model.couplings()),
            Law::Potts(model) => (1.0, model.couplings()),
        };
        let coupling = couplings.uniform()?;
        Some(Self {
            grid: Grid::new(law.geometry())?,
            spelling: Spelling::of(law),
            by_equal: coupling >= 0.0,
            activation: Threshold::new(activation(law.beta(), gain * coupling.abs())),
        })
    }

    /// The same where words pay.
    pub fn wide(law: &Law) -> Option<Self> {
        Self::new(law).filter(|coupled| coupled.grid.is_wide())
    }

    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// `count` sweeps of a chain in words: `sweep(planes, stream, flood, beat)` is one.
    #[inline(always)]
    pub fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
        sweep: impl Fn(&mut [u64], &mut Stream, &mut Flood, Beat<'_>) -> Result<Tally>,
    ) -> Result<Tally> {
        let Scratch { planes, flood, .. } = scratch;
        let mut told = Tally::default();
        self.pack(&chain.spins, planes);
        // A stream of its own stays in registers.
        let mut own = chain.stream.clone();
        for _ in 0..count {
            told.add(sweep(planes, &mut own, flood, beat)?);
            beat()?;
        }
        chain.stream = own;
        self.unpack(planes, &mut chain.spins);
        Ok(told)
    }

    pub fn pack(&self, spins: &[i8], planes: &mut Vec<u64>) {
        self.grid.pack(self.spelling, spins, planes);
    }

    pub fn unpack(&self, planes: &[u64], spins: &mut [i8]) {
        self.grid.unpack(self.spelling, planes, spins);
    }

    /// The value at a bit of a word.
    pub fn value(&self, planes: &[u64], place: (usize, u32)) -> i8 {
        self.spelling.read(planes, self.grid.len(), place)
    }

    /// The sites of a word that a drawn bond joins to the next one along an axis.
    #[inline(always)]
    pub fn draw(&self, planes: &[u64], word: usize, axis: usize, chance: &mut impl Chance) -> u64 {
        let equal = self.grid.equal(planes, word, axis);
        let satisfied = if self.by_equal {
            equal
        } else {
            self.grid.place(word).bonds[axis] & !equal
        };
        chance.hits(satisfied, self.activation)
    }

    /// Gives a value to some sites of a word.
    #[inline(always)]
    pub fn paint(&self, planes: &mut [u64], word: usize, sites: u64, value: i8) {
        for (plane, words) in planes.chunks_exact_mut(self.grid.len()).enumerate() {
            let bits = if self.spelling.has(value, plane) {
                sites
            } else {
                0
            };
            words[word] = words[word] & !sites | bits;
        }
    }
}
