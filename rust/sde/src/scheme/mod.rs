//! One-step schemes, each written as a graph: a whole step is one formula of the states and the normals.

mod euler_maruyama;
mod method;
mod milstein;
mod step;

pub use method::Scheme;

#[cfg(test)]
mod tests;
