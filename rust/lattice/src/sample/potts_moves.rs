//! Metropolis and heat bath for Potts spins of any couplings; see `potts_counts` for one |J|.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::chance::Chance;
use super::method::Order;
use super::neighbours::{Listed, Neighbours};
use super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told, visit_sites};
use super::seen::{FEW, Seen};
use super::threshold::{Threshold, boltzmann};
use crate::model::Potts;

/// One of the other colours, uniformly.
#[inline(always)]
pub(super) fn other_colour(chance: &mut impl Chance, old: i8, q: usize) -> i8 {
    let next = old as usize + 1 + chance.below(q as u64 - 1) as usize;
    (if next < q { next } else { next - q }) as i8
}

/// The weight `exp(beta J)` of each bond at each site if it is satisfied, where all products of those at one site are far
/// from overflow: no exponential is left in a step.
fn bond_weights(model: &Potts, neighbours: &Listed) -> Option<Vec<f64>> {
    let exponent = |b| model.beta() * model.couplings().at(b);
    let geometry = model.geometry();
    let mut sums = vec![0.0; geometry.n_sites()];
    for (b, ends) in geometry.bonds().iter().enumerate() {
        ends.iter()
            .for_each(|&site| sums[site as usize] += f64::abs(exponent(b)));
    }
    let moderate = sums.iter().all(|&sum| sum < MOST_STRENGTH);
    moderate.then(|| neighbours.by_slot(|b| libm::exp(exponent(b))))
}

/// `sum |beta J|` of the bonds at a site, up to which products of their weights are taken.
const MOST_STRENGTH: f64 = 300.0;

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
    weights: Option<Vec<f64>>,
    beta: f64,
    q: usize,
    order: Order,
}

impl PottsHeatBath {
    pub fn new(model: &Potts, neighbours: Listed, order: Order) -> Self {
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            weights: bond_weights(model, &neighbours),
            neighbours,
            beta: model.beta(),
            q: model.q(),
            order,
        }
    }

    /// One draw at `site`, true if its colour changes; `each` and `sums` have one place per colour.
    #[inline(always)]
    pub fn attempt(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        site: usize,
        (each, sums): (&mut [f64], &mut [f64]),
    ) -> bool {
        let (mut seen, room) = (Seen::default(), (self.q, sums));
        let new = match &self.weights {
            Some(weights) if self.q <= FEW => {
                each.fill(1.0);
                self.neighbours.each(site, |other, slot| {
                    each[spins[other] as usize] *= weights[slot];
                });
                let mut total = 0.0;
                for weight in each.iter_mut() {
                    total += *weight;
                    *weight = total;
                }
                chance.pick(each) as i8
            }
            Some(weights) => {
                self.neighbours.each(site, |other, slot| {
                    let colour = spins[other] as usize;
                    let before = if seen.insert(colour) {
                        1.0
                    } else {
                        each[colour]
                    };
                    each[colour] = before * weights[slot];
                });
                seen.draw(chance, room, |colour| each[colour], || 1.0)
            }
            None => {
                self.neighbours.each(site, |other, slot| {
                    let colour = spins[other] as usize;
                    let before = if seen.insert(colour) {
                        0.0
                    } else {
                        each[colour]
                    };
                    each[colour] = before + self.couplings[slot];
                });
                let least = if seen.leaves_some(self.q) {
                    0.0
                } else {
                    f64::NEG_INFINITY
                };
                let best = seen
                    .colours()
                    .map(|colour| each[colour])
                    .fold(least, f64::max);
                let weight = |gain| boltzmann(self.beta, best - gain);
                seen.draw(chance, room, |colour| weight(each[colour]), || weight(0.0))
            }
        };
        std::mem::replace(&mut spins[site], new) != new
    }
}

impl Move for PottsHeatBath {
    fn tells(&self) -> Told {
        None
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let Scratch { weights, sums, .. } = scratch;
        weights.resize(self.q, 0.0);
        sums.resize(self.q, 0.0);
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site, (weights, sums))
        })
    }
}
