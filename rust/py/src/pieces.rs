//! Pieces of a run as bytes: what checkpoints store and executors carry.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use quincunx_core::run::Piece;

use crate::error::IntoPython;

/// Replicas `start..stop` of set `set` before their start, as a piece.
#[pyfunction]
fn new_piece(py: Python<'_>, set: usize, start: u64, stop: u64) -> PyResult<Bound<'_, PyBytes>> {
    Ok(PyBytes::new(
        py,
        &Piece::new(set, start..stop).to_bytes().py()?,
    ))
}

/// The same piece as part of parameter set `set`: an executor computes one set at a time.
#[pyfunction]
fn relabel<'py>(
    py: Python<'py>,
    piece: &Bound<'py, PyBytes>,
    set: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut piece = Piece::from_bytes(piece.as_bytes()).py()?;
    piece.set = set;
    Ok(PyBytes::new(py, &piece.to_bytes().py()?))
}

/// The end of the run that finished a piece, or None.
#[pyfunction]
fn piece_end(piece: &Bound<'_, PyBytes>) -> PyResult<Option<f64>> {
    Ok(Piece::from_bytes(piece.as_bytes()).py()?.end())
}

/// (set, start, stop, finished, time reached or None) of a piece.
#[pyfunction]
fn piece_info(piece: &Bound<'_, PyBytes>) -> PyResult<(usize, u64, u64, bool, Option<f64>)> {
    let piece = Piece::from_bytes(piece.as_bytes()).py()?;
    Ok((
        piece.set,
        piece.replicas.start,
        piece.replicas.end,
        piece.is_finished(),
        piece.time(),
    ))
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(new_piece, module)?)?;
    module.add_function(wrap_pyfunction!(relabel, module)?)?;
    module.add_function(wrap_pyfunction!(piece_end, module)?)?;
    module.add_function(wrap_pyfunction!(piece_info, module)?)
}
