//! Spin lattices across the border.

use std::sync::Arc;

use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyReadonlyArrayDyn,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use quincunx_core::{Error, Result};
use quincunx_lattice::exact::{self, Model};
use quincunx_lattice::sample::{self, LatticeKernel, Law, Method, Order, Start};
use quincunx_lattice::{Geometry, Ising, Potts, Values};

use crate::elimination::PyTransverse;
use crate::error::IntoPython;
use crate::run::PyKernel;
use crate::supervise::supervise;

/// Sites and bonds.
#[pyclass(frozen, name = "Geometry", module = "quincunx._core")]
pub struct PyGeometry {
    /// The geometry itself.
    pub inner: Arc<Geometry>,
}

#[pymethods]
impl PyGeometry {
    /// The shape of a state.
    #[getter]
    fn shape(&self) -> Vec<usize> {
        self.inner.shape().to_vec()
    }

    #[getter]
    fn n_sites(&self) -> usize {
        self.inner.n_sites()
    }

    #[getter]
    fn n_bonds(&self) -> usize {
        self.inner.n_bonds()
    }

    /// Neighbours of every site, or None where sites differ.
    fn coordination(&self) -> Option<usize> {
        self.inner.coordination()
    }

    /// Both ends of every bond: (n_bonds, 2).
    fn bonds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i64>>> {
        let ends: Vec<i64> = self
            .inner
            .bonds()
            .iter()
            .flatten()
            .map(|&s| i64::from(s))
            .collect();
        ends.into_pyarray(py).reshape([self.inner.n_bonds(), 2])
    }
}

/// A regular lattice by name: `Square`, `Cubic`, `Triangular`, `Honeycomb`.
#[pyfunction]
fn lattice_geometry(kind: &str, lengths: Vec<i64>, periodic: Vec<bool>) -> PyResult<PyGeometry> {
    let geometry = match (kind, lengths.as_slice(), periodic.as_slice()) {
        ("Square", &[x, y], &[a, b]) => Geometry::square([x, y], [a, b]),
        ("Triangular", &[x, y], &[a, b]) => Geometry::triangular([x, y], [a, b]),
        ("Honeycomb", &[x, y], &[a, b]) => Geometry::honeycomb([x, y], [a, b]),
        ("Cubic", &[x, y, z], &[a, b, c]) => Geometry::cubic([x, y, z], [a, b, c]),
        _ => Err(Error::invalid(
            "periodic",
            format!("{periodic:?}"),
            "must be one bool, or one per axis",
        )),
    };
    Ok(PyGeometry {
        inner: Arc::new(geometry.py()?),
    })
}

/// A graph by its edges (n_bonds, 2).
#[pyfunction]
fn lattice_graph(edges: PyReadonlyArray2<'_, i64>, n_sites: Option<i64>) -> PyResult<PyGeometry> {
    if edges.shape()[1] != 2 {
        let shape = format!("{:?}", edges.shape());
        return Err(Error::invalid(
            "edges",
            shape,
            "must have shape (n_bonds, 2)",
        ))
        .py();
    }
    let edges: Vec<[i64; 2]> = edges
        .as_array()
        .rows()
        .into_iter()
        .map(|row| [row[0], row[1]])
        .collect();
    Ok(PyGeometry {
        inner: Arc::new(Geometry::graph(&edges, n_sites).py()?),
    })
}

/// An Ising or a Potts model.
#[pyclass(frozen, name = "SpinModel", module = "quincunx._core")]
pub struct PySpinModel {
    /// The law itself.
    pub inner: Law,
}

impl PySpinModel {
    /// As the exact answers take it.
    pub fn exact(&self) -> Model<'_> {
        Model::from(&self.inner)
    }
}

/// Numbers of any shape.
pub type ReadFloats<'py> = PyReadonlyArrayDyn<'py, f64>;

/// Whatever has exact answers.
#[derive(FromPyObject)]
pub enum AnySpins<'py> {
    /// Ising or Potts.
    Classical(Bound<'py, PySpinModel>),
    /// Ising in transverse fields.
    Transverse(Bound<'py, PyTransverse>),
}

impl AnySpins<'_> {
    /// As the exact answers take it.
    pub fn exact(&self) -> Model<'_> {
        match self {
            AnySpins::Classical(model) => model.get().exact(),
            AnySpins::Transverse(model) => Model::from(&model.get().inner),
        }
    }
}

