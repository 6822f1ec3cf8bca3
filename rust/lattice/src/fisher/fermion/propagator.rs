//! The fermion propagator of one sector in real space, and its derivatives with respect to the couplings.

use std::f64::consts::PI;

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use super::bloch::{self, Block, C64};
use super::plan::Plan2;
use super::sectors::{Sector, Sectors};

/// A real 4 x 4 matrix for every displacement: `K(r)[p, q] = (1/n) sum_k K_k[p, q] exp(-i k r)`, `p` and `q` directions.
pub(super) struct Propagator {
    shape: [usize; 2],
    anti: [bool; 2],
    /// Plane `4 p + q`.
    planes: Vec<Vec<f64>>,
}

/// Blocks multiplied between two looks at the pulse.
const TOGETHER: usize = 1 << 11;

/// A displacement on the torus, reduced once: where it lies and whether it passed each seam an odd number of times.
#[derive(Clone, Copy)]
pub(super) struct Place {
    index: usize,
    odd: [bool; 2],
}

impl Propagator {
    /// From blocks in momentum space, row-major. Two real planes share one complex transform.
    pub fn new(
        shape: [usize; 2],
        anti: [bool; 2],
        blocks: &[Block],
        plan: &Plan2,
        pulse: &Pulse,
    ) -> Result<Self> {
        let twist = |axis: usize| -> Vec<C64> {
            let angle = if anti[axis] { PI } else { 0.0 };
            (0..shape[axis])
                .map(|r| C64::from_polar(1.0, -angle * r as f64 / shape[axis] as f64))
                .collect()
        };
        let (twist_x, twist_y) = (twist(0), twist(1));
        let scale = 1.0 / blocks.len() as f64;
        let pairs: Vec<[Vec<f64>; 2]> = (0..8_usize)
            .into_par_iter()
            .map(|pair| {
                pulse.check()?;
                let (p, q) = (pair / 2, 2 * (pair % 2));
                let packed = |b: &Block| b[p][q] + C64::i() * b[p][q + 1];
                let mut plane: Vec<C64> = blocks.iter().map(packed).collect();
                plan.forward(&mut plane, pulse)?;
                pulse.check()?;
                for (row, x) in plane.chunks_exact_mut(shape[1]).zip(&twist_x) {
                    for (value, y) in row.iter_mut().zip(&twist_y) {
                        *value *= x * y * scale;
                    }
                }
                Ok([
                    plane.iter().map(|v| v.re).collect(),
                    plane.iter().map(|v| v.im).collect(),
                ])
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            shape,
            anti,
            planes: pairs.into_iter().flatten().collect(),
        })
    }

    /// `[Lx, Ly]`.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// The place of displacement `r`.
    pub fn place(shape: [usize; 2], r: [i64; 2]) -> Place {
        let length = shape.map(|l| l as i64);
        let at = [r[0].rem_euclid(length[0]), r[1].rem_euclid(length[1])];
        Place {
            index: at[0] as usize * shape[1] + at[1] as usize,
            odd: [0, 1].map(|i| r[i].div_euclid(length[i]) % 2 != 0),
        }
    }

    /// `K_ab(r)`: the 2 x 2 block between the two directed edges of bond `a` in cell 0 (rows) and of bond `b` in cell `r`.
    /// The backward edge of a bond starts one step along its axis.
    pub fn block(&self, a: usize, b: usize, r: [i64; 2]) -> [[f64; 2]; 2] {
        let entry = |p: usize, q: usize| {
            let mut step = r;
            step[b] += q as i64;
            step[a] -= p as i64;
            let place = Self::place(self.shape, step);
            let odd = (self.anti[0] && place.odd[0]) != (self.anti[1] && place.odd[1]);
            let value = self.planes[4 * (a + 2 * p) + b + 2 * q][place.index];
            if odd { -value } else { value }
        };
        [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]]
    }
}

impl Sectors {
    /// `K_k` of a sector at all momenta, row-major.
    pub fn blocks(&self, sector: &Sector, pulse: &Pulse) -> Result<Vec<Block>> {
        let [lx, ly] = self.torus.shape();
        let rows: Vec<Vec<Block>> = (0..lx)
            .into_par_iter()
            .map(|jx| {
                pulse.check()?;
                let row = (0..ly).map(|jy| self.propagator(sector, [jx, jy]));
                Ok(row.collect())
            })
            .collect::<Result<_>>()?;
        Ok(rows.concat())
    }

    /// `K(r)` of a sector.
    pub fn real_space(&self, sector: &Sector, plan: &Plan2, pulse: &Pulse) -> Result<Propagator> {
        let blocks = self.blocks(sector, pulse)?;
        Propagator::new(self.torus.shape(), sector.anti, &blocks, plan, pulse)
    }
}

/// `dK/dp = K E K` where `E = dLambda/dp` is diagonal: `rates[axis] = dt/dp`.
pub(super) fn derivative(blocks: &[Block], rates: [f64; 2], pulse: &Pulse) -> Result<Vec<Block>> {
    let product = |k: &Block| {
        let mut right = *k;
        for (i, row) in right.iter_mut().enumerate() {
            row.iter_mut().for_each(|v| *v *= rates[i % 2]);
        }
        bloch::times(k, &right)
    };
    let chunks = blocks.par_chunks(TOGETHER).map(|chunk| {
        pulse.check()?;
        Ok(chunk.iter().map(product).collect())
    });
    Ok(chunks.collect::<Result<Vec<Vec<Block>>>>()?.concat())
}
