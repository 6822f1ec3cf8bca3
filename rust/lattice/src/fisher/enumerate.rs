//! Method A: every moment of an Ising graph from one Walsh-Hadamard transform of its Boltzmann weights.

use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::cells::Cells;
use super::contract;
use super::hadamard;
use super::result::{FisherGeometry, Method, Metric};
use crate::work::Work;

/// The most spins, one of them fixed, including the ghost that stands for a field: 2^27 weights.
pub const MOST_SPINS: usize = 28;

/// An Ising model as the exact methods see it: dimensionless couplings and fields.
#[derive(Debug, Clone)]
pub struct IsingGraph<'a> {
    /// Number of spins.
    pub n_sites: usize,
    /// Both ends of every bond; no pair twice.
    pub bonds: &'a [[u32; 2]],
    /// `beta J` of every bond.
    pub couplings: &'a [f64],
    /// `beta h` of every site; empty without fields.
    pub fields: &'a [f64],
    /// The translations under which couplings and fields are unchanged.
    pub cells: Cells,
}

impl IsingGraph<'_> {
    /// Spins of the sum over states: the sites, and a ghost if there is a field.
    pub fn spins(&self) -> usize {
        self.n_sites + usize::from(self.has_field())
    }

    fn has_field(&self) -> bool {
        self.fields.iter().any(|&h| h != 0.0)
    }
}

/// All even moments `<prod_(i in A) s_i>`, addressed by bit sets of spins with spin 0 dropped.
pub struct Moments {
    transformed: Vec<f64>,
    masks: Vec<u32>,
}

impl Moments {
    /// Sums over all states of `graph`: `w^[k] = sum_s w(s) (-1)^popcount(s & k)`, bit `i - 1` of `s` set where spin `i` is -1.
    pub fn new(graph: &IsingGraph, work: Work) -> Result<Self> {
        let spins = graph.spins();
        if spins > MOST_SPINS {
            return Err(Error::Refused(format!(
                "method \"enumerate\": {spins} spins (a field counts as one), at most {MOST_SPINS}: use a smaller \
                 geometry, or method=\"monte_carlo\" with rng="
            )));
        }
        let states = 1_usize << (spins - 1);
        work.allow(
            format!("the table of 2^{} weights", spins - 1),
            8 * states as u128,
            "raise max_bytes, or use method=\"monte_carlo\"",
        )?;
        let bit = |spin: u32| (1_u32 << spin) >> 1;
        let masks: Vec<u32> = graph.bonds.iter().map(|&[i, j]| bit(i) ^ bit(j)).collect();
        // The energy is itself a transform: E(s) = sum_A J_A (-1)^popcount(s & A).
        let mut values = vec![0.0; states];
        for (&mask, &coupling) in masks.iter().zip(graph.couplings) {
            values[mask as usize] += coupling;
        }
        if graph.has_field() {
            let ghost = bit(graph.n_sites as u32);
            for (site, &field) in graph.fields.iter().enumerate() {
                values[(bit(site as u32) ^ ghost) as usize] += field;
            }
        }
        work.pool.install(|| {
            hadamard::transform(&mut values, work.pulse)?;
            exponentials(&mut values, work)?;
            hadamard::transform(&mut values, work.pulse)
        })?;
        Ok(Self {
            transformed: values,
            masks,
        })
    }

    /// The moment of the spins in `mask`.
    fn moment(&self, mask: u32) -> f64 {
        self.transformed[mask as usize] / self.transformed[0]
    }

    /// `<e_a>`.
    pub fn mean(&self, a: usize) -> f64 {
        self.moment(self.masks[a])
    }

    /// `<e_a e_b>`.
    pub fn pair(&self, a: usize, b: usize) -> f64 {
        self.moment(self.masks[a] ^ self.masks[b])
    }

    /// `<e_a e_b e_c>`.
    fn triple(&self, a: usize, b: usize, c: usize) -> f64 {
        self.moment(self.masks[a] ^ self.masks[b] ^ self.masks[c])
    }
}

/// `x <- exp(x - max x)`.
fn exponentials(x: &mut [f64], work: Work) -> Result<()> {
    let largest = x.par_iter().copied().reduce(|| f64::NEG_INFINITY, f64::max);
    x.par_chunks_mut(1 << 14).try_for_each(|chunk| {
        work.pulse.check()?;
        chunk.iter_mut().for_each(|v| *v = (*v - largest).exp());
        Ok(())
    })
}

/// Fisher geometry of any Ising graph with at most [`MOST_SPINS`] spins.
pub fn enumerate(graph: &IsingGraph, work: Work) -> Result<FisherGeometry> {
    let moments = Moments::new(graph, work)?;
    let cells = &graph.cells;
    let (m, d) = (cells.bonds(), cells.per_cell());
    let means: Vec<f64> = (0..m).map(|a| moments.mean(a)).collect();
    let rows: Vec<f64> = (0..d * m)
        .map(|i| (i / m, i % m))
        .map(|(a, b)| moments.pair(a, b) - means[a] * means[b])
        .collect();
    let pairs = cells.expand(&rows);
    let third = |a: usize, out: &mut [f64]| {
        for (b, row) in out.chunks_exact_mut(m).enumerate() {
            for (c, value) in row.iter_mut().enumerate() {
                *value = moments.triple(a, b, c)
                    - means[a] * means[b] * means[c]
                    - pairs[a * m + b] * means[c]
                    - pairs[a * m + c] * means[b]
                    - pairs[b * m + c] * means[a];
            }
        }
    };
    let norms = contract::norms(cells, &rows, &third, work)?;
    let metric = Metric::new(cells.clone(), rows);
    Ok(FisherGeometry::from_norms(norms, metric, Method::Enumerate))
}
