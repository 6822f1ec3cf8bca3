//! Values at times that were asked for.

use super::recording::Recorder;
use crate::observe::track::Head;
use crate::observe::tracks::Traces;
use crate::observe::view::View;

impl Recorder {
    /// The next time at which `slot` must be shown by [`Recorder::look`]; infinite when there is none.
    #[inline]
    pub fn next_look(&self, slot: usize) -> f64 {
        match self.tracks.heads.get(slot) {
            Some(head) if !head.done => self.plan.looks.at(head.looked),
            _ => f64::INFINITY,
        }
    }

    /// Shows the values at the next look time of the slots `first..first + view.lanes()`, which must all be due
    /// for the same look. Slots beyond the task (padding lanes) and finished ones are passed over.
    pub fn look(&mut self, first: usize, view: View<'_>) {
        let Some(index) = (first..first + view.lanes())
            .filter_map(|s| self.tracks.heads.get(s))
            .find(|head| !head.done)
            .map(|head| head.looked)
        else {
            return;
        };
        // Fields apart, so that the plan is borrowed and not counted: looks are many, and threads share the count.
        let Self {
            plan, tracks, work, ..
        } = self;
        if index >= plan.looks.len() {
            return;
        }
        let time = plan.looks.at(index);
        let lanes = view.lanes();
        for &p in plan.lookers(index) {
            let (part, traces) = (&plan.parts[p], &mut tracks.traces[p]);
            if part.is_plain() {
                show(&tracks.heads, traces, first, view, part.columns());
            } else {
                let seen = work.observe(part, view, |_| time);
                show(&tracks.heads, traces, first, seen, 0..part.width());
            }
        }
        for slot in first..first + lanes {
            if let Some(head) = self.tracks.heads.get_mut(slot).filter(|head| !head.done) {
                head.looked = index + 1;
                self.settle(slot);
            }
        }
    }

    /// The times at which `slot` is still to be shown, in order.
    pub fn looks_ahead(&self, slot: usize) -> impl Iterator<Item = f64> + '_ {
        let head = self.tracks.heads.get(slot).filter(|head| !head.done);
        self.plan
            .looks
            .ahead(head.map_or(usize::MAX, |head| head.looked))
    }

    /// Shows `slot` at its next `view.lanes()` look times, one lane each: the same as so many calls of
    /// [`Recorder::look`], for kernels whose looks lie close together.
    pub fn look_run(&mut self, slot: usize, view: View<'_>) {
        let Self {
            plan, tracks, work, ..
        } = self;
        let Some(head) = tracks.heads.get_mut(slot).filter(|head| !head.done) else {
            return;
        };
        let first = head.looked;
        let end = (first + view.lanes()).min(plan.looks.len());
        while head.looked < end {
            let from = head.looked;
            let to = from + plan.alike(from, end);
            let seen = view.span(from - first..to - first);
            for &p in plan.lookers(from) {
                let (part, traces) = (&plan.parts[p], &mut tracks.traces[p]);
                if part.is_plain() {
                    show_run(traces, slot, seen, part.columns());
                } else {
                    let seen = work.observe(part, seen, |l| plan.looks.at(from + l));
                    show_run(traces, slot, seen, 0..part.width());
                }
            }
            head.looked = to;
        }
        self.settle(slot);
    }
}

/// Gives the traces of a part the values of `columns`, one slot a lane.
#[inline]
fn show(
    heads: &[Head],
    traces: &mut Traces,
    first: usize,
    view: View<'_>,
    columns: impl Iterator<Item = usize> + Clone,
) {
    let slots = first..(first + view.lanes()).min(heads.len());
    let open = slots.enumerate().filter(|&(_, slot)| !heads[slot].done);
    let row = |l| columns.clone().map(move |c| view.get(c, l));
    match traces {
        Traces::Grid(grids) => open.for_each(|(l, slot)| grids.put(slot, row(l))),
        Traces::Each(traces) => open.for_each(|(l, slot)| traces[slot].look(row(l))),
    }
}

/// Gives the traces of a part the values of `columns` at so many times of one slot as `view` has lanes.
fn show_run(
    traces: &mut Traces,
    slot: usize,
    view: View<'_>,
    mut columns: impl Iterator<Item = usize> + Clone,
) {
    let row = |l| columns.clone().map(move |c| view.get(c, l));
    let lanes = 0..view.lanes();
    match traces {
        Traces::Grid(grids) if grids.width() == 1 => {
            if let Some(c) = columns.next() {
                grids.put_run(slot, view.column(c));
            }
        }
        Traces::Grid(grids) => lanes.for_each(|l| grids.put(slot, row(l))),
        Traces::Each(traces) => lanes.for_each(|l| traces[slot].look(row(l))),
    }
}
