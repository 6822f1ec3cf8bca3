//! Any geometry, couplings and fields: clusters as trees over the sites.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::super::chance::{Chance, Halves};
use super::super::neighbours::{Listed, Neighbours};
use super::super::scan::{Beat, Chain, MEAN_CLUSTER, Move, STRIDE, Scratch, Told};
use super::super::threshold::{Threshold, activation};
use super::Given;
use crate::model::{Ising, Potts, Values};

/// When a bond is satisfied, and how likely it then joins its ends.
pub(in super::super) trait Joints: Send + Sync + std::fmt::Debug {
    /// Whether equal values satisfy the bond.
    fn by_equal(&self, slot: usize) -> bool;

    /// The chance of a satisfied bond.
    fn activation(&self, slot: usize) -> Threshold;
}

/// One coupling of either sign.
#[derive(Debug)]
pub(in super::super) struct OneCoupling {
    by_equal: bool,
    activation: Threshold,
}

impl OneCoupling {
    /// `gain`: the energy that separates an unsatisfied from a satisfied bond per unit of `coupling`.
    pub fn new(beta: f64, gain: f64, coupling: f64) -> Self {
        Self {
            by_equal: coupling >= 0.0,
            activation: Threshold::new(activation(beta, gain * coupling.abs())),
        }
    }
}

impl Joints for OneCoupling {
    #[inline(always)]
    fn by_equal(&self, _: usize) -> bool {
        self.by_equal
    }

    #[inline(always)]
    fn activation(&self, _: usize) -> Threshold {
        self.activation
    }
}

/// A coupling of its own at every bond, slot by slot.
#[derive(Debug)]
pub(in super::super) struct EachCoupling(Vec<OneCoupling>);

impl EachCoupling {
    /// `gain` as for [`OneCoupling::new`].
    pub fn new(neighbours: &Listed, beta: f64, gain: f64, couplings: &Values) -> Self {
        let by_slot = neighbours.by_slot(|b| couplings.at(b));
        let each = by_slot.iter().map(|&j| OneCoupling::new(beta, gain, j));
        Self(each.collect())
    }
}

impl Joints for EachCoupling {
    #[inline(always)]
    fn by_equal(&self, slot: usize) -> bool {
        self.0[slot].by_equal
    }

    #[inline(always)]
    fn activation(&self, slot: usize) -> Threshold {
        self.0[slot].activation
    }
}

/// Every satisfied bond joins its ends with its activation; each cluster is given a value of its own. Sites that their
/// field satisfies join a ghost with `1 - exp(-2 beta |h_i|)`, and clusters tied to it stay.
#[derive(Debug)]
pub(in super::super) struct BySites<N, J> {
    neighbours: N,
    joints: J,
    /// The value favoured by the field at each site and its activation; empty without fields.
    ghosts: Vec<(i8, Threshold)>,
    given: Given,
}

impl<N: Neighbours, J: Joints> BySites<N, J> {
    pub fn ising(model: &Ising, neighbours: N, joints: J) -> Self {
        let ghost = |i: usize| {
            let h = model.fields().at(i);
            let activation = activation(model.beta(), 2.0 * h.abs());
            (if h < 0.0 { -1 } else { 1 }, Threshold::new(activation))
        };
        let sites = if model.fields().is_zero() {
            0
        } else {
            model.geometry().n_sites()
        };
        Self {
            neighbours,
            joints,
            ghosts: (0..sites).map(ghost).collect(),
            given: Given::Sign,
        }
    }

    pub fn potts(model: &Potts, neighbours: N, joints: J) -> Self {
        Self {
            neighbours,
            joints,
            ghosts: Vec::new(),
            given: Given::Colour(model.q()),
        }
    }

    /// One move of the whole lattice; tells its sites and its clusters.
    #[inline]
    pub fn flip_clusters(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        scratch: &mut Scratch,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let Scratch { parents, tied, .. } = scratch;
        parents.resize(spins.len(), 0);
        let mut first = 0;
        while first < spins.len() {
            let last = (first + STRIDE).min(spins.len());
            for site in first..last {
                self.join_those_before(site, spins, chance, parents);
            }
            first = last;
            beat()?;
        }
        self.tie(spins, chance, parents, tied);
        let clusters = match self.given {
            Given::Sign => flip(spins, chance, parents, tied),
            Given::Colour(q) => colour(spins, chance, parents, q),
        };
        Ok(Tally {
            sum: spins.len() as u64,
            terms: clusters,
        })
    }

