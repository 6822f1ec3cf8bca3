//! Wolff's clusters (U. Wolff, Phys. Rev. Lett. 62, 361 (1989)).

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::chance::{Chance, Halves};
use super::neighbours::{Listed, Neighbours};
use super::scan::{Beat, Chain, MEAN_CLUSTER, Move, STRIDE, Scratch, Told};
use super::threshold::{Threshold, activation};
use crate::model::{Ising, Potts, Values};

/// The value a cluster is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Painted {
    /// Ising: the other sign.
    Opposite,
    /// Potts: one of the other `q - 1` colours.
    OneOfTheOthers(usize),
}

impl Painted {
    #[inline]
    fn new_value(self, old: i8, chance: &mut impl Chance) -> i8 {
        match self {
            Painted::Opposite => -old,
            Painted::OneOfTheOthers(q) => {
                let new = usize::from(old as u8) + 1 + chance.below(q as u64 - 1) as usize;
                (if new >= q { new - q } else { new }) as i8
            }
        }
    }
}

/// One non-negative coupling, no field: all sites of a cluster have one value, so that a site already painted is known
/// by its new value.
#[derive(Debug)]
pub(super) struct Wolff<N> {
    neighbours: N,
    activation: Threshold,
    painted: Painted,
    clusters: usize,
}

impl<N: Neighbours> Wolff<N> {
    /// `gain`: the energy that separates an unlike from an equal pair.
    pub fn new(neighbours: N, beta: f64, gain: f64, painted: Painted, clusters: usize) -> Self {
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

impl<N: Neighbours> Move for Wolff<N> {
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

/// Couplings of any sign and size and fields: sites of a cluster are marked, and a field is a bond to a ghost spin.
/// While the cluster grows each site joins the ghost with `1 - exp(-2 beta max(0, h_i s_i))`; if any does, all stays.
#[derive(Debug)]
pub(super) struct Frustrated {
    neighbours: Listed,
    /// Activation of the satisfied bond in each slot.
    activation: Vec<Threshold>,
    /// Whether the bond in each slot is satisfied by equal values.
    ferromagnetic: Vec<bool>,
    /// The value favoured by the field at each site and its activation; empty without fields.
    ghosts: Vec<(i8, Threshold)>,
    painted: Painted,
    clusters: usize,
}

impl Frustrated {
    pub fn ising(model: &Ising, clusters: usize) -> Self {
        let ghost = |i: usize| {
            let h = model.fields().at(i);
            let favoured = if h < 0.0 { -1 } else { 1 };
            (
                favoured,
                Threshold::new(activation(model.beta(), 2.0 * h.abs())),
            )
        };
        let sites = if model.fields().is_zero() {
            0
        } else {
            model.geometry().n_sites()
        };
        Self {
            ghosts: (0..sites).map(ghost).collect(),
            ..Self::new(
                Listed::new(model.geometry()),
                model.beta(),
                model.couplings(),
                2.0,
                Painted::Opposite,
                clusters,
            )
        }
    }

    pub fn potts(model: &Potts, clusters: usize) -> Self {
        let painted = Painted::OneOfTheOthers(model.q());
        Self::new(
            Listed::new(model.geometry()),
            model.beta(),
            model.couplings(),
            1.0,
            painted,
            clusters,
        )
    }

    fn new(
        neighbours: Listed,
        beta: f64,
        couplings: &Values,
        gain: f64,
        painted: Painted,
        clusters: usize,
    ) -> Self {
        let by_slot = neighbours.by_slot(|b| couplings.at(b));
        let chance = |&j: &f64| Threshold::new(activation(beta, gain * j.abs()));
        Self {
            activation: by_slot.iter().map(chance).collect(),
            ferromagnetic: by_slot.iter().map(|&j| j >= 0.0).collect(),
            neighbours,
            ghosts: Vec::new(),
            painted,
            clusters,
        }
    }

    /// True if the site stays with the field.
    #[inline]
    fn joins_ghost(&self, site: usize, value: i8, random: &mut impl Chance) -> bool {
        match self.ghosts.get(site) {
            Some(&(favoured, activation)) if favoured == value => random.hit(activation),
            _ => false,
        }
    }

    /// Grows the cluster of `seed` without changing any spin; false if it is tied to the ghost.
    fn grow(
        &self,
        seed: usize,
        spins: &[i8],
        chance: &mut impl Chance,
        scratch: &mut Scratch,
        beat: Beat<'_>,
    ) -> Result<bool> {
        let Scratch {
            cluster,
            marks,
            mark,
            ..
        } = scratch;
        cluster.clear();
        cluster.push(seed as u32);
        marks[seed] = *mark;
        let mut next = 0;
        while next < cluster.len() {
            let site = cluster[next] as usize;
            let value = spins[site];
            if self.joins_ghost(site, value, chance) {
                return Ok(false);
            }
            self.neighbours.each(site, |other, slot| {
                let satisfied = (spins[other] == value) == self.ferromagnetic[slot];
                if satisfied && marks[other] != *mark && chance.hit(self.activation[slot]) {
                    marks[other] = *mark;
                    cluster.push(other as u32);
                }
            });
            next += 1;
            if next % STRIDE == 0 {
                beat()?;
            }
        }
        Ok(true)
    }
}

impl Frustrated {
    /// Grows one cluster and flips it unless it is tied to the ghost; tells the size of what was flipped.
    pub fn flip_cluster(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        scratch: &mut Scratch,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        if scratch.mark == u32::MAX || scratch.marks.len() != spins.len() {
            scratch.marks = vec![0; spins.len()];
            scratch.mark = 0;
        }
        scratch.mark += 1;
        let seed = chance.below(spins.len() as u64) as usize;
        let new = self.painted.new_value(spins[seed], chance);
        let mut flipped = Tally::default();
        if self.grow(seed, spins, chance, scratch, beat)? {
            flipped.sum = scratch.cluster.len() as u64;
            flipped.terms = 1;
            for &site in &scratch.cluster {
                let spin = &mut spins[site as usize];
                *spin = if self.painted == Painted::Opposite {
                    -*spin
                } else {
                    new
                };
            }
        }
        Ok(flipped)
    }
}

impl Move for Frustrated {
    fn tells(&self) -> Told {
        MEAN_CLUSTER
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let mut flipped = Tally::default();
        for _ in 0..self.clusters {
            flipped.add(self.flip_cluster(&mut chain.spins, &mut chain.stream, scratch, beat)?);
        }
        beat()?;
        Ok(flipped)
    }
}
