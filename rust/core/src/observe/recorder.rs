//! The one interface through which every kernel reports what its replicas do.

use std::sync::Arc;

use super::plan::{Observable, Observer, Part, Plan};
use super::track::{Status, Trace, Track};
use super::view::View;

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
    plan: Arc<Plan>,
    clock: Clock,
    tracks: Vec<Track>,
    stops: bool,
    values: Vec<f64>,
    times: Vec<f64>,
    scratch: Vec<f64>,
}

impl Recorder {
    /// A recorder that goes on from `tracks`. With `extends` a replica only stops early if no longer run could
    /// observe it again.
    pub(crate) fn new(plan: Arc<Plan>, clock: Clock, tracks: Vec<Track>, extends: bool) -> Self {
        let passage = |p: &Part| matches!(p.observer, Observer::FirstPassage { .. });
        let grid = |p: &Part| matches!(p.observer, Observer::Grid { .. }) && !extends;
        let stops =
            plan.parts.iter().any(passage) && plan.parts.iter().all(|p| passage(p) || grid(p));
        Self {
            plan,
            clock,
            tracks,
            stops,
            values: Vec::new(),
            times: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Fresh tracks for a plan.
    pub(crate) fn fresh(plan: &Plan, slots: usize) -> Vec<Track> {
        (0..slots).map(|_| Track::new(&plan.parts)).collect()
    }

    /// Gives the tracks back.
    pub(crate) fn into_tracks(self) -> Vec<Track> {
        self.tracks
    }

    /// A copy of the track of `slot`, for a checkpoint.
    pub(crate) fn track(&self, slot: usize) -> Option<&Track> {
        self.tracks.get(slot)
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

    /// The next time at which `slot` must be shown by [`Recorder::look`]; infinite when there is none.
    #[inline]
    pub fn next_look(&self, slot: usize) -> f64 {
        match self.tracks.get(slot) {
            Some(track) if !track.done => self
                .plan
                .looks
                .get(track.looked)
                .copied()
                .unwrap_or(f64::INFINITY),
            _ => f64::INFINITY,
        }
    }

    /// True once nothing that `slot` does is of interest any more: observed to the end, or failed.
    #[inline]
    pub fn done(&self, slot: usize) -> bool {
        self.tracks.get(slot).is_none_or(|track| track.done)
    }

    /// Shows the values at the next look time of the slots `first..first + view.lanes()`, which must all be due
    /// for the same look. Slots beyond the task (padding lanes) and finished ones are passed over.
    pub fn look(&mut self, first: usize, view: View<'_>) {
        let Some(index) = (first..first + view.lanes())
            .filter_map(|s| self.tracks.get(s))
            .find(|t| !t.done)
            .map(|t| t.looked)
        else {
            return;
        };
        // Fields apart, so that the plan is borrowed and not counted: looks are many, and threads share the count.
        let Self {
            plan,
            tracks,
            values,
            times,
            scratch,
            ..
        } = self;
        let Some(&time) = plan.looks.get(index) else {
            return;
        };
        let lanes = view.lanes();
        for &p in plan.lookers(index) {
            let part = &plan.parts[p];
            if !part.is_plain() {
                observe(part, view, |_| time, values, times, scratch);
            }
            for l in 0..lanes {
                let Some(track) = tracks.get_mut(first + l).filter(|t| !t.done) else {
                    continue;
                };
                match &mut track.traces[p] {
                    Trace::Grid(kept) if part.is_plain() => {
                        kept.extend(part.columns().map(|c| view.get(c, l)));
                    }
                    Trace::Grid(kept) => {
                        kept.extend((0..part.width()).map(|w| values[w * lanes + l]))
                    }
                    Trace::Autocorrelation(lagged) if part.is_plain() => {
                        lagged.push(part.columns().map(|c| view.get(c, l)));
                    }
                    Trace::Autocorrelation(lagged) => {
                        lagged.push((0..part.width()).map(|w| values[w * lanes + l]));
                    }
                    _ => {}
                }
            }
        }
        for slot in first..first + lanes {
            if let Some(track) = self.tracks.get_mut(slot).filter(|t| !t.done) {
                track.looked = index + 1;
                self.settle(slot);
            }
        }
    }

    /// The times at which `slot` is still to be shown, in order.
    pub fn looks_ahead(&self, slot: usize) -> &[f64] {
        match self.tracks.get(slot) {
            Some(track) if !track.done => self.plan.looks.get(track.looked..).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// Shows `slot` at its next `view.lanes()` look times, one lane each: the same as so many calls of
    /// [`Recorder::look`], for kernels whose looks lie close together.
    pub fn look_run(&mut self, slot: usize, view: View<'_>) {
        let plan = Arc::clone(&self.plan);
        let Some(index) = self.tracks.get(slot).filter(|t| !t.done).map(|t| t.looked) else {
            return;
        };
        let end = (index + view.lanes()).min(plan.looks.len());
        let times = &plan.looks[index..end];
        for (p, part) in plan.parts.iter().enumerate() {
            let looks = |l: usize| plan.lookers(index + l).contains(&p);
            if !(0..times.len()).any(looks) {
                continue;
            }
            self.evaluate(part, view, |l| times.get(l).copied().unwrap_or(f64::NAN));
            let lanes = view.lanes();
            let Some(track) = self.tracks.get_mut(slot) else {
                return;
            };
            for l in (0..times.len()).filter(|&l| looks(l)) {
                let row = (0..part.width()).map(|w| self.values[w * lanes + l]);
                match &mut track.traces[p] {
                    Trace::Grid(values) => values.extend(row),
                    Trace::Autocorrelation(lagged) => lagged.push(row),
                    _ => {}
                }
            }
        }
        if let Some(track) = self.tracks.get_mut(slot) {
            track.looked = end;
        }
        self.settle(slot);
    }

    /// Tells that lane `l` of `view` held its values during `holds[l]`. Call it for every event or step when
    /// [`Recorder::watches`] says so, before the values change.
    pub fn hold(&mut self, holds: &[Hold], view: View<'_>) {
        let plan = Arc::clone(&self.plan);
        for (p, part) in plan.parts.iter().enumerate() {
            if !part.watches() {
                continue;
            }
            if let Observer::FirstPassage { conditions } = &part.observer {
                for (c, condition) in conditions.iter().enumerate() {
                    self.values.resize(view.lanes(), 0.0);
                    self.times.clear();
                    self.times.extend(holds.iter().map(|h| h.from));
                    condition.formula.evaluate(
                        &self.times,
                        view,
                        &mut self.scratch,
                        &mut self.values,
                    );
                    for (l, hold) in holds.iter().enumerate() {
                        // Comparisons give exactly 0 or 1; NaN counts as not met.
                        if hold.slot != Hold::IDLE
                            && self.values[l] != 0.0
                            && !self.values[l].is_nan()
                        {
                            self.times.resize(view.lanes(), 0.0);
                            let kept = std::mem::take(&mut self.values);
                            self.hit(hold.slot as usize, p, c, hold.from, view.lane(l));
                            self.values = kept;
                        }
                    }
                }
                continue;
            }
            self.evaluate(part, view, |l| holds.get(l).map_or(0.0, |h| h.from));
            let lanes = view.lanes();
            for (l, hold) in holds.iter().enumerate() {
                let Some(track) = self.tracks.get_mut(hold.slot as usize).filter(|t| !t.done)
                else {
                    continue;
                };
                let row = (0..part.width()).map(|w| self.values[w * lanes + l]);
                track.traces[p].hold(part, hold, row);
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
        let open = matches!(
            self.tracks
                .get(slot)
                .filter(|k| !k.done)
                .and_then(|k| k.traces.get(part)),
            Some(Trace::Passage(_, -1, _))
        );
        if !open {
            return;
        }
        self.evaluate(spec, view, |_| t);
        if let Some(Trace::Passage(time, hit, values)) = self
            .tracks
            .get_mut(slot)
            .and_then(|k| k.traces.get_mut(part))
        {
            *time = t;
            *hit = i8::try_from(condition).unwrap_or(i8::MAX);
            values.clone_from(&self.values);
        }
        self.settle(slot);
    }

    /// True while part `part` of `slot` still waits for its first passage.
    pub fn waits(&self, slot: usize, part: usize) -> bool {
        matches!(
            self.tracks
                .get(slot)
                .filter(|t| !t.done)
                .and_then(|t| t.traces.get(part)),
            Some(Trace::Passage(_, -1, _))
        )
    }

    /// Shows event number `index` of `slot` at time `t`, with the values after it (one lane); the start row is -1.
    pub fn event(&mut self, slot: usize, t: f64, index: i64, view: View<'_>) {
        let plan = Arc::clone(&self.plan);
        for (p, part) in plan.parts.iter().enumerate() {
            if !matches!(part.observer, Observer::Events) {
                continue;
            }
            self.evaluate(part, view, |_| t);
            if let Some(Trace::Events(times, events, values)) = self
                .tracks
                .get_mut(slot)
                .filter(|k| !k.done)
                .and_then(|k| k.traces.get_mut(p))
            {
                times.push(t);
                events.push(index);
                values.extend_from_slice(&self.values);
            }
        }
    }

    /// Adds to the count of events (or steps) of `slot`.
    #[inline]
    pub fn count(&mut self, slot: usize, events: u64) {
        if let Some(track) = self.tracks.get_mut(slot) {
            track.events += events;
        }
    }

    /// Marks a replica that stays where it is for good. It still has to be shown to the end.
    pub fn absorbed(&mut self, slot: usize) {
        if let Some(track) = self
            .tracks
            .get_mut(slot)
            .filter(|t| !t.done && t.status.is_fine())
        {
            track.status = Status::Absorbed;
        }
    }

    /// Ends a replica that failed at time `t` in the state shown (one lane).
    pub fn fail(&mut self, slot: usize, status: Status, t: f64, state: &[f64]) {
        if let Some(track) = self.tracks.get_mut(slot).filter(|k| !k.done) {
            track.status = status;
            track.failed_at = t;
            track.failed_state = state.to_vec();
            track.done = true;
        }
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
                let weightless = matches!(self.tracks.get(slot).and_then(|t| t.traces.get(p)), Some(Trace::Average(w, _)) if *w == 0.0);
                if !open && !weightless {
                    continue;
                }
                self.evaluate(part, view.lane(l), |_| t1);
                match self.tracks.get_mut(slot).and_then(|t| t.traces.get_mut(p)) {
                    Some(Trace::Passage(_, _, values)) => values.clone_from(&self.values),
                    Some(Trace::Average(weight, sums)) => {
                        *weight = 1.0;
                        sums.clone_from(&self.values);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Values of all observables of `part`, `[width][lanes]`, into `self.values`.
    fn evaluate(&mut self, part: &Part, view: View<'_>, time: impl Fn(usize) -> f64) {
        observe(
            part,
            view,
            time,
            &mut self.values,
            &mut self.times,
            &mut self.scratch,
        );
    }

    /// Ends a replica when only first passages and a finished grid were asked for and all have happened.
    fn settle(&mut self, slot: usize) {
        if !self.stops {
            return;
        }
        if let Some(track) = self.tracks.get_mut(slot) {
            track.done = track.looked == self.plan.looks.len()
                && !track
                    .traces
                    .iter()
                    .any(|trace| matches!(trace, Trace::Passage(_, -1, _)));
        }
    }
}

/// Values of all observables of `part`, `[width][lanes]`.
fn observe(
    part: &Part,
    view: View<'_>,
    time: impl Fn(usize) -> f64,
    values: &mut Vec<f64>,
    times: &mut Vec<f64>,
    scratch: &mut Vec<f64>,
) {
    let lanes = view.lanes();
    values.clear();
    values.resize(part.width() * lanes, 0.0);
    times.clear();
    times.extend((0..lanes).map(time));
    let mut rows = values.chunks_exact_mut(lanes.max(1));
    for observable in &part.of {
        match observable {
            Observable::Columns(range) => {
                for (c, row) in range.clone().zip(&mut rows) {
                    row.copy_from_slice(view.column(c));
                }
            }
            Observable::Formula(formula) => {
                if let Some(row) = rows.next() {
                    formula.evaluate(times, view, scratch, row);
                }
            }
        }
    }
}
