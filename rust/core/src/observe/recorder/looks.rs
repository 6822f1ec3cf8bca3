//! Values at times that were asked for.

use super::recording::{Recorder, observe};
use crate::observe::track::Track;
use crate::observe::view::View;

impl Recorder {
    /// The next time at which `slot` must be shown by [`Recorder::look`]; infinite when there is none.
    #[inline]
    pub fn next_look(&self, slot: usize) -> f64 {
        match self.tracks.get(slot) {
            Some(track) if !track.done => self.plan.looks.at(track.looked),
            _ => f64::INFINITY,
        }
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
        if index >= plan.looks.len() {
            return;
        }
        let time = plan.looks.at(index);
        let lanes = view.lanes();
        for &p in plan.lookers(index) {
            let part = &plan.parts[p];
            if part.is_plain() {
                show(tracks, first, p, view, part.columns());
            } else {
                observe(part, view, |_| time, values, times, scratch);
                show(
                    tracks,
                    first,
                    p,
                    View::new(values, lanes, lanes),
                    0..part.width(),
                );
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
    pub fn looks_ahead(&self, slot: usize) -> impl Iterator<Item = f64> + '_ {
        let looked = self.tracks.get(slot).filter(|t| !t.done).map(|t| t.looked);
        self.plan.looks.ahead(looked.unwrap_or(usize::MAX))
    }

    /// Shows `slot` at its next `view.lanes()` look times, one lane each: the same as so many calls of
    /// [`Recorder::look`], for kernels whose looks lie close together.
    pub fn look_run(&mut self, slot: usize, view: View<'_>) {
        let Self {
            plan,
            tracks,
            values,
            times,
            scratch,
            ..
        } = self;
        let Some(track) = tracks.get_mut(slot).filter(|t| !t.done) else {
            return;
        };
        let first = track.looked;
        let end = (first + view.lanes()).min(plan.looks.len());
        while track.looked < end {
            let from = track.looked;
            let to = from + plan.alike(from, end);
            let seen = view.span(from - first..to - first);
            for &p in plan.lookers(from) {
                let (part, lanes) = (&plan.parts[p], seen.lanes());
                if part.is_plain() {
                    track.traces[p].look_run(seen, part.columns());
                } else {
                    observe(
                        part,
                        seen,
                        |l| plan.looks.at(from + l),
                        values,
                        times,
                        scratch,
                    );
                    track.traces[p].look_run(View::new(values, lanes, lanes), 0..part.width());
                }
            }
            track.looked = to;
        }
        self.settle(slot);
    }
}

/// Gives the trace of part `p` of each slot the values of `columns` in its lane.
#[inline]
fn show(
    tracks: &mut [Track],
    first: usize,
    p: usize,
    view: View<'_>,
    columns: impl Iterator<Item = usize> + Clone,
) {
    for l in 0..view.lanes() {
        if let Some(track) = tracks.get_mut(first + l).filter(|t| !t.done) {
            track.traces[p].look(columns.clone().map(|c| view.get(c, l)));
        }
    }
}
