//! Wang-Landau: the density of states by a random walk that is driven out of the levels it has been to.

mod estimate;
mod proposal;
mod walker;

pub use estimate::{LEAST_F, Levels, WangLandau};

#[cfg(test)]
mod tests;
