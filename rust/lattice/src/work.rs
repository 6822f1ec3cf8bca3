//! What a computation may use: threads, memory, and the pulse that can stop it.

use quincunx_core::run::{Pool, Pulse};
use quincunx_core::{Error, Result};

/// Memory allowed unless the caller says otherwise.
pub const DEFAULT_MAX_BYTES: u64 = 8_000_000_000;

/// Threads, pulse and memory of one computation.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// The workers.
    pub pool: &'a Pool,
    /// Cancel and progress.
    pub pulse: &'a Pulse,
    /// The most memory to allocate, in bytes.
    pub max_bytes: u64,
}

impl Work<'_> {
    /// Refuses `bytes` beyond the limit.
    pub(crate) fn allow(&self, what: impl Into<String>, bytes: u128, remedy: &str) -> Result<()> {
        if bytes <= u128::from(self.max_bytes) {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: what.into(),
            bytes,
            limit: u128::from(self.max_bytes),
            remedy: remedy.into(),
        })
    }
}
