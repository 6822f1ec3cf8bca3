//! Counting row by row: a square lattice with one coupling and no field.
//!
//! For each state of the current row a polynomial whose coefficient `k` counts the ways to have `k` satisfied bonds so
//! far. A vertical bond under one column turns the polynomials of that column's colours into
//! `sum of the others + x times its own`; the horizontal bonds of a row shift by the number it satisfies. If the columns
//! close on themselves, each first row is followed on its own, one for each orbit of the symmetries of a row.

use num_bigint::BigUint;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::density::{DensityOfStates, Method};
use super::moduli::{self, Modulus};
use super::units::Units;
use crate::geometry::Kind;
use crate::words;
use crate::work::Work;

/// Additions of coefficients beyond which the method refuses: some ten minutes on one processor of 2024.
pub const MOST_ADDITIONS: f64 = 2e12;
/// Bytes of the polynomials that several columns in turn are applied to: they stay in the cache.
const BLOCK: usize = 1 << 18;

/// A square lattice as rows.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    width: usize,
    height: usize,
    q: usize,
    /// Whether a row closes on itself.
    ring: bool,
    /// Whether the last row is joined to the first.
    closed: bool,
    moduli: Vec<Modulus>,
}

impl Rows {
    /// The rows of a model in units, along the axis that costs less; `None` where the method does not hold.
    pub fn of(units: &Units<'_>) -> Option<Self> {
        let geometry = units.geometry();
        let first = units.couplings().first()?;
        let uniform = units.couplings().iter().all(|j| j == first);
        let (&[lx, ly], &[px, py]) = (geometry.cells(), geometry.periodic()) else {
            return None;
        };
        if geometry.kind() != Kind::Square || !uniform || !units.fields().is_empty() {
            return None;
        }
        let q = units.values();
        let growth = usize::BITS - (q - 1).leading_zeros();
        let bits = (lx * ly) as f64 * (q as f64).log2();
        let moduli = Modulus::beyond(bits, growth)?;
        let along = |width, height, ring, closed| Self {
            width,
            height,
            q,
            ring,
            closed,
            moduli: moduli.clone(),
        };
        let ways = [along(ly, lx, py, px), along(lx, ly, px, py)];
        ways.into_iter()
            .min_by(|a, b| a.additions().total_cmp(&b.additions()))
    }

    /// Length of a polynomial: one coefficient for each number of satisfied bonds.
    fn terms(&self) -> usize {
        let across = self.width - usize::from(!self.ring);
        let down = self.height - usize::from(!self.closed);
        self.height * across + self.width * down + 1
    }

    fn states(&self) -> f64 {
        (self.q as f64).powi(self.width as i32)
    }

    /// About how many rows the sum begins from.
    fn starts(&self) -> f64 {
        match (self.closed, self.ring) {
            (false, _) => 1.0,
            (true, true) => words::ring_count(self.width, self.q, true),
            (true, false) => words::count(self.width, self.q),
        }
    }

    /// Estimated additions of coefficients.
    pub fn additions(&self) -> f64 {
        let steps = (self.height - 1 - usize::from(self.closed)).max(1) * self.width;
        let each = self.starts() * self.moduli.len() as f64 * self.states();
        each * steps as f64 * self.terms() as f64 / 2.0
    }

    /// Bytes of the polynomials before and after a group of columns, for as many starts as are followed at once.
    fn bytes(&self, threads: usize) -> f64 {
        let at_once = self.starts().min(threads as f64);
        16.0 * self.states() * self.terms() as f64 * at_once
    }

    /// Refuses what takes too long or too much memory.
    pub fn check(&self, work: Work) -> Result<()> {
        let Self {
            width, height, q, ..
        } = self;
        if self.additions() > MOST_ADDITIONS {
            return Err(Error::Refused(format!(
                "row transfer over {height} rows of {width} sites with {q} values takes {:.0e} additions, at most \
                 {MOST_ADDITIONS:.0e}",
                self.additions(),
            )));
        }
        let bytes = self.bytes(work.pool.threads()) as u128;
        work.allow(
            format!("density_of_states of {height} rows of {width} sites"),
            bytes,
            "use fewer threads, or raise max_bytes",
        )
    }

    /// The counts.
    pub fn count(&self, units: &Units<'_>, work: Work) -> Result<DensityOfStates> {
        self.check(work)?;
        let equal = self.equal_neighbours();
        let transfer = |modulus| Transfer {
            rows: self,
            equal: &equal,
            modulus,
            pulse: work.pulse,
        };
        let starts = self.start_rows();
        let tasks = self.moduli.len() * starts.len().max(1);
        work.pulse.expect((tasks * self.height) as u64);
        let remainders: Vec<Vec<u64>> = work.pool.install(|| {
            self.moduli
                .iter()
                .map(|&modulus| transfer(modulus).total(&starts))
                .collect::<Result<_>>()
        })?;
        let counts = moduli::joined(&self.moduli, &remainders);
        let j = units.couplings()[0];
        let bonds = units.couplings().len() as i64;
        // E = -j k, or -j (k - (bonds - k)) for products of signs.
        let level = |k: usize| match units.is_potts() {
            true => -j * k as i64,
            false => -j * (2 * k as i64 - bonds),
        };
        let levels = counts.into_iter().enumerate();
        Ok(DensityOfStates::new(
            units,
            levels.map(|(k, count): (usize, BigUint)| (level(k), count)),
            Method::Transfer,
        ))
    }

