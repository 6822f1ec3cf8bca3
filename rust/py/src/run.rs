//! The run loop across the border: the GIL is released, the calling thread listens for Ctrl-C and tells progress.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use quincunx_core::error::check;
use quincunx_core::observe::{Array, Endings, Kind, Moments, Output};
use quincunx_core::rng::{Address, Key, Purpose};
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Set, Starts};
use quincunx_core::simd::math;
use quincunx_core::{Error, Result};

use crate::error::IntoPython;
use crate::plan::{Names, Spec, folds};

/// How long the calling thread sleeps between two looks at signals and progress.
const LISTEN: Duration = Duration::from_millis(10);
/// Shortest time between two calls of `progress`.
const TELL: Duration = Duration::from_millis(100);

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
        std::thread::scope(|scope| {
            let (done, finished) = channel();
            let (pool, pulse) = (&pool, &pulse);
            scope.spawn(move || {
                let result = catch_unwind(AssertUnwindSafe(|| work(pool, pulse)));
                // The receiver outlives this thread; a closed channel could only mean that nobody waits.
                let _ = done.send(result);
            });
            let mut told = Instant::now();
            let mut interrupted = None;
            loop {
                match finished.recv_timeout(LISTEN) {
                    Ok(result) => break (result, interrupted),
                    Err(RecvTimeoutError::Disconnected) => {
                        break (
                            Ok(Err(Error::Internal("a worker vanished".into()))),
                            interrupted,
                        );
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
                let due = progress.filter(|_| told.elapsed() >= TELL);
                if due.is_some() {
                    told = Instant::now();
                }
                if interrupted.is_none() {
                    let heard = Python::attach(|py| {
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
        })
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

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown")
}

/// A law with its parameters and an algorithm, ready to run.
#[pyclass(frozen, name = "Kernel", module = "quincunx._core")]
pub struct PyKernel {
    /// The kernel itself.
    pub inner: Arc<dyn Kernel>,
}

impl PyKernel {
    /// Wraps a kernel of any family.
    pub fn new(kernel: impl Kernel + 'static) -> Self {
        Self {
            inner: Arc::new(kernel),
        }
    }
}

/// The NumPy name of an element type.
fn dtype(kind: Kind) -> &'static str {
    match kind {
        Kind::Float => "float64",
        Kind::Int => "int64",
        Kind::Byte => "int8",
    }
}

#[pymethods]
impl PyKernel {
    /// (name, dtype, shape, observed by default) of every quantity.
    fn quantities(&self) -> Vec<(String, &'static str, Vec<usize>, bool)> {
        self.inner
            .quantities()
            .into_iter()
            .map(|q| (q.name, dtype(q.kind), q.shape, q.default))
            .collect()
    }
}

/// A validated run: parameter sets, observers, time span.
#[pyclass(frozen, name = "Ensemble", module = "quincunx._core")]
pub struct PyEnsemble {
    inner: Ensemble,
}

/// The start columns of one set: None, or rows (one for all replicas, or one each) with the number of the first.
type PyStarts<'py> = Option<(PyReadonlyArray2<'py, f64>, u64)>;

fn starts(given: &PyStarts<'_>) -> PyResult<Starts> {
    let Some((rows, first)) = given else {
        return Ok(Starts::Own);
    };
    let width = rows.shape()[1];
    let values = rows.as_array().iter().copied().collect();
    Ok(if rows.shape()[0] == 1 {
        Starts::Shared(values)
    } else {
        Starts::Each {
            rows: values,
            width,
            first: *first,
        }
    })
}

#[pymethods]
impl PyEnsemble {
    #[new]
    fn new(
        py: Python<'_>,
        kernels: Vec<PyRef<'_, PyKernel>>,
        starts_of: Vec<PyStarts<'_>>,
        keys: Vec<[u64; 2]>,
        params: Vec<BTreeMap<String, f64>>,
        parts: Vec<Spec<'_>>,
        span: (f64, f64),
    ) -> PyResult<Self> {
        let mut sets = Vec::with_capacity(kernels.len());
        for (i, kernel) in kernels.iter().enumerate() {
            let missing = || Error::Internal("one entry per parameter set".into());
            let quantities = kernel.inner.quantities();
            let plan = Names::new(&quantities, params.get(i).ok_or_else(missing).py()?)
                .plan(&parts, span.1)
                .py()?;
            let given = starts_of
                .get(i.min(starts_of.len().saturating_sub(1)))
                .ok_or_else(missing)
                .py()?;
            sets.push(Set {
                kernel: Arc::clone(&kernel.inner),
                starts: Arc::new(starts(given)?),
                key: Key(keys
                    .get(i.min(keys.len().saturating_sub(1)))
                    .copied()
                    .ok_or_else(missing)
                    .py()?),
                plan: Arc::new(plan),
            });
        }
        let inner = Ensemble::new(sets, folds(py, &parts).py()?, span).py()?;
        Ok(Self { inner })
    }

    /// Refuses a result of `n` replicas on `threads` threads that takes more than `limit` bytes.
    fn check_memory(&self, n: u64, threads: usize, limit: u64) -> PyResult<()> {
        self.inner.check_memory(n, threads, u128::from(limit)).py()
    }

    /// Runs `n` replicas of every set: (outputs, endings).
    fn simulate<'py>(
        &self,
        py: Python<'py>,
        n: u64,
        threads: usize,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(Bound<'py, PyList>, PyEndings<'py>)> {
        let (outputs, endings) = supervise(py, threads, progress.as_ref(), |pool, pulse| {
            self.inner.simulate(n, pool, pulse)
        })?;
        Ok((
            outputs_to_python(py, outputs)?,
            endings_to_python(py, endings),
        ))
    }

    /// Moves pieces to time `until`.
    fn advance<'py>(
        &self,
        py: Python<'py>,
        pieces: Vec<Bound<'py, PyBytes>>,
        until: f64,
        threads: usize,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let pieces: Result<Vec<Piece>> = pieces
            .iter()
            .map(|p| Piece::from_bytes(p.as_bytes()))
            .collect();
        let pieces = pieces.py()?;
        let moved = supervise(py, threads, progress.as_ref(), |pool, pulse| {
            self.inner
                .advance(pieces, until, pool, pulse)?
                .iter()
                .map(Piece::to_bytes)
                .collect::<Result<Vec<_>>>()
        })?;
        Ok(moved.iter().map(|bytes| PyBytes::new(py, bytes)).collect())
    }

    /// Fits pieces of a shorter run to this one.
    fn replan<'py>(
        &self,
        py: Python<'py>,
        pieces: Vec<Bound<'py, PyBytes>>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let pieces: Result<Vec<Piece>> = pieces
            .iter()
            .map(|p| Piece::from_bytes(p.as_bytes()))
            .collect();
        let fitted = self.inner.replan(pieces.py()?).py()?;
        fitted
            .iter()
            .map(|p| Ok(PyBytes::new(py, &p.to_bytes().py()?)))
            .collect()
    }

    /// Builds the result of `n` replicas from finished pieces: (outputs, endings).
    fn collect<'py>(
        &self,
        py: Python<'py>,
        n: u64,
        pieces: Vec<Bound<'py, PyBytes>>,
    ) -> PyResult<(Bound<'py, PyList>, PyEndings<'py>)> {
        let pieces: Result<Vec<Piece>> = pieces
            .iter()
            .map(|p| Piece::from_bytes(p.as_bytes()))
            .collect();
        let pieces = pieces.py()?;
        let (outputs, endings) = py.detach(|| self.inner.collect(n, pieces)).py()?;
        Ok((
            outputs_to_python(py, outputs)?,
            endings_to_python(py, endings),
        ))
    }
}

