//! Randomness as a function of its address.

mod key;

pub use key::Key;
