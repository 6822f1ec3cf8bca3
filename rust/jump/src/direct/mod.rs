//! The direct method: exact paths, one event at a time.
//!
//! With `a0 = sum_j a_j(n)` the waiting time is `tau = -ln(u1)/a0` and reaction `j` is the first with
//! `u2 a0 < a_1 + ... + a_j`. Two words per event, `u1` then `u2`; the sum is taken afresh in the order
//! of the reactions at every event, so that it cannot drift. Two kernels, one for single paths and one
//! over lanes, perform the same operations in the same order: a path has the same bits in either.
//!
//! Reference: D. T. Gillespie, J. Phys. Chem. 81 (1977) 2340.

mod ahead;
mod block;
mod burst;
mod crew;
mod draws;
mod factors;
mod kernel;
mod lane_network;
mod lanes;
mod scalar;

pub use kernel::Direct;
