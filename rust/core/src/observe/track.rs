//! What one replica leaves behind: how it stands and one state per observer.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::plan::{Observer, Part, Plan};
use super::tally::Tally;
use crate::{Error, Result};

/// How a replica ended. The first two are fine, the others are failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Status {
    /// Ran to the end.
    #[default]
    Ok = 0,
    /// Reached a state that it cannot leave.
    Absorbed = 1,
    /// A value became infinite or NaN.
    Diverged = 2,
    /// A rate became negative or NaN.
    NegativeRate = 3,
    /// Newton's iteration did not converge.
    NewtonFailed = 4,
    /// A count left the exactly representable range.
    Overflow = 5,
    /// The limit on events was reached.
    Truncated = 6,
}

impl Status {
    /// All statuses in the order of their codes.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Absorbed,
        Self::Diverged,
        Self::NegativeRate,
        Self::NewtonFailed,
        Self::Overflow,
        Self::Truncated,
    ];

    /// The public word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Absorbed => "absorbed",
            Self::Diverged => "diverged",
            Self::NegativeRate => "negative_rate",
            Self::NewtonFailed => "newton_failed",
            Self::Overflow => "overflow",
            Self::Truncated => "truncated",
        }
    }

    /// True for `ok` and `absorbed`.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Ok | Self::Absorbed)
    }
}

/// The state of one observer for one replica, unless it keeps a grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Trace {
    /// Times, event numbers, values.
    Events(Vec<f64>, Vec<i64>, Vec<f64>),
    /// Weight and weighted sums.
    Average(f64, Vec<f64>),
    /// Extreme values so far.
    Extremum(Vec<f64>),
    /// Samples: count, sums, recent values (a ring of max lag + 1), sums of products per lag and observable.
    Autocorrelation(Box<Lagged>),
    /// Weight per cell, below and above, per observable.
    Occupation(Vec<f64>),
    /// Time, index of the condition (-1: none yet), values.
    Passage(f64, i8, Vec<f64>),
}

/// Running sums for the autocorrelation of several observables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lagged {
    /// Samples seen.
    pub count: u64,
    /// First sample: subtracted from all others so that sums of squares stay well conditioned.
    pub origin: Vec<f64>,
    /// Last samples, a ring `[max_lag + 1][width]`.
    pub ring: Vec<f64>,
    /// Per lag and variable: sum of products, sum of the early factor, sum of the late factor.
    pub sums: Vec<[f64; 3]>,
    /// Per variable: sum and sum of squares of all samples.
    pub total: Vec<[f64; 2]>,
    /// The lags, in samples.
    pub lags: Vec<usize>,
}

/// Where a replica failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// When.
    pub at: f64,
    /// In which state.
    pub state: Vec<f64>,
}

/// What one observer has of one replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// Values at the times seen so far, one after another.
    Grid(Vec<f64>),
    /// Of every other observer.
    Trace(Trace),
}

/// How one replica stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How it stands.
    pub status: Status,
    /// Nothing observed can change any more.
    pub(crate) done: bool,
    /// Looks made so far (index into the plan's schedule).
    pub(super) looked: usize,
    /// Events or steps made.
    pub events: u64,
}

/// Everything one replica leaves behind, as a checkpoint or an executor takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// How it stands.
    pub(crate) head: Head,
    /// Where it failed, if it did.
    pub(super) failure: Option<Failure>,
    /// What the method counted of its own moves.
    pub(super) tallies: SmallVec<[Tally; 1]>,
    /// One per part.
    pub(super) records: SmallVec<[Record; 1]>,
}

impl Track {
    /// Fits what was observed up to `time` to a plan with a later end. Refused when the new plan would have looked
    /// at other times so far.
    pub(crate) fn replan(&mut self, plan: &Plan, time: f64) -> Result<()> {
        self.head.looked = plan.looks.up_to(time);
        for (record, part) in self.records.iter_mut().zip(&plan.parts) {
            if let (Record::Grid(values), Observer::Grid { times }) = (record, &part.observer) {
                let seen = times.up_to(time) * part.width();
                if self.head.status.is_fine() && values.len() < seen {
                    return Err(Error::Refused(
                        "checkpoint: the longer run observes other times than the shorter one did; give observe= explicit times (every, at)".into(),
                    ));
                }
                values.truncate(seen);
            }
        }
        Ok(())
    }
}

impl Trace {
    /// `None`: a grid, which is kept with those of the other replicas.
    pub(super) fn new(part: &Part) -> Option<Self> {
        let w = part.width();
        Some(match &part.observer {
            Observer::Grid { .. } => return None,
            Observer::Events => Self::Events(Vec::new(), Vec::new(), Vec::new()),
            Observer::TimeAverage { .. } => Self::Average(0.0, vec![0.0; w]),
            Observer::Extremum { .. } => Self::Extremum(vec![f64::NAN; w]),
            Observer::Autocorrelation { lags, .. } => {
                let depth = lags.iter().max().map_or(1, |m| m + 1);
                Self::Autocorrelation(Box::new(Lagged {
                    count: 0,
                    origin: vec![0.0; w],
                    ring: vec![0.0; depth * w],
                    sums: vec![[0.0; 3]; lags.len() * w],
                    total: vec![[0.0; 2]; w],
                    lags: lags.clone(),
                }))
            }
            Observer::Occupation { edges, .. } => {
                Self::Occupation(vec![0.0; (edges.len() + 1) * w])
            }
            Observer::FirstPassage { .. } => Self::Passage(f64::INFINITY, -1, vec![f64::NAN; w]),
        })
    }
}
