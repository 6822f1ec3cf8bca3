//! Exact inference by elimination across the border.

use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use quincunx_core::rng::Key;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use quincunx_lattice::TransverseIsing;
use quincunx_lattice::elimination::{self, Beliefs, Network};
use quincunx_lattice::exact::Model;

use crate::error::IntoPython;
use crate::lattice::{AnySpins, PyGeometry, ReadFloats, values};
use crate::supervise::supervise;

/// An Ising model in transverse fields.
#[pyclass(frozen, name = "TransverseModel", module = "quincunx._core")]
pub struct PyTransverse {
    /// The law itself.
    pub inner: TransverseIsing,
}

/// `E = -sum_b J_b Z_i Z_j - sum_i h_i Z_i - sum_k lambda_k X_k`.
#[pyfunction]
fn transverse_ising(
    geometry: &PyGeometry,
    beta: f64,
    couplings: ReadFloats<'_>,
    fields: ReadFloats<'_>,
    transverse: ReadFloats<'_>,
) -> PyResult<PyTransverse> {
    let geometry = Arc::clone(&geometry.inner);
    let (j, h, x) = (values(&couplings), values(&fields), values(&transverse));
    let inner = TransverseIsing::new(geometry, beta, j, h, x).py()?;
    Ok(PyTransverse { inner })
}

/// Asks the network of a model; `thermal` questions need a finite beta.
fn ask<T: Send>(
    py: Python<'_>,
    model: Model<'_>,
    question: &str,
    threads: usize,
    thermal: bool,
    answer: impl FnOnce(&Network, &Pulse) -> Result<T> + Send,
) -> PyResult<T> {
    supervise(py, threads, None, |pool, pulse| {
        pool.install(|| {
            if thermal {
                model.check_beta(question)?;
            }
            answer(&model.network(question, pulse)?, pulse)
        })
    })
}

/// ln Z, the laws of the sites, of the ends of the bonds, and <X> of the sites.
type FoundBeliefs<'py> = (
    f64,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
);

/// Marginals of sites and bonds; `question` is the public name that errors begin with.
#[pyfunction]
fn spin_beliefs<'py>(
    py: Python<'py>,
    model: AnySpins<'py>,
    question: &str,
    threads: usize,
) -> PyResult<FoundBeliefs<'py>> {
    let Beliefs {
        log_partition,
        sites,
        bonds,
        x,
        ..
    } = ask(
        py,
        model.exact(),
        question,
        threads,
        true,
        elimination::beliefs,
    )?;
    Ok((
        log_partition,
        sites.into_pyarray(py),
        bonds.into_pyarray(py),
        x.into_pyarray(py),
    ))
}

/// Energy, gap, degeneracy, value numbers of one state, <Z> of the sites (empty for colours).
type FoundGround<'py> = (
    f64,
    f64,
    Option<u128>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<f64>>,
);

/// The ground state.
#[pyfunction]
fn spin_ground_state<'py>(
    py: Python<'py>,
    model: AnySpins<'py>,
    threads: usize,
) -> PyResult<FoundGround<'py>> {
    let found = ask(
        py,
        model.exact(),
        "ground_state",
        threads,
        false,
        elimination::ground_state,
    )?;
    let state: Vec<i64> = found.state.iter().map(|&v| v as i64).collect();
    Ok((
        found.energy,
        found.gap,
        found.degeneracy,
        state.into_pyarray(py),
        found.magnetization.into_pyarray(py),
    ))
}

/// Independent draws as value numbers: (n, n_sites).
#[pyfunction]
fn spin_draws<'py>(
    py: Python<'py>,
    model: AnySpins<'py>,
    key: [u64; 2],
    n: i64,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<i8>>> {
    let exact = model.exact();
    let sites = exact.n_sites();
    let need = "must be >= 0";
    let n = usize::try_from(n)
        .map_err(|_| Error::invalid("n", n, need))
        .py()?;
    let states = ask(
        py,
        exact,
        "sample_exact",
        threads,
        true,
        |network, pulse| elimination::sampler(network, pulse)?.draw(Key(key), n, pulse),
    )?;
    states.into_pyarray(py).reshape([n, sites])
}

/// P(k spins have the value `value`).
#[pyfunction]
fn spin_counts<'py>(
    py: Python<'py>,
    model: AnySpins<'py>,
    value: i64,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let value = model.exact().value_number(value).py()?;
    let law = ask(
        py,
        model.exact(),
        "count_distribution",
        threads,
        true,
        |network, pulse| elimination::count_distribution(network, value, pulse),
    )?;
    Ok(law.into_pyarray(py))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyTransverse>()?;
    module.add_function(wrap_pyfunction!(transverse_ising, module)?)?;
    module.add_function(wrap_pyfunction!(spin_beliefs, module)?)?;
    module.add_function(wrap_pyfunction!(spin_ground_state, module)?)?;
    module.add_function(wrap_pyfunction!(spin_draws, module)?)?;
    module.add_function(wrap_pyfunction!(spin_counts, module)?)
}
