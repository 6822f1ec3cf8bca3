//! The contract between the run loop and a family: what a kernel is and what it is given.

use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use smallvec::SmallVec;

use super::pulse::Pulse;
use crate::observe::{Clock, Kind, Recorder, Track};
use crate::rng::Key;
use crate::{Error, Result};

/// Something a model lets one observe. Quantities are flattened into the columns of a view in declared order.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Public name.
    pub name: String,
    /// Element type in results.
    pub kind: Kind,
    /// Shape of one value; empty for a number.
    pub shape: Vec<usize>,
    /// Observed when nothing is asked for.
    pub default: bool,
}

impl Quantity {
    /// A number that is observed by default.
    pub fn scalar(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            shape: Vec::new(),
            default: true,
        }
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A law with its parameters and an algorithm, ready to run. Everything was validated when it was made.
///
/// A kernel moves the replicas of a [`Task`] from [`Task::from`] to [`Task::until`] and reports through
/// [`Task::recorder`]. The bits of a replica depend on (key, replica number) only: not on the other replicas of
/// the task, nor on what is observed, nor on how the time is cut into tasks.
pub trait Kernel: Send + Sync + std::fmt::Debug {
    /// What `t` counts.
    fn clock(&self) -> Clock;

    /// What can be observed, in the order of the view's columns.
    fn quantities(&self) -> Vec<Quantity>;

    /// Replicas that are cheapest to run together (lanes); tasks hold multiples of it where possible.
    fn grain(&self) -> usize {
        self.bundle()
    }

    /// Replicas that share their work, from a multiple of their number on: one of them costs as much as all, so that
    /// nothing is won by cutting a run between them.
    fn bundle(&self) -> usize {
        1
    }

    /// Parameter sets that the kernel moves together, because their replicas interact (temperatures that are swapped).
    /// Replica `slot` of set `rung` is known to the recorder as [`Task::track`]`(slot, rung)`; a state, a start and a kept
    /// state are those of all rungs together. The same in every kernel of a run.
    fn rungs(&self) -> usize {
        1
    }

    /// Names of what the method counts of its own moves besides events, means such as that of accepted proposals: the same
    /// in every parameter set of a run. They are reported to [`Recorder::tally`] before [`Task::keep`].
    fn tallies(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Runs all replicas of the task.
    ///
    /// For every replica that is not [`Recorder::done`], in any order:
    /// 1. fresh task ([`Task::is_fresh`]): take the start values ([`Task::start`]) at `task.from()`; else restore what
    ///    [`Task::resume`] returns. Report the start row to `recorder.event(.., -1, ..)` of a fresh task.
    /// 2. advance; at every look time `recorder.next_look(slot)` in `[from, until]` call `recorder.look` with the values
    ///    after all events at that time; with `recorder.watches()` call `recorder.hold` for every stretch of constant
    ///    values (for steps: `[k, k + 1)`), with `recorder.keeps_events()` call `recorder.event` after each event;
    ///    stop a replica when `recorder.done(slot)`.
    /// 3. at `until`: `task.keep(slot, t, &state)` with a state from which a longer run continues with the same bits
    ///    (t is the time of that state), and then, if [`Task::is_last`], `recorder.finish`.
    ///
    /// Call [`Task::tick`] at least each millisecond of work.
    fn run(&self, task: &mut Task<'_>) -> Result<()>;
}

/// Where the replicas of one parameter set start.
#[derive(Clone, Debug)]
pub enum Starts {
    /// The kernel's own way, chosen when it was made (a named law, a probability vector, its default).
    Own,
    /// The same start columns for every replica.
    Shared(Vec<f64>),
    /// One row of `width` start columns per replica, replica `first` first.
    Each {
        /// Values, row after row.
        rows: Vec<f64>,
        /// Start columns per replica.
        width: usize,
        /// Replica number of the first row.
        first: u64,
    },
}

/// The state of one replica at the end of a task: enough to go on, and what was observed so far.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Saved {
    /// The time of `state`.
    pub time: f64,
    /// The kernel's state.
    pub state: Vec<u8>,
    /// What had been observed at that time, rung by rung.
    pub tracks: SmallVec<[Track; 1]>,
}

/// A range of replicas of one parameter set to be moved through a stretch of time.
#[derive(Debug)]
pub struct Task<'a> {
    /// The run's key.
    pub key: Key,
    /// Replica numbers; slot 0 is the first.
    pub replicas: Range<u64>,
    /// Where to report.
    pub recorder: Recorder,
    pub(super) origin: f64,
    pub(super) from: f64,
    pub(super) until: f64,
    pub(super) last: bool,
    pub(super) rungs: usize,
    pub(super) starts: &'a Starts,
    pub(super) resumed: Option<&'a [Arc<Saved>]>,
    pub(super) saves: bool,
    pub(super) saved: Vec<Option<Saved>>,
    pub(super) pulse: &'a Pulse,
    pub(super) reported: u64,
}

/// Progress units of one replica.
pub(super) const UNITS: u64 = 1000;

impl Task<'_> {
    /// Number of replicas.
    pub fn slots(&self) -> usize {
        usize::try_from(self.replicas.end - self.replicas.start).unwrap_or(0)
    }

