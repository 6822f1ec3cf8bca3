//! Our own thread pools: one per size and process, never rayon's global one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::simd::fpenv;
use crate::{Error, Result};

/// A pool of worker threads with the floating-point environment of a fresh process.
#[derive(Clone, Debug)]
pub struct Pool {
    inner: Arc<rayon::ThreadPool>,
}

/// Pools made in this process, by size. Keyed by process id too: after a fork the threads are gone.
static POOLS: Mutex<BTreeMap<(u32, usize), Pool>> = Mutex::new(BTreeMap::new());

impl Pool {
    /// The pool of `threads` workers, made on first use.
    pub fn of(threads: usize) -> Result<Self> {
        if threads == 0 {
            return Err(Error::invalid("threads", 0, "must be >= 1"));
        }
        let key = (std::process::id(), threads);
        let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let inner = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("quincunx-{i}"))
            .start_handler(|_| fpenv::reset())
            .build()
            .map_err(|e| {
                Error::Refused(format!(
                    "threads = {threads}: the system refused to start them ({e})"
                ))
            })?;
        let pool = Self {
            inner: Arc::new(inner),
        };
        pools.insert(key, pool.clone());
        Ok(pool)
    }

    /// Number of worker threads.
    pub fn threads(&self) -> usize {
        self.inner.current_num_threads()
    }

    /// Runs `work` on the pool; parallel iterators inside use its workers only.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.inner.install(|| {
            // Whatever a callback left behind on this worker.
            fpenv::reset();
            work()
        })
    }

    /// Runs `work` on a worker while the calling thread does `meanwhile`. A caller that is a worker itself (a callback
    /// that starts a run of its own) does both, one after the other.
    pub fn beside<R>(&self, work: impl FnOnce() + Send, meanwhile: impl FnOnce() -> R) -> R {
        if rayon::current_thread_index().is_some() {
            work();
            return meanwhile();
        }
        self.inner.in_place_scope(|scope| {
            scope.spawn(|_| work());
            meanwhile()
        })
    }
}
