//! Method C: Potts on a periodic square lattice, row by row, with up to three bond observables inserted.
//!
//! The first row is summed up to relabelling of the colours. Between it and itself the torus is a list of elementary
//! operators on `R^(q^width)`: a vertical bond `v <- diff sum_colour v + (same - diff) v`, a horizontal bond a diagonal.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::cells::Cells;
use super::moments::BondMoments;
use super::result::{FisherGeometry, Method};
use crate::words::{self, Word};
use crate::work::Work;

/// Multiply-adds beyond which the method refuses.
pub const MOST_OPERATIONS: f64 = 1e12;
/// First rows whose sums are held at once.
const TOGETHER: usize = 32;

/// A Potts model on a periodic square lattice with one coupling, weight `exp(J sum delta)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PottsTorus {
    shape: [usize; 2],
    q: usize,
    coupling: f64,
}

impl PottsTorus {
    /// Refuses sides below 3, `q` below 2 and a coupling that is not finite.
    pub fn new(shape: [usize; 2], q: usize, coupling: f64) -> Result<Self> {
        for (name, length) in ["Lx", "Ly"].into_iter().zip(shape) {
            if length < 3 {
                let need = "must be >= 3: a periodic axis of length 2 doubles its bonds and the Fisher metric is singular";
                return Err(Error::invalid(name, length, need));
            }
        }
        if q < 2 {
            return Err(Error::invalid("q", q, "must be >= 2"));
        }
        check::finite("beta J", coupling)?;
        Ok(Self { shape, q, coupling })
    }

    /// Estimated multiply-adds: first rows x pairs of insertions x length of the vectors.
    pub fn operations(&self) -> f64 {
        let [height, width] = self.upright();
        let bonds = (2 * height * width) as f64;
        let states = (self.q as f64).powi(width as i32);
        words::count(width, self.q) * bonds * bonds * states * self.q as f64
    }

    /// Whether the method takes it.
    pub fn is_in_reach(&self) -> bool {
        self.operations() <= MOST_OPERATIONS
    }

    /// The rows run along the shorter axis.
    fn upright(&self) -> [usize; 2] {
        let [lx, ly] = self.shape;
        [lx.max(ly), lx.min(ly)]
    }
}

/// Fisher geometry by transfer; time grows as `q^(2 width)`.
pub fn transfer(torus: PottsTorus, work: Work) -> Result<FisherGeometry> {
    let [height, width] = torus.upright();
    if !torus.is_in_reach() {
        return Err(Error::Refused(format!(
            "method \"transfer\": {} x {} with q = {} takes {:.0e} multiply-adds, at most {MOST_OPERATIONS:.0e}: use a \
             smaller lattice, or method=\"monte_carlo\" with rng=",
            torus.shape[0],
            torus.shape[1],
            torus.q,
            torus.operations()
        )));
    }
    let rows = Rows::new(height, width, torus.q, torus.coupling);
    let bonds = 2 * height * width;
    let bytes = 8.0 * (bonds * rows.states) as f64 * work.pool.threads() as f64
        + 8.0 * (2 * bonds * bonds * TOGETHER) as f64;
    work.allow(
        "the table of backward vectors",
        bytes as u128,
        "raise max_bytes",
    )?;
    let starts = words::canonical(width, torus.q);
    work.pulse.expect(starts.len() as u64);
    let mut total = Sums::zero(bonds);
    for group in starts.chunks(TOGETHER) {
        let parts: Vec<Sums> = work.pool.install(|| {
            group
                .par_iter()
                .map(|start| {
                    let sums = rows.sums(start, work)?;
                    work.pulse.add(1);
                    Ok(sums)
                })
                .collect::<Result<_>>()
        })?;
        parts.iter().for_each(|part| total.add(part));
    }
    let cells = Cells::torus(&[height, width], 2);
    let moments = BondMoments::new(cells, total.weight, total.pairs, total.triples);
    let geometry = moments.geometry(Method::Transfer, work)?;
    Ok(if torus.shape == [height, width] {
        geometry
    } else {
        geometry.with_axes_exchanged(torus.shape)
    })
}

/// `Z`, `Z <e_a e_b>` and `Z <e_a e_b e_c>` for the two bonds `a` of cell 0.
struct Sums {
    weight: f64,
    pairs: Vec<f64>,
    triples: Vec<f64>,
}

impl Sums {
    fn zero(bonds: usize) -> Self {
        Self {
            weight: 0.0,
            pairs: vec![0.0; 2 * bonds],
            triples: vec![0.0; 2 * bonds * bonds],
        }
    }

    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        let all = [
            (&mut self.pairs, &other.pairs),
            (&mut self.triples, &other.triples),
        ];
        for (sums, more) in all {
            sums.iter_mut().zip(more).for_each(|(s, m)| *s += m);
        }
    }
}

/// One elementary operator and the bond it stands for: bond `2 (row width + column)` is vertical, the next horizontal.
#[derive(Clone, Copy)]
struct Step {
    vertical: bool,
    column: usize,
    bond: usize,
}

/// The operators of a torus: the horizontal bonds of row 0, then the vertical bonds below each row and the horizontal
/// ones of the next.
struct Rows {
    q: usize,
    width: usize,
    states: usize,
    same: f64,
    diff: f64,
    steps: Vec<Step>,
    /// For each column, 1 where it agrees with the next column, else 0.
    equal: Vec<Vec<f64>>,
}

