//! Independent draws from the law: the spins in the reverse order of their elimination, each given those already drawn.

use quincunx_core::Result;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use super::algebra::{Forward, forward, table};
use super::beliefs::normalise;
use super::component::Thermal;
use super::logarithm::Logarithms;
use super::network::{Network, Role};
use super::plan::Walk;

/// Exact draws; no other purpose of the family has this number.
const DRAWS: Purpose = Purpose(264);
/// Draws of one task.
const TASK: usize = 64;

/// A network ready to be drawn from.
pub struct Draws<'a> {
    network: &'a Network,
    factors: Vec<Vec<f64>>,
    passed: Forward<f64>,
    thermal: Vec<Vec<Thermal>>,
}

/// Prepares exact draws: one forward pass.
pub fn sampler<'a>(network: &'a Network, pulse: &Pulse) -> Result<Draws<'a>> {
    network.check_range()?;
    let thermal = network.thermal(true, pulse)?;
    let factors = network.log_weights(&thermal);
    let passed = forward(&network.plan, &Logarithms, &factors, true, pulse)?;
    Ok(Draws {
        network,
        factors,
        passed,
        thermal,
    })
}

/// The first index at which the running sum of `law` exceeds a uniform number.
fn choose(law: &[f64], uniform: f64) -> usize {
    let mut sum = 0.0;
    for (index, p) in law.iter().enumerate() {
        sum += p;
        if uniform < sum {
            return index;
        }
    }
    // Rounding left the sum below the number: the last value that can occur.
    law.iter().rposition(|&p| p > 0.0).unwrap_or(0)
}

impl Draws<'_> {
    /// `n` states, site by site, as value numbers (sites in a transverse field: the outcome of a measurement along Z).
    /// Draw r comes from the stream of replica r: n of them are the first n of any larger number.
    pub fn draw(&self, key: Key, n: usize, pulse: &Pulse) -> Result<Vec<i8>> {
        let sites = self.network.n_sites();
        let mut states = vec![0_i8; n * sites];
        let tasks = states.par_chunks_mut((sites * TASK).max(1)).enumerate();
        tasks.try_for_each(|(task, rows)| {
            let mut values = vec![0; self.network.variables.len()];
            for (k, row) in rows.chunks_exact_mut(sites).enumerate() {
                pulse.check()?;
                let mut stream = Stream::at(key, (task * TASK + k) as u64, DRAWS);
                self.one(&mut stream, &mut values, row);
            }
            Ok(())
        })?;
        Ok(states)
    }

    fn one(&self, stream: &mut Stream, values: &mut [usize], row: &mut [i8]) {
        let network = self.network;
        let mut law = vec![0.0; network.q];
        for step in network.plan.steps.iter().rev() {
            let mut walk = Walk::new(step, network.q, 0);
            walk.go(values);
            for (value, term) in law.iter_mut().enumerate() {
                let parts = step.inputs.iter().zip(&walk.at);
                *term = parts
                    .map(|(input, at)| {
                        table(input, &self.factors, &self.passed.messages)[at + value * input.own]
                    })
                    .sum();
            }
            normalise(&mut law);
            values[step.variable] = choose(&law, stream.uniform());
        }
        let outcome = |(component, thermal): (&super::component::Component, &Vec<Thermal>)| {
            let bits = component.boundary.iter().enumerate();
            let boundary: usize = bits.map(|(at, &v)| values[v] << at).sum();
            choose(&thermal[boundary].outcomes, stream.uniform())
        };
        let components = network.components.iter().zip(&self.thermal);
        let outcomes: Vec<usize> = components.map(outcome).collect();
        for (spin, role) in row.iter_mut().zip(&network.role) {
            *spin = match *role {
                Role::Variable(v) => values[v] as i8,
                Role::Quantum(c, k) => (outcomes[c] >> k & 1) as i8,
            };
        }
    }
}
