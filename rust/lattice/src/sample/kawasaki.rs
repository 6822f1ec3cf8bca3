//! Swaps of unlike neighbours, which keep the number of spins of each value (K. Kawasaki, Phys. Rev. 145, 224 (1966)).

use quincunx_core::observe::Tally;
use quincunx_core::{Error, Result};

use super::chance::Chance;
use super::neighbours::{Bonds, Listed, Neighbours};
use super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told, attempts};
use super::threshold::{Threshold, boltzmann};
use crate::model::{Ising, Potts};

/// How likely the unlike spins at two sites swap. Bonds that join the two do not change and are left out.
pub(super) trait Exchange: Send + Sync + std::fmt::Debug {
    /// `min(1, exp(-beta dE))` of the swap.
    fn swaps(&self, spins: &[i8], sites: [usize; 2]) -> Threshold;
}

/// Ising spins with one |J| and one field, which a swap does not feel: the sums of the neighbours decide.
#[derive(Debug)]
pub(super) struct BySums<N> {
    neighbours: N,
    /// Entry `k + 2z`: `dE = 2 J k`, `k = s_i (sum_i - sum_j)`.
    swaps: Vec<Threshold>,
    most: usize,
}

impl<N: Neighbours> BySums<N> {
    pub fn new(neighbours: N, beta: f64, coupling: f64) -> Self {
        let most = neighbours.most();
        let entry = |k: usize| {
            let rise = 2.0 * coupling * (k as f64 - 2.0 * most as f64);
            Threshold::new(boltzmann(beta, rise))
        };
        Self {
            swaps: (0..=4 * most).map(entry).collect(),
            neighbours,
            most,
        }
    }
}

impl<N: Neighbours> Exchange for BySums<N> {
    #[inline(always)]
    fn swaps(&self, spins: &[i8], [i, j]: [usize; 2]) -> Threshold {
        let here = self.neighbours.sum_without(spins, i, j);
        let there = self.neighbours.sum_without(spins, j, i);
        let k = i32::from(spins[i]) * (here - there);
        self.swaps[(2 * self.most as i32 + k) as usize]
    }
}

/// Ising spins with couplings and fields of their own.
#[derive(Debug)]
pub(super) struct ByFields {
    neighbours: Listed,
    couplings: Vec<f64>,
    fields: Vec<f64>,
    beta: f64,
}

impl ByFields {
    pub fn new(model: &Ising, neighbours: Listed) -> Self {
        let sites = 0..model.geometry().n_sites();
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            fields: sites.map(|i| model.fields().at(i)).collect(),
            neighbours,
            beta: model.beta(),
        }
    }

    #[inline(always)]
    fn local(&self, spins: &[i8], site: usize, without: usize) -> f64 {
        let mut local = self.fields[site];
        self.neighbours.each(site, |other, slot| {
            let term = self.couplings[slot] * f64::from(spins[other]);
            local += if other == without { 0.0 } else { term };
        });
        local
    }
}

impl Exchange for ByFields {
    #[inline(always)]
    fn swaps(&self, spins: &[i8], [i, j]: [usize; 2]) -> Threshold {
        let difference = self.local(spins, i, j) - self.local(spins, j, i);
        let rise = 2.0 * f64::from(spins[i]) * difference;
        Threshold::new(boltzmann(self.beta, rise))
    }
}

/// Potts spins.
#[derive(Debug)]
pub(super) struct ByColours {
    neighbours: Listed,
    couplings: Vec<f64>,
    beta: f64,
}

impl ByColours {
    pub fn new(model: &Potts, neighbours: Listed) -> Self {
        Self {
            couplings: neighbours.by_slot(|b| model.couplings().at(b)),
            neighbours,
            beta: model.beta(),
        }
    }

    /// What the energy gains when `site` turns from its colour to that of `other`.
    #[inline(always)]
    fn rise(&self, spins: &[i8], site: usize, other: usize) -> f64 {
        let (old, new) = (spins[site], spins[other]);
        let mut rise = 0.0;
        self.neighbours.each(site, |neighbour, slot| {
            let (colour, j) = (spins[neighbour], self.couplings[slot]);
            let counts = neighbour != other;
            rise += if counts & (colour == old) { j } else { 0.0 };
            rise -= if counts & (colour == new) { j } else { 0.0 };
        });
        rise
    }
}

impl Exchange for ByColours {
    #[inline(always)]
    fn swaps(&self, spins: &[i8], [i, j]: [usize; 2]) -> Threshold {
        let rise = self.rise(spins, i, j) + self.rise(spins, j, i);
        Threshold::new(boltzmann(self.beta, rise))
    }
}

/// As many attempts as sites, each at a uniform bond: unlike ends swap as the exchange says, equal ones stay.
#[derive(Debug)]
pub(super) struct Kawasaki<B, X> {
    bonds: B,
    exchange: X,
}

impl<B: Bonds, X: Exchange> Kawasaki<B, X> {
    /// Refused without bonds.
    pub fn new(bonds: B, exchange: X) -> Result<Self> {
        if bonds.n_bonds() == 0 {
            return Err(Error::Refused(
                "Kawasaki: there are no bonds to swap spins along; Metropolis and HeatBath hold"
                    .into(),
            ));
        }
        Ok(Self { bonds, exchange })
    }

    /// One attempt at `bond`; true if its ends swap.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, bond: usize) -> bool {
        let [i, j] = self.bonds.ends(bond);
        let swap = spins[i] != spins[j] && chance.hit(self.exchange.swaps(spins, [i, j]));
        if swap {
            spins.swap(i, j);
        }
        swap
    }
}

impl<B: Bonds, X: Exchange> Move for Kawasaki<B, X> {
    fn tells(&self) -> Told {
        ACCEPTANCE
    }

    /// Where no bond joins unlike spins nothing will ever happen.
    fn check_start(&self, spins: &[i8]) -> Result<()> {
        let unlike = |[i, j]: [usize; 2]| spins[i] != spins[j];
        if (0..self.bonds.n_bonds()).any(|bond| unlike(self.bonds.ends(bond))) {
            return Ok(());
        }
        Err(Error::invalid(
            "start",
            "equal spins at both ends of every bond",
            "leaves Kawasaki nothing to swap; give start=\"random\" or an array that holds unlike spins",
        ))
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let n = self.bonds.n_bonds() as u64;
        attempts(chain, beat, |spins, stream, _| {
            let bond = stream.below(n) as usize;
            self.attempt(spins, stream, bond)
        })
    }
}
