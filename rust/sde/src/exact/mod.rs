//! Laws whose transitions are known in closed form, and the method that draws from them.

mod kernel;
mod law;
mod linear;
mod matrix;

pub use kernel::Exact;
pub use law::Law;
pub use linear::LinearTransition;

#[cfg(test)]
mod tests;
