//! Narrow square lattices of any length, row by row: a vector over the states of a row, carried with its derivatives.
//!
//! Between two rows stand elementary operators on `R^(q^width)`: a vertical bond is
//! `v <- w v + u (sum of the other colours)`, `w : u` the weights of equal and unequal colours, horizontal bonds and fields
//! are diagonal. If the columns close on themselves, the sum runs over first rows, one for each orbit of the symmetries. After
//! each row the vector is divided by its sum, derivatives included: what is carried on is of order one at any length.

use std::ops::{Add, Mul};

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::jet::Jet;
use crate::geometry::{Geometry, Kind};
use crate::words;

/// Steps (one column under one vector) beyond which the method is not used.
pub const MOST_STEPS: f64 = 1e10;
/// Weights below which nothing is followed.
const LEAST: f64 = 1e-290;
/// States of a row that are held at once.
const MOST_STATES: f64 = (1_u64 << 20) as f64;

/// `ln weight` of an equal pair or of an upward spin, along the direction in which derivatives are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub value: f64,
    pub slope: f64,
}

impl Line {
    /// `exp(value - shift)` with its derivatives.
    fn exp(self, shift: f64) -> Jet {
        let weight = (self.value - shift).exp();
        Jet {
            value: weight,
            first: self.slope * weight,
            second: self.slope * self.slope * weight,
        }
    }
}

/// A square lattice as rows of colours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    /// The axis along which the rows follow each other.
    pub axis: usize,
    pub width: usize,
    pub height: usize,
    pub q: usize,
    /// Whether a row closes on itself.
    pub ring: bool,
    /// Whether the last row is joined to the first.
    pub closed: bool,
    /// Bonds within a row.
    pub across: Line,
    /// Bonds from row to row.
    pub down: Line,
    /// Sites of the highest colour.
    pub field: Line,
}

impl Strip {
    /// The rows of a square lattice along one axis; `bonds` are those of the two axes.
    pub fn along(
        geometry: &Geometry,
        axis: usize,
        q: usize,
        bonds: [Line; 2],
        field: Line,
    ) -> Option<Self> {
        let (&[lx, ly], &[px, py]) = (geometry.cells(), geometry.periodic()) else {
            return None;
        };
        let (lengths, periodic) = ([lx, ly], [px, py]);
        (geometry.kind() == Kind::Square).then(|| Self {
            axis,
            width: lengths[1 - axis],
            height: lengths[axis],
            q,
            ring: periodic[1 - axis],
            closed: periodic[axis],
            across: bonds[1 - axis],
            down: bonds[axis],
            field,
        })
    }

    fn relabel(&self) -> bool {
        self.field.value == 0.0 && self.field.slope == 0.0
    }

    fn states(&self) -> usize {
        self.q.pow(self.width as u32)
    }

    /// Columns times states times rows times first rows; infinite if a row has too many states.
    pub fn steps(&self) -> f64 {
        let states = (self.q as f64).powi(self.width as i32);
        if states > MOST_STATES {
            return f64::INFINITY;
        }
        let starts = if self.closed {
            words::first_row_count(self.width, self.q, self.ring, self.relabel())
        } else {
            1.0
        };
        starts * (self.height * self.width) as f64 * states
    }

    /// `ln Z` with its derivatives. Runs on the current rayon pool; the order of additions does not depend on it.
    pub fn log_partition(&self, pulse: &Pulse) -> Result<Jet> {
        let row = Row::new(self);
        if !self.closed {
            pulse.expect(self.height as u64);
            return row.follow(None, pulse);
        }
        let starts = words::first_rows(self.width, self.q, self.ring, self.relabel());
        pulse.expect((starts.len() * self.height) as u64);
        let parts: Vec<(Jet, f64)> = starts
            .par_iter()
            .map(|(word, size)| {
                let index = word
                    .iter()
                    .rev()
                    .fold(0, |index, &c| index * self.q + usize::from(c));
                Ok((row.follow(Some(index), pulse)?, *size as f64))
            })
            .collect::<Result<_>>()?;
        let found = log_sum(&parts);
        if found.value.is_finite() {
            return Ok(found);
        }
        Err(Error::Numerical(
            "row transfer: beta J is so large that the weights of all rows vanish beside those of the lowest energy of a \
             row: lower beta"
                .into(),
        ))
    }

