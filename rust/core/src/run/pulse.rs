//! Cancel and progress: the two words between a run and the thread that waits for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use crate::{Error, Result};

/// Shared by the workers of one run and the thread that waits. Workers call [`Pulse::check`]
/// at least each millisecond of work and [`Pulse::add`] when a piece is done.
#[derive(Debug, Default)]
pub struct Pulse {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

impl Pulse {
    /// A pulse that nobody listens to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks all workers to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// `Err(Cancelled)` once [`Pulse::cancel`] was called.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Relaxed) {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Announces `units` of work, in any unit that [`Pulse::add`] shares.
    pub fn expect(&self, units: u64) {
        self.total.fetch_add(units, Relaxed);
    }

    /// Reports `units` of work as done.
    #[inline]
    pub fn add(&self, units: u64) {
        self.done.fetch_add(units, Relaxed);
    }

    /// The share of the announced work that is done, in [0, 1].
    pub fn fraction(&self) -> f64 {
        let total = self.total.load(Relaxed);
        if total == 0 {
            0.0
        } else {
            (self.done.load(Relaxed) as f64 / total as f64).min(1.0)
        }
    }
}
