//! Transient laws: uniformisation in continuous time, products with P in discrete time.

mod law;
mod powers;
mod product;

pub use law::{Options, Transient};
pub use product::Product;
