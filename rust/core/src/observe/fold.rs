//! What becomes of the values of replicas: kept, reduced, rewritten first; and the arrays that come out.

use std::sync::Arc;

use super::moments::Moments;
use super::plan::Kind;
use super::tally::Tally;
use crate::Result;

/// Replicas per block of a reduction; part of the stream version, since sums depend on it.
pub const BLOCK: u64 = 1024;

/// Rewrites the grid values of a block of replicas: a user's function of time and quantities.
pub trait Rewrite: Send + Sync + std::fmt::Debug {
    /// `rows` holds `[replica][time][width]`; the answer the same with [`Rewrite::width`] values.
    fn rewrite(&self, times: &[f64], rows: &[f64], replicas: usize) -> Result<Vec<f64>>;
    /// Values per replica and time in the answer.
    fn width(&self) -> usize;
}

/// What becomes of a part once its replicas are done.
#[derive(Clone, Debug)]
pub enum Reduce {
    /// All values are kept.
    Keep,
    /// Moments over replicas up to an order, with covariances if asked.
    Moments {
        /// Highest power, at least 2.
        order: usize,
        /// Whether products of different variables are summed.
        cov: bool,
    },
    /// Counts per cell, below and above, over replicas.
    Histogram {
        /// Increasing cell edges.
        edges: Vec<f64>,
    },
}

/// A reduction with an optional rewriting before it.
#[derive(Clone, Debug)]
pub struct Fold {
    /// What becomes of the values.
    pub reduce: Reduce,
    /// Applied to grids before.
    pub rewrite: Option<Arc<dyn Rewrite>>,
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// float64
    Float(Vec<f64>),
    /// int64
    Int(Vec<i64>),
    /// int8
    Byte(Vec<i8>),
}

impl Array {
    pub(super) fn zeros(kind: Kind, len: usize) -> Self {
        match kind {
            Kind::Float => Self::Float(vec![f64::NAN; len]),
            Kind::Int => Self::Int(vec![0; len]),
            Kind::Byte => Self::Byte(vec![0; len]),
        }
    }

    /// Writes `values` from `at` on, converted.
    pub(super) fn write(&mut self, at: usize, values: impl Iterator<Item = f64>) {
        // Counts are exact in f64 and bytes hold spins and codes: the conversions lose nothing.
        match self {
            Self::Float(a) => a.iter_mut().skip(at).zip(values).for_each(|(p, v)| *p = v),
            Self::Int(a) => a
                .iter_mut()
                .skip(at)
                .zip(values)
                .for_each(|(p, v)| *p = v as i64),
            Self::Byte(a) => a
                .iter_mut()
                .skip(at)
                .zip(values)
                .for_each(|(p, v)| *p = v as i8),
        }
    }

    pub(super) fn with_capacity(kind: Kind, len: usize) -> Self {
        match kind {
            Kind::Float => Self::Float(Vec::with_capacity(len)),
            Kind::Int => Self::Int(Vec::with_capacity(len)),
            Kind::Byte => Self::Byte(Vec::with_capacity(len)),
        }
    }

    /// The array of `values`, converted; where the size of an element allows it in the same place.
    pub(super) fn of(kind: Kind, values: Vec<f64>) -> Self {
        match kind {
            Kind::Float => Self::Float(values),
            Kind::Int => Self::Int(values.into_iter().map(|v| v as i64).collect()),
            Kind::Byte => Self::Byte(values.into_iter().map(|v| v as i8).collect()),
        }
    }

    /// Writes `values` behind what is there, converted.
    pub(super) fn extend<'a>(&mut self, values: impl Iterator<Item = &'a f64>) {
        match self {
            Self::Float(a) => a.extend(values),
            Self::Int(a) => a.extend(values.map(|&v| v as i64)),
            Self::Byte(a) => a.extend(values.map(|&v| v as i8)),
        }
    }
}

/// What one part of a plan produced.
#[derive(Debug)]
pub enum Output {
    /// One array per observable, rows in (set, replica) order; a first passage has `time` and `hit` in front.
    Values(Vec<Array>),
    /// Rows of replica r are `offsets[r]..offsets[r + 1]`.
    Events {
        /// Row ranges, one more than replicas.
        offsets: Vec<i64>,
        /// Times.
        times: Vec<f64>,
        /// Event numbers.
        events: Vec<i64>,
        /// One array per observable.
        values: Vec<Array>,
    },
    /// Per set the moments of the variables `[time][width]`.
    Moments(Vec<Option<Moments>>),
    /// Counts `[set][width][time][cells + 2]`: cells, below, above.
    Histogram(Vec<i64>),
}

/// How each replica ended.
#[derive(Debug, Default)]
pub struct Endings {
    /// Status of each (set, replica).
    pub status: Vec<u8>,
    /// Events or steps of all replicas.
    pub events: u64,
    /// First failure in (set, replica) order: row, time, state.
    pub failure: Option<(u64, f64, Vec<f64>)>,
    /// Number of failed replicas.
    pub failed: u64,
    /// What the method counted: names, and the total over replicas of each set.
    pub tallies: Vec<(&'static str, Vec<Tally>)>,
}
