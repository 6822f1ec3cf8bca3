//! Narrow square lattices row by row: vectors over the states of a row, carried with their derivatives.
//!
//! Between two rows stand elementary operators on `R^(q^width)`: a vertical bond is
//! `v <- w v + u (sum of the other colours)`, `w : u` the weights of equal and unequal colours, horizontal bonds and fields
//! are diagonal. If the columns close on themselves, the sum runs over first rows, one for each orbit of the symmetries,
//! and the way down from each is also the way up to it: half the rows are followed. After each row a vector is divided by
//! its sum, derivatives included: what is carried on is of order one at any length.

use std::ops::{Add, Mul, Range};

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use quincunx_core::simd::{Job, Vector, dispatch};
use rayon::prelude::*;

use super::carried::Carried;
use super::jet::Jet;
use super::strip::{Line, Strip};
use crate::words;

/// Weights below which nothing is followed.
const LEAST: f64 = 1e-290;
/// Change from row to row, of a vector whose sum is one, below which each further row of open columns adds the same.
const SETTLED: f64 = 1e-14;

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

/// The vertical bonds under one column: `same v + diff (the sum of the other colours)`. Sums of positive numbers only:
/// antiferromagnets lose no digits.
#[inline(always)]
fn vertical<T>(v: &mut [T], (q, stride): (usize, usize), same: T, diff: T, after: &mut [T])
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    if q == 2 {
        for group in v.chunks_exact_mut(2 * stride) {
            let (first, second) = group.split_at_mut(stride);
            for low in 0..stride {
                let (x, y) = (first[low], second[low]);
                first[low] = same * x + diff * y;
                second[low] = diff * x + same * y;
            }
        }
        return;
    }
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

/// The vertical bonds under some columns, compiled for each instruction set.
pub(super) struct Down<'a, T> {
    pub v: &'a mut [T],
    pub q: usize,
    pub columns: Range<usize>,
    pub same: T,
    pub diff: T,
    pub pulse: &'a Pulse,
}

impl<T> Job for Down<'_, T>
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    /// The sum of what comes out.
    type Out = Result<T>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Result<T> {
        let mut after = vec![T::default(); self.q + 1];
        for column in self.columns {
            self.pulse.check()?;
            let digit = (self.q, self.q.pow(column as u32));
            vertical(self.v, digit, self.same, self.diff, &mut after);
        }
        let mut total = T::default();
        for &v in &*self.v {
            total = total + v;
        }
        Ok(total)
    }
}

/// Each state's weight times `factor`, compiled for each instruction set.
struct Weigh<'a, T> {
    v: &'a mut [T],
    own: &'a [Jet],
    factor: T,
}

impl<T: Carried> Job for Weigh<'_, T> {
    /// The sum of what comes out.
    type Out = T;

    #[inline(always)]
    fn run<V: Vector>(self) -> T {
        let mut total = T::default();
        for (v, &own) in self.v.iter_mut().zip(self.own) {
            *v = *v * T::spread(own) * self.factor;
            total = total + *v;
        }
        total
    }
}

/// The operators of one row.
pub(super) struct Row<'a> {
    pub strip: &'a Strip,
    /// Weights of an equal and an unequal vertical pair, in units of the larger.
    pub same: Jet,
    pub diff: Jet,
    /// `ln` of the weight of each state of a row by its own bonds and fields.
    lines: Vec<Line>,
    /// The largest of them.
    pub shift: f64,
}

impl<'a> Row<'a> {
    pub fn new(strip: &'a Strip) -> Self {
        let top = strip.top();
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
        Self {
            strip,
            same: strip.down.exp(top),
            diff: Jet::constant((-top).exp()),
            shift: lines.iter().map(|l| l.value).fold(f64::MIN, f64::max),
            lines,
        }
    }

    /// Weights of all states of a row in units of `exp(shift)`, or their square roots for `power = 1/2`.
    pub fn own(&self, power: f64) -> Vec<Jet> {
        let lines = self.lines.iter();
        let scaled = lines.map(|line| Line {
            value: power * (line.value - self.shift),
            slope: power * line.slope,
        });
        scaled.map(|line| line.exp(0.0)).collect()
    }
}

/// Vectors on their way down.
struct Front<'a, T> {
    row: &'a Row<'a>,
    own: &'a [Jet],
    pulse: &'a Pulse,
    v: Vec<T>,
    /// By which the vectors are still to be multiplied.
    factor: T,
    /// What each vector was divided by.
    logs: Vec<Vec<Jet>>,
}

impl<'a, T: Carried> Front<'a, T> {
    fn new(row: &'a Row<'a>, own: &'a [Jet], v: Vec<T>, pulse: &'a Pulse) -> Self {
        Self {
            row,
            own,
            pulse,
            v,
            factor: T::spread(Jet::constant(1.0)),
            logs: vec![Vec::new(); T::COUNT],
        }
    }

    /// The weights of the states of a row.
    fn weigh(&mut self) -> T {
        dispatch(Weigh {
            v: &mut self.v,
            own: self.own,
            factor: self.factor,
        })
    }

    /// A row and the bonds below it.
    fn advance(&mut self) -> Result<()> {
        self.weigh();
        let total = dispatch(Down {
            v: &mut self.v,
            q: self.row.strip.q,
            columns: 0..self.row.strip.width,
            same: T::spread(self.row.same),
            diff: T::spread(self.row.diff),
            pulse: self.pulse,
        })?;
        self.divide(total);
        Ok(())
    }

