//! Spin lattices: geometry, samplers, exact answers, density of states, Fisher geometry.
#![forbid(unsafe_code)]

mod eigen;
pub mod elimination;
pub mod exact;
pub mod fisher;
pub mod geometry;
pub mod levels;
pub mod model;
mod residues;
pub mod sample;
mod words;
mod work;

pub use geometry::{Adjacency, Geometry, Kind};
pub use model::{Ising, Potts, TransverseIsing, Values};