    /// The rows that the sum begins from and how many rows each stands for; none if the columns are open.
    fn start_rows(&self) -> Vec<(usize, u64)> {
        if !self.closed {
            return Vec::new();
        }
        let rows = if self.ring {
            words::rings(self.width, self.q, true)
        } else {
            let words = words::canonical(self.width, self.q).into_iter();
            words.map(|w| (w.colours, w.orbit as u64)).collect()
        };
        let index = |word: &[u8]| {
            word.iter()
                .rev()
                .fold(0, |index, &c| index * self.q + usize::from(c))
        };
        rows.iter().map(|(w, size)| (index(w), *size)).collect()
    }

    /// For each row the number of neighbours within it that agree; a ring of two has its bond twice.
    fn equal_neighbours(&self) -> Vec<u8> {
        let pairs = self.width - usize::from(!self.ring);
        (0..self.states() as usize)
            .map(|state| {
                let row: Vec<usize> = self.digits(state).collect();
                let equal = |&i: &usize| row[i] == row[(i + 1) % self.width];
                (0..pairs).filter(equal).count() as u8
            })
            .collect()
    }

    /// The colours of a row, first column first.
    fn digits(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let turn = |rest: &mut usize, _| {
            let digit = *rest % self.q;
            *rest /= self.q;
            Some(digit)
        };
        (0..self.width).scan(row, turn)
    }

    /// The number of columns in which two rows agree.
    fn agreements(&self, a: usize, b: usize) -> usize {
        let pairs = self.digits(a).zip(self.digits(b));
        pairs.filter(|(a, b)| a == b).count()
    }

    /// Bits by which a coefficient grows in a column: it becomes a sum of `q`.
    fn growth(&self) -> u32 {
        usize::BITS - (self.q - 1).leading_zeros()
    }

    /// Columns that are applied together: their polynomials fit into a block.
    fn groups(&self) -> Vec<usize> {
        let mut together = 1;
        let room = (BLOCK / 8 / self.terms()).max(1);
        while together < self.width && self.q.pow(together as u32 + 1) <= room {
            together += 1;
        }
        let number = self.width.div_ceil(together);
        (0..number)
            .map(|g| (self.width * (g + 1)) / number - self.width * g / number)
            .collect()
    }
}

/// The counting modulo one number.
struct Transfer<'a> {
    rows: &'a Rows,
    equal: &'a [u8],
    modulus: Modulus,
    pulse: &'a Pulse,
}

/// Polynomials of all states of a row, `used` coefficients of each in use, and the bits by which they may still grow.
struct Front {
    polynomials: Vec<u64>,
    spare: Vec<u64>,
    used: usize,
    room: u32,
}

