//! How many states have each energy, in exact whole numbers: polynomials whose powers are energies, modulo primes.

use num_bigint::BigUint;
use quincunx_core::Result;

use super::algebra::{Algebra, forward};
use super::counting::lengths;
use super::network::{Network, Place};
use super::plan::Source;
use crate::residues::{joined, primes, primes_beyond};
use crate::work::Work;

/// Polynomials modulo a prime below 2^62.
struct Modular {
    prime: u64,
}

#[derive(Debug, Clone)]
struct Polynomial {
    low: usize,
    coefficients: Vec<u64>,
}

impl Modular {
    /// Coefficient k of a product. Sixteen products of numbers below 2^62 fit into 128 bits.
    fn coefficient(&self, a: &[u64], b: &[u64], k: usize) -> u64 {
        let from = (k + 1).saturating_sub(b.len());
        let until = (k + 1).min(a.len());
        let mut sum = 0_u128;
        let reversed = b[k + 1 - until..=k - from].rchunks(8);
        for (x, y) in a[from..until].chunks(8).zip(reversed) {
            let part = x.iter().zip(y.iter().rev());
            sum += part
                .map(|(&x, &y)| u128::from(x) * u128::from(y))
                .sum::<u128>();
            if sum >> 126 != 0 {
                sum %= u128::from(self.prime);
            }
        }
        (sum % u128::from(self.prime)) as u64
    }
}

impl Algebra for Modular {
    type Value = Polynomial;
    const CHUNK: usize = 16;

    fn one(&self) -> Polynomial {
        Polynomial {
            low: 0,
            coefficients: vec![1],
        }
    }

    fn multiply(&self, product: &mut Polynomial, by: &Polynomial) {
        product.low += by.low;
        match (product.coefficients.as_slice(), by.coefficients.as_slice()) {
            (_, [1]) => {}
            ([1], _) => product.coefficients.clone_from(&by.coefficients),
            (a, b) => {
                let length = a.len() + b.len() - 1;
                product.coefficients = (0..length).map(|k| self.coefficient(a, b, k)).collect();
            }
        }
    }

    fn sum(&self, terms: &[Polynomial]) -> Polynomial {
        let low = terms.iter().map(|t| t.low).min().unwrap_or(0);
        let high = terms.iter().map(|t| t.low + t.coefficients.len()).max();
        let mut coefficients = vec![0; high.unwrap_or(1) - low];
        for term in terms {
            for (sum, c) in coefficients[term.low - low..]
                .iter_mut()
                .zip(&term.coefficients)
            {
                *sum += c;
                *sum -= if *sum >= self.prime { self.prime } else { 0 };
            }
        }
        Polynomial { low, coefficients }
    }
}

/// What the product of two coefficients and the remainder of their sum cost, in additions of coefficients.
const MULTIPLICATION: f64 = 8.0;
/// What a polynomial costs beside its coefficients, in additions.
const POLYNOMIAL: f64 = 200.0;
/// Words of a polynomial beside its coefficients, with what the allocator keeps.
const WORDS: u128 = 6;

/// The states of a network by energy, in whole units.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    network: Network,
    /// The power of each entry of each factor: its energy above the lowest of the factor, in steps.
    powers: Vec<Vec<usize>>,
    /// Sum of the lowest energies of all factors.
    lowest: i64,
    /// What all differences of energies are multiples of.
    step: i64,
    /// Length of the polynomials that each step of the elimination leaves, at most.
    lengths: Vec<u128>,
    /// Number of primes.
    passes: usize,
}

impl Levels {
    /// Of a network without transverse fields; `couplings` one per bond of the model, `fields` one per site, or none.
    pub fn new(network: Network, couplings: &[i64], fields: &[i64]) -> Self {
        debug_assert!(network.components.is_empty());
        let (lowest, tables): (Vec<i64>, Vec<Vec<i64>>) = energies(&network, couplings, fields)
            .iter()
            .map(|t| above(t))
            .unzip();
        let entries = tables.iter().flatten().copied();
        let step = entries.fold(0, common_divisor).max(1);
        let power = |e: &i64| (e / step) as usize;
        let powers: Vec<Vec<usize>> = tables
            .iter()
            .map(|table| table.iter().map(power).collect())
            .collect();
        let most = |f: usize| powers[f].iter().max().map_or(0, |&m| m as u128);
        let lengths = lengths(&network, most);
        let bits = (network.n_sites() as f64 * (network.q as f64).log2()).ceil() as u64 + 1;
        Self {
            network,
            powers,
            lowest: lowest.iter().sum(),
            step,
            lengths,
            passes: primes_beyond(bits),
        }
    }

