//! The run loop across the border.

use std::collections::BTreeMap;
use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use quincunx_core::error::check;
use quincunx_core::observe::{Array, Endings, Kind, Moments, Output, Tally};
use quincunx_core::rng::{Address, Key, Purpose};
use quincunx_core::run::{Ensemble, Kernel, Piece, Set, Starts};
use quincunx_core::simd::math;
use quincunx_core::{Error, Result};

use crate::error::IntoPython;
use crate::plan::{Names, Spec, folds};
use crate::supervise::supervise;

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

    /// Replicas that share their work: runs are not cut between them.
    fn bundle(&self) -> u64 {
        self.inner.bundle()
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

/// Status codes, events, number of failures, first failure (row, time, state), what the method counted (name, mean of
/// each set).
type PyEndings<'py> = (
    Bound<'py, PyArray1<u8>>,
    u64,
    u64,
    Option<(u64, f64, Vec<f64>)>,
    Vec<(&'static str, Vec<f64>)>,
);

fn endings_to_python(py: Python<'_>, e: Endings) -> PyEndings<'_> {
    let told = e
        .tallies
        .into_iter()
        .map(|(name, totals)| (name, totals.into_iter().map(Tally::mean).collect()))
        .collect();
    (
        e.status.into_pyarray(py),
        e.events,
        e.failed,
        e.failure,
        told,
    )
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
    module.add_function(wrap_pyfunction!(start_uniforms, module)?)?;
    module.add_function(wrap_pyfunction!(status_words, module)?)
}
