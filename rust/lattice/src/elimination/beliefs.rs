//! Marginals by the backward pass: the derivative of `ln Z` along the entries of every factor.

use quincunx_core::Result;
use quincunx_core::run::Pulse;

use super::algebra::{Forward, forward, table};
use super::component::{Thermal, spin};
use super::logarithm::Logarithms;
use super::network::{Network, Place, Role};
use super::plan::{Plan, Source, Walk};

/// States of a table between two looks at the pulse.
const LOOK: usize = 1 << 12;

/// The laws of single spins and of the ends of every bond.
#[derive(Debug, Clone, PartialEq)]
pub struct Beliefs {
    /// `ln Z`.
    pub log_partition: f64,
    /// `P(s_i = a)`, site-major, values ascending; sites in a transverse field measured along Z.
    pub sites: Vec<f64>,
    /// `P(s_i = a, s_j = b)` of the ends (i, j) of every bond: bond-major, then a, then b.
    pub bonds: Vec<f64>,
    /// `<X_i>` of every site, 0 without a transverse field.
    pub x: Vec<f64>,
    /// Number of values of a spin.
    pub q: usize,
}

impl Beliefs {
    /// `P(s_i = s_j)` of every bond.
    pub fn equal(&self) -> Vec<f64> {
        let tables = self.bonds.chunks_exact(self.q * self.q);
        tables
            .map(|table| table.iter().step_by(self.q + 1).sum())
            .collect()
    }
}

/// Writes the probabilities of `terms`, logarithms of weights, over them.
pub(super) fn normalise(terms: &mut [f64]) {
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    terms.iter_mut().for_each(|t| *t = libm::exp(*t - top));
    let sum: f64 = terms.iter().sum();
    terms.iter_mut().for_each(|t| *t /= sum);
}

/// The law of the spins of every factor.
fn backward(
    plan: &Plan,
    factors: &[Vec<f64>],
    forward: &Forward<f64>,
    pulse: &Pulse,
) -> Result<Vec<Vec<f64>>> {
    let zeros = |tables: &[Vec<f64>]| tables.iter().map(|t| vec![0.0; t.len()]).collect();
    let (mut of_factor, mut of_message): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
        (zeros(factors), zeros(&forward.messages));
    for &f in &plan.constants {
        of_factor[f].fill(1.0);
    }
    for (s, step) in plan.steps.iter().enumerate().rev() {
        if step.scope.is_empty() {
            of_message[s].fill(1.0);
        }
        let own = std::mem::take(&mut of_message[s]);
        let inputs: Vec<&[f64]> = step
            .inputs
            .iter()
            .map(|input| table(input, factors, &forward.messages))
            .collect();
        let mut sums: Vec<Vec<f64>> = step
            .inputs
            .iter()
            .map(|input| match input.source {
                Source::Factor(f) => std::mem::take(&mut of_factor[f]),
                Source::Message(m) => std::mem::take(&mut of_message[m]),
            })
            .collect();
        let mut walk = Walk::new(step, plan.q, 0);
        let mut terms = vec![0.0; plan.q];
        for (state, &weight) in own.iter().enumerate() {
            if state % LOOK == 0 {
                pulse.check()?;
            }
            for (value, term) in terms.iter_mut().enumerate() {
                let parts = step.inputs.iter().zip(&walk.at).zip(&inputs);
                *term = parts.map(|((i, at), t)| t[at + value * i.own]).sum();
            }
            normalise(&mut terms);
            for ((input, at), sum) in step.inputs.iter().zip(&walk.at).zip(&mut sums) {
                for (value, term) in terms.iter().enumerate() {
                    sum[at + value * input.own] += weight * term;
                }
            }
            walk.next();
        }
        for (input, sum) in step.inputs.iter().zip(sums) {
            match input.source {
                Source::Factor(f) => of_factor[f] = sum,
                Source::Message(m) => of_message[m] = sum,
            }
        }
    }
    Ok(of_factor)
}

/// `ln Z` and all marginals.
pub fn beliefs(network: &Network, pulse: &Pulse) -> Result<Beliefs> {
    network.check_range()?;
    let thermal = network.thermal(true, pulse)?;
    let factors = network.log_weights(&thermal);
    let passed = forward(&network.plan, &Logarithms, &factors, true, pulse)?;
    let laws = backward(&network.plan, &factors, &passed, pulse)?;
    let quantum = &laws[network.first_component..];
    let q = network.q;
    let mut found = Beliefs {
        log_partition: passed.total,
        sites: Vec::with_capacity(q * network.n_sites()),
        bonds: Vec::with_capacity(q * q * network.pair_of.len()),
        x: vec![0.0; network.n_sites()],
        q,
    };
    for (site, role) in network.role.iter().enumerate() {
        match *role {
            Role::Variable(v) => found.sites.extend(&laws[v]),
            Role::Quantum(c, k) => {
                let up = average(&quantum[c], &thermal[c], |_, t| {
                    probability(t, |s| spin(s, k) > 0.0)
                });
                let down = average(&quantum[c], &thermal[c], |_, t| {
                    probability(t, |s| spin(s, k) < 0.0)
                });
                found.sites.extend([down, up]);
                found.x[site] = average(&quantum[c], &thermal[c], |_, t| t.x[k]);
            }
        }
    }
    let pairs = network.pairs.iter();
    let tables: Vec<Vec<f64>> = pairs
        .map(|pair| match pair.place {
            // the first site is fastest
            Place::Factor(f) => laws[f].clone(),
            Place::Inside(c, [a, b]) => joint(|i, j| {
                average(&quantum[c], &thermal[c], |_, t| {
                    probability(t, |s| s >> a & 1 == i && s >> b & 1 == j)
                })
            }),
            Place::Edge(c, [k, at]) => {
                let swapped = matches!(network.role[pair.sites[0]], Role::Variable(_));
                joint(|i, j| {
                    let (inside, outside) = if swapped { (j, i) } else { (i, j) };
                    average(&quantum[c], &thermal[c], |boundary, t| {
                        let met = boundary >> at & 1 == outside;
                        let part = probability(t, |s| s >> k & 1 == inside);
                        if met { part } else { 0.0 }
                    })
                })
            }
        })
        .collect();
    found.bonds = network.in_bond_order(&tables);
    Ok(found)
}

/// A table of two spins, first fastest.
fn joint(law: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..4).map(|s| law(s & 1, s >> 1)).collect()
}

/// Mean over the states of a component's boundary.
fn average(law: &[f64], thermal: &[Thermal], f: impl Fn(usize, &Thermal) -> f64) -> f64 {
    let states = law.iter().zip(thermal).enumerate();
    states.map(|(state, (p, t))| p * f(state, t)).sum()
}

/// Probability of the outcomes that satisfy a rule.
fn probability(thermal: &Thermal, rule: impl Fn(usize) -> bool) -> f64 {
    let outcomes = thermal.outcomes.iter().enumerate();
    outcomes.filter(|(s, _)| rule(*s)).map(|(_, p)| p).sum()
}