    /// Most spins that one table holds beside the one summed out.
    pub fn width(&self) -> usize {
        self.network.width()
    }

    /// Estimated cost, in additions of coefficients.
    pub fn additions(&self) -> f64 {
        let plan = &self.network.plan;
        let steps = plan.steps.iter().map(|step| {
            let (mut length, mut sum) = (1.0, POLYNOMIAL);
            for input in &step.inputs {
                // the entries of a factor are monomials
                if let Source::Message(m) = input.source {
                    let by = self.lengths[m] as f64;
                    sum += match length > 1.0 && by > 1.0 {
                        true => MULTIPLICATION * length * by,
                        false => length.max(by),
                    };
                    length += by - 1.0;
                }
            }
            plan.size(step) as f64 * plan.q as f64 * (sum + length)
        });
        steps.sum::<f64>() * self.passes as f64
    }

    /// Memory of one pass and of what all passes leave.
    pub fn bytes(&self) -> u128 {
        let lengths: Vec<u128> = self.lengths.iter().map(|l| l + WORDS).collect();
        let pass = self.network.plan.peak(&lengths, size_of::<u64>());
        let kept = self.levels().saturating_mul(16 * self.passes as u128);
        pass.saturating_add(kept)
    }

    /// Levels between the lowest and the highest that could occur.
    fn levels(&self) -> u128 {
        let highest = self.powers.iter().filter_map(|table| table.iter().max());
        1 + highest.map(|&m| m as u128).sum::<u128>()
    }

    /// Levels in units, ascending, and how many states each has; some have none.
    pub fn count(&self, work: Work) -> Result<Vec<(i64, BigUint)>> {
        let monomial = |&low: &usize| Polynomial {
            low,
            coefficients: vec![1],
        };
        let factors: Vec<Vec<Polynomial>> = self
            .powers
            .iter()
            .map(|table| table.iter().map(monomial).collect())
            .collect();
        work.pulse.expect(self.passes as u64);
        let primes = primes(self.passes);
        let mut remainders = Vec::with_capacity(self.passes);
        // All primes give the same powers.
        let (mut low, plan) = (0, &self.network.plan);
        for &prime in &primes {
            let pass = || forward(plan, &Modular { prime }, &factors, false, work.pulse);
            let total = work.pool.install(pass)?.total;
            low = total.low;
            remainders.push(total.coefficients);
            work.pulse.add(1);
        }
        let primes: Vec<u128> = primes.into_iter().map(u128::from).collect();
        let counts = joined(&primes, &remainders).into_iter().zip(low..);
        let level = |power: usize| self.lowest + self.step * power as i64;
        Ok(counts.map(|(count, power)| (level(power), count)).collect())
    }
}

/// Energies of all entries of all factors, in units.
fn energies(network: &Network, couplings: &[i64], fields: &[i64]) -> Vec<Vec<i64>> {
    let q = network.q;
    let field = |site: &usize| match fields.get(*site) {
        Some(&h) if !network.colours => vec![h, -h],
        _ => vec![0; q],
    };
    let mut sums = vec![0; network.pairs.len()];
    for (&(pair, _), j) in network.pair_of.iter().zip(couplings) {
        sums[pair] += j;
    }
    let pair = |j: i64| {
        let unequal = if network.colours { 0 } else { j };
        let states = (0..q * q).map(|s| s % q == s / q);
        states.map(|same| if same { -j } else { unequal }).collect()
    };
    let pairs = network.pairs.iter().zip(sums);
    let factors = pairs.filter(|(p, _)| matches!(p.place, Place::Factor(_)));
    let sites = network.variables.iter().map(field);
    sites.chain(factors.map(|(_, j)| pair(j))).collect()
}

/// A factor in whole units: its lowest value and how far the entries are above it.
fn above(table: &[i64]) -> (i64, Vec<i64>) {
    let lowest = table.iter().copied().min().unwrap_or(0);
    (lowest, table.iter().map(|e| e - lowest).collect())
}

fn common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
