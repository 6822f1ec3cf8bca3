//! Densities of states across the border.

use num_bigint::BigUint;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use quincunx_lattice::fisher::Work;
use quincunx_lattice::levels;

use crate::lattice::PySpinModel;
use crate::supervise::supervise;

/// Total energies, ascending, the number of states of each, and the method.
#[pyfunction]
fn density_of_states<'py>(
    py: Python<'py>,
    model: &PySpinModel,
    unit: Option<f64>,
    threads: usize,
    max_bytes: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Bound<'py, PyArray1<f64>>, Vec<BigUint>, &'static str)> {
    let found = supervise(py, threads, progress.as_ref(), |pool, pulse| {
        let work = Work {
            pool,
            pulse,
            max_bytes,
        };
        levels::density_of_states(&model.inner, unit, work)
    })?;
    Ok((
        found.energy.into_pyarray(py),
        found.counts,
        found.method.name(),
    ))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(density_of_states, module)?)
}