/// One number for a scalar, else one each.
pub fn values(array: &ReadFloats<'_>) -> Values {
    let flat: Vec<f64> = array.as_array().iter().copied().collect();
    match (array.ndim(), flat.first()) {
        (0, Some(&value)) => Values::Uniform(value),
        _ => Values::Each(flat),
    }
}

/// `E = -sum_b J_b s_i s_j - sum_i h_i s_i`.
#[pyfunction]
#[pyo3(name = "ising")]
fn make_ising(
    geometry: &PyGeometry,
    beta: f64,
    couplings: PyReadonlyArrayDyn<'_, f64>,
    fields: PyReadonlyArrayDyn<'_, f64>,
) -> PyResult<PySpinModel> {
    let model = Ising::new(
        Arc::clone(&geometry.inner),
        beta,
        values(&couplings),
        values(&fields),
    );
    Ok(PySpinModel {
        inner: model.py()?.into(),
    })
}

/// `E = -sum_b J_b delta(s_i, s_j)`.
#[pyfunction]
#[pyo3(name = "potts")]
fn make_potts(
    geometry: &PyGeometry,
    q: i64,
    beta: f64,
    couplings: PyReadonlyArrayDyn<'_, f64>,
) -> PyResult<PySpinModel> {
    let model = Potts::new(Arc::clone(&geometry.inner), q, beta, values(&couplings));
    Ok(PySpinModel {
        inner: model.py()?.into(),
    })
}

fn method_named(name: &str, order: &str, clusters: i64) -> Result<Method> {
    let order = match order {
        "random" => Order::Random,
        "sequential" => Order::Sequential,
        _ => {
            let need = "must be \"random\" or \"sequential\"";
            return Err(Error::invalid("order", format!("{order:?}"), need));
        }
    };
    match name {
        "Metropolis" => Ok(Method::Metropolis),
        "HeatBath" => Ok(Method::HeatBath(order)),
        "Checkerboard" => Ok(Method::Checkerboard),
        "Wolff" => Method::wolff(clusters),
        "Kawasaki" => Ok(Method::Kawasaki),
        "SwendsenWang" => Ok(Method::SwendsenWang),
        _ => Err(Error::Internal(format!("lattice method {name}"))),
    }
}

/// Refuses a method with wrong choices before any model is there.
#[pyfunction]
fn check_lattice_method(name: &str, order: &str, clusters: i64) -> PyResult<()> {
    method_named(name, order, clusters).map(|_| ()).py()
}

/// The name of the method for a model where none is given.
#[pyfunction]
fn automatic_lattice_method(model: &PySpinModel) -> &'static str {
    Method::automatic(&model.inner).name()
}

/// A model and a method, ready to run; `random`: start from independent spins instead of all alike.
#[pyfunction]
fn lattice_kernel(
    model: &PySpinModel,
    name: &str,
    order: &str,
    clusters: i64,
    random: bool,
) -> PyResult<PyKernel> {
    let method = method_named(name, order, clusters).py()?;
    let kernel = method.kernel(model.inner.clone(), start_of(random));
    Ok(PyKernel {
        inner: kernel.py()?,
    })
}

fn start_of(random: bool) -> Start {
    if random {
        Start::Random
    } else {
        Start::Ordered
    }
}

/// A model, a ladder of inverse temperatures and the method of the sweeps between swaps, ready to run.
#[pyfunction]
fn tempering_kernel(
    model: &PySpinModel,
    betas: Vec<f64>,
    copies: i64,
    inner: (String, String, i64),
    random: bool,
) -> PyResult<PyKernel> {
    let method = method_named(&inner.0, &inner.1, inner.2).py()?;
    let kernel = LatticeKernel::tempering(
        model.inner.clone(),
        betas,
        &method,
        copies,
        start_of(random),
    );
    Ok(PyKernel::new(kernel.py()?))
}

/// Refuses a ladder with wrong choices before any model is there.
#[pyfunction]
fn check_tempering(betas: Vec<f64>, copies: i64) -> PyResult<()> {
    sample::check_tempering(betas, copies).py()
}

