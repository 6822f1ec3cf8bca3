//! Any couplings and fields.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::super::chance::Chance;
use super::super::neighbours::{Listed, Neighbours};
use super::super::scan::{Beat, Chain, MEAN_CLUSTER, Move, STRIDE, Scratch, Told};
use super::super::threshold::{Threshold, activation};
use super::Painted;
use crate::model::{Ising, Potts, Values};

/// Couplings of any sign and size and fields: sites of a cluster are marked, and a field is a bond to a ghost spin.
/// While the cluster grows each site joins the ghost with `1 - exp(-2 beta max(0, h_i s_i))`; if any does, all stays.
#[derive(Debug)]
pub(in super::super) struct Frustrated {
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