impl Transfer<'_> {
    /// Counts of all states, by the number of satisfied bonds.
    fn total(&self, starts: &[(usize, u64)]) -> Result<Vec<u64>> {
        if !self.rows.closed {
            return self.follow(None, true);
        }
        let parts: Vec<Vec<u64>> = starts
            .par_iter()
            .map(|&(start, _)| self.follow(Some(start), false))
            .collect::<Result<_>>()?;
        let mut total = vec![0; self.rows.terms()];
        for (part, &(_, size)) in parts.iter().zip(starts) {
            for (sum, &count) in total.iter_mut().zip(part) {
                *sum = self.modulus.multiply_add(*sum, count, size);
            }
        }
        Ok(total)
    }

    /// All rows below one first row, or below any first row. With `inside` the states of a row are shared among threads.
    fn follow(&self, start: Option<usize>, inside: bool) -> Result<Vec<u64>> {
        let height = self.rows.height;
        let terms = self.rows.terms();
        let mut front = self.first(start);
        // The bonds below a fixed first row and those that close on it are numbers, not operators.
        for _ in 1 + usize::from(start.is_some())..height {
            self.advance(&mut front, inside)?;
            self.pulse.add(1);
        }
        let mut total = vec![0; terms];
        let used = front.used;
        for (state, row) in front.polynomials.chunks_exact(terms).enumerate() {
            let above = start.map_or(0, |first| self.rows.agreements(first, state));
            let shift = above + usize::from(self.equal[state]);
            for (sum, &count) in total[shift..].iter_mut().zip(&row[..used]) {
                let sum_of_two = u64::wrapping_add(*sum, self.modulus.reduce(count));
                *sum = self.modulus.reduce(sum_of_two);
            }
        }
        self.pulse.add(1 + u64::from(start.is_some()));
        Ok(total)
    }

    /// The polynomials of the row below a first row, or of any first row.
    fn first(&self, start: Option<usize>) -> Front {
        let (terms, width) = (self.rows.terms(), self.rows.width);
        let mut polynomials = vec![0; self.equal.len() * terms];
        for (state, row) in polynomials.chunks_exact_mut(terms).enumerate() {
            let satisfied = start.map_or(0, |first| {
                usize::from(self.equal[first]) + self.rows.agreements(first, state)
            });
            row[satisfied] = 1;
        }
        let used = start.map_or(1, |first| 1 + width + usize::from(self.equal[first]));
        Front {
            spare: vec![0; polynomials.len()],
            polynomials,
            used,
            room: self.modulus.room().min(63),
        }
    }

    /// The horizontal bonds of the row and the vertical bonds below it. Each group of columns takes the last digits of
    /// the state to the front: after all of them the digits stand as before.
    fn advance(&self, front: &mut Front, inside: bool) -> Result<()> {
        let Rows { width, ring, .. } = *self.rows;
        let mut shifted = width - usize::from(!ring);
        for columns in self.rows.groups() {
            let group = Group {
                columns,
                kept: front.used,
                used: (front.used + shifted).min(self.rows.terms()),
                room: front.room,
                shift: shifted > 0,
            };
            let size = self.rows.q.pow(columns as u32) * self.rows.terms();
            let old = &front.polynomials;
            let work = |(low, block): (usize, &mut [u64])| self.apply(group, old, low, block);
            let blocks = front.spare.chunks_exact_mut(size);
            let room: Result<Vec<u32>> = if inside {
                front
                    .spare
                    .par_chunks_exact_mut(size)
                    .enumerate()
                    .map(work)
                    .collect()
            } else {
                blocks.enumerate().map(work).collect()
            };
            front.room = room?.first().copied().unwrap_or(front.room);
            front.used = (group.used + columns).min(self.rows.terms());
            std::mem::swap(&mut front.polynomials, &mut front.spare);
            shifted = 0;
        }
        Ok(())
    }

    /// Gathers the states that differ in the last columns only and applies the vertical bonds of these columns.
    fn apply(&self, group: Group, old: &[u64], low: usize, block: &mut [u64]) -> Result<u32> {
        self.pulse.check()?;
        let (terms, q) = (self.rows.terms(), self.rows.q);
        let stride = self.equal.len() / q.pow(group.columns as u32);
        let mut used = group.used;
        for (high, row) in block.chunks_exact_mut(terms).enumerate() {
            let state = high * stride + low;
            let shift = if group.shift {
                usize::from(self.equal[state])
            } else {
                0
            };
            let kept = group.kept.min(terms - shift);
            row.fill(0);
            row[shift..][..kept].copy_from_slice(&old[state * terms..][..kept]);
        }
        let growth = self.rows.growth();
        let mut room = group.room;
        let mut scratch = vec![0; (q + 1) * terms];
        for column in 0..group.columns {
            if room < growth {
                self.modulus.reduce_all(block);
                room = self.modulus.room();
            }
            room -= growth;
            used = (used + 1).min(terms);
            vertical(block, q.pow(column as u32), q, terms, used, &mut scratch);
        }
        Ok(room)
    }
}

/// Some columns and the state of the polynomials before them.
#[derive(Clone, Copy)]
struct Group {
    columns: usize,
    /// Coefficients in use before and after the horizontal bonds.
    kept: usize,
    used: usize,
    room: u32,
    /// Whether the horizontal bonds of the row come first.
    shift: bool,
}

/// The vertical bonds under one column: `sum of the others + x times its own` for each of its colours, which stand
/// `stride` states apart. `scratch` holds `q + 1` polynomials.
fn vertical(
    block: &mut [u64],
    stride: usize,
    q: usize,
    terms: usize,
    used: usize,
    scratch: &mut [u64],
) {
    let (sum, old) = scratch.split_at_mut(terms);
    let sum = &mut sum[..used];
    for group in block.chunks_exact_mut(q * stride * terms) {
        for low in 0..stride {
            let place = |colour: usize| (colour * stride + low) * terms;
            sum.fill(0);
            for colour in 0..q {
                let row = &group[place(colour)..][..used];
                old[colour * terms..][..used].copy_from_slice(row);
                sum.iter_mut()
                    .zip(row)
                    .for_each(|(s, v)| *s = s.wrapping_add(*v));
            }
            for colour in 0..q {
                let own = &old[colour * terms..][..used];
                let row = &mut group[place(colour)..][..used];
                row[0] = sum[0].wrapping_sub(own[0]);
                let others = sum[1..].iter().zip(&own[1..]);
                for ((new, (s, v)), below) in row[1..].iter_mut().zip(others).zip(own) {
                    *new = s.wrapping_sub(*v).wrapping_add(*below);
                }
            }
        }
    }
}
