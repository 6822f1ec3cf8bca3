//! Two-dimensional Fourier transforms `sum_r x(r) exp(-i k r)`, in place.

use std::sync::Arc;

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rustfft::{Fft, FftPlanner};

use super::bloch::C64;

/// Side of the square tiles in which a plane is transposed.
const TILE: usize = 16;
/// Rows transformed between two looks at the pulse.
const LINES: usize = 32;

/// Plans for planes of one shape.
#[derive(Clone)]
pub(super) struct Plan2 {
    shape: [usize; 2],
    along_x: Arc<dyn Fft<f64>>,
    along_y: Arc<dyn Fft<f64>>,
}

impl Plan2 {
    pub fn new(shape: [usize; 2]) -> Self {
        let mut planner = FftPlanner::new();
        Self {
            shape,
            along_x: planner.plan_fft_forward(shape[0]),
            along_y: planner.plan_fft_forward(shape[1]),
        }
    }

    /// The transform over the first index of each row of a transposed plane.
    pub fn along_x(&self) -> &dyn Fft<f64> {
        &*self.along_x
    }

    /// The transform over the last index of each row.
    pub fn along_y(&self) -> &dyn Fft<f64> {
        &*self.along_y
    }

    /// Transforms a row-major plane in place.
    pub fn forward(&self, plane: &mut [C64], pulse: &Pulse) -> Result<()> {
        let [lx, ly] = self.shape;
        let lines = |fft: &dyn Fft<f64>, plane: &mut [C64], length: usize| -> Result<()> {
            for lines in plane.chunks_mut(LINES * length) {
                pulse.check()?;
                fft.process(lines);
            }
            Ok(())
        };
        lines(&*self.along_y, plane, ly)?;
        let mut turned = vec![C64::default(); plane.len()];
        transpose(plane, &mut turned, [lx, ly]);
        lines(&*self.along_x, &mut turned, lx)?;
        transpose(&turned, plane, [ly, lx]);
        Ok(())
    }
}

/// `to[j][i] = from[i][j]`, tile by tile.
pub(super) fn transpose(from: &[C64], to: &mut [C64], [rows, columns]: [usize; 2]) {
    for top in (0..rows).step_by(TILE) {
        let bottom = (top + TILE).min(rows);
        for left in (0..columns).step_by(TILE) {
            let right = (left + TILE).min(columns);
            for j in left..right {
                let line = &mut to[j * rows..][top..bottom];
                for (value, i) in line.iter_mut().zip(top..bottom) {
                    *value = from[i * columns + j];
                }
            }
        }
    }
}
