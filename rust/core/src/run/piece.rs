//! A part of a run that can stop, be written down, travel, and go on.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::kernel::Saved;
use crate::observe::{Plan, Track};
use crate::{Error, Result};

/// Replicas of one set, as far as they have come: what a checkpoint or an executor hands back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Piece {
    /// Number of the parameter set.
    pub set: usize,
    /// Replica numbers.
    pub replicas: Range<u64>,
    /// Where each stands; empty before the start.
    pub(super) saved: Vec<Arc<Saved>>,
    /// What each left behind, rung by rung, once the end was reached.
    pub(super) tracks: Option<Vec<Track>>,
    /// The end that was reached.
    pub(super) end: Option<f64>,
}

/// The time from which saved replicas go on together: one that was observed to its end stands still at an earlier time
/// and does not count among others.
pub(super) fn reached(saved: &[Arc<Saved>]) -> Option<f64> {
    let goes_on = saved
        .iter()
        .filter(|s| s.tracks.iter().any(|t| !t.head.done));
    let latest = || saved.iter().map(|s| s.time).reduce(f64::max);
    goes_on.map(|s| s.time).reduce(f64::min).or_else(latest)
}

impl Piece {
    /// Replicas that have not started.
    pub fn new(set: usize, replicas: Range<u64>) -> Self {
        Self {
            set,
            replicas,
            saved: Vec::new(),
            tracks: None,
            end: None,
        }
    }

    /// The end of the run that finished it.
    pub fn end(&self) -> Option<f64> {
        self.end
    }

    /// True once the end of the run was reached.
    pub fn is_finished(&self) -> bool {
        self.tracks.is_some()
    }

    /// The time that every replica has reached that goes on; None before the start.
    pub fn time(&self) -> Option<f64> {
        reached(&self.saved)
    }

    /// The binary form.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|e| Error::Internal(format!("a piece cannot be written: {e}")))
    }

    /// Reads the binary form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        postcard::from_bytes(bytes).map_err(|e| {
            Error::Refused(format!(
                "checkpoint: a block cannot be read ({e}); delete the folder and run again"
            ))
        })
    }

    /// The same piece in a run with another end: finished tracks are dropped, and what was observed is checked to
    /// be the beginning of what the new plan observes.
    pub(super) fn replan(mut self, plan: &Plan) -> Result<Self> {
        (self.tracks, self.end) = (None, None);
        for saved in &mut self.saved {
            let time = saved.time;
            for track in &mut Arc::make_mut(saved).tracks {
                track.replan(plan, time)?;
            }
        }
        Ok(self)
    }
}
