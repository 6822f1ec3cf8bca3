//! Observers across the border: from Python's description to a plan over the columns of a kernel.

use std::collections::BTreeMap;
use std::sync::Arc;

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use quincunx_core::observe::{
    Condition, Fold, Level, Observable, Observer, Part, Plan, Reduce, Rewrite, Times,
};
use quincunx_core::run::Quantity;
use quincunx_core::{Error, Result};
use quincunx_expr::{Binary, Dag, Node, NodeId, Observed, Scope};

use crate::error::foreign;
use crate::formula::Formula;
use crate::supervise::give_way;

/// One thing to observe: a quantity by name, or a formula.
#[derive(FromPyObject)]
pub enum PyOf<'py> {
    /// A quantity as it is.
    Name(String),
    /// A formula over scalar quantities, parameters and `t`.
    Formula(PyRef<'py, Formula>),
}

/// The times of a grid.
#[derive(FromPyObject)]
pub enum PyTimes<'py> {
    /// First time, step, number, end of the run.
    Regular(f64, f64, usize, f64),
    /// One by one.
    Listed(PyReadonlyArray1<'py, f64>),
}

impl PyTimes<'_> {
    fn read(&self) -> Times {
        match self {
            &Self::Regular(first, step, count, last) => Times::Regular {
                first,
                step,
                count,
                last,
            },
            Self::Listed(times) => times.as_array().iter().copied().collect(),
        }
    }
}

/// What Python tells about one observer: the attributes of `quincunx._observe.Spec`.
#[derive(FromPyObject)]
pub struct Spec<'py> {
    kind: String,
    of: Vec<PyOf<'py>>,
    since: f64,
    times: PyTimes<'py>,
    edges: Vec<f64>,
    spacing: f64,
    lags: Vec<usize>,
    conditions: Vec<PyRef<'py, Formula>>,
    reduce: String,
    order: usize,
    cov: bool,
    rewrite: Option<Py<PyAny>>,
    width: usize,
}

/// A user's functions of time and quantities, applied to the grid of a block of replicas.
#[derive(Debug)]
struct Callables {
    function: Py<PyAny>,
    width: usize,
}

impl Rewrite for Callables {
    fn rewrite(&self, times: &[f64], rows: &[f64], replicas: usize) -> Result<Vec<f64>> {
        give_way();
        Python::attach(|py| {
            let times = PyArray1::from_slice(py, times);
            let rows = PyArray1::from_slice(py, rows);
            let out = self.function.bind(py).call1((times, rows, replicas))?;
            Ok(out.cast::<PyArray1<f64>>()?.readonly().as_slice()?.to_vec())
        })
        .map_err(foreign)
    }

    fn width(&self) -> usize {
        self.width
    }
}

/// A formula over the columns of a kernel, as a graph and compiled.
#[derive(Debug)]
struct Compiled {
    dag: Dag,
    root: NodeId,
    columns: usize,
    observed: Observed,
}

/// The names that formulas of one parameter set may use.
pub struct Names<'a> {
    quantities: &'a [Quantity],
    params: &'a BTreeMap<String, f64>,
}

impl<'a> Names<'a> {
    /// The quantities of a kernel and the scalar parameters of its model.
    pub fn new(quantities: &'a [Quantity], params: &'a BTreeMap<String, f64>) -> Self {
        Self { quantities, params }
    }

    fn column(&self, name: &str) -> Option<std::ops::Range<usize>> {
        let mut start = 0;
        for q in self.quantities {
            if q.name == name {
                return Some(start..start + q.width());
            }
            start += q.width();
        }
        None
    }

    /// Scalar quantities as inputs 0.., then parameters (bound to their values), then `t`.
    fn compile(&self, formula: &quincunx_expr::Formula) -> Result<Compiled> {
        let scalars: Vec<&Quantity> = self
            .quantities
            .iter()
            .filter(|q| q.shape.is_empty())
            .collect();
        if let Some(array) = formula.names().find(|n| {
            self.quantities
                .iter()
                .any(|q| q.name == *n && !q.shape.is_empty())
        }) {
            return Err(formula.error(format!(
                "'{array}' is an array: observe it by its name alone"
            )));
        }
        // A parameter that shares its name with a quantity would be ambiguous; the model refuses such pairs.
        let params: Vec<&String> = self
            .params
            .keys()
            .filter(|p| !scalars.iter().any(|q| q.name == **p))
            .collect();
        let names: Vec<&str> = scalars.iter().map(|q| q.name.as_str()).collect();
        let scope = Scope::of(&names, &params)?;
        let mut dag = Dag::new();
        let root = formula.lower(&mut dag, &scope)?;
        let first = names.len() as u32;
        let values: Vec<f64> = params.iter().map(|p| self.params[*p]).collect();
        let columns: Vec<u32> = scalars
            .iter()
            .filter_map(|q| self.column(&q.name))
            .map(|r| r.start as u32)
            .collect();
        let total: usize = self.quantities.iter().map(Quantity::width).sum();
        // Parameters become numbers, quantities the columns of the view, `t` the input after the last column.
        let mut placed = Dag::new();
        let roots = dag.rewrite_into(&mut placed, &[root], |d, i| match columns.get(i as usize) {
            Some(&column) => d.input(column),
            None => match values.get((i - first) as usize) {
                Some(&value) => d.constant(value),
                None => d.input(total as u32),
            },
        });
        Ok(Compiled {
            observed: Observed::new(&placed, roots[0], total)?,
            dag: placed,
            root: roots[0],
            columns: total,
        })
    }

