//! Long work across the border: the GIL is released, the calling thread listens for Ctrl-C and tells progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use quincunx_core::run::{Pool, Pulse};
use quincunx_core::{Error, Result};

use crate::error::IntoPython;

/// How long the calling thread sleeps between two looks at signals and progress.
const LISTEN: Duration = Duration::from_millis(10);
/// Shortest time between two calls of `progress`.
const TELL: Duration = Duration::from_millis(100);

/// Listening threads that wait for the GIL.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Called by workers before they take the GIL: those who listen for Ctrl-C go first. Workers that give the GIL back only
/// to take it again would keep a listener out for many turns.
pub fn give_way() {
    while WAITING.load(Ordering::Relaxed) > 0 {
        std::thread::sleep(Duration::from_micros(50));
    }
}

/// What the work gave, or the panic that ended it.
type Outcome<T> = std::thread::Result<Result<T>>;

/// Runs `work` on `threads` workers of our own while this thread listens: without the GIL, cancelled within
/// milliseconds by a signal, `progress(fraction)` at most 10 times a second. Every long computation goes through here.
pub fn supervise<T: Send>(
    py: Python<'_>,
    threads: usize,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Pool, &Pulse) -> Result<T> + Send,
) -> PyResult<T> {
    let pool = Pool::of(threads).py()?;
    let pulse = Pulse::new();
    let outcome = py.detach(|| {
        let (done, finished) = channel();
        let job = || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&pool, &pulse)));
            // The receiver outlives the work; a closed channel could only mean that nobody waits.
            let _ = done.send(result);
        };
        pool.beside(job, || listen(&finished, &pulse, progress))
    });
    match outcome {
        (_, Some(signal)) => Err(signal),
        (Ok(result), None) => {
            if let (Some(tell), Ok(_)) = (progress, &result) {
                tell.bind(py).call1((1.0,))?;
            }
            result.py()
        }
        (Err(panic), None) => Err(Error::Internal(format!("panic: {}", panic_text(&panic)))).py(),
    }
}

/// Waits for the outcome; hears signals and tells progress meanwhile. What was raised here stops the work.
fn listen<T>(
    finished: &Receiver<Outcome<T>>,
    pulse: &Pulse,
    progress: Option<&Py<PyAny>>,
) -> (Outcome<T>, Option<PyErr>) {
    let mut told = Instant::now();
    let mut interrupted = None;
    loop {
        match finished.recv_timeout(LISTEN) {
            Ok(result) => return (result, interrupted),
            Err(RecvTimeoutError::Disconnected) => {
                let vanished = Error::Internal("a worker vanished".into());
                return (Ok(Err(vanished)), interrupted);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let due = progress.filter(|_| told.elapsed() >= TELL);
        if due.is_some() {
            told = Instant::now();
        }
        if interrupted.is_none() {
            WAITING.fetch_add(1, Ordering::Relaxed);
            let heard = Python::attach(|py| {
                WAITING.fetch_sub(1, Ordering::Relaxed);
                py.check_signals()?;
                due.map_or(Ok(()), |tell| {
                    tell.bind(py).call1((pulse.fraction(),)).map(|_| ())
                })
            });
            if let Err(error) = heard {
                pulse.cancel();
                interrupted = Some(error);
            }
        }
    }
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown")
}