impl Rows {
    fn new(height: usize, width: usize, q: usize, coupling: f64) -> Self {
        let states = q.pow(width as u32);
        let digit = |state: usize, column: usize| state / q.pow(column as u32) % q;
        let equal = (0..width)
            .map(|column| {
                let next = (column + 1) % width;
                (0..states)
                    .map(|s| f64::from(u8::from(digit(s, column) == digit(s, next))))
                    .collect()
            })
            .collect();
        let mut steps = Vec::with_capacity(2 * height * width);
        for row in 0..height {
            for vertical in [false, true] {
                steps.extend((0..width).map(|column| Step {
                    vertical,
                    column,
                    bond: 2 * (row * width + column) + usize::from(!vertical),
                }));
            }
        }
        let largest = coupling.max(0.0);
        Self {
            q,
            width,
            states,
            same: (coupling - largest).exp(),
            diff: (-largest).exp(),
            steps,
            equal,
        }
    }

    fn apply(&self, step: Step, v: &mut [f64]) {
        let (same, diff) = (self.same, self.diff);
        if !step.vertical {
            for (v, e) in v.iter_mut().zip(&self.equal[step.column]) {
                *v *= diff + (same - diff) * e;
            }
            return;
        }
        let stride = self.q.pow(step.column as u32);
        let mut sums = vec![0.0; stride];
        for group in v.chunks_exact_mut(stride * self.q) {
            sums.fill(0.0);
            for part in group.chunks_exact(stride) {
                sums.iter_mut().zip(part).for_each(|(s, v)| *s += v);
            }
            for part in group.chunks_exact_mut(stride) {
                for (v, s) in part.iter_mut().zip(&sums) {
                    *v = diff * s + (same - diff) * *v;
                }
            }
        }
    }

    /// The operator with its bond observable inserted.
    fn insert(&self, step: Step, v: &mut [f64]) {
        if step.vertical {
            v.iter_mut().for_each(|v| *v *= self.same);
        } else {
            for (v, e) in v.iter_mut().zip(&self.equal[step.column]) {
                *v *= self.same * e;
            }
        }
    }

    /// `after . (e_step v)`.
    fn read(&self, step: Step, after: &[f64], v: &[f64]) -> f64 {
        let mut sums = [0.0; 8];
        let tail = self.states / 8 * 8;
        if step.vertical {
            for (a, v) in after.chunks_exact(8).zip(v.chunks_exact(8)) {
                (0..8).for_each(|i| sums[i] += a[i] * v[i]);
            }
            sums[0] += (tail..self.states).map(|i| after[i] * v[i]).sum::<f64>();
        } else {
            let equal = &self.equal[step.column];
            let blocks = after.chunks_exact(8).zip(v.chunks_exact(8));
            for ((a, v), e) in blocks.zip(equal.chunks_exact(8)) {
                (0..8).for_each(|i| sums[i] += a[i] * v[i] * e[i]);
            }
            let rest = (tail..self.states).map(|i| after[i] * v[i] * equal[i]);
            sums[0] += rest.sum::<f64>();
        }
        self.same * sums.iter().sum::<f64>()
    }

    /// All sums over the tori whose first row is `start`.
    fn sums(&self, start: &Word, work: Work) -> Result<Sums> {
        let m = self.steps.len();
        let colours = start.colours.iter().rev();
        let place = colours.fold(0, |index, &c| index * self.q + usize::from(c));
        let mut delta = vec![0.0; self.states];
        delta[place] = 1.0;
        let mut sums = Sums::zero(m);
        let mut v = delta.clone();
        self.steps.iter().for_each(|&step| self.apply(step, &mut v));
        sums.weight = v[place];
        for a in 0..2 {
            // The position of bond a of cell 0: horizontal bonds of row 0 come first, then vertical ones.
            let fixed = if a == 0 { self.width } else { 0 };
            let pairs = &mut sums.pairs[a * m..][..m];
            let triples = &mut sums.triples[a * m * m..][..m * m];
            self.insertions(fixed, &delta, pairs, triples, work)?;
        }
        sums.weight *= start.orbit;
        for value in sums.pairs.iter_mut().chain(&mut sums.triples) {
            *value *= start.orbit;
        }
        Ok(sums)
    }

    /// With the observable at position `fixed` inserted, every second and every pair of further insertions.
    fn insertions(
        &self,
        fixed: usize,
        delta: &[f64],
        pairs: &mut [f64],
        triples: &mut [f64],
        work: Work,
    ) -> Result<()> {
        let m = self.steps.len();
        let advance = |position: usize, v: &mut [f64]| {
            if position == fixed {
                self.insert(self.steps[position], v);
            } else {
                self.apply(self.steps[position], v);
            }
        };
        let mut after = vec![delta.to_vec()];
        for position in (0..m).rev() {
            let mut v = after[after.len() - 1].clone();
            advance(position, &mut v);
            after.push(v);
        }
        after.reverse();
        let mut before = delta.to_vec();
        for (b, &step) in self.steps.iter().enumerate() {
            work.pulse.check()?;
            let pair = self.read(step, &after[b + 1], &before);
            pairs[step.bond] = pair;
            triples[step.bond * m + step.bond] = pair;
            let mut v = before.clone();
            self.insert(step, &mut v);
            // An observable of the first row that this start does not satisfy leaves nothing.
            if pair != 0.0 {
                for (c, &later) in self.steps.iter().enumerate().skip(b + 1) {
                    let triple = self.read(later, &after[c + 1], &v);
                    triples[step.bond * m + later.bond] = triple;
                    triples[later.bond * m + step.bond] = triple;
                    advance(c, &mut v);
                }
            }
            advance(b, &mut before);
        }
        Ok(())
    }
}
