//! The Ising model in a transverse field, `E = -sum_b J_b Z_i Z_j - sum_i h_i Z_i - sum_k lambda_k X_k`.

use std::sync::Arc;

use quincunx_core::Result;

use super::{Ising, Values};
use crate::geometry::Geometry;

/// Spins 1/2 with density matrix `exp(-beta H) / Z`, `H = -sum_b J_b Z_i Z_j - sum_i h_i Z_i - sum_k lambda_k X_k`.
#[derive(Debug, Clone, PartialEq)]
pub struct TransverseIsing {
    classical: Ising,
    transverse: Values,
}

impl TransverseIsing {
    /// `transverse` lambda, one or one per site; the rest as in [`Ising::new`].
    pub fn new(
        geometry: impl Into<Arc<Geometry>>,
        beta: f64,
        couplings: impl Into<Values>,
        fields: impl Into<Values>,
        transverse: impl Into<Values>,
    ) -> Result<Self> {
        let classical = Ising::new(geometry, beta, couplings, fields)?;
        let sites = classical.geometry().n_sites();
        Ok(Self {
            transverse: transverse.into().checked("transverse", "site", sites)?,
            classical,
        })
    }

    /// The model without its transverse fields.
    pub fn classical(&self) -> &Ising {
        &self.classical
    }

    /// lambda, one for all or one per site.
    pub fn transverse(&self) -> &Values {
        &self.transverse
    }
}
