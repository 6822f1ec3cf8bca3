//! The checkerboard in 64 replicas at once, on any graph with two colours: a word holds one site of all of them, so that
//! neighbours are whole words.

mod attempts;
mod columns;
mod count;
mod kernel;
mod layout;
mod rules;

pub(super) use kernel::ReplicaKernel;

#[cfg(test)]
mod tests;