/// Status codes, events, number of failures, first failure (row, time, state).
type PyEndings<'py> = (
    Bound<'py, PyArray1<u8>>,
    u64,
    u64,
    Option<(u64, f64, Vec<f64>)>,
);

fn endings_to_python(py: Python<'_>, e: Endings) -> PyEndings<'_> {
    (e.status.into_pyarray(py), e.events, e.failed, e.failure)
}

fn array<'py>(py: Python<'py>, array: Array) -> Bound<'py, PyAny> {
    match array {
        Array::Float(a) => a.into_pyarray(py).into_any(),
        Array::Int(a) => a.into_pyarray(py).into_any(),
        Array::Byte(a) => a.into_pyarray(py).into_any(),
    }
}

fn outputs_to_python(py: Python<'_>, outputs: Vec<Output>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for output in outputs {
        match output {
            Output::Values(arrays) => {
                list.append(arrays.into_iter().map(|a| array(py, a)).collect::<Vec<_>>())?;
            }
            Output::Events {
                offsets,
                times,
                events,
                values,
            } => {
                let values: Vec<_> = values.into_iter().map(|a| array(py, a)).collect();
                list.append((
                    offsets.into_pyarray(py),
                    times.into_pyarray(py),
                    events.into_pyarray(py),
                    values,
                ))?;
            }
            Output::Moments(sets) => list.append(moments(py, sets)?)?,
            Output::Histogram(counts) => list.append(counts.into_pyarray(py))?,
        }
    }
    Ok(list)
}

