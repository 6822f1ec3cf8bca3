//! Method B: the two-dimensional Ising torus of any size and coupling, by free fermions.

mod bloch;
mod build;
mod metric;
mod norm;
mod plan;
mod propagator;
mod sectors;
mod solve;
mod tables;
mod torus;

pub use solve::{FirstRicciTerm, fermion, first_ricci_term};
pub use torus::IsingTorus;
