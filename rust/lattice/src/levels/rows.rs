//! Counting row by row: a square lattice with one coupling and no field.
//!
//! For each state of the current row a polynomial whose coefficient `k` counts the ways to have `k` satisfied bonds so
//! far. A vertical bond under one column turns the polynomials of that column's colours into
//! `sum of the others + x times its own`; the horizontal bonds of a row shift by the number it satisfies. If the columns
//! close on themselves, each first row is followed on its own, one for each orbit of the symmetries of a row.
//!
//! Two values on a ring of rows: an even number of bonds along a ring is unsatisfied, and below a fixed first row the
//! parity of the unsatisfied vertical bonds is that of the spins that differ from it. Every second coefficient is zero;
//! the polynomials are packed.

use num_bigint::BigUint;
use quincunx_core::{Error, Result};

use super::density::{DensityOfStates, Method};
use super::front::Transfer;
use super::moduli::Modulus;
use super::units::Units;
use crate::geometry::Kind;
use crate::residues;
use crate::words;
use crate::work::Work;

/// Additions of coefficients beyond which the method refuses: some half an hour on one processor of 2024.
pub const MOST_ADDITIONS: f64 = 2e12;

/// A square lattice as rows.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub width: usize,
    pub height: usize,
    pub q: usize,
    /// Whether a row closes on itself.
    pub ring: bool,
    /// Whether the last row is joined to the first.
    pub closed: bool,
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

    /// Number of bonds: the degree of the polynomials.
    pub fn bonds(&self) -> usize {
        let down = self.height - usize::from(!self.closed);
        self.height * self.bonds_across() + self.width * down
    }

    /// Bonds within a row.
    pub fn bonds_across(&self) -> usize {
        self.width - usize::from(!self.ring)
    }

    /// Whether every second coefficient is zero.
    pub fn is_packed(&self) -> bool {
        self.q == 2 && self.ring && self.closed
    }

    /// Coefficients kept of a polynomial of some degree.
    pub fn terms(&self, degree: usize) -> usize {
        1 + if self.is_packed() { degree / 2 } else { degree }
    }

    fn states(&self) -> f64 {
        (self.q as f64).powi(self.width as i32)
    }

    /// About how many rows the sum begins from.
    fn starts(&self) -> f64 {
        if self.closed {
            words::first_row_count(self.width, self.q, self.ring, true)
        } else {
            1.0
        }
    }

    /// Estimated additions of coefficients.
    pub fn additions(&self) -> f64 {
        let steps = (self.height - 1 - usize::from(self.closed)).max(1) * self.width;
        let each = self.starts() * self.moduli.len() as f64 * self.states();
        each * steps as f64 * self.terms(self.bonds()) as f64 / 2.0
    }

    /// Bytes of the polynomials before and after a group of columns, for as many starts as are followed at once.
    fn bytes(&self, threads: usize) -> f64 {
        let at_once = self.starts().min(threads as f64);
        16.0 * self.states() * self.terms(self.bonds()) as f64 * at_once
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
        let moduli: Vec<u128> = self.moduli.iter().map(|m| m.value()).collect();
        let counts = residues::joined(&moduli, &remainders);
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
        let rows = words::first_rows(self.width, self.q, self.ring, true);
        let index = |word: &[u8]| {
            word.iter()
                .rev()
                .fold(0, |index, &c| index * self.q + usize::from(c))
        };
        rows.iter().map(|(w, size)| (index(w), *size)).collect()
    }

    /// For each row the number of neighbours within it that agree; a ring of two has its bond twice.
    fn equal_neighbours(&self) -> Vec<u8> {
        (0..self.states() as usize)
            .map(|state| {
                let row: Vec<usize> = self.digits(state).collect();
                let equal = |&i: &usize| row[i] == row[(i + 1) % self.width];
                (0..self.bonds_across()).filter(equal).count() as u8
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
    pub fn agreements(&self, a: usize, b: usize) -> usize {
        let pairs = self.digits(a).zip(self.digits(b));
        pairs.filter(|(a, b)| a == b).count()
    }

    /// Bits by which a coefficient grows in a column: it becomes a sum of `q`.
    pub fn growth(&self) -> u32 {
        usize::BITS - (self.q - 1).leading_zeros()
    }
}
