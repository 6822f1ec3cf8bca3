//! Markov chains across the border.

use std::sync::{Arc, OnceLock};

use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use quincunx_chain::{
    Begin, Classes, Input, JumpPaths, MarkovChain, MarkovJump, Stationary, StepPaths, Tables,
    stationary, transient,
};
use quincunx_core::markov::Transient;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use crate::error::IntoPython;
use crate::run::PyKernel;
use crate::supervise::supervise;

type Vector<'py> = PyReadonlyArray1<'py, f64>;
type Indices<'py> = PyReadonlyArray1<'py, i64>;
type Laws<'py> = Bound<'py, PyArray2<f64>>;
/// Class of each state, recurrent flags, periods.
type Structure<'py> = (Bound<'py, PyArray1<i64>>, Vec<bool>, Vec<u64>);

/// The entries of a contiguous vector.
fn slice<'a, T: numpy::Element>(what: &str, array: &'a PyReadonlyArray1<'_, T>) -> Result<&'a [T]> {
    array
        .as_slice()
        .map_err(|_| Error::Internal(format!("{what} is not contiguous")))
}

/// Reads a row-major matrix.
fn from_dense<M>(
    py: Python<'_>,
    matrix: &PyReadonlyArray2<'_, f64>,
    make: impl FnOnce(Input<'_>) -> Result<M> + Send,
) -> PyResult<M>
where
    M: Send,
{
    let (rows, columns) = (matrix.shape()[0], matrix.shape()[1]);
    let values = matrix
        .as_slice()
        .map_err(|_| Error::Internal("the matrix is not contiguous".into()))
        .py()?;
    py.detach(|| {
        make(Input::Dense {
            rows,
            columns,
            values,
        })
    })
    .py()
}

/// Reads compressed sparse rows.
fn from_sparse<M>(
    py: Python<'_>,
    (rows, columns): (usize, usize),
    (start, column, value): (&Indices<'_>, &Indices<'_>, &Vector<'_>),
    make: impl FnOnce(Input<'_>) -> Result<M> + Send,
) -> PyResult<M>
where
    M: Send,
{
    let start = slice("indptr", start).py()?;
    let column = slice("indices", column).py()?;
    let value = slice("data", value).py()?;
    py.detach(|| {
        make(Input::Sparse {
            rows,
            columns,
            start,
            column,
            value,
        })
    })
    .py()
}

/// `laws` as rows of length `n`.
fn rows(py: Python<'_>, laws: Vec<f64>, n: usize) -> PyResult<Laws<'_>> {
    let count = laws.len() / n;
    laws.into_pyarray(py).reshape([count, n])
}

fn structure<'py>(py: Python<'py>, classes: &Classes, periods: Vec<u64>) -> Structure<'py> {
    let of: Vec<i64> = classes.of().iter().map(|&c| i64::from(c)).collect();
    (of.into_pyarray(py), classes.recurrent().to_vec(), periods)
}

fn stationary_answer(
    py: Python<'_>,
    found: Stationary,
    n: usize,
) -> PyResult<(Laws<'_>, f64, usize)> {
    Ok((rows(py, found.laws, n)?, found.residual, found.iterations))
}

fn transient_answer(py: Python<'_>, found: Transient, n: usize) -> PyResult<(Laws<'_>, u64, f64)> {
    let bound = found.bound.iter().copied().fold(0.0, f64::max);
    Ok((rows(py, found.laws, n)?, found.products, bound))
}

/// The tables of a chain, built once.
fn shared(
    tables: &OnceLock<Arc<Tables>>,
    build: impl FnOnce() -> Result<Tables>,
) -> Result<Arc<Tables>> {
    if let Some(known) = tables.get() {
        return Ok(Arc::clone(known));
    }
    let built = Arc::new(build()?);
    Ok(Arc::clone(tables.get_or_init(|| built)))
}

/// How replicas start: drawn from `law`, or given by the run.
fn begin(law: Option<&Vector<'_>>, n: usize) -> Result<Begin> {
    law.map_or(Ok(Begin::Given), |law| {
        Begin::from_law(slice("start", law)?, n)
    })
}

/// A validated transition matrix.
#[pyclass(frozen, name = "MarkovChain", module = "quincunx._core")]
struct PyChain {
    law: MarkovChain,
    tables: OnceLock<Arc<Tables>>,
}

impl PyChain {
    fn of(law: MarkovChain) -> Self {
        Self {
            law,
            tables: OnceLock::new(),
        }
    }
}

#[pymethods]
impl PyChain {
    #[staticmethod]
    fn dense(py: Python<'_>, matrix: PyReadonlyArray2<'_, f64>) -> PyResult<Self> {
        from_dense(py, &matrix, MarkovChain::new).map(Self::of)
    }

    #[staticmethod]
    fn sparse(
        py: Python<'_>,
        shape: (usize, usize),
        indptr: Indices<'_>,
        indices: Indices<'_>,
        data: Vector<'_>,
    ) -> PyResult<Self> {
        from_sparse(py, shape, (&indptr, &indices, &data), MarkovChain::new).map(Self::of)
    }

    fn classes<'py>(&self, py: Python<'py>) -> Structure<'py> {
        let (classes, periods) = py.detach(|| (self.law.classes(), self.law.periods()));
        structure(py, &classes, periods)
    }

    fn is_reversible(&self, py: Python<'_>) -> bool {
        py.detach(|| self.law.is_reversible())
    }

    fn stationary<'py>(
        &self,
        py: Python<'py>,
        all: bool,
        tol: f64,
        threads: usize,
    ) -> PyResult<(Laws<'py>, f64, usize)> {
        let options = stationary::Options {
            tol,
            route: None,
            all,
        };
        let found = supervise(py, threads, None, |pool, pulse: &Pulse| {
            pool.install(|| self.law.stationary(options, pulse))
        })?;
        stationary_answer(py, found, self.law.n())
    }

    fn transient<'py>(
        &self,
        py: Python<'py>,
        p0: Vector<'_>,
        t: Indices<'_>,
        tol: f64,
        threads: usize,
    ) -> PyResult<(Laws<'py>, u64, f64)> {
        let (p0, t) = (slice("p0", &p0).py()?, slice("t", &t).py()?);
        let found = supervise(py, threads, None, |pool, pulse: &Pulse| {
            pool.install(|| self.law.transient(p0, t, transient::Options { tol }, pulse))
        })?;
        transient_answer(py, found, self.law.n())
    }

    fn log_likelihood(&self, path: Indices<'_>) -> PyResult<f64> {
        self.law.log_likelihood(slice("path", &path).py()?).py()
    }

    fn kernel(&self, py: Python<'_>, law: Option<Vector<'_>>) -> PyResult<PyKernel> {
        let begin = begin(law.as_ref(), self.law.n()).py()?;
        let tables = py
            .detach(|| shared(&self.tables, || self.law.tables()))
            .py()?;
        Ok(PyKernel::new(StepPaths::new(tables, begin)))
    }
}

