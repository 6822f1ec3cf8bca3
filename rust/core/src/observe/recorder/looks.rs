//! Values at times that were asked for.

use std::sync::Arc;

use super::recording::{Recorder, observe};
use crate::observe::track::Trace;
use crate::observe::view::View;

impl Recorder {
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
}
