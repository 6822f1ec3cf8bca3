//! Finite Markov chains in discrete and continuous time: structure, stationary law, transient law, paths.
//!
//! States are `0..n`. `P[i, j] = Pr(i -> j)`, laws are row vectors, `p' = p P`; a generator `Q` has
//! off-diagonal rates `>= 0` and rows that sum to 0, `dp/dt = p Q`.
#![forbid(unsafe_code)]

pub mod likelihood;
pub mod matrix;
pub mod path;
pub mod reversible;
pub mod stationary;
pub mod structure;
pub mod transient;

pub use matrix::{Input, MarkovChain, MarkovJump};
pub use path::{Begin, JumpPaths, StepPaths, Tables};
pub use stationary::Stationary;
pub use structure::Classes;
