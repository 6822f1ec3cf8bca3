//! Square lattices as rows of colours: which way through the rows costs less.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::carried::{Side, TOGETHER};
use super::jet::Jet;
use super::moments::{self, Moments};
use super::{sectors, transfer};
use crate::elimination::MOST_BYTES;
use crate::geometry::{Geometry, Kind};
use crate::words;

/// Steps of some nanoseconds beyond which rows are not used.
pub const MOST_STEPS: f64 = 1e10;
/// States of a row that are held at once.
const MOST_STATES: f64 = (1_u64 << 20) as f64;

/// Steps for one column under one state of each of the vectors side by side, per vector; with derivatives; of one alone.
pub(super) const STEP: f64 = 0.06;
pub(super) const JET: f64 = 4.5;
const LONE: f64 = 2.0;
/// Passes through the rows for the moments of sites and bonds.
const MOMENTS: f64 = 6.0;

/// What is asked of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `ln Z`.
    Value,
    /// `ln Z` and its derivatives.
    Derivatives,
}

/// How the sum over closed rows is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Row after row, below each first row.
    Vectors,
    /// By the eigenvalues of the matrix from row to row.
    Sectors,
}

/// `ln weight` of an equal pair or of an upward spin, along the direction in which derivatives are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub value: f64,
    pub slope: f64,
}

impl Line {
    /// `exp(value - shift)` with its derivatives.
    pub fn exp(self, shift: f64) -> Jet {
        let weight = (self.value - shift).exp();
        Jet {
            value: weight,
            first: self.slope * weight,
            second: self.slope * self.slope * weight,
        }
    }
}

/// A square lattice as rows of colours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    /// The axis along which the rows follow each other.
    pub axis: usize,
    pub width: usize,
    pub height: usize,
    pub q: usize,
    /// Whether a row closes on itself.
    pub ring: bool,
    /// Whether the last row is joined to the first.
    pub closed: bool,
    /// Bonds within a row.
    pub across: Line,
    /// Bonds from row to row.
    pub down: Line,
    /// Sites of the highest colour.
    pub field: Line,
}

impl Strip {
    /// The rows of a square lattice along one axis; `bonds` are those of the two axes.
    pub fn along(
        geometry: &Geometry,
        axis: usize,
        q: usize,
        bonds: [Line; 2],
        field: Line,
    ) -> Option<Self> {
        let (&[lx, ly], &[px, py]) = (geometry.cells(), geometry.periodic()) else {
            return None;
        };
        let (lengths, periodic) = ([lx, ly], [px, py]);
        (geometry.kind() == Kind::Square).then(|| Self {
            axis,
            width: lengths[1 - axis],
            height: lengths[axis],
            q,
            ring: periodic[1 - axis],
            closed: periodic[axis],
            across: bonds[1 - axis],
            down: bonds[axis],
            field,
        })
    }

    /// Whether all colours weigh the same.
    pub fn relabel(&self) -> bool {
        self.field.value == 0.0 && self.field.slope == 0.0
    }

    /// `ln` of the larger weight of a vertical pair.
    pub fn top(&self) -> f64 {
        self.down.value.max(0.0)
    }

    pub fn states(&self) -> usize {
        self.q.pow(self.width as u32)
    }

    /// States of a row, infinite if they are too many.
    fn reach(&self) -> f64 {
        let states = (self.q as f64).powi(self.width as i32);
        if states > MOST_STATES {
            return f64::INFINITY;
        }
        states
    }

    /// The cheaper way and its cost.
    fn way(&self, wanted: Wanted) -> (Way, f64) {
        let states = self.reach();
        let step = match wanted {
            Wanted::Value => STEP,
            Wanted::Derivatives => STEP * JET,
        };
        let rows = (self.height * self.width) as f64 * states;
        if !self.closed {
            return (Way::Vectors, rows * step * LONE);
        }
        let starts = words::first_row_count(self.width, self.q, self.ring, self.relabel());
        let vectors = starts * rows / 2.0 * step;
        let sectors = sectors::cost(self, states, wanted);
        if sectors < vectors {
            (Way::Sectors, sectors)
        } else {
            (Way::Vectors, vectors)
        }
    }

    /// Steps of some nanoseconds; infinite if a row has too many states.
    pub fn cost(&self, wanted: Wanted) -> f64 {
        self.way(wanted).1
    }

    /// The same of [`Strip::open_moments`], if the columns are open and what is kept of all rows fits.
    pub fn moments_cost(&self) -> Option<f64> {
        let kept = self.height as f64 * self.reach();
        let fits = !self.closed && 8.0 * kept <= MOST_BYTES as f64;
        fits.then_some(kept * self.width as f64 * STEP * LONE * MOMENTS)
    }

    /// `ln Z` with its derivatives, if they are wanted. Runs on the current rayon pool; the order of additions does not
    /// depend on it.
    pub fn log_partition(&self, wanted: Wanted, pulse: &Pulse) -> Result<Jet> {
        self.sum_by(self.way(wanted).0, wanted, pulse)
    }

    /// The same in one of the ways; eigenvalues are those of closed columns only.
    pub fn sum_by(&self, way: Way, wanted: Wanted, pulse: &Pulse) -> Result<Jet> {
        let found = match (way, wanted, self.closed) {
            (Way::Sectors, _, true) => sectors::log_partition(self, wanted, pulse)?,
            (_, Wanted::Value, false) => transfer::open::<Side<1>>(self, pulse)?,
            (_, Wanted::Value, true) => transfer::closed::<Side<TOGETHER>>(self, pulse)?,
            (_, Wanted::Derivatives, false) => transfer::open::<Jet<Side<1>>>(self, pulse)?,
            (_, Wanted::Derivatives, true) => transfer::closed::<Jet<Side<TOGETHER>>>(self, pulse)?,
        };
        if found.value.is_finite() {
            return Ok(found);
        }
        Err(Error::Numerical(
            "row transfer: beta J is so large that the weights of all rows vanish beside those of the lowest energy of a \
             row: lower beta"
                .into(),
        ))
    }

    /// Moments of sites and bonds where columns are open.
    pub fn open_moments(&self, pulse: &Pulse) -> Result<Moments> {
        moments::open(self, pulse)
    }
}
