//! Spins of square and cubic lattices as bits, 64 sites to a word, for moves by clusters.

mod coupled;
mod flood;
mod grid;
mod spelling;

pub(super) use coupled::Coupled;
pub(super) use flood::Flood;
#[cfg(test)]
pub(super) use grid::Grid;
#[cfg(test)]
pub(super) use spelling::Spelling;
