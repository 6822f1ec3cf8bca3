//! Validated transition matrices and generators, held as off-diagonal edges and a diagonal.

mod input;
mod model;

pub use input::Input;
pub use model::{MarkovChain, MarkovJump};
