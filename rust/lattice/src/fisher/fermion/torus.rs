//! The Ising model that free fermions solve: a rectangular torus with one coupling per axis and no field.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

/// `Lx x Ly` sites, bond `(site, axis)` with dimensionless coupling `beta J[axis]`, periodic along both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IsingTorus {
    shape: [usize; 2],
    couplings: [f64; 2],
}

impl IsingTorus {
    /// Refuses sides below 3 (their bonds are doubled, so the metric is singular) and couplings that are not finite.
    pub fn new(shape: [usize; 2], couplings: [f64; 2]) -> Result<Self> {
        for (name, length) in ["Lx", "Ly"].into_iter().zip(shape) {
            if length < 3 {
                let need = "must be >= 3: a periodic axis of length 2 doubles its bonds and the Fisher metric is singular";
                return Err(Error::invalid(name, length, need));
            }
        }
        check::all_finite("beta J", &couplings)?;
        Ok(Self { shape, couplings })
    }

    /// `[Lx, Ly]`.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// Whether exchanging the two axes leaves the law unchanged.
    pub fn is_isotropic(&self) -> bool {
        self.shape[0] == self.shape[1] && self.couplings[0] == self.couplings[1]
    }

    /// `t = tanh(beta J)` of both axes.
    pub(super) fn t(&self) -> [f64; 2] {
        self.couplings.map(f64::tanh)
    }

    /// `u = dt/d(beta J) = 1 - t^2`, without cancellation.
    pub(super) fn u(&self) -> [f64; 2] {
        self.couplings.map(|j| j.cosh().powi(-2))
    }
}
