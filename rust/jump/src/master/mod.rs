//! The chemical master equation `dp/dt = Q^T p` on the states reachable within a box (finite state
//! projection), solved by uniformisation with a guaranteed error.
//!
//! References: B. Munsky, M. Khammash, J. Chem. Phys. 124 (2006) 044104 (finite state projection);
//! W. K. Grassmann, Comput. Oper. Res. 4 (1977) 47 (uniformisation).

mod generator;
mod solve;
mod space;

pub use solve::{Question, Solution, solve};
pub use space::Space;
