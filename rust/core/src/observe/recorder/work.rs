//! The working memory in which observables and conditions are evaluated.

use crate::observe::plan::{Condition, Observable, Part};
use crate::observe::view::View;

/// Kept between evaluations, so that none allocates.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// What was evaluated last.
    pub(super) values: Vec<f64>,
    times: Vec<f64>,
    scratch: Vec<f64>,
}

impl Work {
    /// All observables of `part` in the lanes of `view`, a column for each of their values.
    pub(super) fn observe(
        &mut self,
        part: &Part,
        view: View<'_>,
        time: impl Fn(usize) -> f64,
    ) -> View<'_> {
        let lanes = view.lanes();
        self.values.clear();
        self.values.resize(part.width() * lanes, 0.0);
        self.times.clear();
        self.times.extend((0..lanes).map(time));
        let mut rows = self.values.chunks_exact_mut(lanes.max(1));
        for observable in &part.of {
            match observable {
                Observable::Columns(range) => {
                    for (c, row) in range.clone().zip(&mut rows) {
                        row.copy_from_slice(view.column(c));
                    }
                }
                Observable::Formula(formula) => {
                    if let Some(row) = rows.next() {
                        formula.evaluate(&self.times, view, &mut self.scratch, row);
                    }
                }
            }
        }
        View::new(&self.values, lanes, lanes)
    }

    /// What `condition` says in the lanes of `view`, into [`Work::values`].
    pub(super) fn test(
        &mut self,
        condition: &Condition,
        view: View<'_>,
        times: impl Iterator<Item = f64>,
    ) {
        self.values.resize(view.lanes(), 0.0);
        self.times.clear();
        self.times.extend(times);
        condition
            .formula
            .evaluate(&self.times, view, &mut self.scratch, &mut self.values);
    }
}
