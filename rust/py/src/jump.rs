//! Reaction networks across the border.

use std::sync::Arc;

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use quincunx_core::Error;
use quincunx_jump::law::{Written, network};
use quincunx_jump::master::{Question, Solution, solve};
use quincunx_jump::{Convention, Direct, Network};

use crate::error::IntoPython;
use crate::formula::Formula;
use crate::run::PyKernel;
use crate::supervise::supervise;

type Side = Vec<(usize, u64)>;

/// A reaction network with all its numbers.
#[pyclass(frozen, module = "quincunx._core")]
pub struct ReactionNetwork {
    inner: Arc<Network>,
    unused: Vec<String>,
}

/// States `(n, S)`, probability `(T, n)`, error bound `(T,)`.
type PySolution<'py> = (
    Bound<'py, PyArray2<i64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray1<f64>>,
);

#[pymethods]
impl ReactionNetwork {
    /// `reactions` are `(reactants, products, rate)` with sides of `(species index, count)`.
    #[new]
    fn new(
        species: Vec<String>,
        parameters: Vec<(String, f64)>,
        reactions: Vec<(Side, Side, PyRef<'_, Formula>)>,
        volume: f64,
        convention: &str,
    ) -> PyResult<Self> {
        let convention = match convention {
            "comb" => Convention::Comb,
            "falling" => Convention::Falling,
            other => {
                let need = "must be 'comb' or 'falling'";
                return Err(Error::invalid("convention", format!("'{other}'"), need)).py();
            }
        };
        let written: Vec<Written<'_>> = reactions
            .iter()
            .map(|(reactants, products, rate)| Written {
                reactants: reactants.clone(),
                products: products.clone(),
                rate: &rate.inner,
            })
            .collect();
        let (inner, unused) = network(species, &parameters, &written, volume, convention).py()?;
        Ok(Self {
            inner: Arc::new(inner),
            unused,
        })
    }

    /// Parameters that no rate uses.
    #[getter]
    fn unused(&self) -> Vec<String> {
        self.unused.clone()
    }

    /// An integer basis of the conserved combinations, one row each.
    fn conservation_laws(&self) -> PyResult<Vec<Vec<i64>>> {
        self.inner.conservation_laws().py()
    }

    /// The direct method, ready to run.
    fn direct(&self, max_events: Option<u64>) -> PyResult<PyKernel> {
        let kernel = Direct::new(Arc::clone(&self.inner), max_events).py()?;
        Ok(PyKernel::new(kernel))
    }

    /// The law at `times` from a point start.
    #[allow(clippy::too_many_arguments)] // one call carries the whole question across the border
    fn master_equation<'py>(
        &self,
        py: Python<'py>,
        start: Vec<i64>,
        times: Vec<f64>,
        bounds: Vec<Option<i64>>,
        tol: f64,
        max_states: usize,
        threads: usize,
    ) -> PyResult<PySolution<'py>> {
        let question = Question {
            start,
            times,
            bounds,
            tol,
            max_states,
        };
        let Solution {
            space,
            probability,
            error_bound,
        } = supervise(py, threads, None, |pool, pulse| {
            pool.install(|| solve(&self.inner, &question, pulse))
        })?;
        let shape = [space.len(), space.width()];
        let states = space.counts().to_vec().into_pyarray(py).reshape(shape)?;
        let shape = [probability.len(), space.len()];
        let law = probability.concat().into_pyarray(py).reshape(shape)?;
        Ok((states, law, error_bound.into_pyarray(py)))
    }
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ReactionNetwork>()
}
