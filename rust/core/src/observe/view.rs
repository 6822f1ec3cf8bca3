//! What a kernel shows of its replicas: columns of values, one lane per replica.

use std::fmt;
use std::ops::Range;

/// Columns of values for `lanes` replicas: column `c` of lane `l` is `data[c * stride + l]`.
/// The columns are the kernel's quantities in declared order, arrays flattened.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    data: &'a [f64],
    stride: usize,
    lanes: usize,
}

impl<'a> View<'a> {
    /// A view of `lanes` replicas whose columns are `stride` apart.
    #[inline]
    pub fn new(data: &'a [f64], stride: usize, lanes: usize) -> Self {
        debug_assert!(lanes <= stride);
        Self {
            data,
            stride,
            lanes,
        }
    }

    /// One replica whose columns lie one after another.
    #[inline]
    pub fn single(columns: &'a [f64]) -> Self {
        Self {
            data: columns,
            stride: 1,
            lanes: 1,
        }
    }

    /// Lane `l` of this view alone.
    #[inline]
    pub fn lane(self, l: usize) -> Self {
        Self {
            data: self.data.get(l..).unwrap_or(&[]),
            stride: self.stride,
            lanes: 1,
        }
    }

    /// The lanes `lanes` of this view alone.
    #[inline]
    pub fn span(self, lanes: Range<usize>) -> Self {
        debug_assert!(lanes.end <= self.lanes);
        Self {
            data: self.data.get(lanes.start..).unwrap_or(&[]),
            stride: self.stride,
            lanes: lanes.len(),
        }
    }

    /// Number of replicas shown.
    #[inline]
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// The values of column `c`, one per lane.
    #[inline]
    pub fn column(&self, c: usize) -> &'a [f64] {
        self.data
            .get(c * self.stride..c * self.stride + self.lanes)
            .unwrap_or(&[])
    }

    /// One value.
    #[inline]
    pub fn get(&self, c: usize, l: usize) -> f64 {
        self.data
            .get(c * self.stride + l)
            .copied()
            .unwrap_or(f64::NAN)
    }
}

/// A function of the quantities, evaluated for all lanes of a view at once. Formulas are the main case.
pub trait Evaluate: Send + Sync + fmt::Debug {
    /// Writes one value per lane to `out`; `t[l]` is the time of lane `l`.
    fn evaluate(&self, t: &[f64], view: View<'_>, scratch: &mut Vec<f64>, out: &mut [f64]);
}
