//! Stochastic differential equations across the border.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use quincunx_expr::{Dag, Scope};
use quincunx_sde::exact::{Exact, Law, LinearTransition};
use quincunx_sde::{Equation, FixedStep, Scheme, Terms};

use crate::error::IntoPython;
use crate::formula::Formula;
use crate::plan::level;
use crate::run::PyKernel;

type Formulas<'py> = Vec<PyRef<'py, Formula>>;

/// A formula equation with its parameters bound.
#[pyclass(frozen, module = "quincunx._core")]
pub struct SdeEquation {
    inner: Equation,
}

fn formulas(given: &Formulas<'_>) -> Vec<quincunx_expr::Formula> {
    given.iter().map(|f| (*f.inner).clone()).collect()
}

#[pymethods]
impl SdeEquation {
    #[new]
    fn new(
        names: Vec<String>,
        parameters: Vec<(String, f64)>,
        drift: Formulas<'_>,
        own: Formulas<'_>,
        shared: Vec<Formulas<'_>>,
        calculus: &str,
    ) -> PyResult<Self> {
        let terms = Terms {
            drift: formulas(&drift),
            own: formulas(&own),
            shared: shared.iter().map(formulas).collect(),
        };
        let calculus = calculus.parse().py()?;
        let inner = Equation::new(&names, &parameters, &terms, calculus).py()?;
        Ok(Self { inner })
    }

    /// The states with a Wiener process of their own, in the order of the first columns of the noise matrix.
    #[getter]
    fn own(&self) -> Vec<usize> {
        self.inner.own().to_vec()
    }

    /// The number of Wiener processes.
    #[getter]
    fn processes(&self) -> usize {
        self.inner.processes()
    }

    /// `additive`, `scalar`, `diagonal`, `commutative` or `general`.
    #[getter]
    fn noise_type(&self) -> &'static str {
        self.inner.noise_type()
    }

    /// The names of the schemes that hold.
    #[getter]
    fn schemes(&self) -> Vec<&'static str> {
        let hold = Scheme::that_hold(&self.inner);
        hold.into_iter().map(Scheme::name).collect()
    }

    /// The drift in points of d numbers each, one after another.
    fn drift<'py>(
        &self,
        py: Python<'py>,
        t: f64,
        x: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let values = self.inner.drift(t, x.as_slice()?).py()?;
        Ok(PyArray1::from_vec(py, values))
    }

    /// The noise matrix in points of d numbers each, one after another.
    fn noise<'py>(
        &self,
        py: Python<'py>,
        t: f64,
        x: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let values = self.inner.noise(t, x.as_slice()?).py()?;
        Ok(PyArray1::from_vec(py, values))
    }

    /// The equation stepped by a scheme.
    fn stepped(&self, scheme: &str, dt: f64, refine: u32) -> PyResult<PyKernel> {
        let scheme = match scheme {
            "Milstein" => Scheme::Milstein,
            _ => Scheme::EulerMaruyama,
        };
        let kernel = FixedStep::new(self.inner.clone(), scheme, dt, refine).py()?;
        Ok(PyKernel::new(kernel))
    }
}

/// A named law with exact transitions.
#[pyclass(frozen, module = "quincunx._core")]
pub struct SdeLaw {
    inner: Law,
}

#[pymethods]
impl SdeLaw {
    /// `dx = theta (mu - x) dt + sigma dW`
    #[staticmethod]
    fn ornstein_uhlenbeck(theta: f64, mu: f64, sigma: f64) -> PyResult<Self> {
        let inner = Law::ornstein_uhlenbeck(theta, mu, sigma).py()?;
        Ok(Self { inner })
    }

    /// `dx = mu x dt + sigma x dW`
    #[staticmethod]
    fn geometric_brownian(mu: f64, sigma: f64) -> PyResult<Self> {
        let inner = Law::geometric_brownian(mu, sigma).py()?;
        Ok(Self { inner })
    }

    /// The mean after `t`.
    fn mean(&self, t: f64, x0: f64) -> f64 {
        self.inner.mean(t, x0)
    }

    /// The variance after `t`.
    fn variance(&self, t: f64, x0: f64) -> f64 {
        self.inner.variance(t, x0)
    }

    /// The law drawn at the observed times.
    fn exact(&self) -> PyKernel {
        PyKernel::new(Exact::new(self.inner))
    }
}

/// Two arrays of numbers.
type Pair<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// `exp(A h)` and the covariance of the exact transition of `dx = A x dt + B dW`, row after row.
#[pyfunction]
fn sde_linear_transition<'py>(
    py: Python<'py>,
    a: PyReadonlyArray1<'py, f64>,
    bbt: PyReadonlyArray1<'py, f64>,
    h: f64,
) -> PyResult<Pair<'py>> {
    let step = LinearTransition::new(a.as_slice()?, bbt.as_slice()?, h).py()?;
    Ok((
        PyArray1::from_slice(py, step.drift()),
        PyArray1::from_slice(py, step.covariance()),
    ))
}

/// Is the condition a level of one state, so that crossings between steps are found? `t` is no parameter.
#[pyfunction]
fn sde_is_level(
    condition: PyRef<'_, Formula>,
    names: Vec<String>,
    parameters: Vec<(String, f64)>,
) -> PyResult<bool> {
    let known: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    let scope = Scope::of(&names, &known).py()?;
    let mut dag = Dag::new();
    let root = condition.inner.lower(&mut dag, &scope).py()?;
    let first = names.len();
    let (bound, roots) = dag.bind(&[root], |i| {
        parameters
            .get((i as usize).checked_sub(first)?)
            .map(|&(_, value)| value)
    });
    let columns = u32::try_from(first).unwrap_or(u32::MAX);
    Ok(roots
        .first()
        .is_some_and(|&root| level(&bound, root, columns).is_some()))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SdeEquation>()?;
    module.add_class::<SdeLaw>()?;
    module.add_function(wrap_pyfunction!(sde_linear_transition, module)?)?;
    module.add_function(wrap_pyfunction!(sde_is_level, module)?)
}
