//! Density of states in exact whole numbers: polynomials whose powers are energies, by primes.

use std::fmt;

use quincunx_core::error::check::{finite, fmt_f64, positive};
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::algebra::{Algebra, forward};
use super::counting::lengths;
use super::network::{Network, Place};
use super::primes::{join, primes};

/// Largest coupling or field in units.
const MOST_UNITS: f64 = 1e9;
/// How far a coupling may be from a multiple of the unit, in units.
const OFF: f64 = 1e-6;

/// A whole number >= 0 of any size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Count {
    words: Vec<u64>,
}

impl Count {
    /// 64-bit words, lowest first, the last one not 0; none for 0.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The number, if it is below 2^128.
    pub fn to_u128(&self) -> Option<u128> {
        match *self.words.as_slice() {
            [] => Some(0),
            [low] => Some(u128::from(low)),
            [low, high] => Some(u128::from(high) << 64 | u128::from(low)),
            _ => None,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHUNK: u128 = 1_000_000_000_000_000_000;
        let (mut words, mut chunks) = (self.words.clone(), Vec::new());
        while !words.is_empty() {
            let mut rest = 0_u128;
            for word in words.iter_mut().rev() {
                let value = rest << 64 | u128::from(*word);
                *word = (value / CHUNK) as u64;
                rest = value % CHUNK;
            }
            chunks.push(rest);
            while words.last() == Some(&0) {
                words.pop();
            }
        }
        let top = chunks.pop().unwrap_or(0);
        write!(f, "{top}")?;
        chunks.iter().rev().try_for_each(|c| write!(f, "{c:018}"))
    }
}

/// Energies `unit (lowest + k step)` and how many states have each.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Of which all couplings and fields are whole multiples.
    pub unit: f64,
    /// The ground energy, in units.
    pub lowest: i64,
    /// Distance of levels, in units.
    pub step: i64,
    /// States at level k; the first and the last are not 0.
    pub counts: Vec<Count>,
}

impl Levels {
    /// Energy of level k.
    pub fn energy(&self, k: usize) -> f64 {
        let units = (self.lowest + k as i64 * self.step) as f64;
        // Units like 0.05 are no doubles, but 20 is: the quotient is the double nearest to the decimal.
        let inverse = (1.0 / self.unit).round();
        if inverse >= 1.0 && (inverse * self.unit - 1.0).abs() < 1e-12 {
            units / inverse
        } else {
            units * self.unit
        }
    }
}

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

/// The largest number of which all `values` are whole multiples, 1 if all are zero.
fn common_unit(values: &[f64]) -> f64 {
    let top = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let divisor = values.iter().fold(0.0_f64, |sum, v| {
        let (mut a, mut b) = (sum.max(v.abs()), sum.min(v.abs()));
        while b > 1e-9 * top {
            (a, b) = (b, (a - (a / b).round() * b).abs());
        }
        a
    });
    if divisor == 0.0 {
        return 1.0;
    }
    // The largest value has the smallest rounding error.
    top / (top / divisor).round()
}

/// `value / unit`, which must be whole.
fn in_units(what: &str, value: f64, unit: f64) -> Result<i64> {
    let units = value / unit;
    if (units - units.round()).abs() <= OFF && units.abs() <= MOST_UNITS {
        return Ok(units.round() as i64);
    }
    let need = format!(
        "must be a whole multiple of unit = {}, at most {MOST_UNITS:e} times it, for density_of_states",
        fmt_f64(unit)
    );
    Err(Error::invalid(what, fmt_f64(value), need))
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

/// How many states have each energy. All couplings and fields must be whole multiples of `unit` (none: the largest that
/// they share is found); sites in a transverse field have no such levels.
pub fn density_of_states(network: &Network, unit: Option<f64>, pulse: &Pulse) -> Result<Levels> {
    if !network.components.is_empty() {
        return Err(Error::Refused(
            "density_of_states: a transverse field has no levels at multiples of one unit; use transverse=0".into(),
        ));
    }
    let couplings: Vec<f64> = network.pairs.iter().map(|p| p.coupling).collect();
    let all: Vec<f64> = couplings.iter().chain(&network.fields).copied().collect();
    let unit = match unit {
        Some(unit) => positive("unit", unit)?,
        None => finite("unit", common_unit(&all))?,
    };
    let mut tables: Vec<Vec<i64>> = Vec::new();
    for &site in &network.variables {
        let h = in_units("h", network.fields[site], unit)?;
        tables.push(if network.colours {
            vec![0; network.q]
        } else {
            vec![h, -h]
        });
    }
    for pair in &network.pairs {
        if let Place::Factor(_) = pair.place {
            let j = in_units("J", pair.coupling, unit)?;
            let states = (0..network.q * network.q).map(|s| s % network.q == s / network.q);
            let unequal = if network.colours { 0 } else { j };
            tables.push(states.map(|same| if same { -j } else { unequal }).collect());
        }
    }
    let (lowest, tables): (Vec<i64>, Vec<Vec<i64>>) = tables.iter().map(|t| above(t)).unzip();
    let step = tables
        .iter()
        .flatten()
        .copied()
        .fold(0, common_divisor)
        .max(1);
    let powers: Vec<Vec<usize>> = tables
        .iter()
        .map(|table| table.iter().map(|e| (e / step) as usize).collect())
        .collect();
    let most = |f: usize| powers[f].iter().max().map_or(0, |&m| m as u128);
    let growing = lengths(network, most);
    network
        .plan
        .check_growing("density_of_states", &growing, size_of::<u64>())?;
    let (low, counts) = counts(network, &powers, pulse)?;
    Ok(Levels {
        unit,
        lowest: lowest.iter().sum::<i64>() + low as i64 * step,
        step,
        counts,
    })
}

/// The power of the first count, and all counts up to the last that is not 0.
fn counts(network: &Network, powers: &[Vec<usize>], pulse: &Pulse) -> Result<(usize, Vec<Count>)> {
    let factors: Vec<Vec<Polynomial>> = powers
        .iter()
        .map(|table| {
            let monomial = |&low: &usize| Polynomial {
                low,
                coefficients: vec![1],
            };
            table.iter().map(monomial).collect()
        })
        .collect();
    let bits = (network.n_sites() as f64 * (network.q as f64).log2()).ceil() as u64 + 1;
    let primes = primes(bits);
    pulse.expect(primes.len() as u64);
    let mut remainders = Vec::with_capacity(primes.len());
    for &prime in &primes {
        let total = forward(&network.plan, &Modular { prime }, &factors, false, pulse)?.total;
        remainders.push(total);
        pulse.add(1);
    }
    // All primes give the same powers.
    let length = remainders.first().map_or(0, |r| r.coefficients.len());
    let low = remainders.first().map_or(0, |r| r.low);
    let count = |k: usize| Count {
        words: join(
            &remainders
                .iter()
                .map(|r| r.coefficients[k])
                .collect::<Vec<_>>(),
            &primes,
        ),
    };
    let mut counts: Vec<Count> = (0..length).map(count).collect();
    while counts.last().is_some_and(|c| c.words.is_empty()) {
        counts.pop();
    }
    let empty = counts.iter().take_while(|c| c.words.is_empty()).count();
    counts.drain(..empty);
    Ok((low + empty, counts))
}