/// A validated generator.
#[pyclass(frozen, name = "MarkovJump", module = "quincunx._core")]
struct PyJump {
    law: MarkovJump,
    tables: OnceLock<Arc<Tables>>,
}

impl PyJump {
    fn of(law: MarkovJump) -> Self {
        Self {
            law,
            tables: OnceLock::new(),
        }
    }
}

#[pymethods]
impl PyJump {
    #[staticmethod]
    fn dense(py: Python<'_>, matrix: PyReadonlyArray2<'_, f64>) -> PyResult<Self> {
        from_dense(py, &matrix, MarkovJump::new).map(Self::of)
    }

    #[staticmethod]
    fn sparse(
        py: Python<'_>,
        shape: (usize, usize),
        indptr: Indices<'_>,
        indices: Indices<'_>,
        data: Vector<'_>,
    ) -> PyResult<Self> {
        from_sparse(py, shape, (&indptr, &indices, &data), MarkovJump::new).map(Self::of)
    }

    fn classes<'py>(&self, py: Python<'py>) -> Structure<'py> {
        let (classes, periods) = py.detach(|| (self.law.classes(), self.law.periods()));
        structure(py, &classes, periods)
    }

    fn is_reversible(&self, py: Python<'_>) -> bool {
        py.detach(|| self.law.is_reversible())
    }

    fn stationary<'py>(
        &self,
        py: Python<'py>,
        all: bool,
        tol: f64,
        threads: usize,
    ) -> PyResult<(Laws<'py>, f64, usize)> {
        let options = stationary::Options {
            tol,
            route: None,
            all,
        };
        let found = supervise(py, threads, None, |pool, pulse: &Pulse| {
            pool.install(|| self.law.stationary(options, pulse))
        })?;
        stationary_answer(py, found, self.law.n())
    }

    fn transient<'py>(
        &self,
        py: Python<'py>,
        p0: Vector<'_>,
        t: Vector<'_>,
        tol: f64,
        threads: usize,
    ) -> PyResult<(Laws<'py>, u64, f64)> {
        let (p0, t) = (slice("p0", &p0).py()?, slice("t", &t).py()?);
        let found = supervise(py, threads, None, |pool, pulse: &Pulse| {
            pool.install(|| self.law.transient(p0, t, transient::Options { tol }, pulse))
        })?;
        transient_answer(py, found, self.law.n())
    }

    fn log_likelihood(&self, times: Vector<'_>, states: Indices<'_>, end: f64) -> PyResult<f64> {
        let (times, states) = (slice("times", &times).py()?, slice("path", &states).py()?);
        self.law.log_likelihood(times, states, end).py()
    }

    fn kernel(&self, py: Python<'_>, law: Option<Vector<'_>>) -> PyResult<PyKernel> {
        let begin = begin(law.as_ref(), self.law.n()).py()?;
        let tables = py
            .detach(|| shared(&self.tables, || self.law.tables()))
            .py()?;
        Ok(PyKernel::new(JumpPaths::new(&self.law, tables, begin)))
    }
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyChain>()?;
    module.add_class::<PyJump>()
}
