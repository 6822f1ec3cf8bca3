//! Stationary laws.

mod coarsen;
mod elimination;
mod gth;
mod multilevel;
mod order;
mod solve;

pub use gth::gth;
pub use solve::{Options, Route, Stationary};
