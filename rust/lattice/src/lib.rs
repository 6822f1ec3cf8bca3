//! Spin lattices: geometry, samplers, exact answers, Fisher geometry.
#![forbid(unsafe_code)]

pub mod fisher;
pub mod geometry;

pub use geometry::{Adjacency, Geometry, Kind};
