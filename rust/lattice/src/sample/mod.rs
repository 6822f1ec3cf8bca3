//! Markov chain Monte Carlo: single-site moves, clusters, tempering, and the loop that runs them.

mod chance;
mod checkerboard;
mod choose;
mod columns;
mod kawasaki;
mod kernel;
mod law;
mod method;
mod neighbours;
mod potts_counts;
mod potts_moves;
mod replicas;
mod scan;
mod seen;
mod signed;
mod single_site;
mod start;
mod swendsen_wang;
mod tempering;
mod threshold;
mod wang_landau;
mod wolff;
mod words;

pub use kernel::LatticeKernel;
pub use law::Law;
pub use method::{Method, Order};
pub(crate) use scan::{Chain, Move, Scratch};
pub use start::Start;
pub use tempering::check as check_tempering;
pub use wang_landau::{LEAST_F, Levels, WangLandau};

#[cfg(test)]
mod tests;
