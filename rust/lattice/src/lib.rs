//! Spin lattices: geometry, samplers, exact answers, Fisher geometry.
#![forbid(unsafe_code)]
