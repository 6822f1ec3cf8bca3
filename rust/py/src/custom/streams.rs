//! Random numbers for laws written in Python.

use std::sync::{Mutex, PoisonError};

use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{IntoPyArray, PyArrayDyn, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use quincunx_core::Result;
use quincunx_core::rng::{Stream, samplers::Poisson};

use crate::error::IntoPython;

/// The streams of a block of replicas, for the `draw` argument of a step.
#[pyclass(frozen, module = "quincunx._core")]
pub(super) struct Streams {
    inner: Mutex<Vec<Stream>>,
}

impl Streams {
    pub(super) fn of(streams: Vec<Stream>) -> Self {
        Self {
            inner: Mutex::new(streams),
        }
    }

    /// Where each stream stands.
    pub(super) fn state(&self) -> Vec<Stream> {
        let streams = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        streams.clone()
    }

    /// One number per replica and element of `shape`, drawn replica by replica.
    fn fill<'py>(
        &self,
        py: Python<'py>,
        shape: Vec<usize>,
        mut number: impl FnMut(usize, &mut Stream) -> f64,
    ) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
        let mut streams = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let each: usize = shape.iter().product();
        let mut values = Vec::with_capacity(streams.len() * each);
        for stream in streams.iter_mut() {
            for _ in 0..each {
                let i = values.len();
                values.push(number(i, stream));
            }
        }
        let full: Vec<usize> = std::iter::once(streams.len()).chain(shape).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&full), values);
        Ok(array
            .map_err(|e| PyValueError::new_err(e.to_string()))?
            .into_pyarray(py))
    }
}

#[pymethods]
impl Streams {
    /// Uniform in (0, 1).
    fn uniform<'py>(
        &self,
        py: Python<'py>,
        shape: Vec<usize>,
    ) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
        self.fill(py, shape, |_, s| s.uniform())
    }

    /// Standard normal.
    fn normal<'py>(
        &self,
        py: Python<'py>,
        shape: Vec<usize>,
    ) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
        self.fill(py, shape, |_, s| s.normal())
    }

    /// Standard exponential.
    fn exponential<'py>(
        &self,
        py: Python<'py>,
        shape: Vec<usize>,
    ) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
        self.fill(py, shape, |_, s| s.exponential())
    }

    /// Poisson with the mean of each element of `lam`, which has shape (b, *shape).
    fn poisson<'py>(
        &self,
        py: Python<'py>,
        lam: PyReadonlyArrayDyn<'py, f64>,
    ) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
        let laws: Result<Vec<Poisson>> = lam.as_array().iter().map(|&m| Poisson::new(m)).collect();
        let laws = laws.py()?;
        let shape = lam.shape().get(1..).unwrap_or(&[]).to_vec();
        self.fill(py, shape, |i, s| laws[i].sample(s) as f64)
    }

    /// Number of replicas.
    fn __len__(&self) -> usize {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}
