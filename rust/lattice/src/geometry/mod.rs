//! Sites and bonds: which spins there are and which of them are joined.

mod adjacency;
mod bonds;
mod lattice;

pub use adjacency::Adjacency;
pub use lattice::{Geometry, Kind};
