//! From the tracks of blocks of replicas to the arrays of a result.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::moments::{MomentTree, Moments};
use super::plan::{Kind, Observable, Observer, Part, Plan};
use super::recorder::cell;
use super::track::{Lagged, Status, Trace, Track};
use crate::{Error, Result};

/// Replicas per block of a reduction; part of the stream version, since sums depend on it.
pub const BLOCK: u64 = 1024;

/// Rewrites the grid values of a block of replicas: a user's function of time and quantities.
pub trait Rewrite: Send + Sync + std::fmt::Debug {
    /// `rows` holds `[replica][time][width]`; the answer the same with [`Rewrite::width`] values.
    fn rewrite(&self, times: &[f64], rows: &[f64], replicas: usize) -> Result<Vec<f64>>;
    /// Values per replica and time in the answer.
    fn width(&self) -> usize;
}

/// What becomes of a part once its replicas are done.
#[derive(Clone, Debug)]
pub enum Reduce {
    /// All values are kept.
    Keep,
    /// Moments over replicas up to an order, with covariances if asked.
    Moments {
        /// Highest power, at least 2.
        order: usize,
        /// Whether products of different variables are summed.
        cov: bool,
    },
    /// Counts per cell, below and above, over replicas.
    Histogram {
        /// Increasing cell edges.
        edges: Vec<f64>,
    },
}

/// A reduction with an optional rewriting before it.
#[derive(Clone, Debug)]
pub struct Fold {
    /// What becomes of the values.
    pub reduce: Reduce,
    /// Applied to grids before.
    pub rewrite: Option<Arc<dyn Rewrite>>,
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// float64
    Float(Vec<f64>),
    /// int64
    Int(Vec<i64>),
    /// int8
    Byte(Vec<i8>),
}

impl Array {
    fn zeros(kind: Kind, len: usize) -> Self {
        match kind {
            Kind::Float => Self::Float(vec![f64::NAN; len]),
            Kind::Int => Self::Int(vec![0; len]),
            Kind::Byte => Self::Byte(vec![0; len]),
        }
    }

    /// Writes `values` from `at` on, converted.
    fn write(&mut self, at: usize, values: impl Iterator<Item = f64>) {
        // Counts are exact in f64 and bytes hold spins and codes: the conversions lose nothing.
        match self {
            Self::Float(a) => a.iter_mut().skip(at).zip(values).for_each(|(p, v)| *p = v),
            Self::Int(a) => a
                .iter_mut()
                .skip(at)
                .zip(values)
                .for_each(|(p, v)| *p = v as i64),
            Self::Byte(a) => a
                .iter_mut()
                .skip(at)
                .zip(values)
                .for_each(|(p, v)| *p = v as i8),
        }
    }

    fn push(&mut self, value: f64) {
        match self {
            Self::Float(a) => a.push(value),
            Self::Int(a) => a.push(value as i64),
            Self::Byte(a) => a.push(value as i8),
        }
    }
}

/// What one part of a plan produced.
#[derive(Debug)]
pub enum Output {
    /// One array per observable, rows in (set, replica) order; a first passage has `time` and `hit` in front.
    Values(Vec<Array>),
    /// Rows of replica r are `offsets[r]..offsets[r + 1]`.
    Events {
        /// Row ranges, one more than replicas.
        offsets: Vec<i64>,
        /// Times.
        times: Vec<f64>,
        /// Event numbers.
        events: Vec<i64>,
        /// One array per observable.
        values: Vec<Array>,
    },
    /// Per set the moments of the variables `[time][width]`.
    Moments(Vec<Option<Moments>>),
    /// Counts `[set][width][time][cells + 2]`: cells, below, above.
    Histogram(Vec<i64>),
}

