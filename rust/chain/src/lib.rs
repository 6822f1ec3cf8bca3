//! Finite Markov chains in discrete and continuous time.
#![forbid(unsafe_code)]
