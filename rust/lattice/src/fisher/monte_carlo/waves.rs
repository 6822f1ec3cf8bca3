//! Bond observables of samples in momentum space: `e^_a(k) = sum_r e_a(r) exp(-i k r)` on a torus of any dimension.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::fisher::cells::Cells;
use crate::fisher::model::SpinModel;

pub(super) type C64 = Complex<f64>;

/// Turns configurations into Fourier amplitudes.
pub(super) struct Waves<'a> {
    model: &'a SpinModel<'a>,
    pub cells: Cells,
    axes: Vec<Arc<dyn Fft<f64>>>,
}

impl<'a> Waves<'a> {
    pub fn new(model: &'a SpinModel<'a>, cells: Cells) -> Self {
        let mut planner = FftPlanner::new();
        let axes = cells.shape().iter().map(|&l| planner.plan_fft_forward(l));
        Self {
            model,
            axes: axes.collect(),
            cells,
        }
    }

    /// Number of cells.
    pub fn n(&self) -> usize {
        self.cells.count()
    }

    /// Bonds per cell.
    pub fn d(&self) -> usize {
        self.cells.per_cell()
    }

    /// The amplitudes of one configuration, `[a][k]`.
    pub fn amplitudes(&self, spins: &[i8], out: &mut [C64]) {
        let (n, d) = (self.n(), self.d());
        for (bond, &[i, j]) in self.model.geometry.bonds().iter().enumerate() {
            let (s, t) = (spins[i as usize], spins[j as usize]);
            let value = match self.model.colours {
                None => f64::from(s * t),
                Some(_) => f64::from(u8::from(s == t)),
            };
            out[bond % d * n + bond / d] = C64::new(value, 0.0);
        }
        for plane in out.chunks_exact_mut(n) {
            self.forward(plane);
        }
    }

    /// The transform of one row-major field.
    pub fn forward(&self, field: &mut [C64]) {
        let mut stride = self.n();
        for (axis, &length) in self.axes.iter().zip(self.cells.shape()) {
            stride /= length;
            if stride == 1 {
                axis.process(field);
                continue;
            }
            let mut line = vec![C64::default(); length];
            for block in field.chunks_exact_mut(stride * length) {
                for offset in 0..stride {
                    for (value, from) in line.iter_mut().zip(block[offset..].iter().step_by(stride))
                    {
                        *value = *from;
                    }
                    axis.process(&mut line);
                    for (to, value) in block[offset..].iter_mut().step_by(stride).zip(&line) {
                        *to = *value;
                    }
                }
            }
        }
    }

    /// For each `q`, the third momentum `-k - q`.
    pub fn closing(&self, k: usize, out: &mut Vec<usize>) {
        out.clear();
        out.extend((0..self.n()).map(|q| self.closing_one(k, q)));
    }

    fn closing_one(&self, mut k: usize, mut q: usize) -> usize {
        let (mut index, mut stride) = (0, 1);
        for &length in self.cells.shape().iter().rev() {
            index += (2 * length - k % length - q % length) % length * stride;
            stride *= length;
            k /= length;
            q /= length;
        }
        index
    }

    /// The index of `-k`.
    pub fn negative(&self, k: usize) -> usize {
        self.closing_one(k, 0)
    }
}
