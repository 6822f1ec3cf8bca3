//! Transient laws of Markov chains and of jump processes, with a guaranteed bound. Used by the Markov
//! chains and by the master equation of reaction networks.

mod csr;
mod poisson_weights;
mod powers;
mod product;
mod uniformised;

pub use csr::Csr;
pub use poisson_weights::PoissonWeights;
pub use powers::{Transient, Watch, weighted_powers};
pub use product::Product;
pub use uniformised::Uniformised;
