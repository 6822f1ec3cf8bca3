//! One coupling on a square or cubic lattice, 64 sites at a time.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::super::chance::Chance;
use super::super::scan::{Beat, Chain, MEAN_CLUSTER, Move, Scratch, Told};
use super::super::words::{Coupled, Flood};
use super::Painted;

/// As [`Alike`](super::Alike), in words: all bonds of a word along an axis are drawn when the cluster first asks for one
/// of them.
#[derive(Debug)]
pub(in super::super) struct InWords {
    coupled: Coupled,
    painted: Painted,
    clusters: usize,
}

impl InWords {
    pub fn new(coupled: Coupled, painted: Painted, clusters: usize) -> Self {
        Self {
            coupled,
            painted,
            clusters,
        }
    }

    /// Grows and flips one cluster of spins in planes of bits; tells its size.
    pub fn flip_cluster(
        &self,
        planes: &mut [u64],
        chance: &mut impl Chance,
        flood: &mut Flood,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        match self.coupled.grid().axes() {
            2 => self.flip_on::<2>(planes, chance, flood, beat),
            _ => self.flip_on::<3>(planes, chance, flood, beat),
        }
    }

    #[inline(always)]
    fn flip_on<const D: usize>(
        &self,
        planes: &mut [u64],
        chance: &mut impl Chance,
        flood: &mut Flood,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let grid = self.coupled.grid();
        let seed = grid.word_of(chance.below(grid.sites() as u64) as usize);
        let old = self.coupled.value(planes, seed);
        let new = self.painted.new_value(old, chance);
        flood.clear(grid);
        let draw = |word, axis| self.coupled.draw(planes, word, axis, chance);
        let mut size = 0;
        let count = |_, run: u64| size += u64::from(run.count_ones());
        flood.grow::<D>(grid, seed, draw, count, beat)?;
        // Only now: bonds are drawn between the values from before.
        for (word, cluster) in flood.cluster() {
            self.coupled.paint(planes, word, cluster, new);
        }
        Ok(Tally {
            sum: size,
            terms: 1,
        })
    }
}

impl Move for InWords {
    fn tells(&self) -> Told {
        MEAN_CLUSTER
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        self.sweeps(chain, scratch, 1, beat)
    }

    fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        self.coupled.sweeps(
            chain,
            scratch,
            count,
            beat,
            |planes, stream, flood, beat| {
                let mut flipped = Tally::default();
                for _ in 0..self.clusters {
                    flipped.add(self.flip_cluster(planes, stream, flood, beat)?);
                }
                Ok(flipped)
            },
        )
    }
}
