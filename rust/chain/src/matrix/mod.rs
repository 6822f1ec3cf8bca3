//! Validated transition matrices and generators, held as off-diagonal edges and a diagonal.

mod csr;
mod input;
mod model;

pub use csr::Csr;
pub use input::Input;
pub use model::{MarkovChain, MarkovJump};
