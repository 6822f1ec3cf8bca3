//! What a user hands over, dense or sparse, read into off-diagonal edges and a diagonal.

use quincunx_core::markov::Csr;
use quincunx_core::{Error, Result, error::check::fmt_f64};

/// A matrix as it arrives, not yet judged.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Row-major values.
    Dense {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
        /// `rows * columns` values.
        values: &'a [f64],
    },
    /// Compressed sparse rows; duplicates are summed, explicit zeros dropped, any order within a row.
    Sparse {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
        /// `rows + 1` positions.
        start: &'a [i64],
        /// Column of each entry.
        column: &'a [i64],
        /// Value of each entry.
        value: &'a [f64],
    },
}

/// Off-diagonal entries and the diagonal of a square matrix.
pub(super) struct Split {
    pub edges: Csr,
    pub diagonal: Vec<f64>,
}

/// Reads `input`, called `what` in messages: square, not empty, finite, off-diagonals >= 0.
pub(super) fn split(what: &str, input: Input<'_>) -> Result<Split> {
    match input {
        Input::Dense {
            rows,
            columns,
            values,
        } => {
            let n = shape(what, rows, columns)?;
            if values.len() != n * n {
                return Err(Error::invalid(
                    what,
                    format!("{} values", values.len()),
                    format!("must hold {n} x {n} of them"),
                ));
            }
            let entries = values.iter().filter(|v| **v != 0.0).count();
            let mut builder = Builder::new(what, n, entries);
            for (i, row) in values.chunks_exact(n).enumerate() {
                for (j, &v) in row.iter().enumerate() {
                    builder.add(i, j, v)?;
                }
                builder.edges.end_row();
            }
            Ok(builder.done())
        }
        Input::Sparse {
            rows,
            columns,
            start,
            column,
            value,
        } => {
            let n = shape(what, rows, columns)?;
            structure(what, n, start, column, value)?;
            let mut builder = Builder::new(what, n, value.len());
            let mut row: Vec<(usize, f64)> = Vec::new();
            for i in 0..n {
                let range = start[i] as usize..start[i + 1] as usize;
                row.clear();
                row.extend(
                    column[range.clone()]
                        .iter()
                        .map(|&j| j as usize)
                        .zip(value[range].iter().copied()),
                );
                if !row.is_sorted_by(|a, b| a.0 < b.0) {
                    row.sort_by_key(|e| e.0);
                    row.dedup_by(|next, kept| {
                        let same = next.0 == kept.0;
                        if same {
                            kept.1 += next.1;
                        }
                        same
                    });
                }
                for &(j, v) in &row {
                    builder.add(i, j, v)?;
                }
                builder.edges.end_row();
            }
            Ok(builder.done())
        }
    }
}

struct Builder<'a> {
    what: &'a str,
    edges: Csr,
    diagonal: Vec<f64>,
}

impl<'a> Builder<'a> {
    fn new(what: &'a str, n: usize, nnz: usize) -> Self {
        Self {
            what,
            edges: Csr::with_capacity(n, nnz),
            diagonal: vec![0.0; n],
        }
    }

    #[inline]
    fn add(&mut self, i: usize, j: usize, v: f64) -> Result<()> {
        if i == j {
            if !v.is_finite() {
                return Err(Error::invalid_at(
                    self.what,
                    [i, j],
                    fmt_f64(v),
                    "must be finite",
                ));
            }
            self.diagonal[i] = v;
        } else if v > 0.0 && v.is_finite() {
            self.edges.push(j as u32, v);
        } else if v != 0.0 {
            return Err(Error::invalid_at(
                self.what,
                [i, j],
                fmt_f64(v),
                "must be finite and >= 0",
            ));
        }
        Ok(())
    }

    fn done(self) -> Split {
        Split {
            edges: self.edges,
            diagonal: self.diagonal,
        }
    }
}

fn shape(what: &str, rows: usize, columns: usize) -> Result<usize> {
    let got = format!("a {rows} x {columns} matrix");
    if rows != columns {
        Err(Error::invalid(what, got, "must be square"))
    } else if rows == 0 {
        Err(Error::invalid(what, got, "must have at least one state"))
    } else if rows > u32::MAX as usize - 1 {
        Err(Error::invalid(
            what,
            got,
            "must have less than 2^32 - 1 states",
        ))
    } else {
        Ok(rows)
    }
}

/// The index arrays of a sparse matrix make sense.
fn structure(what: &str, n: usize, start: &[i64], column: &[i64], value: &[f64]) -> Result<()> {
    let name = |part: &str| format!("{what}.{part}");
    if column.len() != value.len() {
        return Err(Error::invalid(
            name("indices"),
            format!("{} entries", column.len()),
            format!("must be as many as the {} values", value.len()),
        ));
    }
    if start.len() != n + 1 || start[0] != 0 || start[n] != value.len() as i64 {
        return Err(Error::invalid(
            name("indptr"),
            format!("{} positions", start.len()),
            format!("must be {} positions from 0 to {}", n + 1, value.len()),
        ));
    }
    if let Some(i) = (0..n).find(|&i| start[i] > start[i + 1]) {
        return Err(Error::invalid_at(
            name("indptr"),
            [i + 1],
            start[i + 1],
            "must not decrease",
        ));
    }
    match column.iter().position(|&j| j < 0 || j >= n as i64) {
        None => Ok(()),
        Some(k) => Err(Error::invalid_at(
            name("indices"),
            [k],
            column[k],
            format!("must be in [0, {n})"),
        )),
    }
}
