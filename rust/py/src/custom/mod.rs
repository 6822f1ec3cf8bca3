//! Laws written in Python: one call per step for a block of replicas, everything else as for native kernels.

mod kernel;
mod streams;

use pyo3::prelude::*;

/// Adds this folder's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<streams::Streams>()?;
    module.add_function(wrap_pyfunction!(kernel::custom_kernel, module)?)
}
