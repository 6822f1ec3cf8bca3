//! Fisher geometry from samples, for any periodic lattice, dimension and q.

mod bispectrum;
mod effective;
mod estimate;
mod sample;
mod samples;
mod waves;
mod whiten;

pub use estimate::{Chain, Estimate, LEAST_SAMPLES_PER_BOND, estimate};
pub use sample::{Sampling, monte_carlo};

#[cfg(test)]
mod tests;
