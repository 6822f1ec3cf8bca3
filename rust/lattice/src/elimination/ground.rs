//! Lowest energies by min-sum: the same passes with the two lowest levels of each table entry in place of sums.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use super::algebra::{Algebra, forward, table};
use super::component::{Component, spin};
use super::network::{Network, Role};
use super::plan::Walk;

/// Levels that differ by less than this share of the sum of all couplings and fields are one.
const SAME: f64 = 1e-11;

/// The lowest level and the one above it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Lowest total energy.
    pub energy: f64,
    /// Energy of the second lowest level minus the lowest; infinite if there is but one level.
    pub gap: f64,
    /// States of the lowest level; none beyond 2^128.
    pub degeneracy: Option<u128>,
    /// Value numbers of one state of the lowest level; sites in a transverse field hold 0.
    pub state: Vec<usize>,
    /// Ising spins: `<Z_i>` in that state. Empty for colours.
    pub magnetization: Vec<f64>,
}

/// Two levels and how many states the lower one has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lowest {
    first: f64,
    states: Option<u128>,
    second: f64,
}

impl Lowest {
    fn level(energy: f64) -> Self {
        Self {
            first: energy,
            states: Some(1),
            second: f64::INFINITY,
        }
    }

    /// Both sets of levels together.
    fn join(self, other: Self, same: f64) -> Self {
        let (low, high) = if other.first < self.first {
            (other, self)
        } else {
            (self, other)
        };
        if high.first - low.first > same {
            return Self {
                second: low.second.min(high.first),
                ..low
            };
        }
        let states = low.states.zip(high.states);
        Self {
            first: low.first,
            states: states.and_then(|(a, b)| a.checked_add(b)),
            second: low.second.min(high.second),
        }
    }
}

struct TwoLowest {
    same: f64,
}

impl Algebra for TwoLowest {
    type Value = Lowest;
    const CHUNK: usize = 1 << 12;

    fn one(&self) -> Lowest {
        Lowest::level(0.0)
    }

    fn multiply(&self, product: &mut Lowest, by: &Lowest) {
        let states = product.states.zip(by.states);
        *product = Lowest {
            first: product.first + by.first,
            states: states.and_then(|(a, b)| a.checked_mul(b)),
            second: (product.first + by.second).min(product.second + by.first),
        };
    }

    fn sum(&self, terms: &[Lowest]) -> Lowest {
        let rest = terms.get(1..).unwrap_or_default();
        let first = terms
            .first()
            .copied()
            .unwrap_or(Lowest::level(f64::INFINITY));
        rest.iter().fold(first, |sum, &t| sum.join(t, self.same))
    }
}

/// The ground state, whatever beta is.
pub fn ground_state(network: &Network, pulse: &Pulse) -> Result<Ground> {
    let scale: f64 = network.pairs.iter().map(|p| p.coupling.abs()).sum::<f64>()
        + network.fields.iter().map(|h| h.abs()).sum::<f64>()
        + network
            .components
            .iter()
            .flat_map(|c| &c.transverse)
            .map(|t| t.abs())
            .sum::<f64>();
    let algebra = TwoLowest { same: SAME * scale };
    let mut factors: Vec<Vec<Lowest>> = network
        .energies()
        .iter()
        .map(|table| table.iter().map(|&e| Lowest::level(e)).collect())
        .collect();
    for component in &network.components {
        factors.push(levels(component, &algebra, pulse)?);
    }
    let passed = forward(&network.plan, &algebra, &factors, true, pulse)?;
    let mut values = vec![0; network.variables.len()];
    for step in network.plan.steps.iter().rev() {
        let mut walk = Walk::new(step, network.q, 0);
        walk.go(&values);
        let energy = |value: usize| -> f64 {
            let parts = step.inputs.iter().zip(&walk.at);
            parts
                .map(|(input, at)| {
                    table(input, &factors, &passed.messages)[at + value * input.own].first
                })
                .sum()
        };
        let best = (0..network.q).map(|v| (v, energy(v)));
        let lowest = best.reduce(|a, b| if b.1 < a.1 { b } else { a });
        values[step.variable] = lowest.map_or(0, |(value, _)| value);
    }
    let Lowest {
        first,
        states,
        second,
    } = passed.total;
    let (state, magnetization) = describe(network, &values, pulse)?;
    Ok(Ground {
        energy: first,
        gap: second - first,
        degeneracy: states,
        state,
        magnetization,
    })
}

/// The two lowest levels of a component for each state of its boundary.
fn levels(component: &Component, algebra: &TwoLowest, pulse: &Pulse) -> Result<Vec<Lowest>> {
    let all = (0..component.boundary_states()).into_par_iter();
    all.map(|boundary| {
        let found = component.spectrum(boundary, false, pulse)?.levels;
        let levels: Vec<Lowest> = found.into_iter().map(Lowest::level).collect();
        Ok(algebra.sum(&levels))
    })
    .collect()
}

/// Values and magnetization of every site for given values of the classical spins.
fn describe(network: &Network, values: &[usize], pulse: &Pulse) -> Result<(Vec<usize>, Vec<f64>)> {
    let mut state = vec![0; network.n_sites()];
    let mut magnetization = vec![0.0; network.n_sites()];
    for (site, role) in network.role.iter().enumerate() {
        if let Role::Variable(v) = *role {
            state[site] = values[v];
            magnetization[site] = spin(values[v], 0);
        }
    }
    for component in &network.components {
        let bits = component.boundary.iter().enumerate();
        let boundary = bits.map(|(at, &v)| values[v] << at).sum();
        let found = component.spectrum(boundary, true, pulse)?;
        let n = component.states();
        let lowest = found.levels.iter().zip(found.vectors.chunks_exact(n));
        let lowest = lowest.reduce(|a, b| if b.0 < a.0 { b } else { a });
        if let Some((_, vector)) = lowest {
            for (k, &site) in component.sites.iter().enumerate() {
                let parts = vector.iter().enumerate().map(|(s, c)| c * c * spin(s, k));
                magnetization[site] = parts.sum();
            }
        }
    }
    if network.colours {
        magnetization.clear();
    }
    Ok((state, magnetization))
}
