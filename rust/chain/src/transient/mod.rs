//! Transient laws: uniformisation in continuous time, products with P in discrete time.

mod law;
mod poisson;
mod powers;
mod product;

pub use law::{Options, Transient};
pub use poisson::{Window, right_point};
pub use product::Product;
