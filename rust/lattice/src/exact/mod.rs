//! Exact answers: enumeration, elimination, the torus in closed form, infinite lattices.

mod answers;
mod configurations;
mod enumerate;
mod infinite;
mod jet;
mod route;
mod torus;

pub use answers::{
    Method, Model, Thermodynamics, bond_moments, log_partition, marginals, thermodynamics,
};
pub use configurations::{Configurations, MOST_LISTED, configurations};
pub use enumerate::MOST_CONFIGURATIONS;
pub use infinite::{critical_beta, onsager_energy, yang_magnetization};
pub use jet::Jet;
pub use torus::torus_log_partition;

#[cfg(test)]
mod tests;
