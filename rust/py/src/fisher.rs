//! Fisher geometry across the border.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use quincunx_core::rng::Key;
use quincunx_lattice::fisher::{
    self, Cells, FisherGeometry, Method, Metric, Sampling, SpinModel, Work,
};

use crate::error::IntoPython;
use crate::lattice::PySpinModel;
use crate::supervise::supervise;

/// Scalar curvature, R1 to R4, rows of the metric of one cell, cells along each axis, method, and for Monte Carlo the
/// standard errors of R and of R1 to R4 and the number of effective samples.
type Found<'py> = (
    f64,
    [f64; 4],
    Bound<'py, PyArray1<f64>>,
    Vec<usize>,
    &'static str,
    Option<(f64, [f64; 4], f64)>,
);

/// The geometry of a model. `sampling`: key, samples, chains; needed by `monte_carlo` alone.
#[pyfunction]
fn fisher_geometry<'py>(
    py: Python<'py>,
    model: &PySpinModel,
    method: Option<&str>,
    sampling: Option<([u64; 2], i64, i64)>,
    threads: usize,
    max_bytes: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<Found<'py>> {
    let law = &model.inner;
    let method = method.map(Method::named).transpose().py()?;
    let sampling = sampling
        .map(|(key, n, chains)| Sampling::new(Key(key), n, chains))
        .transpose()
        .py()?;
    let (geometry, errors): (FisherGeometry, _) =
        supervise(py, threads, progress.as_ref(), |pool, pulse| {
            let work = Work {
                pool,
                pulse,
                max_bytes,
            };
            match (method, sampling) {
                (Some(Method::MonteCarlo), Some(sampling)) => {
                    let found = fisher::monte_carlo(law, sampling, work)?;
                    let error = found.geometry.standard_error.unwrap_or(f64::NAN);
                    let errors = (error, found.ricci_errors, found.effective_samples);
                    Ok((found.geometry, Some(errors)))
                }
                _ => Ok((
                    fisher::fisher_geometry(&SpinModel::of(law)?, method, work)?,
                    None,
                )),
            }
        })?;
    Ok((
        geometry.scalar_curvature,
        geometry.ricci_terms,
        geometry.metric.rows().to_vec().into_pyarray(py),
        geometry.metric.shape().to_vec(),
        geometry.method.name(),
        errors,
    ))
}

/// R1 of an Ising torus and `P` of its two bonds per cell.
#[pyfunction]
fn first_ricci_term(
    py: Python<'_>,
    model: &PySpinModel,
    threads: usize,
    max_bytes: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<(f64, [f64; 2])> {
    let torus = SpinModel::of(&model.inner)
        .and_then(|model| model.torus())
        .py()?;
    let found = supervise(py, threads, progress.as_ref(), |pool, pulse| {
        let work = Work {
            pool,
            pulse,
            max_bytes,
        };
        fisher::first_ricci_term(torus, work)
    })?;
    Ok((found.r1, found.p))
}

/// The whole metric, row-major, from the rows of one cell.
#[pyfunction]
fn expand_metric<'py>(
    py: Python<'py>,
    rows: PyReadonlyArray1<'py, f64>,
    shape: Vec<usize>,
    per_cell: usize,
    max_bytes: u64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let cells = if shape.is_empty() {
        Cells::single(per_cell)
    } else {
        Cells::torus(&shape, per_cell)
    };
    let metric = Metric::new(cells, rows.as_array().to_vec());
    Ok(py.detach(|| metric.dense(max_bytes)).py()?.into_pyarray(py))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fisher_geometry, module)?)?;
    module.add_function(wrap_pyfunction!(first_ricci_term, module)?)?;
    module.add_function(wrap_pyfunction!(expand_metric, module)?)
}
