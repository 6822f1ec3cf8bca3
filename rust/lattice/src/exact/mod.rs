//! Exact answers: enumeration, elimination, row transfer, the torus in closed form, infinite lattices.

mod answers;
mod carried;
mod configurations;
mod enumerate;
mod infinite;
mod jet;
mod moments;
mod narrow;
mod route;
mod sectors;
mod strip;
mod torus;
mod transfer;

pub use answers::{
    Method, Model, Thermodynamics, bond_moments, log_partition, marginals, thermodynamics,
};
pub use configurations::{Configurations, MOST_LISTED, configurations};
pub use enumerate::MOST_CONFIGURATIONS;
pub use infinite::{critical_beta, onsager_energy, yang_magnetization};
pub use jet::Jet;
pub use strip::MOST_STEPS;
pub use torus::torus_log_partition;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_transfer;
