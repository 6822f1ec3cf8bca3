//! Fisher information geometry on the manifold of bond couplings: metric, Ricci terms, scalar curvature.

mod cells;
mod choose;
mod colours;
mod contract;
mod enumerate;
mod fermion;
mod hadamard;
mod model;
mod moments;
mod monte_carlo;
mod result;
mod transfer;

pub use crate::work::{DEFAULT_MAX_BYTES, Work};
pub use cells::Cells;
pub use choose::fisher_geometry;
pub use colours::{MOST_STATES, PottsGraph, enumerate_potts};
pub use enumerate::{IsingGraph, MOST_SPINS, enumerate};
pub use fermion::{FirstRicciTerm, IsingTorus, fermion, first_ricci_term};
pub use model::SpinModel;
pub use monte_carlo::{Chain, Estimate, LEAST_SAMPLES_PER_BOND, Sampling, estimate, monte_carlo};
pub use result::{FisherGeometry, Method, Metric, Norms};
pub use transfer::{MOST_OPERATIONS, PottsTorus, transfer};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_choose;
