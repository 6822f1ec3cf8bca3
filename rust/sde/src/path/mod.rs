//! Paths on a grid of equal steps: blocks of lanes moved by a compiled scheme, and what lies between two steps.

mod block;
mod bridge;
mod diffusion;
mod fill;
mod grid;
mod kernel;
mod lone;
mod normals;
mod passage;
mod stepper;
mod walk;

pub(crate) use kernel::refuse_events;
pub use kernel::{BLOCK, FixedStep};
pub(crate) use normals::Normals;

#[cfg(test)]
mod tests;
