//! Exact inference on graphs of small treewidth (Dechter 1999): spins are summed out one by one, in the min-fill order or
//! in that of the sites, whichever is cheaper. The work grows with `q^(width + 1)`, not with `q^n`.
//!
//! One plan, five algebras: logarithms of weights (`ln Z`, and by the backward pass all marginals and derivatives), jets
//! in beta (energy, specific heat), the two lowest energies (ground state, gap), polynomials of weights (number of spins
//! in a state) and of whole numbers (states of each energy). Sites in a transverse field are traced out first, component by
//! component, for each state of their classical neighbours.

mod algebra;
mod beliefs;
mod component;
mod counting;
mod draw;
mod ground;
mod levels;
mod logarithm;
mod network;
mod order;
mod plan;
mod thermal;

pub use beliefs::{Beliefs, beliefs};
pub use component::LARGEST_COMPONENT;
pub use counting::count_distribution;
pub use draw::{Draws, sampler};
pub use ground::{Ground, ground_state};
pub(crate) use levels::Levels;
pub use network::Network;
pub use order::{Order, min_fill};
pub use plan::{MOST_BYTES, WIDEST};
pub(crate) use thermal::thermodynamics;

#[cfg(test)]
mod tests;
