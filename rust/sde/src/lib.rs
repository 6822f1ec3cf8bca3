//! Stochastic differential equations `dx = f(t, x) dt + g(t, x) dW`: formulas stepped over lanes of replicas, and
//! laws whose transitions are exact.
#![forbid(unsafe_code)]

pub mod exact;
mod law;
mod path;
mod scheme;
#[cfg(test)]
mod testing;

pub use law::{Calculus, Equation, Terms};
pub use path::{BLOCK, FixedStep};
pub use scheme::Scheme;
