//! The model as a sampler sees it: what a state may be and what is observed of it.

use std::sync::Arc;

use quincunx_core::{Error, Result};

use crate::geometry::{Geometry, Kind};
use crate::model::{Ising, Potts};

/// An Ising or a Potts model.
#[derive(Debug, Clone, PartialEq)]
pub enum Law {
    /// Spins -1, +1.
    Ising(Ising),
    /// Colours 0..q-1.
    Potts(Potts),
}

impl From<Ising> for Law {
    fn from(model: Ising) -> Self {
        Law::Ising(model)
    }
}

impl From<Potts> for Law {
    fn from(model: Potts) -> Self {
        Law::Potts(model)
    }
}

impl Law {
    /// Sites and bonds.
    pub fn geometry(&self) -> &Arc<Geometry> {
        match self {
            Law::Ising(m) => m.geometry(),
            Law::Potts(m) => m.geometry(),
        }
    }

    /// Inverse temperature.
    pub fn beta(&self) -> f64 {
        match self {
            Law::Ising(m) => m.beta(),
            Law::Potts(m) => m.beta(),
        }
    }

    /// The same law at another inverse temperature.
    pub fn at(&self, beta: f64) -> Result<Self> {
        match self {
            Law::Ising(m) => m.at(beta).map(Law::Ising),
            Law::Potts(m) => m.at(beta).map(Law::Potts),
        }
    }

    /// Number of values of one spin.
    pub fn values(&self) -> usize {
        match self {
            Law::Ising(_) => 2,
            Law::Potts(m) => m.q(),
        }
    }

    /// The spin value with number `index`, ascending.
    pub fn value(&self, index: usize) -> i8 {
        match self {
            Law::Ising(_) => 2 * index as i8 - 1,
            Law::Potts(_) => index as i8,
        }
    }

    /// The value that all sites start from: up, or colour 0.
    pub(crate) fn ground(&self) -> i8 {
        match self {
            Law::Ising(_) => 1,
            Law::Potts(_) => 0,
        }
    }

    /// Checks the start values of one replica against the alphabet: one value per site.
    pub fn check_start(&self, state: &[f64]) -> Result<()> {
        let n = self.geometry().n_sites();
        if state.len() != n {
            let need = format!("must be one value per site ({n})");
            return Err(Error::invalid(
                "start",
                format!("{} values", state.len()),
                need,
            ));
        }
        let (fits, need): (Box<dyn Fn(f64) -> bool>, String) = match self {
            Law::Ising(_) => (Box::new(|v: f64| v.abs() == 1.0), "must be -1 or +1".into()),
            Law::Potts(m) => {
                let q = m.q() as f64;
                let fits = move |v: f64| v >= 0.0 && v < q && v.fract() == 0.0;
                (
                    Box::new(fits),
                    format!("must be a whole number >= 0 and < q = {q}"),
                )
            }
        };
        match state.iter().position(|&v| !fits(v)) {
            None => Ok(()),
            Some(site) => Err(Error::invalid_at(
                "start",
                [site],
                format!("{:?}", state[site]),
                need,
            )),
        }
    }

    /// Energy per site. Whole couplings give exact values; nothing is accumulated from sweep to sweep.
    pub fn energy_per_site(&self, state: &[i8]) -> f64 {
        let n = state.len() as f64;
        match self {
            Law::Potts(m) => m.energy(state) / n,
            Law::Ising(m) => match (
                m.couplings().uniform(),
                m.fields().uniform(),
                m.geometry().kind(),
            ) {
                (Some(j), Some(h), Kind::Square) if m.geometry().is_torus() => {
                    let bonds = square_torus_sum(state, m.geometry().cells()) as f64;
                    (-j * bonds - h * sum(state) as f64) / n
                }
                _ => m.energy(state) / n,
            },
        }
    }

    /// How alike two states are: the site mean of `s1 s2` (Ising), `(q mean(delta) - 1) / (q - 1)` (Potts).
    pub fn overlap(&self, a: &[i8], b: &[i8]) -> f64 {
        let n = a.len() as f64;
        match self {
            Law::Ising(_) => product(a, b) as f64 / n,
            Law::Potts(m) => {
                let equal = a.iter().zip(b).filter(|(x, y)| x == y).count() as f64;
                (m.q() as f64 * (equal / n) - 1.0) / (m.q() as f64 - 1.0)
            }
        }
    }

    /// Magnetization per site.
    pub fn magnetization(&self, state: &[i8]) -> f64 {
        match self {
            Law::Ising(_) => sum(state) as f64 / state.len() as f64,
            Law::Potts(m) => m.magnetization(state),
        }
    }
}

/// `sum_i a_i b_i`.
fn product(a: &[i8], b: &[i8]) -> i64 {
    let parts = a.chunks(1 << 16).zip(b.chunks(1 << 16));
    parts
        .map(|(a, b)| {
            i64::from(
                a.iter()
                    .zip(b)
                    .map(|(&x, &y)| i32::from(x * y))
                    .sum::<i32>(),
            )
        })
        .sum()
}

fn sum(state: &[i8]) -> i64 {
    let rows = state.chunks(1 << 20);
    rows.map(|row| i64::from(row.iter().map(|&s| i32::from(s)).sum::<i32>()))
        .sum()
}

/// `sum_b s_i s_j` on the square torus, row by row without a bond table.
fn square_torus_sum(state: &[i8], cells: &[usize]) -> i64 {
    let columns = cells[1];
    let vertical = product(&state[columns..], state)
        + product(&state[..columns], &state[state.len() - columns..]);
    let horizontal = state
        .chunks_exact(columns)
        .map(|row| product(&row[1..], row) + i64::from(row[0] * row[columns - 1]));
    vertical + horizontal.sum::<i64>()
}