    /// `P(equal)` of the bonds within each row and of those from row to row, row by row, of open columns.
    pub fn open_moments(&self, pulse: &Pulse) -> Result<[Vec<f64>; 2]> {
        pulse.expect(2 * self.height as u64);
        Row::new(self).moments(pulse)
    }
}

/// `ln sum size exp(log)`.
fn log_sum(parts: &[(Jet, f64)]) -> Jet {
    let top = parts
        .iter()
        .map(|(log, _)| log.value)
        .fold(f64::MIN, f64::max);
    let weights = || {
        parts
            .iter()
            .map(|(log, size)| (log, size * (log.value - top).exp()))
    };
    let total: f64 = weights().map(|(_, w)| w).sum();
    let first = weights().map(|(log, w)| w * log.first).sum::<f64>() / total;
    let spread = |(log, w): (&Jet, f64)| w * (log.second + (log.first - first).powi(2));
    Jet {
        value: top + total.ln(),
        first,
        second: weights().map(spread).sum::<f64>() / total,
    }
}

/// A sum in which many equal terms round no worse than few.
fn pairwise_sum(terms: &[Jet]) -> Jet {
    match terms {
        [] => Jet::default(),
        [one] => *one,
        _ => {
            let (left, right) = terms.split_at(terms.len() / 2);
            pairwise_sum(left) + pairwise_sum(right)
        }
    }
}

/// The vertical bonds under one column: `same v + diff (the sum of the other colours)`, numbers or jets. Sums of positive
/// numbers only: antiferromagnets lose no digits.
fn vertical<T>(v: &mut [T], strip: &Strip, column: usize, same: T, diff: T)
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    let (q, stride) = (strip.q, strip.q.pow(column as u32));
    let mut after = vec![T::default(); q + 1];
    for group in v.chunks_exact_mut(stride * q) {
        for low in 0..stride {
            for colour in (1..q).rev() {
                after[colour] = after[colour + 1] + group[colour * stride + low];
            }
            let mut before = T::default();
            for colour in 0..q {
                let entry = &mut group[colour * stride + low];
                let old = *entry;
                *entry = same * old + diff * (before + after[colour + 1]);
                before = before + old;
            }
        }
    }
}

/// The operators of one row.
struct Row<'a> {
    strip: &'a Strip,
    /// Weights of an equal and an unequal vertical pair, in units of the larger.
    same: Jet,
    diff: Jet,
    /// Weight of each state of a row by its own bonds and fields, in units of `exp(shift)`.
    own: Vec<Jet>,
    shift: f64,
}

impl<'a> Row<'a> {
    fn new(strip: &'a Strip) -> Self {
        let top = strip.down.value.max(0.0);
        let pairs = strip.width - usize::from(!strip.ring);
        let lines: Vec<Line> = (0..strip.states())
            .map(|state| {
                let digit = |c: usize| state / strip.q.pow(c as u32) % strip.q;
                let equal = (0..pairs).filter(|&c| digit(c) == digit((c + 1) % strip.width));
                let up = (0..strip.width).filter(|&c| digit(c) == strip.q - 1);
                let (equal, up) = (equal.count() as f64, up.count() as f64);
                Line {
                    value: equal * strip.across.value + up * strip.field.value,
                    slope: equal * strip.across.slope + up * strip.field.slope,
                }
            })
            .collect();
        let shift = lines.iter().map(|l| l.value).fold(f64::MIN, f64::max);
        let own = lines.iter().map(|line| line.exp(shift)).collect();
        Self {
            strip,
            same: strip.down.exp(top),
            diff: Jet::constant((-top).exp()),
            own,
            shift,
        }
    }

