//! The one place where errors of the core become Python exceptions.

use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use quincunx_core::Error;

/// An exception of a user's callable on its way through the core.
#[derive(Debug)]
pub struct Raised(pub PyErr);

impl std::fmt::Display for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Raised {}

/// Wraps a Python exception for its way through the core.
pub fn foreign(error: PyErr) -> Error {
    Error::Foreign(Box::new(Raised(error)))
}

/// The Python exception for an error of the core.
pub fn to_python(error: Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::Invalid { .. } | Error::Refused(_) => PyValueError::new_err(text),
        Error::Type(_) => PyTypeError::new_err(text),
        Error::TooLarge { .. } => PyMemoryError::new_err(text),
        Error::Numerical(_) => ours("SimulationError", text),
        Error::Cancelled => PyKeyboardInterrupt::new_err(()),
        Error::Internal(_) => ours("InternalError", text),
        Error::Foreign(inner) => match inner.downcast::<Raised>() {
            Ok(raised) => raised.0,
            Err(other) => ours("InternalError", other.to_string()),
        },
    }
}

/// An exception class that the Python side defines.
fn ours(class: &str, text: String) -> PyErr {
    Python::attach(
        |py| match py.import("quincunx._errors").and_then(|m| m.getattr(class)) {
            Ok(class) => match class.call1((text,)) {
                Ok(value) => PyErr::from_value(value),
                Err(error) => error,
            },
            Err(error) => error,
        },
    )
}

/// `?` from core results to Python results.
pub trait IntoPython<T> {
    /// Converts the error.
    fn py(self) -> PyResult<T>;
}

impl<T> IntoPython<T> for quincunx_core::Result<T> {
    fn py(self) -> PyResult<T> {
        self.map_err(to_python)
    }
}