/// How each replica ended.
#[derive(Debug, Default)]
pub struct Endings {
    /// Status of each (set, replica).
    pub status: Vec<u8>,
    /// Events or steps of all replicas.
    pub events: u64,
    /// First failure in (set, replica) order: row, time, state.
    pub failure: Option<(u64, f64, Vec<f64>)>,
    /// Number of failed replicas.
    pub failed: u64,
}

enum Store {
    Values(Vec<Array>),
    /// Blocks by number, each the traces of its replicas: they are flattened at the end.
    Events(std::collections::BTreeMap<u64, Vec<Trace>>),
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

fn kind_of(observable: &Observable, kinds: &[Kind]) -> Kind {
    match observable {
        Observable::Columns(range) => kinds.get(range.start).copied().unwrap_or(Kind::Float),
        Observable::Formula(_) => Kind::Float,
    }
}

/// Number of values per replica of one observable of `part`, and whether it keeps its own element type.
fn layout(part: &Part, width: usize) -> (usize, bool) {
    match &part.observer {
        Observer::Grid { times } => (times.len() * width, true),
        Observer::Extremum { .. } | Observer::FirstPassage { .. } => (width, true),
        Observer::TimeAverage { .. } | Observer::Events => (width, false),
        Observer::Autocorrelation { lags, .. } => (lags.len() * width, false),
        Observer::Occupation { edges, .. } => ((edges.len() + 1) * width, false),
    }
}

impl Collector {
    /// A collector for `sets` parameter sets of `replicas` each; `kinds` are those of the kernel's columns.
    pub fn new(
        plan: Arc<Plan>,
        folds: Vec<Fold>,
        kinds: Vec<Kind>,
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
            .map(|(p, f)| Mutex::new(Self::store(p, f, &kinds, sets, rows)))
            .collect();
        let endings = Mutex::new(Endings {
            status: vec![Status::Truncated as u8; rows],
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

    fn store(part: &Part, fold: &Fold, kinds: &[Kind], sets: usize, rows: usize) -> Store {
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
            (Reduce::Keep, Observer::Events) => Store::Events(std::collections::BTreeMap::new()),
            (Reduce::Keep, observer) => {
                let mut arrays = Vec::new();
                if matches!(observer, Observer::FirstPassage { .. }) {
                    arrays.push(Array::zeros(Kind::Float, rows));
                    arrays.push(Array::zeros(Kind::Byte, rows));
                }
                if let Some(rewrite) = &fold.rewrite {
                    arrays.extend(
                        (0..rewrite.width()).map(|_| Array::zeros(Kind::Float, rows * times)),
                    );
                } else {
                    arrays.extend(part.of.iter().map(|o| {
                        let (len, own) = layout(part, o.width());
                        Array::zeros(
                            if own { kind_of(o, kinds) } else { Kind::Float },
                            rows * len,
                        )
                    }));
                }
                Store::Values(arrays)
            }
        }
    }

    /// Takes the tracks of consecutive replicas of one set, `first` first. Reductions demand whole blocks
    /// of [`BLOCK`] replicas (the last one of a set may be shorter).
    pub fn insert(&self, set: usize, first: u64, tracks: &[Track]) -> Result<()> {
        let row0 = usize::try_from(set as u64 * self.replicas + first)
            .map_err(|_| Error::Internal("row number".into()))?;
        self.end(row0, tracks);
        for (p, (part, fold)) in self.plan.parts.iter().zip(&self.folds).enumerate() {
            let rewritten = match (&fold.rewrite, &part.observer) {
                (Some(rewrite), Observer::Grid { times }) => Some((
                    rewrite.width(),
                    rewritten(rewrite.as_ref(), times, part, p, tracks)?,
                )),
                _ => None,
            };
            let mut store = locked(&self.stores[p]);
            match &mut *store {
                Store::Values(arrays) => match &rewritten {
                    Some((width, rows)) => {
                        write_rewritten(arrays, rows, *width, row0, tracks.len())
                    }
                    None => tracks.iter().enumerate().for_each(|(i, track)| {
                        write_track(arrays, part, &track.traces[p], row0 + i)
                    }),
                },
                Store::Events(blocks) => {
                    blocks.insert(
                        row0 as u64,
                        tracks.iter().map(|t| t.traces[p].clone()).collect(),
                    );
                }
                Store::Moments(trees) => {
                    let Reduce::Moments { order, cov } = fold.reduce else {
                        continue;
                    };
                    let width = rewritten.as_ref().map_or(part.width(), |r| r.0);
                    let rows = grid_rows(part, p, tracks, rewritten.as_ref());
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
                    for row in grid_rows(part, p, tracks, rewritten.as_ref()) {
                        count_cells(counts, row, edges, width, set);
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&self, row0: usize, tracks: &[Track]) {
        let mut endings = locked(&self.endings);
        for (i, track) in tracks.iter().enumerate() {
            endings.status[row0 + i] = track.status as u8;
            endings.events += track.events;
            if !track.status.is_fine() {
                endings.failed += 1;
                let row = (row0 + i) as u64;
                if endings.failure.as_ref().is_none_or(|f| row < f.0) {
                    endings.failure = Some((row, track.failed_at, track.failed_state.clone()));
                }
            }
        }
    }

    /// The finished outputs, one per part.
    pub fn finish(self) -> (Vec<Output>, Endings) {
        let kinds = self.kinds;
        let outputs = self
            .stores
            .into_iter()
            .zip(&self.plan.parts)
            .map(
                |(store, part)| match store.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    Store::Values(arrays) => Output::Values(arrays),
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

/// The grid rows of the replicas that are fine, `[time][width]` each.
fn grid_rows<'a>(
    part: &Part,
    p: usize,
    tracks: &'a [Track],
    rewritten: Option<&'a (usize, Vec<f64>)>,
) -> Vec<&'a [f64]> {
    let Observer::Grid { times } = &part.observer else {
        return Vec::new();
    };
    let fine = |track: &Track| track.status.is_fine();
    match rewritten {
        Some((width, rows)) => {
            let length = (times.len() * width).max(1);
            rows.chunks_exact(length)
                .zip(tracks)
                .filter(|(_, t)| fine(t))
                .map(|(r, _)| r)
                .collect()
        }
        None => tracks
            .iter()
            .filter(|t| fine(t))
            .filter_map(|t| {
                if let Trace::Grid(values) = &t.traces[p] {
                    Some(&values[..])
                } else {
                    None
                }
            })
            .collect(),
    }
}

fn rewritten(
    rewrite: &dyn Rewrite,
    times: &[f64],
    part: &Part,
    p: usize,
    tracks: &[Track],
) -> Result<Vec<f64>> {
    let length = times.len() * part.width();
    let mut rows = vec![f64::NAN; tracks.len() * length];
    for (row, track) in rows.chunks_exact_mut(length.max(1)).zip(tracks) {
        if let Trace::Grid(values) = &track.traces[p] {
            row.iter_mut().zip(values).for_each(|(r, v)| *r = *v);
        }
    }
    rewrite.rewrite(times, &rows, tracks.len())
}

fn write_rewritten(arrays: &mut [Array], rows: &[f64], width: usize, row0: usize, replicas: usize) {
    let times = rows.len() / (width * replicas).max(1);
    for (w, array) in arrays.iter_mut().enumerate() {
        array.write(
            row0 * times,
            rows.iter().skip(w).step_by(width.max(1)).copied(),
        );
    }
}

fn write_track(arrays: &mut [Array], part: &Part, trace: &Trace, row: usize) {
    let width = part.width();
    let mut skip = 0;
    if let Trace::Passage(time, hit, _) = trace {
        arrays[0].write(row, std::iter::once(*time));
        arrays[1].write(row, std::iter::once(f64::from(*hit)));
        skip = 2;
    }
    let mut offset = 0;
    for (observable, array) in part.of.iter().zip(arrays.iter_mut().skip(skip)) {
        let w = observable.width();
        let (len, _) = layout(part, w);
        let span = offset..offset + w;
        offset += w;
        let at = row * len;
        match trace {
            Trace::Grid(values) => {
                array.write(
                    at,
                    values
                        .chunks_exact(width.max(1))
                        .flat_map(|r| r[span.clone()].iter().copied()),
                );
                if !matches!(array, Array::Float(_)) && values.len() < len / w.max(1) * width {
                    hold_last(array, at, len, values.len() / width.max(1) * w, w);
                }
            }
            Trace::Extremum(values) | Trace::Passage(_, _, values) => {
                array.write(at, values[span].iter().copied())
            }
            Trace::Average(weight, sums) => array.write(at, sums[span].iter().map(|s| s / weight)),
            Trace::Autocorrelation(lagged) => {
                array.write(at, lagged.normalised(span, width).into_iter())
            }
            Trace::Occupation(cells) => {
                let stride = len / w.max(1);
                array.write(
                    at,
                    cells[span.start * stride..span.end * stride]
                        .iter()
                        .copied(),
                );
            }
            Trace::Events(..) => {}
        }
    }
}

/// Integers of a failed replica keep their last value.
fn hold_last(array: &mut Array, at: usize, len: usize, known: usize, width: usize) {
    for i in known.max(width)..len {
        match array {
            Array::Int(a) => a[at + i] = a[at + i - width],
            Array::Byte(a) => a[at + i] = a[at + i - width],
            Array::Float(_) => {}
        }
    }
}

fn count_cells(counts: &mut [i64], row: &[f64], edges: &[f64], width: usize, set: usize) {
    let (stride, times) = (edges.len() + 1, row.len() / width.max(1));
    for (t, values) in row.chunks_exact(width.max(1)).enumerate() {
        for (w, &x) in values.iter().enumerate() {
            counts[((set * width + w) * times + t) * stride + cell(edges, x)] += 1;
        }
    }
}

fn flatten_events(
    part: &Part,
    kinds: &[Kind],
    blocks: std::collections::BTreeMap<u64, Vec<Trace>>,
) -> Output {
    let (mut offsets, mut times, mut events) = (vec![0_i64], Vec::new(), Vec::new());
    let mut values: Vec<Array> = part
        .of
        .iter()
        .map(|o| Array::zeros(kind_of(o, kinds), 0))
        .collect();
    for trace in blocks.into_values().flatten() {
        if let Trace::Events(t, e, v) = trace {
            for row in v.chunks_exact(part.width().max(1)) {
                let mut offset = 0;
                for (observable, array) in part.of.iter().zip(&mut values) {
                    row[offset..offset + observable.width()]
                        .iter()
                        .for_each(|&x| array.push(x));
                    offset += observable.width();
                }
            }
            times.extend(t);
            events.extend(e);
        }
        offsets.push(times.len() as i64);
    }
    Output::Events {
        offsets,
        times,
        events,
        values,
    }
}

impl Lagged {
    /// Correlation of the early and the late factor at each lag, `[lag]` per variable of `span`: covariance over all
    /// pairs divided by the variance at lag 0 of all samples. NaN where the path was constant.
    fn normalised(&self, span: std::ops::Range<usize>, width: usize) -> Vec<f64> {
        let lags = self.sums.len() / width.max(1);
        let mut out = vec![f64::NAN; lags * span.len()];
        for (i, w) in span.clone().enumerate() {
            let n = self.count as f64;
            let (mean, square) = (self.total[w][0] / n, self.total[w][1] / n);
            let variance = square - mean * mean;
            for k in 0..lags {
                let [products, early, late] = self.sums[k * width + w];
                let pairs = n - self.lags[k] as f64;
                if variance > 0.0 && pairs > 0.0 {
                    out[i * lags + k] =
                        (products / pairs - mean * (early + late) / pairs + mean * mean) / variance;
                }
            }
        }
        out
    }
}
