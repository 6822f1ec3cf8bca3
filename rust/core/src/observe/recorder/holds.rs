//! What depends on the whole path: time averages, extremes, first passages.

use std::sync::Arc;

use super::recording::{Clock, Hold, Recorder};
use crate::observe::plan::{Observer, Part};
use crate::observe::track::Trace;
use crate::observe::tracks::Tracks;
use crate::observe::view::View;

impl Recorder {
    /// Tells that lane `l` of `view` held its values during `holds[l]`. Call it for every event or step when
    /// [`Recorder::watches`] says so, before the values change.
    pub fn hold(&mut self, holds: &[Hold], view: View<'_>) {
        let Self {
            plan, tracks, work, ..
        } = self;
        let mut passages = false;
        for (p, part) in plan.parts.iter().enumerate() {
            if !part.watches() {
                continue;
            }
            if matches!(part.observer, Observer::FirstPassage { .. }) {
                passages = true;
            } else if part.is_plain() {
                show(tracks, holds, p, part, view, part.columns());
            } else {
                let time = |l: usize| holds.get(l).map_or(0.0, |h| h.from);
                let seen = work.observe(part, view, time);
                show(tracks, holds, p, part, seen, 0..part.width());
            }
        }
        if passages {
            self.pass(holds, view);
        }
    }

    /// Tests the conditions of first passages.
    fn pass(&mut self, holds: &[Hold], view: View<'_>) {
        let plan = Arc::clone(&self.plan);
        for (p, part) in plan.parts.iter().enumerate() {
            let Observer::FirstPassage { conditions } = &part.observer else {
                continue;
            };
            for (c, condition) in conditions.iter().enumerate() {
                self.work
                    .test(condition, view, holds.iter().map(|h| h.from));
                let met = std::mem::take(&mut self.work.values);
                for (l, hold) in holds.iter().enumerate() {
                    // Comparisons give exactly 0 or 1; NaN counts as not met.
                    if hold.slot != Hold::IDLE && met[l] != 0.0 && !met[l].is_nan() {
                        self.hit(hold.slot as usize, p, c, hold.from, view.lane(l));
                    }
                }
                self.work.values = met;
            }
        }
    }

    /// Records that condition `condition` of part `part` was met by `slot` at time `t` with the values of `view`
    /// (one lane). Kernels with continuous paths call it for crossings between two steps; the first call counts.
    pub fn hit(&mut self, slot: usize, part: usize, condition: usize, t: f64, view: View<'_>) {
        let plan = Arc::clone(&self.plan);
        let Some(spec) = plan.parts.get(part) else {
            return;
        };
        if !self.waits(slot, part) {
            return;
        }
        self.work.observe(spec, view, |_| t);
        if let Some(Trace::Passage(time, hit, values)) = self.tracks.traces[part].each_mut(slot) {
            *time = t;
            *hit = i8::try_from(condition).unwrap_or(i8::MAX);
            values.clone_from(&self.work.values);
        }
        self.settle(slot);
    }

    /// True while part `part` of `slot` still waits for its first passage.
    pub fn waits(&self, slot: usize, part: usize) -> bool {
        let trace = self.trace(slot, part).filter(|_| !self.done(slot));
        matches!(trace, Some(Trace::Passage(_, -1, _)))
    }

    fn trace(&self, slot: usize, part: usize) -> Option<&Trace> {
        self.tracks.traces.get(part)?.each(slot)
    }

    /// Shows the state at the very end `t1` of the slots `first..first + view.lanes()`, after all looks.
    pub fn finish(&mut self, first: usize, t1: f64, view: View<'_>) {
        if !self.watches() {
            return;
        }
        let to = if self.clock == Clock::Steps {
            t1 + 1.0
        } else {
            t1
        };
        let holds: Vec<Hold> = (first..first + view.lanes())
            .map(|s| Hold {
                slot: u32::try_from(s).unwrap_or(Hold::IDLE),
                from: t1,
                to,
            })
            .collect();
        self.hold(&holds, view);
        let plan = Arc::clone(&self.plan);
        for (p, part) in plan.parts.iter().enumerate() {
            for l in 0..view.lanes() {
                let slot = first + l;
                if self.done(slot) {
                    continue;
                }
                let open = self.waits(slot, p);
                let weightless =
                    matches!(self.trace(slot, p), Some(Trace::Average(w, _)) if *w == 0.0);
                if !open && !weightless {
                    continue;
                }
                self.work.observe(part, view.lane(l), |_| t1);
                match self.tracks.traces[p].each_mut(slot) {
                    Some(Trace::Passage(_, _, values)) => values.clone_from(&self.work.values),
                    Some(Trace::Average(weight, sums)) => {
                        *weight = 1.0;
                        sums.clone_from(&self.work.values);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Tells the trace of part `p` of each slot the values of `columns` in its lane.
#[inline]
fn show(
    tracks: &mut Tracks,
    holds: &[Hold],
    p: usize,
    part: &Part,
    view: View<'_>,
    columns: impl Iterator<Item = usize> + Clone,
) {
    for (l, hold) in holds.iter().enumerate() {
        let slot = hold.slot as usize;
        if tracks.heads.get(slot).is_some_and(|head| !head.done)
            && let Some(trace) = tracks.traces[p].each_mut(slot)
        {
            trace.hold(part, hold, columns.clone().map(|c| view.get(c, l)));
        }
    }
}
