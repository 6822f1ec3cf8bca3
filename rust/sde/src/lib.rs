//! Stochastic differential equations over lanes of replicas.
#![forbid(unsafe_code)]
