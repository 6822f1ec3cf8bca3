//! The memory of a program: rows of lanes, each on its own cache lines.

use std::cell::Cell;

use quincunx_core::simd::{Lanes, Level};

use super::exec::{self, Rows};
use super::program::Program;
use super::single;

/// Rows and uniforms of one block of lanes. Made by [`Program::frame`] and good for that program only.
#[derive(Clone, Debug)]
pub struct Frame {
    cells: Vec<Lanes<f64>>,
    /// Where each row begins, in chunks; rows are exchanged here.
    at: Vec<u32>,
    stride: usize,
    chunks: usize,
    scalars: Vec<f64>,
}

/// Rows a power of two apart would share cache sets: one chunk between them.
fn stride_of(chunks: usize) -> usize {
    chunks | 1
}

impl Program {
    /// A frame for blocks of up to `chunks` chunks of 8 lanes, with `spare` further rows (see [`Frame::show`]).
    #[must_use]
    pub fn frame(&self, chunks: usize, spare: usize) -> Frame {
        let stride = stride_of(chunks);
        let mut frame = Frame {
            cells: vec![Lanes::splat(0.0); self.rows * stride + spare * chunks],
            at: (0..self.rows).map(|r| (r * stride) as u32).collect(),
            stride,
            chunks,
            scalars: self.scalars.clone(),
        };
        for &(row, value) in &self.constants {
            frame.row_mut(row as usize).fill(Lanes::splat(value));
        }
        frame
    }

    /// Executes the program on the first `chunks` chunks of `frame` at `level`.
    #[inline]
    pub fn run(&self, level: Level, frame: &mut Frame, chunks: usize) {
        self.begin(frame);
        exec::execute(&self.ready[level as usize], frame.rows(chunks));
        self.finish(frame);
    }

    /// What depends on uniforms alone: computed once, spread over the lanes.
    #[inline]
    fn begin(&self, frame: &mut Frame) {
        if !(self.prelude.is_empty() && self.spread.is_empty()) {
            self.spread(frame);
        }
    }

    fn spread(&self, frame: &mut Frame) {
        single::execute(&self.prelude, &[], 0, &mut frame.scalars, &[]);
        for &(row, scalar) in &self.spread {
            let value = Lanes::splat(frame.scalars[scalar as usize]);
            frame.row_mut(row as usize).fill(value);
        }
    }

    #[inline]
    fn finish(&self, frame: &mut Frame) {
        for &(input, output) in &self.assigned {
            frame.at.swap(input as usize, output as usize);
        }
    }
}

impl Frame {
    #[inline(always)]
    fn rows(&mut self, chunks: usize) -> Rows<'_> {
        Rows {
            cells: Cell::from_mut(self.cells.as_mut_slice()).as_slice_of_cells(),
            at: &self.at,
            chunks: chunks.min(self.chunks) as u32,
            scalars: &self.scalars,
        }
    }

    /// The number of chunks a row has room for.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks
    }

    /// Row `r`: an input, or an output by [`Program::output_row`].
    #[inline]
    #[must_use]
    pub fn row(&self, r: usize) -> &[Lanes<f64>] {
        let start = self.at[r] as usize;
        &self.cells[start..start + self.chunks]
    }

    /// Row `r`, to be written.
    #[inline]
    pub fn row_mut(&mut self, r: usize) -> &mut [Lanes<f64>] {
        let start = self.at[r] as usize;
        &mut self.cells[start..start + self.chunks]
    }

    /// Sets uniform `u`.
    #[inline]
    pub fn set_uniform(&mut self, u: usize, value: f64) {
        if let Some(slot) = self.scalars.get_mut(u) {
            *slot = value;
        }
    }

    /// Spare row `k`, to be written: noise of several steps is drawn ahead into spare rows.
    #[inline]
    pub fn spare_mut(&mut self, k: usize) -> &mut [Lanes<f64>] {
        let start = self.spare(k);
        &mut self.cells[start..start + self.chunks]
    }

    /// All spare rows, and the distance from one to the next in chunks: row k begins at `k * distance`.
    #[inline]
    pub fn spares_mut(&mut self) -> (&mut [Lanes<f64>], usize) {
        let start = self.spare(0);
        (&mut self.cells[start..], self.chunks)
    }

    /// Lets input row `r` be spare row `k`; nothing is copied. Not for rows that are assigned.
    #[inline]
    pub fn show(&mut self, r: usize, k: usize) {
        self.at[r] = self.spare(k) as u32;
    }

    /// Where spare row `k` begins: the spare rows follow each other without gaps.
    #[inline]
    fn spare(&self, k: usize) -> usize {
        self.at.len() * self.stride + k * self.chunks
    }
}
