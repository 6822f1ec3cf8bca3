//! Formulas across the border: Python reads the text, Rust judges it.

use std::sync::Arc;

use pyo3::prelude::*;
use quincunx_expr::Token;

use crate::error::IntoPython;

/// A formula that has been read, not yet tied to names.
#[pyclass(frozen, module = "quincunx._core")]
pub struct Formula {
    /// The checked postfix program.
    pub inner: Arc<quincunx_expr::Formula>,
}

/// One postfix token: a number, a name, or an operation with its number of operands.
#[derive(FromPyObject)]
enum PyToken {
    Number(f64),
    Apply((String, usize)),
    Name(String),
}

#[pymethods]
impl Formula {
    #[new]
    fn new(source: &str, tokens: Vec<PyToken>) -> PyResult<Self> {
        let tokens: Vec<Token> = tokens
            .into_iter()
            .map(|t| match t {
                PyToken::Number(x) => Token::Number(x),
                PyToken::Apply((op, n)) => Token::Apply(op, n),
                PyToken::Name(name) => Token::Name(name),
            })
            .collect();
        let inner = quincunx_expr::Formula::from_postfix(source, &tokens).py()?;
        Ok(Self {
            inner: Arc::new(inner),
        })
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
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Formula>()
}
