//! Fisher information geometry on the manifold of bond couplings: metric, Ricci terms, scalar curvature.

mod cells;
mod contract;
mod enumerate;
mod hadamard;
mod result;
mod work;

pub use cells::Cells;
pub use enumerate::{IsingGraph, MOST_SPINS, enumerate};
pub use result::{FisherGeometry, Method, Metric, Norms};
pub use work::{DEFAULT_MAX_BYTES, Work};

#[cfg(test)]
mod tests;