    /// Notes the sums, by which the vectors are divided when they are touched next.
    fn divide(&mut self, total: T) {
        for (k, logs) in self.logs.iter_mut().enumerate() {
            let total = total.get(k);
            let size = total.value;
            if size < LEAST {
                // A first row so unlikely that nothing of it is left.
                self.factor.set(k, Jet::default());
                logs.push(Jet::constant(f64::NEG_INFINITY));
                continue;
            }
            let rest = total.scale(1.0 / size);
            let inverse = Jet::constant(1.0) / rest;
            self.factor.set(k, inverse.scale(1.0 / size));
            logs.push(Jet::constant(size.ln()) + rest.ln());
        }
    }
}

/// `ln Z` of open columns.
pub(super) fn open<T: Carried>(strip: &Strip, pulse: &Pulse) -> Result<Jet> {
    let row = Row::new(strip);
    let own = row.own(1.0);
    let ones = vec![T::spread(Jet::constant(1.0)); own.len()];
    let mut front = Front::new(&row, &own, ones, pulse);
    let downs = strip.height - 1;
    let mut left = downs;
    pulse.expect(strip.height as u64);
    let mut before: Vec<T> = Vec::new();
    while left > 0 {
        front.advance()?;
        left -= 1;
        pulse.add(1);
        let factor = front.factor;
        let now: Vec<T> = front.v.iter().map(|&v| v * factor).collect();
        if change(&before, &now) < SETTLED {
            break;
        }
        before = now;
    }
    let total = front.weigh();
    front.divide(total);
    let logs = &front.logs[0];
    let last = logs
        .len()
        .checked_sub(2)
        .map_or(Jet::default(), |k| logs[k]);
    let settled = last.scale(left as f64);
    let scale = row.shift * strip.height as f64 + strip.top() * (strip.width * downs) as f64;
    pulse.add(left as u64 + 1);
    Ok(pairwise_sum(logs) + settled + Jet::constant(scale))
}

/// How much a vector or one of its derivatives has changed, in units of its size; infinite if there was none before.
fn change<T: Carried>(before: &[T], now: &[T]) -> f64 {
    if before.is_empty() {
        return f64::INFINITY;
    }
    let (mut moved, mut size) = ([0.0; 3], [1.0; 3]);
    for (a, b) in before.iter().zip(now) {
        let (a, b) = (a.get(0), b.get(0));
        let parts = [(a.value, b.value), (a.first, b.first), (a.second, b.second)];
        for (k, (a, b)) in parts.into_iter().enumerate() {
            moved[k] += (a - b).abs();
            size[k] += b.abs();
        }
    }
    let relative = moved.iter().zip(size).map(|(moved, size)| moved / size);
    relative.fold(0.0, f64::max)
}

/// `ln Z` of closed columns.
pub(super) fn closed<T: Carried>(strip: &Strip, pulse: &Pulse) -> Result<Jet> {
    let row = Row::new(strip);
    let own = row.own(1.0);
    let starts = words::first_rows(strip.width, strip.q, strip.ring, strip.relabel());
    let groups = starts.par_chunks(T::COUNT);
    pulse.expect((groups.len() * strip.height.div_ceil(2)) as u64);
    let parts: Vec<Vec<(Jet, f64)>> = groups
        .map(|group| {
            let index = |word: &[u8]| {
                word.iter()
                    .rev()
                    .fold(0, |index, &c| index * strip.q + usize::from(c))
            };
            let first: Vec<usize> = group.iter().map(|(word, _)| index(word)).collect();
            let logs = there_and_back::<T>(&row, &own, &first, pulse)?;
            Ok(logs
                .into_iter()
                .zip(group.iter().map(|g| g.1 as f64))
                .collect())
        })
        .collect::<Result<_>>()?;
    let scale = row.shift * strip.height as f64 + strip.top() * (strip.width * strip.height) as f64;
    Ok(log_sum(&parts.concat()) + Jet::constant(scale))
}

/// `ln` of the sum over all rows below each of some first rows and back to it. With `D` the weights of a row and `V` the
/// bonds below it, `<s| (V D)^n |s> = <u_a| D |u_b> / D_s`, `u_k = (V D)^k |s>` and `a + b = n`.
fn there_and_back<T: Carried>(
    row: &Row<'_>,
    own: &[Jet],
    first: &[usize],
    pulse: &Pulse,
) -> Result<Vec<Jet>> {
    let height = row.strip.height;
    let mut v = vec![T::default(); own.len()];
    for (k, &start) in first.iter().enumerate() {
        v[start].set(k, Jet::constant(1.0));
    }
    let mut front = Front::new(row, own, v, pulse);
    for _ in 0..height / 2 {
        front.advance()?;
        pulse.add(1);
    }
    let (half, factor) = (front.v.clone(), front.factor);
    let mut logs: Vec<Jet> = front.logs.iter().map(|l| pairwise_sum(l)).collect();
    if height % 2 == 1 {
        front.advance()?;
        pulse.add(1);
    }
    front.weigh();
    let joined = front
        .v
        .iter()
        .zip(&half)
        .fold(T::default(), |sum, (&a, &b)| sum + a * (b * factor));
    let nothing = Jet::constant(f64::NEG_INFINITY);
    for (k, log) in logs.iter_mut().enumerate().take(first.len()) {
        let joined = joined.get(k);
        let line = row.lines[first[k]];
        let own = Jet {
            value: line.value - row.shift,
            first: line.slope,
            second: 0.0,
        };
        *log = if joined.value < LEAST {
            nothing
        } else {
            *log + pairwise_sum(&front.logs[k]) + joined.ln() - own
        };
    }
    logs.truncate(first.len());
    Ok(logs)
}
