//! The Potts model `E = -sum_b J_b delta(s_i, s_j)`, colours 0..q-1.

use std::sync::Arc;

use quincunx_core::{Error, Result};

use super::{Values, check_beta};
use crate::geometry::Geometry;

/// Colours `0..q-1` with weight `exp(-beta E)`, `E = -sum_b J_b delta(s_i, s_j)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Potts {
    geometry: Arc<Geometry>,
    q: u8,
    beta: f64,
    couplings: Values,
}

impl Potts {
    /// `2 <= q <= 127` colours; `beta` and `couplings` as in [`crate::Ising::new`].
    pub fn new(
        geometry: impl Into<Arc<Geometry>>,
        q: i64,
        beta: f64,
        couplings: impl Into<Values>,
    ) -> Result<Self> {
        let geometry = geometry.into();
        if !(2..=127).contains(&q) {
            return Err(Error::invalid("q", q, "must be >= 2 and <= 127"));
        }
        let couplings = couplings.into().checked("J", "bond", geometry.n_bonds())?;
        Ok(Self {
            beta: check_beta(beta)?,
            geometry,
            q: q as u8,
            couplings,
        })
    }

    /// The same model at another inverse temperature.
    pub fn at(&self, beta: f64) -> Result<Self> {
        Ok(Self {
            beta: check_beta(beta)?,
            ..self.clone()
        })
    }

    /// Sites and bonds.
    pub fn geometry(&self) -> &Arc<Geometry> {
        &self.geometry
    }

    /// Number of colours.
    pub fn q(&self) -> usize {
        usize::from(self.q)
    }

    /// Inverse temperature.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// J, one for all or one per bond.
    pub fn couplings(&self) -> &Values {
        &self.couplings
    }

    /// Total energy of a state of colours.
    pub fn energy(&self, state: &[i8]) -> f64 {
        let equal = |&[i, j]: &[u32; 2]| state[i as usize] == state[j as usize];
        let bonds = self.geometry.bonds().iter().enumerate();
        -bonds
            .filter(|(_, ends)| equal(ends))
            .map(|(b, _)| self.couplings.at(b))
            .sum::<f64>()
    }

    /// `(q max_k N_k / N - 1) / (q - 1)` with `N_k` sites of colour `k`: 1 when all agree, 0 when the colours are even.
    pub fn magnetization(&self, state: &[i8]) -> f64 {
        let mut counts = vec![0_u64; self.q()];
        for &colour in state {
            counts[colour as usize] += 1;
        }
        let largest = counts.iter().copied().max().unwrap_or(0) as f64;
        let q = self.q() as f64;
        (q * largest / state.len() as f64 - 1.0) / (q - 1.0)
    }

    /// An error that names the first antiferromagnetic bond: cluster moves need `J >= 0`.
    pub fn check_ferromagnetic(&self) -> Result<()> {
        let need = "must be >= 0 for cluster moves of Potts spins (use Metropolis or HeatBath)";
        match self.couplings.first_negative() {
            None => Ok(()),
            Some((None, value)) => Err(Error::invalid("J", format!("{value:?}"), need)),
            Some((Some(b), value)) => Err(Error::invalid_at("J", [b], format!("{value:?}"), need)),
        }
    }
}
