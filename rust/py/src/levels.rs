//! Densities of states across the border.

use num_bigint::BigUint;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use quincunx_core::rng::Key;
use quincunx_lattice::fisher::Work;
use quincunx_lattice::levels::{self, Units};
use quincunx_lattice::sample::WangLandau;

use crate::error::IntoPython;
use crate::lattice::PySpinModel;
use crate::supervise::supervise;

/// Total energies, ascending, the number of states of each, and the method.
type Counted<'py> = (Bound<'py, PyArray1<f64>>, Vec<BigUint>, &'static str);

/// A density of states.
#[pyfunction]
fn density_of_states<'py>(
    py: Python<'py>,
    model: &PySpinModel,
    unit: Option<f64>,
    threads: usize,
    max_bytes: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<Counted<'py>> {
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

/// Refuses a final modification factor out of range before any model is there.
#[pyfunction]
fn check_wang_landau(f_final: f64) -> PyResult<()> {
    WangLandau::new(f_final).map(|_| ()).py()
}

/// Energies found, ln g of every walker (walker-major) and the attempts of each.
type Walked<'py> = (
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Vec<u64>,
);

/// A Wang-Landau estimate.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn wang_landau<'py>(
    py: Python<'py>,
    model: &PySpinModel,
    f_final: f64,
    unit: Option<f64>,
    walkers: i64,
    key: [u64; 2],
    threads: usize,
    max_bytes: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<Walked<'py>> {
    let method = WangLandau::new(f_final).py()?;
    let units = Units::of(&model.inner, unit).py()?;
    let found = supervise(py, threads, progress.as_ref(), |pool, pulse| {
        let work = Work {
            pool,
            pulse,
            max_bytes,
        };
        method.run(&units, walkers, Key(key), work)
    })?;
    Ok((
        found.energy.into_pyarray(py),
        found.walkers.into_pyarray(py),
        found.attempts,
    ))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(density_of_states, module)?)?;
    module.add_function(wrap_pyfunction!(check_wang_landau, module)?)?;
    module.add_function(wrap_pyfunction!(wang_landau, module)?)
}