    fn condition(&self, formula: &quincunx_expr::Formula) -> Result<Condition> {
        let compiled = self.compile(formula)?;
        let level = level(&compiled.dag, compiled.root, compiled.columns as u32);
        Ok(Condition {
            formula: Arc::new(compiled.observed),
            level,
        })
    }

    fn observable(&self, of: &PyOf<'_>) -> Result<Observable> {
        match of {
            PyOf::Name(name) => self.column(name).map(Observable::Columns).ok_or_else(|| {
                let known: Vec<&str> = self.quantities.iter().map(|q| q.name.as_str()).collect();
                Error::Refused(format!(
                    "of = '{name}': unknown name; known names: {}",
                    known.join(", ")
                ))
            }),
            PyOf::Formula(formula) => {
                let compiled = self.compile(&formula.inner)?;
                Ok(Observable::Formula(Arc::new(compiled.observed)))
            }
        }
    }

    /// The plan for one parameter set.
    pub fn plan(&self, parts: &[Spec<'_>], t1: f64) -> Result<Plan> {
        let parts: Result<Vec<Part>> = parts.iter().map(|p| self.part(p)).collect();
        Ok(Plan::new(parts?, t1))
    }

    fn part(&self, spec: &Spec<'_>) -> Result<Part> {
        let of: Result<Vec<Observable>> = spec.of.iter().map(|o| self.observable(o)).collect();
        let from = spec.since;
        let observer = match spec.kind.as_str() {
            "grid" => Observer::Grid {
                times: spec.times.read(),
            },
            "events" => Observer::Events,
            "time_average" => Observer::TimeAverage { from },
            "maximum" => Observer::Extremum {
                from,
                largest: true,
            },
            "minimum" => Observer::Extremum {
                from,
                largest: false,
            },
            "autocorrelation" => Observer::Autocorrelation {
                from,
                spacing: spec.spacing,
                lags: spec.lags.clone(),
            },
            "occupation" => Observer::Occupation {
                from,
                edges: spec.edges.clone(),
            },
            "first_passage" => {
                let conditions: Result<Vec<Condition>> = spec
                    .conditions
                    .iter()
                    .map(|c| self.condition(&c.inner))
                    .collect();
                Observer::FirstPassage {
                    conditions: conditions?,
                }
            }
            other => return Err(Error::Internal(format!("observer '{other}'"))),
        };
        Part::new(observer, of?)
    }
}

/// `x >= c`, `x > c` and the like, with the column on either side.
pub(crate) fn level(dag: &Dag, root: NodeId, columns: u32) -> Option<Level> {
    let Node::Binary(op, a, b) = dag.node(root) else {
        return None;
    };
    let side = |id: NodeId| match dag.node(id) {
        Node::Input(i) if i < columns => Some(i as usize),
        _ => None,
    };
    // The graph knows < and <= only: `x >= c` arrives as `c <= x`.
    if !matches!(op, Binary::Le | Binary::Lt) {
        return None;
    }
    match (side(a), dag.as_const(b), dag.as_const(a), side(b)) {
        (Some(column), Some(level), _, _) => Some(Level {
            column,
            level,
            above: false,
        }),
        (_, _, Some(level), Some(column)) => Some(Level {
            column,
            level,
            above: true,
        }),
        _ => None,
    }
}

/// The reductions of the parts.
pub fn folds(py: Python<'_>, parts: &[Spec<'_>]) -> Result<Vec<Fold>> {
    parts
        .iter()
        .map(|p| {
            let reduce = match p.reduce.as_str() {
                "keep" => Reduce::Keep,
                "moments" => Reduce::Moments {
                    order: p.order,
                    cov: p.cov,
                },
                "histogram" => Reduce::Histogram {
                    edges: p.edges.clone(),
                },
                other => return Err(Error::Internal(format!("reduction '{other}'"))),
            };
            let rewrite = p.rewrite.as_ref().map(|function| {
                Arc::new(Callables {
                    function: function.clone_ref(py),
                    width: p.width,
                }) as Arc<dyn Rewrite>
            });
            Ok(Fold { reduce, rewrite })
        })
        .collect()
}