fn moments(py: Python<'_>, sets: Vec<Option<Moments>>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for set in sets {
        match set {
            None => list.append(py.None())?,
            Some(m) => {
                let central: Vec<_> = m.central.into_iter().map(|c| c.into_pyarray(py)).collect();
                list.append((
                    m.count,
                    m.mean.into_pyarray(py),
                    central,
                    m.cross.into_pyarray(py),
                ))?;
            }
        }
    }
    Ok(list)
}

/// Refuses `bytes` beyond `limit`: what Python is about to allocate is judged by the same rule as what the core does.
#[pyfunction]
fn check_bytes(what: String, bytes: u128, limit: u128, remedy: &str) -> PyResult<()> {
    check::memory(what, bytes, limit, remedy).py()
}

/// Replicas `start..stop` of set `set` before their start, as a piece.
#[pyfunction]
fn new_piece(py: Python<'_>, set: usize, start: u64, stop: u64) -> PyResult<Bound<'_, PyBytes>> {
    Ok(PyBytes::new(
        py,
        &Piece::new(set, start..stop).to_bytes().py()?,
    ))
}

/// The same piece as part of parameter set `set`: an executor computes one set at a time.
#[pyfunction]
fn relabel<'py>(
    py: Python<'py>,
    piece: &Bound<'py, PyBytes>,
    set: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut piece = Piece::from_bytes(piece.as_bytes()).py()?;
    piece.set = set;
    Ok(PyBytes::new(py, &piece.to_bytes().py()?))
}

/// The end of the run that finished a piece, or None.
#[pyfunction]
fn piece_end(piece: &Bound<'_, PyBytes>) -> PyResult<Option<f64>> {
    Ok(Piece::from_bytes(piece.as_bytes()).py()?.end())
}

/// Uniform numbers in (0, 1) for the start of replicas `first..stop`: one per replica, `slot` numbers the start name.
#[pyfunction]
fn start_uniforms(
    py: Python<'_>,
    key: [u64; 2],
    first: u64,
    stop: u64,
    slot: u64,
) -> Bound<'_, PyArray1<f64>> {
    let uniform = |replica| {
        let [word, ..] = Address::new(Key(key), replica, Purpose::START).block(slot);
        math::scalar::stream::unit(word)
    };
    (first..stop)
        .map(uniform)
        .collect::<Vec<f64>>()
        .into_pyarray(py)
}

/// (set, start, stop, finished, time reached or None) of a piece.
#[pyfunction]
fn piece_info(piece: &Bound<'_, PyBytes>) -> PyResult<(usize, u64, u64, bool, Option<f64>)> {
    let piece = Piece::from_bytes(piece.as_bytes()).py()?;
    Ok((
        piece.set,
        piece.replicas.start,
        piece.replicas.end,
        piece.is_finished(),
        piece.time(),
    ))
}

/// The public words for the status codes, in order.
#[pyfunction]
fn status_words() -> Vec<&'static str> {
    quincunx_core::observe::Status::ALL
        .iter()
        .map(|s| s.word())
        .collect()
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyKernel>()?;
    module.add_class::<PyEnsemble>()?;
    module.add("STREAM_VERSION", quincunx_core::STREAM_VERSION)?;
    module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(check_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(relabel, module)?)?;
    module.add_function(wrap_pyfunction!(piece_end, module)?)?;
    module.add_function(wrap_pyfunction!(start_uniforms, module)?)?;
    module.add_function(wrap_pyfunction!(new_piece, module)?)?;
    module.add_function(wrap_pyfunction!(piece_info, module)?)?;
    module.add_function(wrap_pyfunction!(status_words, module)?)
}
