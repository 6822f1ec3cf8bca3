//! How many spins have a given value: polynomials whose powers count them and whose coefficients are weights.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::algebra::{Algebra, forward};
use super::network::Network;
use super::plan::Source;

/// `exp(scale) sum_k coefficients[k] x^(low + k)`, the largest coefficient near 1. A coefficient that underflows belongs
/// to a probability below 1e-300: what multiplies it later multiplies the largest one, too.
#[derive(Debug, Clone)]
struct Polynomial {
    scale: f64,
    low: usize,
    coefficients: Vec<f64>,
}

impl Polynomial {
    fn settle(&mut self) {
        let top = self.coefficients.iter().copied().fold(0.0, f64::max);
        if top > 0.0 {
            self.coefficients.iter_mut().for_each(|c| *c /= top);
            self.scale += libm::log(top);
        }
    }
}

struct Counting;

impl Algebra for Counting {
    type Value = Polynomial;
    const CHUNK: usize = 64;

    fn one(&self) -> Polynomial {
        Polynomial {
            scale: 0.0,
            low: 0,
            coefficients: vec![1.0],
        }
    }

    fn multiply(&self, product: &mut Polynomial, by: &Polynomial) {
        product.scale += by.scale;
        product.low += by.low;
        match (product.coefficients.as_slice(), by.coefficients.as_slice()) {
            (_, [c]) => product.coefficients.iter_mut().for_each(|a| *a *= c),
            ([c], many) => product.coefficients = many.iter().map(|b| b * c).collect(),
            (a, b) => {
                let mut sums = vec![0.0; a.len() + b.len() - 1];
                for (i, x) in a.iter().enumerate() {
                    sums[i..].iter_mut().zip(b).for_each(|(s, y)| *s += x * y);
                }
                product.coefficients = sums;
            }
        }
        product.settle();
    }

    fn sum(&self, terms: &[Polynomial]) -> Polynomial {
        let scale = terms
            .iter()
            .map(|t| t.scale)
            .fold(f64::NEG_INFINITY, f64::max);
        let low = terms.iter().map(|t| t.low).min().unwrap_or(0);
        let high = terms.iter().map(|t| t.low + t.coefficients.len()).max();
        let mut coefficients = vec![0.0; high.unwrap_or(1) - low];
        for term in terms {
            let share = libm::exp(term.scale - scale);
            for (sum, c) in coefficients[term.low - low..]
                .iter_mut()
                .zip(&term.coefficients)
            {
                *sum += share * c;
            }
        }
        let mut sum = Polynomial {
            scale,
            low,
            coefficients,
        };
        sum.settle();
        sum
    }
}

/// `P(k spins have the value number `value`)`, k = 0..n; sites in a transverse field are measured along Z.
pub fn count_distribution(network: &Network, value: usize, pulse: &Pulse) -> Result<Vec<f64>> {
    network.check_range()?;
    if value >= network.q {
        return Err(Error::Internal(format!("value number {value}")));
    }
    let counted: Vec<u128> = network
        .components
        .iter()
        .map(|c| c.sites.len() as u128)
        .collect();
    let most = |factor: usize| match factor.checked_sub(network.first_component) {
        Some(c) => counted[c],
        None => u128::from(factor < network.variables.len()),
    };
    let lengths = lengths(network, most);
    network
        .plan
        .check_growing("count_distribution", &lengths, size_of::<f64>())?;

    let thermal = network.thermal(true, pulse)?;
    let weights = network.log_weights(&thermal);
    let mut factors: Vec<Vec<Polynomial>> = Vec::with_capacity(weights.len());
    for (number, table) in weights.iter().enumerate() {
        let is_spin = number < network.variables.len();
        let monomial = |(state, &scale): (usize, &f64)| Polynomial {
            scale,
            low: usize::from(is_spin && state == value),
            coefficients: vec![1.0],
        };
        factors.push(table.iter().enumerate().map(monomial).collect());
    }
    let quantum = &mut factors[network.first_component..];
    for ((table, thermal), component) in quantum.iter_mut().zip(&thermal).zip(&network.components) {
        for (entry, found) in table.iter_mut().zip(thermal) {
            let k = component.sites.len();
            let mut coefficients = vec![0.0; k + 1];
            for (outcome, p) in found.outcomes.iter().enumerate() {
                let up = outcome.count_ones() as usize;
                coefficients[if value == 1 { up } else { k - up }] += p;
            }
            entry.coefficients = coefficients;
        }
    }
    let total = forward(&network.plan, &Counting, &factors, false, pulse)?.total;
    let sum: f64 = total.coefficients.iter().sum();
    let mut law = vec![0.0; network.n_sites() + 1];
    for (p, c) in law[total.low..].iter_mut().zip(&total.coefficients) {
        *p = c / sum;
    }
    Ok(law)
}

/// Length of the polynomials that each step leaves, if `most` is the highest power in a factor.
pub(super) fn lengths(network: &Network, most: impl Fn(usize) -> u128) -> Vec<u128> {
    let mut lengths: Vec<u128> = Vec::with_capacity(network.plan.steps.len());
    for step in &network.plan.steps {
        let powers = step.inputs.iter().map(|input| match input.source {
            Source::Factor(f) => most(f),
            Source::Message(m) => lengths[m] - 1,
        });
        let length = powers.sum::<u128>() + 1;
        lengths.push(length);
    }
    lengths
}
