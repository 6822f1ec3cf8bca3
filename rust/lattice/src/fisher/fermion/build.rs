//! The third cumulants `T^_abc(y; q) = sum_z T(0_a; y_b, z_c) exp(-i q z)`, transformed over `z` and half over `y`.

use std::sync::Arc;

use quincunx_core::{Error, Result};
use rayon::prelude::*;
use realfft::{RealFftPlanner, RealToComplex};

use super::bloch::C64;
use super::plan::Plan2;
use super::tables::Tables;
use crate::work::Work;

/// Displacements `y` of one row that are handled together, so that the tables are read from memory once for all of them.
pub(super) const TOGETHER: usize = 8;

/// For a set of momenta `q`, the planes `(a, b, c)` over `y`: `[yx][slot][plane][ky]`.
pub(super) struct Stored {
    /// One part per row `yx`.
    rows: Vec<Vec<C64>>,
    pub planes: usize,
    shape: [usize; 2],
}

impl Stored {
    /// The run over `ky` of one row `yx`.
    pub fn row(&self, yx: usize, slot: usize, plane: usize) -> &[C64] {
        let ly = self.shape[1];
        &self.rows[yx][(slot * self.planes + plane) * ly..][..ly]
    }
}

/// Bytes of the scratch of one worker.
pub(super) fn scratch_bytes([lx, ly]: [usize; 2], directions: usize) -> u128 {
    (16 * TOGETHER * (4 * directions * lx * (ly / 2 + 1) + lx)) as u128
}

/// What all rows share.
struct Builder<'a> {
    tables: &'a Tables,
    directions: &'a [usize],
    plan: &'a Plan2,
    real: Arc<dyn RealToComplex<f64>>,
    /// For each `qy`, the slots that need it and their `qx`.
    columns: Vec<Vec<(usize, usize)>>,
}

/// Buffers of one worker.
struct Scratch {
    /// Four rows `[b][c]` over `zy`.
    rows: Vec<f64>,
    /// `[y][plane][zx][qy]`.
    half: Vec<C64>,
    /// `[y][zx]`, then `[y][qx]`.
    column: Vec<C64>,
    fft: Vec<C64>,
}

/// Builds the planes of `slots` for the bonds `a` in `directions`; one row of `y` per task.
pub(super) fn build(
    tables: &Tables,
    directions: &[usize],
    slots: &[[usize; 2]],
    plan: &Plan2,
    work: Work,
) -> Result<Stored> {
    let shape = tables.shape();
    let [lx, ly] = shape;
    let mut columns = vec![Vec::new(); ly / 2 + 1];
    for (slot, &[qx, qy]) in slots.iter().enumerate() {
        columns[qy].push((slot, qx));
    }
    let builder = Builder {
        tables,
        directions,
        plan,
        real: RealFftPlanner::new().plan_fft_forward(ly),
        columns,
    };
    let planes = 4 * directions.len();
    let rows = (0..lx)
        .into_par_iter()
        .map_init(
            || builder.scratch(),
            |scratch, yx| {
                // Memory is taken row by row: gigabytes at once would hold up a cancellation.
                let mut row = vec![C64::default(); slots.len() * planes * ly];
                builder.row(yx, &mut row, scratch, work)?;
                Ok(row)
            },
        )
        .collect::<Result<_>>()?;
    Ok(Stored {
        rows,
        planes,
        shape,
    })
}

impl Builder<'_> {
    fn scratch(&self) -> Scratch {
        let [lx, ly] = self.tables.shape();
        let planes = 4 * self.directions.len();
        let length = self
            .real
            .get_scratch_len()
            .max(self.plan.along_x().get_inplace_scratch_len())
            .max(self.plan.along_y().get_inplace_scratch_len());
        Scratch {
            rows: vec![0.0; 4 * ly],
            half: vec![C64::default(); TOGETHER * planes * lx * (ly / 2 + 1)],
            column: vec![C64::default(); TOGETHER * lx],
            fft: vec![C64::default(); length],
        }
    }

    fn row(&self, yx: usize, chunk: &mut [C64], scratch: &mut Scratch, work: Work) -> Result<()> {
        let ly = self.tables.shape()[1];
        for start in (0..ly).step_by(TOGETHER) {
            let together = TOGETHER.min(ly - start);
            self.over_zy(yx, start, together, scratch, work)?;
            work.pulse.check()?;
            self.over_zx(start, together, chunk, scratch);
            work.pulse.add(together as u64);
        }
        for lines in chunk.chunks_mut(64 * ly) {
            work.pulse.check()?;
            self.plan
                .along_y()
                .process_with_scratch(lines, &mut scratch.fft);
        }
        Ok(())
    }

    /// Real transforms along `zy`.
    fn over_zy(
        &self,
        yx: usize,
        start: usize,
        together: usize,
        scratch: &mut Scratch,
        work: Work,
    ) -> Result<()> {
        let [lx, ly] = self.tables.shape();
        let (width, planes) = (ly / 2 + 1, 4 * self.directions.len());
        for zx in 0..lx {
            work.pulse.check()?;
            for j in 0..together {
                for (direction, &a) in self.directions.iter().enumerate() {
                    self.tables.fill(a, [yx, start + j], zx, &mut scratch.rows);
                    for (bc, row) in scratch.rows.chunks_exact_mut(ly).enumerate() {
                        let place = ((j * planes + 4 * direction + bc) * lx + zx) * width;
                        let out = &mut scratch.half[place..][..width];
                        self.real
                            .process_with_scratch(row, out, &mut scratch.fft)
                            .map_err(|e| Error::Internal(format!("transform over z: {e}")))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Complex transforms along `zx`, keeping the momenta of the slots.
    fn over_zx(&self, start: usize, together: usize, chunk: &mut [C64], scratch: &mut Scratch) {
        let [lx, ly] = self.tables.shape();
        let (width, planes) = (ly / 2 + 1, 4 * self.directions.len());
        for plane in 0..planes {
            for (qy, slots) in self
                .columns
                .iter()
                .enumerate()
                .filter(|(_, s)| !s.is_empty())
            {
                let column = &mut scratch.column[..together * lx];
                for (j, line) in column.chunks_exact_mut(lx).enumerate() {
                    let from = &scratch.half[(j * planes + plane) * lx * width + qy..];
                    for (value, from) in line.iter_mut().zip(from.iter().step_by(width)) {
                        *value = *from;
                    }
                }
                self.plan
                    .along_x()
                    .process_with_scratch(column, &mut scratch.fft);
                for &(slot, qx) in slots {
                    let out = &mut chunk[(slot * planes + plane) * ly + start..][..together];
                    for (out, line) in out.iter_mut().zip(column.chunks_exact(lx)) {
                        *out = line[qx];
                    }
                }
            }
        }
    }
}
