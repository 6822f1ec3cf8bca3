//! Metropolis and heat bath for Potts spins of any couplings; see `potts_counts` for one |J|.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::chance::Chance;
use super::method::Order;
use super::neighbours::{Listed, Neighbours};
use super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told, visit_sites};
use super::threshold::{Threshold, boltzmann};
use crate::model::Potts;

/// One of the other colours, uniformly.
#[inline(always)]
pub(super) fn other_colour(chance: &mut impl Chance, old: i8, q: usize) -> i8 {
    let next = old as usize + 1 + chance.below(q as u64 - 1) as usize;
    (if next < q { next } else { next - q }) as i8
}

/// One of the other colours, accepted with `min(1, exp(-beta dE))`.
#[derive(Debug)]
pub(super) struct PottsMetropolis {
    neighbours: Listed,
    couplings: Vec<f64>,
    beta: f64,
    q: usize,
    order: Order,
}

impl PottsMetropolis {
    pub fn new(model: &Potts, neighbours: Listed, order: Order) -> Self {
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            neighbours,
            beta: model.beta(),
            q: model.q(),
            order,
        }
    }
}

impl PottsMetropolis {
    /// One attempt at `site`; true if it is accepted.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, site: usize) -> bool {
        let old = spins[site];
        let new = other_colour(chance, old, self.q);
        let mut cost = 0.0;
        self.neighbours.each(site, |other, slot| {
            let there = spins[other];
            let j = self.couplings[slot];
            cost += if there == old { j } else { 0.0 };
            cost -= if there == new { j } else { 0.0 };
        });
        let accepted = chance.hit(Threshold::new(boltzmann(self.beta, cost)));
        if accepted {
            spins[site] = new;
        }
        accepted
    }
}

impl Move for PottsMetropolis {
    fn tells(&self) -> Told {
        ACCEPTANCE
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site)
        })
    }
}

/// A colour drawn with probability proportional to `exp(beta sum_j J_ij delta(colour, s_j))`.
#[derive(Debug)]
pub(super) struct PottsHeatBath {
    neighbours: Listed,
    couplings: Vec<f64>,
    beta: f64,
    q: usize,
    order: Order,
}

impl PottsHeatBath {
    pub fn new(model: &Potts, neighbours: Listed, order: Order) -> Self {
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            neighbours,
            beta: model.beta(),
            q: model.q(),
            order,
        }
    }
}

/// Cumulative weights of the colours from their gains, in place; the best colour has weight 1.
fn cumulate(beta: f64, gains: &mut [f64]) {
    let best = gains.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for gain in gains {
        total += boltzmann(beta, best - *gain);
        *gain = total;
    }
}

impl PottsHeatBath {
    /// One draw at `site`, true if its colour changes; `gains` has one place per colour.
    #[inline(always)]
    pub fn attempt(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        site: usize,
        gains: &mut [f64],
    ) -> bool {
        gains.fill(0.0);
        self.neighbours.each(site, |other, slot| {
            gains[spins[other] as usize] += self.couplings[slot];
        });
        cumulate(self.beta, gains);
        let new = chance.pick(gains) as i8;
        std::mem::replace(&mut spins[site], new) != new
    }
}

impl Move for PottsHeatBath {
    fn tells(&self) -> Told {
        None
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let gains = &mut scratch.weights;
        gains.resize(self.q, 0.0);
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site, gains)
        })
    }
}
