//! The ground floor of quincunx: errors, streams, the vector layer, the
//! ensemble runner and the observers. Knows no family and no Python.
#![deny(unsafe_code)]

pub mod error;
pub mod markov;
pub mod observe;
pub mod rng;
pub mod run;
pub mod simd;

pub use error::{Error, Result};

/// The version of the streams: how words are addressed, drawn and turned into laws. A change of any bit asks for
/// the next number and a "Streams" line in the changelog.
pub const STREAM_VERSION: u32 = 1;
