//! The border to Python: the only crate that knows it. One file per family; errors, the run loop and the
//! observers cross in one place each.

mod chain;
mod custom;
mod elimination;
mod error;
mod fisher;
mod formula;
mod jump;
mod lattice;
mod levels;
mod pieces;
mod plan;
mod run;
mod sde;
mod streams;
mod supervise;
mod switching;

use pyo3::prelude::*;

/// The compiled core of quincunx.
#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    chain::register(module)?;
    custom::register(module)?;
    elimination::register(module)?;
    fisher::register(module)?;
    formula::register(module)?;
    jump::register(module)?;
    lattice::register(module)?;
    levels::register(module)?;
    pieces::register(module)?;
    run::register(module)?;
    sde::register(module)?;
    streams::register(module)?;
    switching::register(module)?;
    Ok(())
}
