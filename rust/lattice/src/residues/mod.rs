//! Whole numbers beyond a machine word: remainders by several numbers without common factors, joined at the end.

mod join;
mod primes;

pub use join::joined;
pub use primes::{primes, primes_beyond};
