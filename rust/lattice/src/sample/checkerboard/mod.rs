//! Metropolis on two colours: all even sites, then all odd ones, each with `min(1, exp(-beta dE))`.
//!
//! On wide square tori 64 sites share a word and 512 an instruction (multi-spin coding); elsewhere sites are visited one
//! by one.

mod bernoulli;
mod colours;
mod packed;
mod rows;

pub(super) use bernoulli::{Bernoulli, DIGITS, Rare};
pub(super) use colours::two_colours;
pub(super) use packed::Packed;
pub(crate) use packed::Words64;
