//! How one observer takes in what one replica shows.

use super::plan::{Observer, Part};
use super::recorder::Hold;
use super::track::{Lagged, Trace};

impl Trace {
    /// The values at one time that was asked for.
    #[inline]
    pub(super) fn look(&mut self, row: impl Iterator<Item = f64>) {
        if let Self::Autocorrelation(lagged) = self {
            lagged.push(row);
        }
    }

    /// Number of events in the list.
    pub(super) fn events(&self) -> usize {
        match self {
            Self::Events(times, ..) => times.len(),
            _ => 0,
        }
    }

    /// Event number `index` at `t`, with the values after it.
    #[inline]
    pub(super) fn event(&mut self, t: f64, index: i64, row: impl Iterator<Item = f64>) {
        if let Self::Events(times, events, values) = self {
            times.push(t);
            events.push(index);
            values.extend(row);
        }
    }

    pub(super) fn hold(&mut self, part: &Part, hold: &Hold, row: impl Iterator<Item = f64>) {
        match (self, &part.observer) {
            (Self::Average(weight, sums), Observer::TimeAverage { from }) => {
                let dwell = hold.to - hold.from.max(*from);
                if dwell > 0.0 {
                    *weight += dwell;
                    sums.iter_mut()
                        .zip(row)
                        .for_each(|(sum, x)| *sum += dwell * x);
                }
            }
            (Self::Extremum(values), Observer::Extremum { from, largest })
                if hold.to > *from || hold.from >= *from =>
            {
                for (value, x) in values.iter_mut().zip(row) {
                    let beyond = if *largest { x > *value } else { x < *value };
                    if value.is_nan() || beyond {
                        *value = x;
                    }
                }
            }
            (Self::Occupation(cells), Observer::Occupation { from, edges }) => {
                let dwell = hold.to - hold.from.max(*from);
                if dwell > 0.0 {
                    let stride = edges.len() + 1;
                    for (block, x) in cells.chunks_exact_mut(stride).zip(row) {
                        block[cell(edges, x)] += dwell;
                    }
                }
            }
            _ => {}
        }
    }
}

/// Index of the cell `[edges[k], edges[k + 1])` of `x`; then one for below, one for above (and NaN).
pub(super) fn cell(edges: &[f64], x: f64) -> usize {
    let cells = edges.len() - 1;
    match edges.partition_point(|&e| e <= x) {
        0 if x.is_nan() => cells + 1,
        0 => cells,
        k if k > cells => cells + 1,
        k => k - 1,
    }
}

impl Lagged {
    pub(super) fn push(&mut self, row: impl Iterator<Item = f64>) {
        let width = self.origin.len();
        let depth = (self.ring.len() / width.max(1)) as u64;
        for (w, x) in row.enumerate() {
            if self.count == 0 {
                self.origin[w] = x;
            }
            let x = x - self.origin[w];
            self.ring[(self.count % depth) as usize * width + w] = x;
            self.total[w][0] += x;
            self.total[w][1] += x * x;
            for (k, &lag) in self.lags.iter().enumerate() {
                if let Some(early) = self.count.checked_sub(lag as u64) {
                    let y = self.ring[(early % depth) as usize * width + w];
                    let sums = &mut self.sums[k * width + w];
                    sums[0] += x * y;
                    sums[1] += y;
                    sums[2] += x;
                }
            }
        }
        self.count += 1;
    }
}
