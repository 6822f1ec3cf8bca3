//! Transient laws of jump processes on a countable space, by uniformisation. Used by the Markov
//! chains and by the master equation of reaction networks.

mod poisson_weights;
mod uniformised;

pub use poisson_weights::PoissonWeights;
pub use uniformised::{Evolution, Norm, Uniformised};