    /// The replica number of a slot.
    pub fn replica(&self, slot: usize) -> u64 {
        self.replicas.start + slot as u64
    }

    /// The slot of the recorder that belongs to replica `slot` of parameter set `rung`, one of [`Kernel::rungs`].
    pub fn track(&self, slot: usize, rung: usize) -> usize {
        slot * self.rungs + rung
    }

    /// The time at which the whole run begins.
    pub fn origin(&self) -> f64 {
        self.origin
    }

    /// The time at which all replicas of the task stand.
    pub fn from(&self) -> f64 {
        self.from
    }

    /// The time to which they are to be moved.
    pub fn until(&self) -> f64 {
        self.until
    }

    /// True if `until` is the end of the whole run.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// True if the replicas begin at their start values, false if they are resumed.
    pub fn is_fresh(&self) -> bool {
        self.resumed.is_none()
    }

    /// The start columns of a slot; None: the kernel's own way of starting.
    pub fn start(&self, slot: usize) -> Option<&[f64]> {
        match self.starts {
            Starts::Own => None,
            Starts::Shared(row) => Some(row),
            Starts::Each { rows, width, first } => {
                let i = usize::try_from(self.replica(slot).checked_sub(*first)?).ok()?;
                rows.get(i * width..(i + 1) * width)
            }
        }
    }

    /// The state kept by an earlier task for `slot`.
    pub fn resume<S: DeserializeOwned>(&self, slot: usize) -> Result<S> {
        let saved = self
            .resumed
            .and_then(|all| all.get(slot))
            .ok_or_else(|| Error::Internal(format!("slot {slot} has nothing to resume")))?;
        postcard::from_bytes(&saved.state).map_err(|e| {
            Error::Refused(format!(
                "checkpoint: the saved state cannot be read ({e}); delete the folder and run again"
            ))
        })
    }

    /// Keeps the state of `slot` at time `t` (with all that was observed until now) for a later task.
    pub fn keep<S: Serialize>(&mut self, slot: usize, t: f64, state: &S) -> Result<()> {
        if !self.saves {
            return Ok(());
        }
        let state = postcard::to_stdvec(state)
            .map_err(|e| Error::Internal(format!("a state cannot be saved: {e}")))?;
        let tracks = self
            .recorder
            .tracks(self.track(slot, 0)..self.track(slot + 1, 0));
        if let Some(place) = self.saved.get_mut(slot) {
            *place = Some(Saved {
                time: t,
                state,
                tracks: tracks.collect(),
            });
        }
        Ok(())
    }

    /// True if [`Task::keep`] does anything: lets a kernel skip preparing states that nobody wants.
    pub fn keeps(&self) -> bool {
        self.saves
    }

    /// Reports that `fraction` of the task's whole work is done; fails when the run was cancelled.
    #[inline]
    pub fn tick(&mut self, fraction: f64) -> Result<()> {
        let now = (self.slots() as f64 * UNITS as f64 * fraction.clamp(0.0, 1.0)) as u64;
        if now > self.reported {
            self.pulse.add(now - self.reported);
            self.reported = now;
        }
        self.pulse.check()
    }
}
