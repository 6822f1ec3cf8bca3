//! Where the values of one replica stand in the arrays of a result.

use std::collections::BTreeMap;

use super::fold::{Array, Output, Rewrite};
use super::plan::{Kind, Observable, Observer, Part};
use super::times::Times;
use super::trace::cell;
use super::track::{Lagged, Trace};
use super::tracks::{Traces, Tracks};
use crate::Result;

pub(super) fn kind_of(observable: &Observable, kinds: &[Kind]) -> Kind {
    match observable {
        Observable::Columns(range) => kinds.get(range.start).copied().unwrap_or(Kind::Float),
        Observable::Formula(_) => Kind::Float,
    }
}

/// Number of values per replica of one observable of `part`, and whether it keeps its own element type.
pub(super) fn layout(part: &Part, width: usize) -> (usize, bool) {
    match &part.observer {
        Observer::Grid { times } => (times.len() * width, true),
        Observer::Extremum { .. } | Observer::FirstPassage { .. } => (width, true),
        Observer::TimeAverage { .. } | Observer::Events => (width, false),
        Observer::Autocorrelation { lags, .. } => (lags.len() * width, false),
        Observer::Occupation { edges, .. } => ((edges.len() + 1) * width, false),
    }
}

/// The grid rows of the replicas that are fine, `[time][width]` each.
pub(super) fn grid_rows<'a>(
    part: &Part,
    p: usize,
    tracks: &'a Tracks,
    rewritten: Option<&'a (usize, Vec<f64>)>,
) -> Vec<&'a [f64]> {
    let (Observer::Grid { times }, Traces::Grid(grids)) = (&part.observer, &tracks.traces[p])
    else {
        return Vec::new();
    };
    let row = |slot| match rewritten {
        Some((width, rows)) => {
            let length = times.len() * width;
            &rows[slot * length..(slot + 1) * length]
        }
        None => grids.row(slot),
    };
    let heads = tracks.heads.iter().enumerate();
    heads
        .filter(|(_, head)| head.status.is_fine())
        .map(|(slot, _)| row(slot))
        .collect()
}

pub(super) fn rewritten(
    rewrite: &dyn Rewrite,
    times: &Times,
    part: &Part,
    p: usize,
    tracks: &Tracks,
) -> Result<Vec<f64>> {
    let length = times.len() * part.width();
    let mut rows = vec![f64::NAN; tracks.len() * length];
    if let Traces::Grid(grids) = &tracks.traces[p] {
        for (slot, row) in rows.chunks_exact_mut(length.max(1)).enumerate() {
            row.iter_mut()
                .zip(grids.row(slot))
                .for_each(|(r, v)| *r = *v);
        }
    }
    let times: Vec<f64> = times.ahead(0).collect();
    rewrite.rewrite(&times, &rows, tracks.len())
}

pub(super) fn write_rewritten(
    arrays: &mut [Array],
    rows: &[f64],
    width: usize,
    row0: usize,
    replicas: usize,
) {
    let times = rows.len() / (width * replicas).max(1);
    for (w, array) in arrays.iter_mut().enumerate() {
        array.write(
            row0 * times,
            rows.iter().skip(w).step_by(width.max(1)).copied(),
        );
    }
}

/// The values of one part for replicas in a row, the first of them in row `row0` of a result.
pub(super) fn write_traces(arrays: &mut [Array], part: &Part, traces: &Traces, row0: usize) {
    match traces {
        Traces::Grid(grids) => match grids.whole() {
            Some(values) => write_grid(arrays, part, values, row0),
            None => (0..grids.slots())
                .for_each(|slot| write_grid(arrays, part, grids.row(slot), row0 + slot)),
        },
        Traces::Each(traces) => (traces.iter().enumerate())
            .for_each(|(slot, trace)| write_trace(arrays, part, trace, row0 + slot)),
    }
}

/// Grids of one replica or more, from row `row` on; where fewer values are known than one replica has, the last ones
/// stay as they are.
fn write_grid(arrays: &mut [Array], part: &Part, values: &[f64], row: usize) {
    let width = part.width();
    let mut offset = 0;
    for (observable, array) in part.of.iter().zip(arrays) {
        let w = observable.width();
        let (len, _) = layout(part, w);
        let at = row * len;
        let rows = values.chunks_exact(width.max(1));
        if w == width {
            // By far the most common.
            array.write(at, values.iter().copied());
        } else if w == 1 {
            array.write(at, rows.map(|r| r[offset]));
        } else {
            array.write(at, rows.flat_map(|r| r[offset..offset + w].iter().copied()));
        }
        let known = values.len() / width.max(1) * w;
        if known < len && !matches!(array, Array::Float(_)) {
            hold_last(array, at, len, known, w);
        }
        offset += w;
    }
}

fn write_trace(arrays: &mut [Array], part: &Part, trace: &Trace, row: usize) {
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
            Trace::Extremum(values) | Trace::Passage(_, _, values) => {
                array.write(at, values[span].iter().copied())
            }
            Trace::Average(weight, sums) => array.write(at, sums[span].iter().map(|s| s / weight)),
            Trace::Autocorrelation(lagged) => {
                array.write(at, lagged.normalised(span, part.width()).into_iter())
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
pub(super) fn hold_last(array: &mut Array, at: usize, len: usize, known: usize, width: usize) {
    for i in known.max(width)..len {
        match array {
            Array::Int(a) => a[at + i] = a[at + i - width],
            Array::Byte(a) => a[at + i] = a[at + i - width],
            Array::Float(_) => {}
        }
    }
}

pub(super) fn count_cells(
    counts: &mut [i64],
    row: &[f64],
    edges: &[f64],
    width: usize,
    set: usize,
) {
    let (stride, times) = (edges.len() + 1, row.len() / width.max(1));
    for (t, values) in row.chunks_exact(width.max(1)).enumerate() {
        for (w, &x) in values.iter().enumerate() {
            counts[((set * width + w) * times + t) * stride + cell(edges, x)] += 1;
        }
    }
}

pub(super) fn flatten_events(
    part: &Part,
    kinds: &[Kind],
    blocks: BTreeMap<u64, Vec<Trace>>,
) -> Output {
    let rows: usize = blocks.values().flatten().map(Trace::events).sum();
    let (mut offsets, mut times, mut events) = (vec![0_i64], Vec::new(), Vec::new());
    let mut values: Vec<Array> = part
        .of
        .iter()
        .map(|o| Array::with_capacity(kind_of(o, kinds), rows * o.width()))
        .collect();
    let width = part.width().max(1);
    for trace in blocks.into_values().flatten() {
        if let Trace::Events(t, e, v) = trace {
            let mut offset = 0;
            for (observable, array) in part.of.iter().zip(&mut values) {
                let span = offset..offset + observable.width();
                offset = span.end;
                if span.len() == 1 {
                    array.extend(v.iter().skip(span.start).step_by(width));
                } else {
                    array.extend(v.chunks_exact(width).flat_map(|row| &row[span.clone()]));
                }
            }
            // One path alone keeps its lists.
            if times.is_empty() {
                (times, events) = (t, e);
                times.reserve_exact(rows - times.len());
                events.reserve_exact(rows - events.len());
            } else {
                times.extend(t);
                events.extend(e);
            }
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
