//! What is observed of 64 replicas, column by column.

use std::ops::Range;

use quincunx_core::observe::{Plan, View};
use quincunx_core::simd::LANES;

use super::count::Counters;
use super::rules::{Rules, WIDTH};

/// Values of a view that shows states: more replicas are shown a few at a time.
const MOST_VALUES: usize = 1 << 17;

/// The columns `energy`, `magnetization` and `state`; what nobody asks for is not computed.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    rules: &'a Rules,
    energy: bool,
    magnetization: bool,
    state: bool,
    counters: Counters,
    values: Vec<f64>,
}

impl<'a> Columns<'a> {
    /// The columns that a plan wants.
    pub fn new(rules: &'a Rules, plan: &Plan) -> Self {
        let wants = |columns: Range<usize>| plan.wants(&columns);
        Self {
            rules,
            energy: wants(0..1),
            magnetization: wants(1..2),
            state: wants(2..2 + rules.layout.places.len()),
            counters: Counters::default(),
            values: Vec::new(),
        }
    }

    /// Shows the replicas with the given bits: `visit(lanes, view)` for some after others.
    pub fn show(
        &mut self,
        words: &[[u64; LANES]],
        bits: &Range<usize>,
        mut visit: impl FnMut(Range<usize>, View<'_>),
    ) {
        let energy = self.energies(words);
        let magnetization = self.magnetizations(words);
        let places = &self.rules.layout.places;
        let at_once = match self.state {
            true => (MOST_VALUES / places.len()).clamp(1, WIDTH),
            false => WIDTH,
        };
        for first in bits.clone().step_by(at_once) {
            let shown = first..(first + at_once).min(bits.end);
            self.values.clear();
            self.values.extend_from_slice(&energy[shown.clone()]);
            self.values.extend_from_slice(&magnetization[shown.clone()]);
            if self.state {
                for &place in places {
                    let word = words.as_flattened()[place as usize];
                    let up = shown.clone().map(|bit| word >> bit & 1 == 1);
                    self.values.extend(up.map(|up| if up { 1.0 } else { -1.0 }));
                }
            }
            let lanes = shown.start - bits.start..shown.end - bits.start;
            visit(
                lanes.clone(),
                View::new(&self.values, lanes.len(), lanes.len()),
            );
        }
    }

    /// Energies per site.
    fn energies(&mut self, words: &[[u64; LANES]]) -> [f64; WIDTH] {
        if !self.energy {
            return [0.0; WIDTH];
        }
        // Every bond begins at one even site.
        let (even, odd) = words.split_at(self.rules.layout.chunks[0]);
        for group in &self.rules.layout.groups[0] {
            self.counters.add_unlike(group, even, odd.as_flattened());
        }
        let (bonds, sites) = (self.rules.layout.bonds, self.rules.layout.places.len());
        let energy = |unlike| self.rules.size * (2.0 * unlike as f64 - bonds as f64) / sites as f64;
        self.counters.take().map(energy)
    }

    /// Magnetizations per site.
    fn magnetizations(&mut self, words: &[[u64; LANES]]) -> [f64; WIDTH] {
        if !self.magnetization {
            return [0.0; WIDTH];
        }
        self.counters.add_words(words);
        let sites = self.rules.layout.places.len() as f64;
        let magnetization = |up| (2.0 * up as f64 - sites) / sites;
        self.counters.take().map(magnetization)
    }
}
