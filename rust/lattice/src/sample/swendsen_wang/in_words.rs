//! One coupling on a square or cubic lattice, 64 sites at a time.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::super::chance::Chance;
use super::super::scan::{Beat, Chain, MEAN_CLUSTER, Move, Scratch, Told};
use super::super::threshold::Threshold;
use super::super::words::{Coupled, Flood};
use super::Given;

/// As [`BySites`](super::BySites), in words: all bonds are drawn, then the clusters grow one by one, in the order of their
/// first sites but for single sites, a word of which is found at once.
#[derive(Debug)]
pub(in super::super) struct InWords {
    coupled: Coupled,
    given: Given,
}

impl InWords {
    pub fn new(coupled: Coupled, given: Given) -> Self {
        Self { coupled, given }
    }

    /// One move of the whole lattice, of spins in planes of bits; tells its sites and its clusters.
    pub fn flip_clusters(
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
        flood.clear(grid);
        let draw = |word, axis| self.coupled.draw(planes, word, axis, chance);
        flood.draw_all::<D>(grid, draw, beat)?;
        let half = Threshold::new(0.5);
        let mut clusters = 0;
        for word in 0..grid.len() {
            let alone = flood.take_alone::<D>(grid, word);
            clusters += u64::from(alone.count_ones());
            match self.given {
                Given::Sign => planes[word] ^= chance.hits(alone, half),
                Given::Colour(q) => {
                    for bit in bits(alone) {
                        let colour = chance.below(q as u64) as i8;
                        self.coupled.paint(planes, word, 1 << bit, colour);
                    }
                }
            }
            // Each cluster leaves fewer sites of this word.
            while let Some(bit) = bits(flood.left(grid, word)).next() {
                clusters += 1;
                let known = |_, _| 0;
                let seed = (word, bit);
                match self.given {
                    Given::Sign => {
                        let flips = u64::from(chance.hit(half)).wrapping_neg();
                        let flip = |word: usize, run| planes[word] ^= run & flips;
                        flood.grow::<D>(grid, seed, known, flip, beat)?;
                    }
                    Given::Colour(q) => {
                        let colour = chance.below(q as u64) as i8;
                        let paint = |word, run| self.coupled.paint(planes, word, run, colour);
                        flood.grow::<D>(grid, seed, known, paint, beat)?;
                    }
                }
            }
        }
        Ok(Tally {
            sum: grid.sites() as u64,
            terms: clusters,
        })
    }
}

/// The places of the set bits, lowest first.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lowest = (word != 0).then(|| word.trailing_zeros());
        word &= word.wrapping_sub(1);
        lowest
    })
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
            |planes, stream, flood, beat| self.flip_clusters(planes, stream, flood, beat),
        )
    }
}
