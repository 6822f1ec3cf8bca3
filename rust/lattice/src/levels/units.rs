//! Energies as whole multiples of one unit: what counting levels needs.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

use crate::Geometry;
use crate::model::Values;
use crate::sample::Law;

/// Largest denominator of the ratio of two couplings that is looked for: a random ratio of two doubles comes within the
/// rounding error of such a fraction once in ten million times.
pub const LARGEST_DENOMINATOR: u64 = 10_000;
/// Largest coupling in units.
const LARGEST_MULTIPLE: u64 = 1_000_000_000;
/// Relative error of a multiple of a unit that the caller gives.
const ROUNDING: f64 = 1e-9;

/// A model with `E = unit * e`, `e` whole: its couplings and fields in units.
#[derive(Debug, Clone)]
pub struct Units<'a> {
    law: &'a Law,
    unit: f64,
    /// `1 / unit` if that is whole.
    inverse: Option<f64>,
    couplings: Vec<i64>,
    fields: Vec<i64>,
}

/// The levels that could occur: `e = lowest + step k`, `k = 0..len`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The lowest level in units.
    pub lowest: i64,
    /// The distance between levels in units: flips of Ising spins change `e` by even numbers.
    pub step: i64,
    /// Number of levels.
    pub len: u64,
}

impl Grid {
    /// The place of the level `e` on the grid.
    pub fn index(self, e: i64) -> usize {
        ((e - self.lowest) / self.step) as usize
    }
}

impl<'a> Units<'a> {
    /// In the unit given, or the largest unit of which all couplings and fields are multiples; refused if there is none.
    pub fn of(law: &'a Law, unit: Option<f64>) -> Result<Self> {
        let geometry = law.geometry();
        let no_fields = Values::Uniform(0.0);
        let (couplings, fields) = match law {
            Law::Ising(m) => (m.couplings(), m.fields()),
            Law::Potts(m) => (m.couplings(), &no_fields),
        };
        let sites = if fields.is_zero() {
            0
        } else {
            geometry.n_sites()
        };
        let unit = match unit {
            Some(unit) => check::positive("unit", unit)?,
            None => common_unit(couplings, fields)?,
        };
        let inverse = Some((1.0 / unit).round())
            .filter(|inverse| *inverse >= 1.0 && (inverse * unit - 1.0).abs() < 1e-12);
        Ok(Self {
            law,
            unit,
            inverse,
            couplings: multiples("J", couplings, geometry.n_bonds(), unit)?,
            fields: multiples("h", fields, sites, unit)?,
        })
    }

    /// The model.
    pub fn law(&self) -> &'a Law {
        self.law
    }

    /// Sites and bonds.
    pub fn geometry(&self) -> &'a Geometry {
        self.law.geometry()
    }

    /// Number of values of one spin.
    pub fn values(&self) -> usize {
        self.law.values()
    }

    /// Energy of one unit.
    pub fn unit(&self) -> f64 {
        self.unit
    }

    /// Couplings in units, one per bond.
    pub fn couplings(&self) -> &[i64] {
        &self.couplings
    }

    /// Fields in units, one per site, or none if all are zero.
    pub fn fields(&self) -> &[i64] {
        &self.fields
    }

    /// Whether the spins are colours, so that a bond counts `delta` instead of a product of signs.
    pub fn is_potts(&self) -> bool {
        matches!(self.law, Law::Potts(_))
    }

    /// The energy of the level `e`. A unit like 0.05 is no double, but 20 is: the quotient is the double nearest to the
    /// decimal.
    pub fn energy(&self, e: i64) -> f64 {
        match self.inverse {
            Some(inverse) => e as f64 / inverse,
            None => self.unit * e as f64,
        }
    }

    /// The level of a state.
    pub fn level(&self, state: &[i8]) -> i64 {
        let value = |site: u32| i64::from(state[site as usize]);
        let bonds = self.couplings.iter().zip(self.geometry().bonds());
        let bonds: i64 = match self.law {
            Law::Ising(_) => bonds.map(|(j, &[a, b])| j * value(a) * value(b)).sum(),
            Law::Potts(_) => bonds
                .map(|(j, &[a, b])| j * i64::from(value(a) == value(b)))
                .sum(),
        };
        let fields = self.fields.iter().zip(state);
        -bonds - fields.map(|(h, &s)| h * i64::from(s)).sum::<i64>()
    }

    /// The levels between the bounds that each bond and field sets on its own.
    pub fn grid(&self) -> Grid {
        let all = || self.couplings.iter().chain(&self.fields);
        match self.law {
            Law::Ising(_) => {
                let most: i64 = all().map(|j| j.abs()).sum();
                Grid {
                    lowest: -most,
                    step: 2,
                    len: most as u64 + 1,
                }
            }
            Law::Potts(_) => {
                let lowest: i64 = -all().map(|&j| j.max(0)).sum::<i64>();
                let highest: i64 = -all().map(|&j| j.min(0)).sum::<i64>();
                Grid {
                    lowest,
                    step: 1,
                    len: (highest - lowest) as u64 + 1,
                }
            }
        }
    }
}

