//! The polynomials of one row and their way to the next, modulo one number.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use quincunx_core::simd::dispatch;
use rayon::prelude::*;

use super::columns::Columns;
use super::moduli::Modulus;
use super::rows::Rows;

/// Bytes of the polynomials that several columns in turn are applied to: they stay in the cache.
const BLOCK: usize = 1 << 17;

/// The counting modulo one number.
pub(super) struct Transfer<'a> {
    pub rows: &'a Rows,
    /// For each row the number of equal neighbours.
    pub equal: &'a [u8],
    pub modulus: Modulus,
    pub pulse: &'a Pulse,
}

/// Polynomials of all states of a row.
struct Front {
    polynomials: Vec<u64>,
    spare: Vec<u64>,
    /// The largest degree in use.
    degree: usize,
    /// Of a packed state with an even number of ones: the parity of the powers that occur.
    parity: usize,
    /// Bits by which coefficients may still grow.
    room: u32,
}

/// Columns that are applied together.
#[derive(Clone, Copy)]
struct Group {
    columns: usize,
    /// Whether the horizontal bonds of the row come first.
    shift: bool,
}

impl Transfer<'_> {
    /// Counts of all states, by the number of satisfied bonds.
    pub fn total(&self, starts: &[(usize, u64)]) -> Result<Vec<u64>> {
        if !self.rows.closed {
            return self.follow(None);
        }
        let parts: Vec<Vec<u64>> = starts
            .par_iter()
            .map(|&(start, _)| self.follow(Some(start)))
            .collect::<Result<_>>()?;
        let mut total = vec![0; self.rows.bonds() + 1];
        for (part, &(_, size)) in parts.iter().zip(starts) {
            for (sum, &count) in total.iter_mut().zip(part) {
                *sum = self.modulus.multiply_add(*sum, count, size);
            }
        }
        Ok(total)
    }

    fn terms(&self) -> usize {
        self.rows.terms(self.rows.bonds())
    }

    /// The parity of the powers of a packed state, given that of states with an even number of ones.
    fn parity(&self, even: usize, state: usize) -> usize {
        if self.rows.is_packed() {
            (even + state.count_ones() as usize) % 2
        } else {
            0
        }
    }

    /// The place of a power in the polynomial of a state.
    fn place(&self, power: usize) -> usize {
        self.rows.terms(power) - 1
    }

    /// All rows below one first row, or below any first row.
    fn follow(&self, start: Option<usize>) -> Result<Vec<u64>> {
        let rows = self.rows;
        let mut front = self.first(start);
        // The bonds below a fixed first row and those that close on it are numbers, not operators.
        for _ in 1 + usize::from(start.is_some())..rows.height {
            self.advance(&mut front, start.is_none())?;
            self.pulse.add(1);
        }
        let mut total = vec![0; rows.bonds() + 1];
        let apart = 1 + usize::from(rows.is_packed());
        for (state, row) in front.polynomials.chunks_exact(self.terms()).enumerate() {
            let above = start.map_or(0, |first| rows.agreements(first, state));
            let lowest = above + usize::from(self.equal[state]) + self.parity(front.parity, state);
            let powers = total.iter_mut().skip(lowest).step_by(apart);
            for (sum, &count) in powers.zip(&row[..rows.terms(front.degree)]) {
                let larger = u64::wrapping_add(*sum, self.modulus.reduce(count));
                *sum = self.modulus.reduce(larger);
            }
        }
        self.pulse.add(1 + u64::from(start.is_some()));
        Ok(total)
    }

    /// The polynomials of the row below a first row, or of any first row.
    fn first(&self, start: Option<usize>) -> Front {
        let rows = self.rows;
        let satisfied = |state| {
            start.map_or(0, |first| {
                usize::from(self.equal[first]) + rows.agreements(first, state)
            })
        };
        let mut polynomials = vec![0; self.equal.len() * self.terms()];
        for (state, row) in polynomials.chunks_exact_mut(self.terms()).enumerate() {
            row[self.place(satisfied(state))] = 1;
        }
        Front {
            spare: vec![0; polynomials.len()],
            polynomials,
            degree: start.map_or(0, satisfied),
            parity: satisfied(0) % 2,
            room: self.modulus.room().min(63),
        }
    }

    /// The horizontal bonds of the row and the vertical bonds below it. Each group of columns takes the first digits of
    /// the state to the end: after all of them the digits stand as before. With `inside` threads share the states.
    fn advance(&self, front: &mut Front, inside: bool) -> Result<()> {
        for (number, columns) in self.groups().into_iter().enumerate() {
            let shift = number == 0;
            let group = Group { columns, shift };
            let size = self.rows.q.pow(columns as u32) * self.terms();
            let mut next = std::mem::take(&mut front.spare);
            let apply = |(low, block)| self.apply(front, group, low, block);
            let room: Result<Vec<u32>> = if inside {
                next.par_chunks_exact_mut(size)
                    .enumerate()
                    .map(apply)
                    .collect()
            } else {
                next.chunks_exact_mut(size).enumerate().map(apply).collect()
            };
            front.room = room?.first().copied().unwrap_or(front.room);
            let across = if shift { self.rows.bonds_across() } else { 0 };
            front.degree = (front.degree + across + columns).min(self.rows.bonds());
            front.parity += across + columns;
            front.spare = std::mem::replace(&mut front.polynomials, next);
        }
        Ok(())
    }

    /// Gathers the states that differ in the first digits only and applies the vertical bonds of these columns.
    fn apply(&self, front: &Front, group: Group, low: usize, block: &mut [u64]) -> Result<u32> {
        self.pulse.check()?;
        let (terms, states) = (self.terms(), self.equal.len());
        let stride = states / self.rows.q.pow(group.columns as u32);
        let used = self.rows.terms(front.degree);
        let across = if group.shift {
            self.rows.bonds_across()
        } else {
            0
        };
        let last = (front.degree + across + group.columns).min(self.rows.bonds());
        let end = self.rows.terms(last);
        for (high, row) in block.chunks_exact_mut(terms).enumerate() {
            let state = high * stride + low;
            let mut places = 0;
            if group.shift {
                let lowest = self.parity(front.parity, state);
                places = self.place(lowest + usize::from(self.equal[state]));
            }
            // What lies beyond the end is left over from before, and never read.
            let kept = used.min(end - places);
            row[..places].fill(0);
            row[places..][..kept].copy_from_slice(&front.polynomials[state * terms..][..kept]);
            row[places + kept..end].fill(0);
        }
        Ok(dispatch(Columns {
            block,
            q: self.rows.q,
            number: group.columns,
            terms,
            degree: front.degree + across,
            parity: self
                .rows
                .is_packed()
                .then(|| self.parity(front.parity + across, low)),
            modulus: self.modulus,
            growth: self.rows.growth(),
            room: front.room,
        }))
    }

    /// How many columns are applied together: their polynomials fit into a block.
    fn groups(&self) -> Vec<usize> {
        let (width, q) = (self.rows.width, self.rows.q);
        let fits = (BLOCK / 8 / self.terms()).max(1);
        let mut together = 1;
        while together < width && q.pow(together as u32 + 1) <= fits {
            together += 1;
        }
        let number = width.div_ceil(together);
        let edge = |group: usize| width * group / number;
        (0..number).map(|g| edge(g + 1) - edge(g)).collect()
    }
}
