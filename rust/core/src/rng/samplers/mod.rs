//! Laws drawn from a [`Stream`](super::Stream). `new` judges the parameters, `sample` never fails; each sampler's
//! order of words and operations is part of the stream version. Logarithms, exponentials and gamma functions are
//! `libm`'s or our own, by name: the same bits on every platform.

mod alias;
mod binomial;
mod continuous;
mod gamma;
mod named;
mod poisson;
mod saddle;
mod uniform;

pub use alias::{Alias, fill_table, pick};
pub use binomial::Binomial;
pub use continuous::{Exponential, Normal};
pub use gamma::Gamma;
pub use named::Named;
pub use poisson::Poisson;
pub use uniform::{Below, Uniform};

#[cfg(test)]
mod tests;
