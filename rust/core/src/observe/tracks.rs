//! What the replicas of a task leave behind, side by side: of many short paths this is most of the work.

use std::collections::BTreeMap;

use super::plan::Part;
use super::tally::Tally;
use super::track::{Failure, Head, Record, Status, Trace, Track};

/// The values of all replicas at the times of one part.
#[derive(Clone, Debug)]
pub(super) struct Grids {
    /// Values per time.
    width: usize,
    /// Values per replica.
    length: usize,
    /// Replica after replica, zeros where nothing is known yet.
    values: Vec<f64>,
    /// How many are known of each replica.
    known: Vec<usize>,
}

impl Grids {
    fn new(part: &Part, slots: usize) -> Self {
        let length = part.values();
        Self {
            width: part.width(),
            length,
            values: vec![0.0; slots * length],
            known: vec![0; slots],
        }
    }

    /// Number of replicas.
    pub(super) fn slots(&self) -> usize {
        self.known.len()
    }

    /// The values known of a replica, time after time.
    pub(super) fn row(&self, slot: usize) -> &[f64] {
        let at = slot * self.length;
        &self.values[at..at + self.known[slot]]
    }

    /// The values of all replicas, replica after replica, if all are known.
    pub(super) fn whole(&self) -> Option<&[f64]> {
        let full = self.known.iter().all(|&known| known == self.length);
        full.then_some(&self.values)
    }

    /// The same, without a copy; none are left.
    pub(super) fn take_whole(&mut self) -> Option<Vec<f64>> {
        self.whole()?;
        self.known.fill(0);
        Some(std::mem::take(&mut self.values))
    }

    /// Puts values behind those known of a replica.
    #[inline]
    pub(super) fn put(&mut self, slot: usize, values: impl Iterator<Item = f64>) {
        let (at, known) = (slot * self.length, &mut self.known[slot]);
        for (to, x) in self.values[at + *known..at + self.length]
            .iter_mut()
            .zip(values)
        {
            *to = x;
            *known += 1;
        }
    }

    /// [`Grids::put`] of one value per time, as many as there is room for.
    pub(super) fn put_run(&mut self, slot: usize, values: &[f64]) {
        let (at, known) = (slot * self.length, self.known[slot]);
        let free = &mut self.values[at + known..at + self.length];
        let count = free.len().min(values.len());
        free[..count].copy_from_slice(&values[..count]);
        self.known[slot] = known + count;
    }

    /// Values per time.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    fn append(&mut self, mut other: Self) {
        self.values.append(&mut other.values);
        self.known.append(&mut other.known);
    }
}

/// What one observer has of all replicas.
#[derive(Clone, Debug)]
pub(super) enum Traces {
    /// Values at given times.
    Grid(Grids),
    /// One trace per replica.
    Each(Vec<Trace>),
}

impl Traces {
    fn new(part: &Part, slots: usize) -> Self {
        match Trace::new(part) {
            None => Self::Grid(Grids::new(part, slots)),
            Some(trace) => Self::Each(vec![trace; slots]),
        }
    }

    /// The trace of a replica, unless it is a grid.
    pub(super) fn each(&self, slot: usize) -> Option<&Trace> {
        match self {
            Self::Grid(_) => None,
            Self::Each(traces) => traces.get(slot),
        }
    }

    /// [`Traces::each`], to be changed.
    pub(super) fn each_mut(&mut self, slot: usize) -> Option<&mut Trace> {
        match self {
            Self::Grid(_) => None,
            Self::Each(traces) => traces.get_mut(slot),
        }
    }

    fn record(&self, slot: usize) -> Record {
        match self {
            Self::Grid(grids) => Record::Grid(grids.row(slot).into()),
            Self::Each(traces) => Record::Trace(traces[slot].clone()),
        }
    }
}

/// What the replicas of a task, or of a block, leave behind.
#[derive(Clone, Debug)]
pub struct Tracks {
    pub(super) heads: Vec<Head>,
    /// One per part.
    pub(super) traces: Vec<Traces>,
    /// What the method counted of its own moves: kind by kind, as far as it did.
    pub(super) tallies: Vec<Vec<Tally>>,
    /// Where replicas failed.
    pub(super) failures: BTreeMap<usize, Failure>,
}