    /// Tries the bonds from `site` to sites before it. The first that joins hands on the parent of its other end; only
    /// where two clusters meet is there a choice that a processor cannot foresee.
    #[inline(always)]
    fn join_those_before(
        &self,
        site: usize,
        spins: &[i8],
        chance: &mut impl Chance,
        parents: &mut [u32],
    ) {
        let spin = spins[site];
        let alone = site as u32;
        let mut parent = alone;
        self.neighbours.each(site, |other, slot| {
            if other < site {
                let satisfied = (spins[other] == spin) == self.joints.by_equal(slot);
                let joins = chance.hit_if(satisfied, self.joints.activation(slot));
                let theirs = parents[parents[other] as usize];
                if joins & (parent != alone) & (parent != theirs) {
                    parent = join(parents, parent, theirs);
                }
                parent = if joins & (parent == alone) {
                    theirs
                } else {
                    parent
                };
            }
        });
        parents[site] = parent;
    }

    /// Marks the roots of clusters that the ghost holds.
    fn tie(
        &self,
        spins: &[i8],
        chance: &mut impl Chance,
        parents: &mut [u32],
        tied: &mut Vec<bool>,
    ) {
        tied.clear();
        tied.resize(self.ghosts.len(), false);
        for (site, &(favoured, activation)) in self.ghosts.iter().enumerate() {
            if chance.hit_if(spins[site] == favoured, activation) {
                tied[root(parents, site)] = true;
            }
        }
    }
}

/// The first site of the cluster of `site`. A parent never lies behind its child, so that it is the root of its tree
/// whatever the order in which bonds were joined.
#[inline(always)]
fn root(parents: &mut [u32], site: usize) -> usize {
    let mut here = site;
    loop {
        let up = parents[here];
        let above = parents[up as usize];
        if up == above {
            return up as usize;
        }
        parents[here] = above;
        here = above as usize;
    }
}

/// Makes one tree of two; returns its root.
#[inline(always)]
fn join(parents: &mut [u32], i: u32, j: u32) -> u32 {
    let (i, j) = (root(parents, i as usize), root(parents, j as usize));
    parents[i.max(j)] = i.min(j) as u32;
    i.min(j) as u32
}

/// One coin per cluster that is not tied, in the order of their first sites; returns the number of clusters.
fn flip(spins: &mut [i8], chance: &mut impl Chance, parents: &mut [u32], tied: &[bool]) -> u64 {
    let half = Threshold::new(0.5);
    let mut clusters = 0;
    for site in 0..spins.len() {
        let up = parents[site] as usize;
        // The entry of a site that was passed holds whether its cluster flips: parents come first.
        let flips = if up == site {
            clusters += 1;
            !tied.get(site).is_some_and(|&tied| tied) && chance.hit(half)
        } else {
            parents[up] == 1
        };
        parents[site] = u32::from(flips);
        spins[site] = if flips { -spins[site] } else { spins[site] };
    }
    clusters
}

/// One colour per cluster, in the order of their first sites; returns the number of clusters.
fn colour(spins: &mut [i8], chance: &mut impl Chance, parents: &[u32], q: usize) -> u64 {
    let mut clusters = 0;
    for site in 0..spins.len() {
        let up = parents[site] as usize;
        spins[site] = if up == site {
            clusters += 1;
            chance.below(q as u64) as i8
        } else {
            spins[up]
        };
    }
    clusters
}

impl<N: Neighbours, J: Joints> Move for BySites<N, J> {
    fn tells(&self) -> Told {
        MEAN_CLUSTER
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        // A stream of its own stays in registers.
        let mut own = chain.stream.clone();
        let told =
            self.flip_clusters(&mut chain.spins, &mut Halves::of(&mut own), scratch, beat)?;
        chain.stream = own;
        Ok(told)
    }
}
