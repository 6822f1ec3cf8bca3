//! The Ising model `E = -sum_b J_b s_i s_j - sum_i h_i s_i`, spins -1 and +1.

use std::sync::Arc;

use quincunx_core::Result;

use super::{Values, check_beta};
use crate::geometry::Geometry;

/// Spins `s = -1, +1` with weight `exp(-beta E)`, `E = -sum_b J_b s_i s_j - sum_i h_i s_i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ising {
    geometry: Arc<Geometry>,
    beta: f64,
    couplings: Values,
    fields: Values,
}

impl Ising {
    /// `beta >= 0` (infinity: only moves with `dE <= 0`); `couplings` J one or one per bond, `fields` h one or one per site.
    ///
    /// ```
    /// use quincunx_lattice::{Geometry, Ising};
    /// let square = Geometry::square([3, 3], [true, true])?;
    /// let model = Ising::new(square, 0.4, 1.0, 0.5)?;
    /// assert_eq!(model.energy(&[1; 9]), -18.0 - 4.5);
    /// # Ok::<(), quincunx_core::Error>(())
    /// ```
    pub fn new(
        geometry: impl Into<Arc<Geometry>>,
        beta: f64,
        couplings: impl Into<Values>,
        fields: impl Into<Values>,
    ) -> Result<Self> {
        let geometry = geometry.into();
        let couplings = couplings.into().checked("J", "bond", geometry.n_bonds())?;
        let fields = fields.into().checked("h", "site", geometry.n_sites())?;
        Ok(Self {
            beta: check_beta(beta)?,
            geometry,
            couplings,
            fields,
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

    /// Inverse temperature.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// J, one for all or one per bond.
    pub fn couplings(&self) -> &Values {
        &self.couplings
    }

    /// h, one for all or one per site.
    pub fn fields(&self) -> &Values {
        &self.fields
    }

    /// Total energy of a state of -1 and +1.
    pub fn energy(&self, state: &[i8]) -> f64 {
        let field = |i: usize| self.fields.at(i) * f64::from(state[i]);
        let bond = |b: usize, &[i, j]: &[u32; 2]| {
            self.couplings.at(b) * f64::from(state[i as usize] * state[j as usize])
        };
        let bonds = self.geometry.bonds().iter().enumerate();
        -bonds.map(|(b, ends)| bond(b, ends)).sum::<f64>()
            - (0..state.len()).map(field).sum::<f64>()
    }

    /// Mean spin of a state.
    pub fn magnetization(&self, state: &[i8]) -> f64 {
        state.iter().map(|&s| i64::from(s)).sum::<i64>() as f64 / state.len() as f64
    }
}
