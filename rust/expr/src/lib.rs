//! Formulas over named quantities: graph, derivatives, vector machine.
#![forbid(unsafe_code)]

pub mod dag;
pub mod number;
pub mod text;

pub use dag::{
    Binary, Dag, Derivatives, Node, NodeId, Noise, POWER_CHAIN_LIMIT, Unary, noise_structure,
};
pub use text::{Formula, Role, Scope, Token, function_names};
