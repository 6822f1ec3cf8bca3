//! Stationary laws.

mod coarsen;
mod elimination;
mod gth;
mod multilevel;
mod order;
mod panel;
mod solve;
mod square;

pub use solve::{Options, Route, Stationary};