/// Each value once if they are all one.
fn distinct(values: &Values) -> &[f64] {
    match values {
        Values::Uniform(value) => std::slice::from_ref(value),
        Values::Each(each) => each,
    }
}

/// The largest unit: every value is to the largest one as two whole numbers.
fn common_unit(couplings: &Values, fields: &Values) -> Result<f64> {
    let named = || [("J", couplings), ("h", fields)].into_iter();
    let sizes = named().flat_map(|(_, values)| distinct(values));
    let largest = sizes.map(|v| v.abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return Ok(1.0);
    }
    let mut denominator = 1_u64;
    for (name, values) in named() {
        for (index, value) in distinct(values).iter().enumerate() {
            let found = fraction(value.abs() / largest)
                .and_then(|q| (denominator / gcd(denominator, q)).checked_mul(q))
                .filter(|&d| d <= LARGEST_MULTIPLE);
            denominator = found.ok_or_else(|| {
                let need = format!(
                    "must be to the other couplings and fields as whole numbers (the largest is {largest:?}, the \
                     denominators tried end at {LARGEST_DENOMINATOR}): energies are counted in multiples of one unit; \
                     give unit=, or round the couplings"
                );
                wrong(name, values, index, need)
            })?;
        }
    }
    Ok(largest / denominator as f64)
}

fn wrong(name: &str, values: &Values, index: usize, need: String) -> Error {
    match values {
        Values::Uniform(value) => Error::invalid(name, format!("{value:?}"), need),
        Values::Each(each) => Error::invalid_at(name, [index], format!("{:?}", each[index]), need),
    }
}

/// The denominator of the fraction that a ratio `x <= 1` is within a few roundings, by its continued fraction.
fn fraction(x: f64) -> Option<u64> {
    let (mut before, mut now) = ([1_u64, 0], [x.floor() as u64, 1]);
    let mut rest = x - x.floor();
    loop {
        let [p, q] = now.map(|v| v as f64);
        if (x * q - p).abs() <= 4.0 * f64::EPSILON * p {
            return Some(now[1]);
        }
        let inverse = 1.0 / rest;
        if inverse >= LARGEST_MULTIPLE as f64 {
            return None;
        }
        let digit = inverse.floor();
        rest = inverse - digit;
        let next = [0, 1].map(|i| digit as u64 * now[i] + before[i]);
        if next[1] > LARGEST_DENOMINATOR {
            return None;
        }
        (before, now) = (now, next);
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Every value in units.
fn multiples(name: &str, values: &Values, count: usize, unit: f64) -> Result<Vec<i64>> {
    let whole = |(index, &value): (usize, &f64)| -> Result<i64> {
        let multiple = (value / unit).round();
        let off = (value - multiple * unit).abs() > ROUNDING * value.abs().max(unit);
        if off || multiple.abs() > LARGEST_MULTIPLE as f64 {
            let need =
                format!("must be a whole multiple of unit = {unit:?}, at most {LARGEST_MULTIPLE}");
            return Err(wrong(name, values, index, need));
        }
        Ok(multiple as i64)
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let distinct: Vec<i64> = distinct(values)
        .iter()
        .enumerate()
        .map(whole)
        .collect::<Result<_>>()?;
    Ok(match values {
        Values::Uniform(_) => distinct.repeat(count),
        Values::Each(_) => distinct,
    })
}
