//! The formula graph: nodes, the arena that shares them, simplification, derivatives and structure.

mod arena;
mod diff;
mod evaluate;
mod node;
mod product;
mod rewrite;
mod simplify;
mod structure;

pub use arena::Dag;
pub use diff::Derivatives;
pub use node::{Binary, Node, NodeId, Unary};
pub use simplify::POWER_CHAIN_LIMIT;
pub use structure::{Noise, noise_structure};
