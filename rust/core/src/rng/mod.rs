//! Randomness as a function of its address (key, replica, purpose): never of threads, blocks or order.
//!
//! [`philox`] maps an [`Address`] to words; its first block seeds the [`Stream`] (xoshiro256++) that belongs to
//! this replica alone. [`LaneStreams`] holds the streams of a block of replicas side by side, a lane a replica;
//! scalar and vector code draw the same bits. [`ziggurat`] and [`samplers`] turn words into laws.

mod address;
mod key;
pub mod lanes;
mod normals;
pub mod philox;
pub mod samplers;
mod stream;
pub mod ziggurat;

pub use address::{Address, Purpose};
pub use key::Key;
pub use lanes::{LaneStreams, Words};
pub use stream::Stream;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
