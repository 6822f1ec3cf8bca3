//! Reaction networks: stoichiometry, propensities, conservation laws, exact simulation and the
//! master equation.
//!
//! A network is `R` reactions over `S` species with counts `n` in `Z_{>=0}^S`. Reaction `r` fires at
//! the propensity `a_r(n)` and then adds the change `v_r` to `n`.
#![forbid(unsafe_code)]

pub mod conservation;
pub mod direct;
pub mod law;
pub mod master;
pub mod network;
pub mod propensity;
mod ragged;

pub use direct::Direct;
pub use network::{Convention, Network, Rate, Reaction};
pub use ragged::Ragged;
