//! A formula over the columns that a kernel shows: what observers evaluate.

use std::cell::{Cell, RefCell};

use quincunx_core::Result;
use quincunx_core::observe::{Evaluate, View};
use quincunx_core::simd::{LANES, Lanes, Level, chunks_of};

use super::exec::{self, Rows};
use super::program::{Place, Program};
use crate::dag::{Dag, NodeId};

/// Lanes per pass; the rows of a short formula stay in the first-level cache.
const BLOCK: usize = 128;
const STRIDE: usize = BLOCK / LANES + 1;
/// Up to this many lanes are taken one at a time.
const FEW: usize = 2;
/// Inputs of a formula that are kept on the stack when lanes are taken one at a time.
const SMALL: usize = 16;

thread_local! {
    /// Rows for all formulas of a thread; every pass fills what it reads.
    static CELLS: RefCell<Vec<Lanes<f64>>> = const { RefCell::new(Vec::new()) };
}

/// A formula compiled against the columns of a [`View`].
#[derive(Clone, Debug)]
pub struct Observed {
    program: Program,
    /// The column shown in each input row; `None` is the time.
    columns: Vec<Option<usize>>,
    at: Vec<u32>,
}

impl Observed {
    /// Compiles `root`, whose inputs 0.. are the columns of the views to come and whose input `columns` is the time.
    pub fn new(dag: &Dag, root: NodeId, columns: usize) -> Result<Self> {
        let used = dag.inputs_of(&[root]);
        let mut places = vec![Place::Row(0); columns + 1];
        let mut shown = Vec::new();
        for (row, &i) in used.iter().enumerate() {
            if let Some(place) = places.get_mut(i as usize) {
                *place = Place::Row(row);
                shown.push((i as usize != columns).then_some(i as usize));
            }
        }
        let program = Program::compile(dag, &places, &[root])?;
        // A formula without inputs still has the row that stands for unused ones.
        shown.resize(program.inputs(), None);
        let at = (0..program.rows()).map(|r| (r * STRIDE) as u32).collect();
        Ok(Self {
            program,
            columns: shown,
            at,
        })
    }

    fn one(&self, t: f64, view: View<'_>, lane: usize, scratch: &mut Vec<f64>) -> f64 {
        let value = |c: &Option<usize>| c.map_or(t, |c| view.get(c, lane));
        let mut out = [f64::NAN];
        if self.columns.len() <= SMALL {
            let mut rows = [0.0; SMALL];
            for (to, c) in rows.iter_mut().zip(&self.columns) {
                *to = value(c);
            }
            let rows = &rows[..self.columns.len()];
            self.program.eval_into(rows, &[], scratch, &mut out);
        } else {
            let rows: Vec<f64> = self.columns.iter().map(value).collect();
            self.program.eval_into(&rows, &[], scratch, &mut out);
        }
        out[0]
    }

    fn many(&self, t: &[f64], view: View<'_>, cells: &mut Vec<Lanes<f64>>, out: &mut [f64]) {
        let size = self.program.rows * STRIDE;
        if cells.len() < size {
            cells.resize(size, Lanes::splat(0.0));
        }
        for &(row, value) in &self.program.constants {
            let start = row as usize * STRIDE;
            cells[start..start + STRIDE].fill(Lanes::splat(value));
        }
        let level = Level::detect();
        for (b, out) in out.chunks_mut(BLOCK).enumerate() {
            let lanes = b * BLOCK..b * BLOCK + out.len();
            for (row, c) in self.columns.iter().enumerate() {
                let from = c.map_or(t, |c| view.column(c));
                let from = from.get(lanes.clone()).unwrap_or(&[]);
                fill(&mut cells[row * STRIDE..(row + 1) * STRIDE], from);
            }
            let rows = Rows {
                cells: Cell::from_mut(cells.as_mut_slice()).as_slice_of_cells(),
                at: &self.at,
                chunks: chunks_of(out.len()) as u32,
                scalars: &self.program.scalars,
            };
            exec::execute(&self.program.ready[level as usize], rows);
            let result = &cells[self.program.output_row(0) * STRIDE..];
            for (to, chunk) in out.chunks_mut(LANES).zip(result) {
                to.copy_from_slice(&chunk.0[..to.len()]);
            }
        }
    }
}

/// Copies lanes into a row; the padding of the last chunk repeats its last lane.
fn fill(row: &mut [Lanes<f64>], from: &[f64]) {
    for (to, from) in row.iter_mut().zip(from.chunks(LANES)) {
        if let Some(&last) = from.last() {
            to.0[..from.len()].copy_from_slice(from);
            to.0[from.len()..].fill(last);
        }
    }
}

impl Evaluate for Observed {
    fn evaluate(&self, t: &[f64], view: View<'_>, scratch: &mut Vec<f64>, out: &mut [f64]) {
        if out.len() <= FEW {
            for (lane, to) in out.iter_mut().enumerate() {
                let t = t.get(lane).copied().unwrap_or(f64::NAN);
                *to = self.one(t, view, lane, scratch);
            }
        } else {
            CELLS.with_borrow_mut(|cells| self.many(t, view, cells, out));
        }
    }
}
