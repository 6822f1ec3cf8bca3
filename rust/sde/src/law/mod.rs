//! The law of a formula equation: drift and noise over named states.

mod equation;

pub(crate) use equation::Graph;
pub use equation::{Calculus, Equation, Terms};
