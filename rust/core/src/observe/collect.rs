//! From the tracks of blocks of replicas, in any order, to the outputs of a run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fold::{Array, BLOCK, Endings, Fold, Output, Reduce};
use super::moments::{MomentTree, Moments};
use super::plan::{Kind, Observer, Part, Plan};
use super::tally::Tally;
use super::track::{Status, Trace};
use super::tracks::{Traces, Tracks};
use super::write::{
    count_cells, flatten_events, grid_rows, kind_of, layout, rewritten, write_rewritten,
    write_traces,
};
use crate::{Error, Result};

enum Store {
    /// None before the first block: a path alone brings its own array.
    Values(Option<Vec<Array>>),
    /// Blocks by number, each the traces of its replicas: they are flattened at the end.
    Events(BTreeMap<u64, Vec<Trace>>),
    Moments(Vec<MomentTree>),
    Histogram(Vec<i64>),
}

/// Receives finished blocks in any order and builds the outputs.
pub struct Collector {
    plan: Arc<Plan>,
    folds: Vec<Fold>,
    kinds: Vec<Kind>,
    replicas: u64,
    stores: Vec<Mutex<Store>>,
    endings: Mutex<Endings>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Collector {
    /// A collector for `sets` parameter sets of `replicas` each; `kinds` are those of the kernel's columns, `tallies` the
    /// names of what it counts.
    pub fn new(
        plan: Arc<Plan>,
        folds: Vec<Fold>,
        kinds: Vec<Kind>,
        tallies: Vec<&'static str>,
        sets: usize,
        replicas: u64,
    ) -> Result<Self> {
        let rows = usize::try_from(replicas)
            .ok()
            .and_then(|n| n.checked_mul(sets))
            .ok_or_else(|| Error::Internal("row count".into()))?;
        let stores = plan
            .parts
            .iter()
            .zip(&folds)
            .map(|(p, f)| Mutex::new(Self::store(p, f, sets)))
            .collect();
        let endings = Mutex::new(Endings {
            status: vec![Status::Truncated as u8; rows],
            tallies: tallies
                .into_iter()
                .map(|name| (name, vec![Tally::default(); sets]))
                .collect(),
            ..Endings::default()
        });
        Ok(Self {
            plan,
            folds,
            kinds,
            replicas,
            stores,
            endings,
        })
    }

    fn store(part: &Part, fold: &Fold, sets: usize) -> Store {
        let times = if let Observer::Grid { times } = &part.observer {
            times.len()
        } else {
            0
        };
        match (&fold.reduce, &part.observer) {
            (Reduce::Moments { .. }, _) => Store::Moments(vec![MomentTree::default(); sets]),
            (Reduce::Histogram { edges }, _) => {
                let width = fold.rewrite.as_ref().map_or(part.width(), |r| r.width());
                Store::Histogram(vec![0; sets * width * times * (edges.len() + 1)])
            }
            (Reduce::Keep, Observer::Events) => Store::Events(BTreeMap::new()),
            (Reduce::Keep, _) => Store::Values(None),
        }
    }

    /// The arrays of a part that is kept, for all replicas.
    fn arrays(&self, part: &Part, fold: &Fold) -> Vec<Array> {
        let rows = locked(&self.endings).status.len();
        let mut arrays = Vec::new();
        if matches!(part.observer, Observer::FirstPassage { .. }) {
            arrays.push(Array::zeros(Kind::Float, rows));
            arrays.push(Array::zeros(Kind::Byte, rows));
        }
        if let (Some(rewrite), Observer::Grid { times }) = (&fold.rewrite, &part.observer) {
            let column = |_| Array::zeros(Kind::Float, rows * times.len());
            arrays.extend((0..rewrite.width()).map(column));
            return arrays;
        }
        arrays.extend(part.of.iter().map(|o| {
            let (len, own) = layout(part, o.width());
            let kind = if own {
                kind_of(o, &self.kinds)
            } else {
                Kind::Float
            };
            Array::zeros(kind, rows * len)
        }));
        arrays
    }

    /// Takes the tracks of consecutive replicas of one set, `first` first. Reductions demand whole blocks
    /// of [`BLOCK`] replicas (the last one of a set may be shorter).
    pub fn insert(&self, set: usize, first: u64, mut tracks: Tracks) -> Result<()> {
        let row0 = usize::try_from(set as u64 * self.replicas + first)
            .map_err(|_| Error::Internal("row number".into()))?;
        self.end(set, row0, &tracks);
        for (p, (part, fold)) in self.plan.parts.iter().zip(&self.folds).enumerate() {
            let rewritten = match (&fold.rewrite, &part.observer) {
                (Some(rewrite), Observer::Grid { times }) => Some((
                    rewrite.width(),
                    rewritten(rewrite.as_ref(), times, part, p, &tracks)?,
                )),
                _ => None,
            };
            let mut store = locked(&self.stores[p]);
            match &mut *store {
                Store::Values(kept) => {
                    if rewritten.is_none()
                        && kept.is_none()
                        && let Some(array) = self.alone(part, p, &mut tracks)
                    {
                        *kept = Some(vec![array]);
                        continue;
                    }
                    let arrays = kept.get_or_insert_with(|| self.arrays(part, fold));
                    match &rewritten {
                        Some((width, rows)) => {
                            write_rewritten(arrays, rows, *width, row0, tracks.len());
                        }
                        None => write_traces(arrays, part, &tracks.traces[p], row0),
                    }
                }
                Store::Events(blocks) => {
                    // Taken, not copied: this is the only part that reads them.
                    if let Traces::Each(traces) = &mut tracks.traces[p] {
                        blocks.insert(row0 as u64, std::mem::take(traces));
                    }
                }
                Store::Moments(trees) => {
                    let Reduce::Moments { order, cov } = fold.reduce else {
                        continue;
                    };
                    let width = rewritten.as_ref().map_or(part.width(), |r| r.0);
                    let rows = grid_rows(part, p, &tracks, rewritten.as_ref());
                    let length = rows.first().map_or(0, |r| r.len());
                    let block = Moments::of(
                        rows.iter().copied(),
                        length,
                        order,
                        if cov { width } else { 0 },
                    );
                    trees[set].insert(first / BLOCK, block);
                }
                Store::Histogram(counts) => {
                    let Reduce::Histogram { edges } = &fold.reduce else {
                        continue;
                    };
                    let width = rewritten.as_ref().map_or(part.width(), |r| r.0);
                    for row in grid_rows(part, p, &tracks, rewritten.as_ref()) {
                        count_cells(counts, row, edges, width, set);
                    }
                }
            }
        }
        Ok(())
    }

    /// The grid of a path that is alone in the run and was seen to its end becomes the array: a long path is not copied.
    fn alone(&self, part: &Part, p: usize, tracks: &mut Tracks) -> Option<Array> {
        let ([of], 1) = (&part.of[..], locked(&self.endings).status.len()) else {
            return None;
        };
        match tracks.traces.get_mut(p) {
            Some(Traces::Grid(grids)) => {
                let values = grids.take_whole()?;
                Some(Array::of(kind_of(of, &self.kinds), values))
            }
            _ => None,
        }
    }

    fn end(&self, set: usize, row0: usize, tracks: &Tracks) {
        let mut endings = locked(&self.endings);
        for (status, head) in endings.status.iter_mut().skip(row0).zip(&tracks.heads) {
            *status = head.status as u8;
        }
        endings.events += tracks.heads.iter().map(|head| head.events).sum::<u64>();
        for ((_, totals), counted) in endings.tallies.iter_mut().zip(&tracks.tallies) {
            counted.iter().for_each(|tally| totals[set].add(*tally));
        }
        endings.failed += tracks.failures.len() as u64;
        if let Some((slot, failure)) = tracks.failures.first_key_value() {
            let row = (row0 + slot) as u64;
            if endings.failure.as_ref().is_none_or(|f| row < f.0) {
                endings.failure = Some((row, failure.at, failure.state.clone()));
            }
        }
    }

    /// The finished outputs, one per part.
    pub fn finish(self) -> (Vec<Output>, Endings) {
        let parts = self.plan.parts.iter().zip(&self.folds);
        for (store, (part, fold)) in self.stores.iter().zip(parts) {
            // A run without replicas.
            if let Store::Values(kept @ None) = &mut *locked(store) {
                *kept = Some(self.arrays(part, fold));
            }
        }
        let kinds = self.kinds;
        let outputs = self
            .stores
            .into_iter()
            .zip(&self.plan.parts)
            .map(
                |(store, part)| match store.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    Store::Values(arrays) => Output::Values(arrays.unwrap_or_default()),
                    Store::Events(blocks) => flatten_events(part, &kinds, blocks),
                    Store::Moments(trees) => {
                        Output::Moments(trees.iter().map(MomentTree::total).collect())
                    }
                    Store::Histogram(counts) => Output::Histogram(counts),
                },
            )
            .collect();
        (
            outputs,
            self.endings
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}
