//! Spin lattices: geometry, samplers, exact answers, Fisher geometry.
#![forbid(unsafe_code)]

pub mod elimination;
pub mod exact;
pub mod fisher;
pub mod geometry;
pub mod model;
pub mod sample;

pub use geometry::{Adjacency, Geometry, Kind};
pub use model::{Ising, Potts, TransverseIsing, Values};
