//! Dense matrices in rows of chunks.

use quincunx_core::markov::Csr;
use quincunx_core::simd::{LANES, Lanes, chunks_of};

/// A square matrix by rows, each a whole number of chunks: what lies beyond the last column is zero.
pub(super) struct Square {
    n: usize,
    stride: usize,
    chunks: Vec<Lanes<f64>>,
}

impl Square {
    /// The matrix of these entries.
    pub fn of(entries: &Csr) -> Self {
        let n = entries.n();
        let stride = chunks_of(n);
        let mut chunks = vec![Lanes::splat(0.0); n * stride];
        for i in 0..n {
            for (j, v) in entries.entries(i) {
                chunks[i * stride + j / LANES][j % LANES] = v;
            }
        }
        Self { n, stride, chunks }
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Chunks in a row.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[Lanes<f64>] {
        &self.chunks[i * self.stride..(i + 1) * self.stride]
    }

    /// All rows, one after another.
    pub fn rows_mut(&mut self) -> &mut [Lanes<f64>] {
        &mut self.chunks
    }
}
