//! Switching processes across the border.

use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use quincunx_core::rng::Key;
use quincunx_core::{Error, Result};
use quincunx_switching::geometric::geometric_terms;
use quincunx_switching::{Law, Start, SwitchProcess};

use crate::error::IntoPython;
use crate::run::PyKernel;
use crate::supervise::supervise;

/// A sojourn law by name and two numbers: ("exponential", rate, 0), ("gamma", shape, rate), ("weibull", shape, scale).
type PyLaw = (String, f64, f64);

fn law(what: &str, given: &PyLaw) -> Result<Law> {
    let (name, a, b) = given;
    match name.as_str() {
        "exponential" => Law::exponential(what, *a),
        "gamma" => Law::gamma(what, *a, *b),
        "weibull" => Law::weibull(what, *a, *b),
        other => Err(Error::Internal(format!("law '{other}'"))),
    }
}

/// Checks a sojourn law and returns its mean.
#[pyfunction]
fn sojourn_mean(what: &str, given: PyLaw) -> PyResult<f64> {
    Ok(law(what, &given).py()?.mean())
}

/// The alternating renewal process with these sojourn laws.
#[pyfunction]
fn switch_kernel(up: PyLaw, down: PyLaw, stationary: bool) -> PyResult<PyKernel> {
    let start = if stationary {
        Start::Stationary
    } else {
        Start::Given
    };
    Ok(PyKernel::new(SwitchProcess::new(
        law("up", &up).py()?,
        law("down", &down).py()?,
        start,
    )))
}

/// Offsets and uniforms.
type PyTerms<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<f64>>);

/// (offsets, uniforms) of `n` geometric sums with at least `least` terms, in at most `max_bytes`.
#[pyfunction(name = "geometric_terms")]
fn py_geometric_terms<'py>(
    py: Python<'py>,
    key: [u64; 2],
    n: u64,
    p: f64,
    least: u64,
    max_bytes: u64,
) -> PyResult<PyTerms<'py>> {
    let terms = supervise(py, 1, None, |_, pulse| {
        geometric_terms(Key(key), n, p, least, max_bytes, pulse)
    })?;
    Ok((
        terms.offsets.into_pyarray(py),
        terms.uniforms.into_pyarray(py),
    ))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sojourn_mean, module)?)?;
    module.add_function(wrap_pyfunction!(switch_kernel, module)?)?;
    module.add_function(wrap_pyfunction!(py_geometric_terms, module)?)
}
