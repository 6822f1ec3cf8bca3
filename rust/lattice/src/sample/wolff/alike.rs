//! One coupling for all bonds, site by site.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::super::chance::{Chance, Halves};
use super::super::neighbours::{Listed, Neighbours};
use super::super::scan::{Beat, Chain, MEAN_CLUSTER, Move, STRIDE, Scratch, Told};
use super::super::threshold::{Threshold, activation};
use super::Painted;

/// One non-negative coupling, no field: all sites of a cluster have one value, so that a site already painted is known
/// by its new value.
#[derive(Debug)]
pub(in super::super) struct Alike {
    neighbours: Listed,
    activation: Threshold,
    painted: Painted,
    clusters: usize,
}

impl Alike {
    /// `gain`: the energy that separates an unlike from an equal pair.
    pub fn new(
        neighbours: Listed,
        beta: f64,
        gain: f64,
        painted: Painted,
        clusters: usize,
    ) -> Self {
        Self {
            neighbours,
            activation: Threshold::new(activation(beta, gain)),
            painted,
            clusters,
        }
    }

    /// Grows and flips one cluster at once; tells its size.
    #[inline]
    pub fn flip_cluster(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        queue: &mut Vec<u32>,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let most = self.neighbours.most();
        let seed = chance.below(spins.len() as u64) as usize;
        let old = spins[seed];
        let new = self.painted.new_value(old, chance);
        spins[seed] = new;
        // A queue with room for one more site's neighbours: accepted ones are kept by moving its end. First in, first
        // out: the next sites are known long before they are needed.
        queue.resize(most + 1, 0);
        queue[0] = seed as u32;
        let (mut next, mut end) = (0, 1);
        while next < end {
            if queue.len() < end + most + 1 {
                queue.resize(2 * (end + most + 1), 0);
            }
            let site = queue[next] as usize;
            let room = &mut queue[end..end + most + 1];
            let mut kept = 0;
            chance.begin_site();
            self.neighbours.each(site, |other, _| {
                let joins = chance.hit_if(spins[other] == old, self.activation);
                room[kept] = other as u32;
                kept += usize::from(joins);
                spins[other] = if joins { new } else { spins[other] };
            });
            end += kept;
            next += 1;
            if next % STRIDE == 0 {
                beat()?;
            }
        }
        Ok(Tally {
            sum: end as u64,
            terms: 1,
        })
    }
}

impl Move for Alike {
    fn tells(&self) -> Told {
        MEAN_CLUSTER
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let mut flipped = Tally::default();
        for _ in 0..self.clusters {
            let mut halves = Halves::of(&mut chain.stream);
            let queue = &mut scratch.cluster;
            flipped.add(self.flip_cluster(&mut chain.spins, &mut halves, queue, beat)?);
        }
        beat()?;
        Ok(flipped)
    }
}
