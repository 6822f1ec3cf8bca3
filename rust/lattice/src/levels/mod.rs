//! The number of states of each energy, exact.

mod choose;
mod columns;
mod density;
mod front;
mod listing;
mod moduli;
mod rows;
mod units;

pub use choose::density_of_states;
pub use density::{DensityOfStates, Method};
pub use listing::MOST_STATES;
pub use rows::MOST_ADDITIONS;
pub use units::{Grid, LARGEST_DENOMINATOR, Units};

#[cfg(test)]
mod tests;