impl Tracks {
    /// Of replicas that nobody has looked at yet.
    pub(crate) fn fresh(parts: &[Part], slots: usize) -> Self {
        Self {
            heads: vec![Head::default(); slots],
            traces: parts.iter().map(|part| Traces::new(part, slots)).collect(),
            tallies: Vec::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Of replicas as they were left.
    pub(crate) fn of(parts: &[Part], tracks: Vec<Track>) -> Self {
        let mut all = Self::fresh(parts, tracks.len());
        for (slot, track) in tracks.into_iter().enumerate() {
            all.heads[slot] = track.head;
            all.failures
                .extend(track.failure.map(|failure| (slot, failure)));
            for (which, counted) in track.tallies.into_iter().enumerate() {
                all.kind(which)[slot] = counted;
            }
            for (traces, record) in all.traces.iter_mut().zip(track.records) {
                match (traces, record) {
                    (Traces::Grid(grids), Record::Grid(values)) => {
                        grids.put(slot, values.into_iter());
                    }
                    (Traces::Each(traces), Record::Trace(trace)) => traces[slot] = trace,
                    _ => {}
                }
            }
        }
        all
    }

    /// One replica alone.
    pub(crate) fn track(&self, slot: usize) -> Track {
        Track {
            head: self.heads[slot],
            failure: self.failures.get(&slot).cloned(),
            tallies: self.tallies.iter().map(|all| all[slot]).collect(),
            records: self.traces.iter().map(|all| all.record(slot)).collect(),
        }
    }

    /// Number of replicas.
    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// True if some replica has not failed.
    pub(crate) fn any_fine(&self) -> bool {
        self.heads.iter().any(|head| head.status.is_fine())
    }

    /// What was counted as number `which`, by replica.
    fn kind(&mut self, which: usize) -> &mut Vec<Tally> {
        while self.tallies.len() <= which {
            self.tallies.push(vec![Tally::default(); self.heads.len()]);
        }
        &mut self.tallies[which]
    }

    /// Adds to number `which` of what the method counted.
    #[inline]
    pub(super) fn tally(&mut self, slot: usize, which: usize, counted: Tally) {
        if let Some(tally) = self.kind(which).get_mut(slot) {
            tally.add(counted);
        }
    }

    /// Ends a replica that failed.
    pub(super) fn fail(&mut self, slot: usize, status: Status, failure: Failure) {
        if let Some(head) = self.heads.get_mut(slot) {
            (head.status, head.done) = (status, true);
            self.failures.insert(slot, failure);
        }
    }

    /// Puts other replicas behind these.
    pub(crate) fn append(&mut self, mut other: Self) {
        let slots = self.heads.len();
        // Both have the same kinds, unless one has counted nothing.
        for (which, mut tallies) in other.tallies.into_iter().enumerate() {
            self.kind(which).append(&mut tallies);
        }
        self.heads.append(&mut other.heads);
        let all = self.heads.len();
        for tallies in &mut self.tallies {
            tallies.resize(all, Tally::default());
        }
        let failures = other.failures.into_iter();
        self.failures
            .extend(failures.map(|(slot, failure)| (slots + slot, failure)));
        for (mine, others) in self.traces.iter_mut().zip(other.traces) {
            match (mine, others) {
                (Traces::Grid(mine), Traces::Grid(others)) => mine.append(others),
                (Traces::Each(mine), Traces::Each(mut others)) => mine.append(&mut others),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::observe::{Observable, Observer, Times};

    fn parts() -> Vec<Part> {
        let grid = Observer::Grid {
            times: Times::from(vec![0.0, 1.0, 2.0]),
        };
        [grid, Observer::TimeAverage { from: 0.0 }]
            .map(|observer| Part::new(observer, vec![Observable::Columns(0..2)]).unwrap())
            .into()
    }

    /// Replicas that stand differently: slot `s` has seen `s % 4` times, every third has failed.
    fn various(slots: usize, kinds: usize) -> Tracks {
        let mut tracks = Tracks::fresh(&parts(), slots);
        for slot in 0..slots {
            let x = slot as f64;
            tracks.heads[slot].events = slot as u64;
            if let Traces::Grid(grids) = &mut tracks.traces[0] {
                (0..slot % 4).for_each(|k| grids.put(slot, [x, k as f64].into_iter()));
            }
            if let Some(Trace::Average(weight, _)) = tracks.traces[1].each_mut(slot) {
                *weight = x;
            }
            for which in 0..kinds {
                let (sum, terms) = (slot as u64, which as u64);
                tracks.tally(slot, which, Tally { sum, terms });
            }
            if slot % 3 == 2 {
                let (at, state) = (x, vec![x, 1.0]);
                tracks.fail(slot, Status::Diverged, Failure { at, state });
            }
        }
        tracks
    }

    fn apart(tracks: &Tracks) -> Vec<Track> {
        (0..tracks.len()).map(|slot| tracks.track(slot)).collect()
    }

    #[test]
    fn replicas_come_apart_and_together_again() {
        let all = various(9, 2);
        assert_eq!(apart(&Tracks::of(&parts(), apart(&all))), apart(&all));
    }

    #[test]
    fn what_is_appended_comes_behind() {
        let none = Tally::default();
        for (kinds, more) in [(2, 2), (0, 1), (1, 0)] {
            let (mut all, other) = (various(5, kinds), various(4, more));
            let mut expected: Vec<Track> = apart(&all).into_iter().chain(apart(&other)).collect();
            for track in &mut expected {
                track.tallies.resize(kinds.max(more), none);
            }
            all.append(other);
            assert_eq!(apart(&all), expected);
        }
    }

    #[test]
    fn grids_are_whole_when_all_times_were_seen() {
        let mut tracks = various(4, 0);
        let Traces::Grid(grids) = &mut tracks.traces[0] else {
            panic!("a grid");
        };
        assert!(grids.take_whole().is_none());
        for slot in 0..4 {
            // Beyond the last time nothing is kept.
            (0..4).for_each(|k| grids.put(slot, [9.0, f64::from(k)].into_iter()));
        }
        assert_eq!(grids.row(3), [3.0, 0.0, 3.0, 1.0, 3.0, 2.0]);
        assert_eq!(grids.take_whole().map(|values| values.len()), Some(24));
    }
}
