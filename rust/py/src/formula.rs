//! Formulas across the border: Python reads the text, Rust judges it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyType;
use quincunx_core::observe::{Evaluate, View};
use quincunx_core::{Error, Result};
use quincunx_expr::{Dag, Derivatives, Observed, Scope, Token};

use crate::error::IntoPython;

/// A formula that has been read, not yet tied to names.
#[pyclass(frozen, module = "quincunx._core")]
pub struct Formula {
    /// The checked postfix program.
    pub inner: Arc<quincunx_expr::Formula>,
    tokens: Vec<PyToken>,
}

/// One postfix token: a number, a name, or an operation with its number of operands.
#[derive(Clone, FromPyObject, IntoPyObject)]
enum PyToken {
    Number(f64),
    Apply((String, usize)),
    Name(String),
}

/// What a formula is made of again: its text and its tokens.
type Arguments = (String, Vec<PyToken>);

#[pymethods]
impl Formula {
    #[new]
    fn new(source: &str, tokens: Vec<PyToken>) -> PyResult<Self> {
        let program: Vec<Token> = tokens
            .iter()
            .map(|t| match t {
                PyToken::Number(x) => Token::Number(*x),
                PyToken::Apply((op, n)) => Token::Apply(op.clone(), *n),
                PyToken::Name(name) => Token::Name(name.clone()),
            })
            .collect();
        let inner = quincunx_expr::Formula::from_postfix(source, &program).py()?;
        Ok(Self {
            inner: Arc::new(inner),
            tokens,
        })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, Arguments) {
        let this = slf.get();
        let arguments = (this.source().to_owned(), this.tokens.clone());
        (slf.get_type(), arguments)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other
            .cast::<Self>()
            .is_ok_and(|other| other.get().inner == self.inner)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.source().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("Formula({:?})", self.source())
    }

    /// The text it was read from.
    #[getter]
    fn source(&self) -> &str {
        self.inner.source()
    }

    /// The names used, in order of appearance.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.inner.names().map(str::to_owned).collect()
    }

    /// The derivative of some order with respect to `t` of a formula in `t` alone, at the times `t[k]`.
    fn derivative<'py>(
        &self,
        py: Python<'py>,
        order: usize,
        t: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let scope = Scope::of(&[] as &[&str], &[] as &[&str]).py()?;
        let mut dag = Dag::new();
        let mut root = self.inner.lower(&mut dag, &scope).py()?;
        for _ in 0..order {
            root = Derivatives::new().of(&mut dag, root, 0);
        }
        let observed = Observed::new(&dag, root, 0).py()?;
        let t = t.as_slice()?;
        let mut out = vec![0.0; t.len()];
        observed.evaluate(
            t,
            View::new(&[], t.len(), t.len()),
            &mut Vec::new(),
            &mut out,
        );
        Ok(PyArray1::from_vec(py, out))
    }

    /// The values at `columns[name][k]` and `t[k]`, computed as observers compute them.
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        names: Vec<String>,
        columns: PyReadonlyArray2<'py, f64>,
        t: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let [height, width] = [columns.shape()[0], columns.shape()[1]];
        if height != names.len() || width != t.len() {
            let got = format!("of shape ({height}, {width})");
            let need = format!("must have shape ({}, {})", names.len(), t.len());
            return Err(Error::invalid("columns", got, need)).py();
        }
        let (columns, t) = (columns.as_slice()?, t.as_slice()?);
        let mut out = vec![0.0; width];
        self.observed(&names).py()?.evaluate(
            t,
            View::new(columns, width, width),
            &mut Vec::new(),
            &mut out,
        );
        Ok(PyArray1::from_vec(py, out))
    }
}

impl Formula {
    fn observed(&self, names: &[String]) -> Result<Observed> {
        let scope = Scope::of(names, &[] as &[&str])?;
        let mut dag = Dag::new();
        let root = self.inner.lower(&mut dag, &scope)?;
        Observed::new(&dag, root, names.len())
    }
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Formula>()
}
