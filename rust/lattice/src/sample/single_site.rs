//! Metropolis and heat bath for Ising spins; those for Potts spins are in `potts_moves.rs`.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::chance::Chance;
use super::method::Order;
use super::neighbours::{Listed, Neighbours};
use super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told, visit_sites};
use super::threshold::{Threshold, boltzmann, logistic};
use crate::model::Ising;

/// What happens to the spin that is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Flip with `min(1, exp(-beta dE))`.
    Metropolis,
    /// Up with `1 / (1 + exp(-2 beta f))`, `f` the local field.
    HeatBath,
}

impl Rule {
    /// A draw is not a proposal: only Metropolis accepts.
    fn tells(self) -> Told {
        match self {
            Rule::Metropolis => ACCEPTANCE,
            Rule::HeatBath => None,
        }
    }

    /// The probability that a spin of value `spin` flips in the local field `local`.
    pub fn flips(self, beta: f64, spin: f64, local: f64) -> f64 {
        let cost = 2.0 * spin * local;
        match self {
            Rule::Metropolis => boltzmann(beta, cost),
            Rule::HeatBath => logistic(beta, -cost),
        }
    }
}

/// One coupling (of either sign, where the neighbours have signs), one field: the probability depends on the spin and the sum of its neighbours only.
#[derive(Debug)]
pub(super) struct UniformSite<N> {
    neighbours: N,
    order: Order,
    rule: Rule,
    /// Entry `up (2z + 1) + sum + z`: the flip of a spin among neighbours of that sum.
    flips: Vec<Threshold>,
    most: usize,
}

impl<N: Neighbours> UniformSite<N> {
    pub fn new(
        neighbours: N,
        beta: f64,
        coupling: f64,
        field: f64,
        order: Order,
        rule: Rule,
    ) -> Self {
        let most = neighbours.most();
        let sums = || (0..=2 * most).map(move |k| k as f64 - most as f64);
        let entry =
            |spin: f64, sum: f64| Threshold::new(rule.flips(beta, spin, coupling * sum + field));
        let down = sums().map(|sum| entry(-1.0, sum));
        let up = sums().map(|sum| entry(1.0, sum));
        Self {
            flips: down.chain(up).collect(),
            neighbours,
            order,
            rule,
            most,
        }
    }
}

impl<N: Neighbours> UniformSite<N> {
    /// One attempt at `site`; true if its spin flips.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, site: usize) -> bool {
        let sum = self.neighbours.sum(spins, site);
        let spin = spins[site];
        let row = if spin > 0 {
            3 * self.most + 1
        } else {
            self.most
        };
        let flip = chance.hit(self.flips[(row as i32 + sum) as usize]);
        spins[site] = if flip { -spin } else { spin };
        flip
    }
}

impl<N: Neighbours> Move for UniformSite<N> {
    fn tells(&self) -> Told {
        self.rule.tells()
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site)
        })
    }
}

/// Couplings and fields of their own at every bond and site.
#[derive(Debug)]
pub(super) struct EachSite {
    neighbours: Listed,
    couplings: Vec<f64>,
    fields: Vec<f64>,
    beta: f64,
    order: Order,
    rule: Rule,
}

impl EachSite {
    pub fn new(model: &Ising, neighbours: Listed, order: Order, rule: Rule) -> Self {
        let sites = 0..model.geometry().n_sites();
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            fields: sites.map(|i| model.fields().at(i)).collect(),
            neighbours,
            beta: model.beta(),
            order,
            rule,
        }
    }
}

impl EachSite {
    /// One attempt at `site`; true if its spin flips.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, site: usize) -> bool {
        let mut local = self.fields[site];
        self.neighbours.each(site, |other, slot| {
            local += self.couplings[slot] * f64::from(spins[other]);
        });
        let spin = spins[site];
        let p = self.rule.flips(self.beta, f64::from(spin), local);
        let flip = chance.hit(Threshold::new(p));
        if flip {
            spins[site] = -spin;
        }
        flip
    }
}

impl Move for EachSite {
    fn tells(&self) -> Told {
        self.rule.tells()
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site)
        })
    }
}