    /// `ln` of the sum over all rows below one first row and back to it, or below any first row.
    fn follow(&self, start: Option<usize>, pulse: &Pulse) -> Result<Jet> {
        let Strip { height, width, .. } = *self.strip;
        let mut v = vec![Jet::constant(1.0); self.own.len()];
        if let Some(start) = start {
            v.fill(Jet::default());
            v[start] = Jet::constant(1.0);
        }
        let downs = if start.is_some() { height } else { height - 1 };
        let top = self.strip.down.value.max(0.0) * (width * downs) as f64;
        let nothing = Jet::constant(f64::NEG_INFINITY);
        let mut logs = vec![Jet::constant(self.shift * height as f64 + top)];
        for row in 0..height {
            v.iter_mut()
                .zip(&self.own)
                .for_each(|(v, own)| *v = *v * *own);
            if row < downs {
                for column in 0..width {
                    pulse.check()?;
                    vertical(&mut v, self.strip, column, self.same, self.diff);
                }
            }
            let size: f64 = v.iter().map(|v| v.value).sum();
            if size < LEAST {
                // A first row so unlikely that nothing of it is left.
                return Ok(nothing);
            }
            v.iter_mut().for_each(|v| *v = v.scale(1.0 / size));
            let total = v.iter().fold(Jet::default(), |sum, &v| sum + v);
            let inverse = Jet::constant(1.0) / total;
            v.iter_mut().for_each(|v| *v = *v * inverse);
            logs.push(Jet::constant(size.ln()) + total.ln());
            pulse.add(1);
        }
        Ok(match start {
            Some(start) if v[start].value < LEAST => nothing,
            Some(start) => pairwise_sum(&logs) + v[start].ln(),
            None => pairwise_sum(&logs),
        })
    }

    fn plain(&self, column: usize, v: &mut [f64]) {
        vertical(v, self.strip, column, self.same.value, self.diff.value);
    }

    /// Forward through the rows and back: what stands above and below a bond gives its moment.
    fn moments(&self, pulse: &Pulse) -> Result<[Vec<f64>; 2]> {
        let Strip { height, width, .. } = *self.strip;
        let scaled = |v: &mut [f64]| {
            let total: f64 = v.iter().sum();
            v.iter_mut().for_each(|v| *v /= total);
        };
        let weigh = |v: &mut [f64]| {
            v.iter_mut()
                .zip(&self.own)
                .for_each(|(v, own)| *v *= own.value);
        };
        // Above row r, the row's own weights included.
        let mut above = vec![vec![1.0; self.own.len()]];
        weigh(&mut above[0]);
        for row in 1..height {
            let mut v = above[row - 1].clone();
            for column in 0..width {
                pulse.check()?;
                self.plain(column, &mut v);
            }
            weigh(&mut v);
            scaled(&mut v);
            above.push(v);
            pulse.add(1);
        }
        let (mut across, mut down) = (vec![Vec::new(); height], vec![Vec::new(); height]);
        let mut below = vec![1.0; self.own.len()];
        for row in (0..height).rev() {
            if row + 1 < height {
                weigh(&mut below);
                down[row] = self.pairs_down(&above[row], &mut below, pulse)?;
                scaled(&mut below);
            }
            across[row] = self.pairs_across(&above[row], &below);
            pulse.add(1);
        }
        Ok([across.concat(), down.concat()])
    }

    /// `P(equal)` of the vertical bonds under a row; `below` goes up through them.
    fn pairs_down(&self, above: &[f64], below: &mut [f64], pulse: &Pulse) -> Result<Vec<f64>> {
        let mut before = vec![above.to_vec()];
        for column in 0..self.strip.width {
            pulse.check()?;
            let mut v = before[column].clone();
            self.plain(column, &mut v);
            before.push(v);
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut found = vec![0.0; self.strip.width];
        for column in (0..self.strip.width).rev() {
            let equal = self.same.value * dot(&before[column], below);
            found[column] = equal / dot(&before[column + 1], below);
            self.plain(column, below);
        }
        Ok(found)
    }

    /// `P(equal)` of the bonds within a row.
    fn pairs_across(&self, above: &[f64], below: &[f64]) -> Vec<f64> {
        let Strip { width, q, ring, .. } = *self.strip;
        let digit = |state: usize, c: usize| state / q.pow(c as u32) % q;
        let weights: Vec<f64> = above.iter().zip(below).map(|(a, b)| a * b).collect();
        let total: f64 = weights.iter().sum();
        let equal = |c: usize| {
            let next = (c + 1) % width;
            let alike = weights.iter().enumerate();
            let alike = alike.filter(|&(s, _)| digit(s, c) == digit(s, next));
            alike.map(|(_, w)| w).sum::<f64>() / total
        };
        (0..width - usize::from(!ring)).map(equal).collect()
    }
}