/// (ln Z, energy per site, its variance, specific heat, method).
#[pyfunction]
fn lattice_thermodynamics(
    py: Python<'_>,
    model: AnySpins<'_>,
    threads: usize,
) -> PyResult<(f64, f64, f64, f64, &'static str)> {
    let model = model.exact();
    let found = supervise(py, threads, None, |pool, pulse| {
        pool.install(|| exact::thermodynamics(model, pulse))
    })?;
    Ok((
        found.log_partition,
        found.energy,
        found.energy_variance,
        found.specific_heat,
        found.method.name(),
    ))
}

/// ln Z.
#[pyfunction]
fn log_partition(py: Python<'_>, model: AnySpins<'_>, threads: usize) -> PyResult<f64> {
    let model = model.exact();
    supervise(py, threads, None, |pool, pulse| {
        pool.install(|| exact::log_partition(model, pulse))
    })
}

/// The moment of every bond.
#[pyfunction]
fn bond_moments<'py>(
    py: Python<'py>,
    model: AnySpins<'_>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let model = model.exact();
    let found = supervise(py, threads, None, |pool, pulse| {
        pool.install(|| exact::bond_moments(model, pulse))
    })?;
    Ok(found.into_pyarray(py))
}

/// The law of every spin, site-major.
#[pyfunction]
fn spin_marginals<'py>(
    py: Python<'py>,
    model: AnySpins<'_>,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let model = model.exact();
    let found = supervise(py, threads, None, |pool, pulse| {
        pool.install(|| exact::marginals(model, pulse))
    })?;
    Ok(found.0.into_pyarray(py))
}

/// All configurations: energy and magnetization per site, probability.
#[pyfunction]
#[allow(clippy::type_complexity)]
fn configurations<'py>(
    py: Python<'py>,
    model: &PySpinModel,
) -> PyResult<(
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
)> {
    let found = supervise(py, 1, None, |_, pulse| {
        exact::configurations(&model.inner, pulse)
    })?;
    Ok((
        found.energy.into_pyarray(py),
        found.magnetization.into_pyarray(py),
        found.probability.into_pyarray(py),
    ))
}

/// Critical inverse temperature.
#[pyfunction]
fn critical_beta(geometry: &PyGeometry, q: Option<i64>) -> PyResult<f64> {
    exact::critical_beta(&geometry.inner, q).py()
}

/// Onsager's energy per site.
#[pyfunction]
fn onsager_energy(beta: f64) -> PyResult<f64> {
    exact::onsager_energy(beta).py()
}

/// Yang's magnetization.
#[pyfunction]
fn yang_magnetization(beta: f64) -> PyResult<f64> {
    exact::yang_magnetization(beta).py()
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyGeometry>()?;
    module.add_class::<PySpinModel>()?;
    module.add_function(wrap_pyfunction!(lattice_geometry, module)?)?;
    module.add_function(wrap_pyfunction!(lattice_graph, module)?)?;
    module.add_function(wrap_pyfunction!(make_ising, module)?)?;
    module.add_function(wrap_pyfunction!(make_potts, module)?)?;
    module.add_function(wrap_pyfunction!(check_lattice_method, module)?)?;
    module.add_function(wrap_pyfunction!(automatic_lattice_method, module)?)?;
    module.add_function(wrap_pyfunction!(lattice_kernel, module)?)?;
    module.add_function(wrap_pyfunction!(tempering_kernel, module)?)?;
    module.add_function(wrap_pyfunction!(check_tempering, module)?)?;
    module.add_function(wrap_pyfunction!(lattice_thermodynamics, module)?)?;
    module.add_function(wrap_pyfunction!(log_partition, module)?)?;
    module.add_function(wrap_pyfunction!(bond_moments, module)?)?;
    module.add_function(wrap_pyfunction!(spin_marginals, module)?)?;
    module.add_function(wrap_pyfunction!(configurations, module)?)?;
    module.add_function(wrap_pyfunction!(critical_beta, module)?)?;
    module.add_function(wrap_pyfunction!(onsager_energy, module)?)?;
    module.add_function(wrap_pyfunction!(yang_magnetization, module)?)
}
