//! The one interface through which every kernel reports what its replicas do.

use std::ops::Range;
use std::sync::Arc;

use super::work::Work;
use crate::observe::plan::{Observer, Part, Plan};
use crate::observe::tally::Tally;
use crate::observe::track::{Failure, Head, Status, Trace, Track};
use crate::observe::tracks::Tracks;
use crate::observe::view::View;

/// What `t` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Real model time.
    Time,
    /// Steps or sweeps: a value is in force for one whole unit.
    Steps,
}

/// The values of one lane were in force from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    /// The replica's slot in the task, or [`Hold::IDLE`].
    pub slot: u32,
    /// Since when.
    pub from: f64,
    /// Until when.
    pub to: f64,
}

impl Hold {
    /// The slot of a lane that carries no replica.
    pub const IDLE: u32 = u32::MAX;
}

/// Collects what a [`Plan`] asks for from the replicas of one task. Slots count the task's replicas from 0.
#[derive(Debug)]
pub struct Recorder {
    pub(super) plan: Arc<Plan>,
    pub(super) clock: Clock,
    pub(super) tracks: Tracks,
    pub(super) stops: bool,
    pub(super) work: Work,
}

impl Recorder {
    /// A recorder that goes on from `tracks`. With `extends` a replica only stops early if no longer run could
    /// observe it again.
    pub(crate) fn new(plan: Arc<Plan>, clock: Clock, tracks: Tracks, extends: bool) -> Self {
        let passage = |p: &Part| matches!(p.observer, Observer::FirstPassage { .. });
        let grid = |p: &Part| matches!(p.observer, Observer::Grid { .. }) && !extends;
        let stops =
            plan.parts.iter().any(passage) && plan.parts.iter().all(|p| passage(p) || grid(p));
        Self {
            plan,
            clock,
            tracks,
            stops,
            work: Work::default(),
        }
    }

    /// Gives the tracks back.
    pub(crate) fn into_tracks(self) -> Tracks {
        self.tracks
    }

    /// The tracks of some slots, for a checkpoint.
    pub(crate) fn tracks(&self, slots: Range<usize>) -> impl Iterator<Item = Track> + '_ {
        slots.map(|slot| self.tracks.track(slot))
    }

    /// The plan being followed.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// True if [`Recorder::hold`] must be called for every event or step.
    pub fn watches(&self) -> bool {
        self.plan.watches()
    }

    /// True if [`Recorder::event`] must be called for every event.
    pub fn keeps_events(&self) -> bool {
        self.plan.keeps_events()
    }

    /// True once nothing that `slot` does is of interest any more: observed to the end, or failed.
    #[inline]
    pub fn done(&self, slot: usize) -> bool {
        self.tracks.heads.get(slot).is_none_or(|head| head.done)
    }

    /// Shows event number `index` of `slot` at time `t`, with the values after it (one lane); the start row is -1.
    pub fn event(&mut self, slot: usize, t: f64, index: i64, view: View<'_>) {
        // Fields apart, so that the plan is borrowed and not counted: events are many, and threads share the count.
        let Self {
            plan, tracks, work, ..
        } = self;
        if tracks.heads.get(slot).is_none_or(|head| head.done) {
            return;
        }
        for (part, traces) in plan.parts.iter().zip(&mut tracks.traces) {
            let events = matches!(part.observer, Observer::Events);
            let Some(trace) = traces.each_mut(slot).filter(|_| events) else {
                continue;
            };
            if part.is_plain() {
                trace.event(t, index, part.columns().map(|c| view.get(c, 0)));
            } else {
                work.observe(part, view, |_| t);
                trace.event(t, index, work.values.iter().copied());
            }
        }
    }

    /// Adds to the count of events (or steps) of `slot`.
    #[inline]
    pub fn count(&mut self, slot: usize, events: u64) {
        if let Some(head) = self.tracks.heads.get_mut(slot) {
            head.events += events;
        }
    }

    /// Adds to number `which` of what the method counts of the moves of `slot`; see [`Kernel::tallies`].
    ///
    /// [`Kernel::tallies`]: crate::run::Kernel::tallies
    #[inline]
    pub fn tally(&mut self, slot: usize, which: usize, counted: Tally) {
        self.tracks.tally(slot, which, counted);
    }

    /// Marks a replica that stays where it is for good. It still has to be shown to the end.
    pub fn absorbed(&mut self, slot: usize) {
        if let Some(head) = self.open_mut(slot).filter(|head| head.status.is_fine()) {
            head.status = Status::Absorbed;
        }
    }

    /// Ends a replica that failed at time `t` in the state shown (one lane).
    pub fn fail(&mut self, slot: usize, status: Status, t: f64, state: &[f64]) {
        if !self.done(slot) {
            let state = state.to_vec();
            self.tracks.fail(slot, status, Failure { at: t, state });
        }
    }

    fn open_mut(&mut self, slot: usize) -> Option<&mut Head> {
        self.tracks.heads.get_mut(slot).filter(|head| !head.done)
    }

    /// Ends a replica when only first passages and a finished grid were asked for and all have happened.
    #[inline]
    pub(super) fn settle(&mut self, slot: usize) {
        if self.stops {
            self.stop_if_seen(slot);
        }
    }

    fn stop_if_seen(&mut self, slot: usize) {
        let all = &self.tracks.traces;
        let waits = all
            .iter()
            .any(|traces| matches!(traces.each(slot), Some(Trace::Passage(_, -1, _))));
        if let Some(head) = self.tracks.heads.get_mut(slot) {
            head.done = head.looked == self.plan.looks.len() && !waits;
        }
    }
}
