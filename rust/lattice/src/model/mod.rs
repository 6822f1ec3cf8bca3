//! The laws: Ising and Potts spins on a geometry, weight `exp(-beta E)`; Ising spins in a transverse field.

mod ising;
mod potts;
mod transverse;
mod values;

pub use ising::Ising;
pub use potts::Potts;
pub use transverse::TransverseIsing;
pub use values::Values;

use quincunx_core::Result;

/// Inverse temperature: >= 0, infinity allowed.
fn check_beta(beta: f64) -> Result<f64> {
    if beta >= 0.0 {
        return Ok(beta);
    }
    Err(quincunx_core::Error::invalid(
        "beta",
        quincunx_core::error::check::fmt_f64(beta),
        "must be >= 0 (inf is zero temperature)",
    ))
}
