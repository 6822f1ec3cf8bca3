//! Reaction networks: exact simulation and the master equation.
#![forbid(unsafe_code)]
