//! Long closed rows by the symmetries of a row.
//!
//! With `D` the weights of a row and `V` the bonds below it, `Z = Tr T^height`, `T = D^(1/2) V D^(1/2)` symmetric. `T`
//! commutes with the reflection of a row, with its turns if it is a ring and with the exchange of two colours if all weigh
//! the same. In a basis of each symmetry type it falls into blocks, whose eigenvalues serve any number of rows.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use quincunx_core::simd::dispatch;
use rayon::prelude::*;

use super::carried::{Carried, Side, TOGETHER};
use super::jet::Jet;
use super::strip::{JET, STEP, Strip, Wanted};
use super::transfer::{Down, Row};
use crate::eigen::{self, dot};
use crate::elimination::MOST_BYTES;

/// Steps for an entry of a matrix by one row of it, of the eigenvalues and with all that derivatives need.
const VALUES: f64 = 0.04;
const DERIVATIVES: f64 = 0.25;
/// Norm below which a combination of images is none.
const NONE: f64 = 1e-6;

/// How vectors change under the symmetries.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kind {
    /// Turning by one column multiplies by `exp(+-2 pi i wave / turns)`.
    wave: usize,
    reflected: f64,
    exchanged: f64,
    /// Whether the two signs give different vectors, of the same eigenvalues: one of each pair is kept.
    paired: bool,
}

/// The symmetries of a row.
struct Symmetries<'a> {
    strip: &'a Strip,
    turns: usize,
}

impl<'a> Symmetries<'a> {
    fn new(strip: &'a Strip) -> Self {
        let turns = if strip.ring { strip.width } else { 1 };
        Self { strip, turns }
    }

    fn kinds(&self) -> Vec<Kind> {
        let signs: &[f64] = &[1.0, -1.0];
        let exchanges = if self.strip.relabel() {
            signs
        } else {
            &signs[..1]
        };
        let mut kinds = Vec::new();
        for wave in 0..=self.turns / 2 {
            let paired = wave > 0 && 2 * wave < self.turns;
            for &reflected in if paired { &signs[..1] } else { signs } {
                for &exchanged in exchanges {
                    kinds.push(Kind {
                        wave,
                        reflected,
                        exchanged,
                        paired,
                    });
                }
            }
        }
        kinds
    }

    /// The images of a row, in the same order for each row: turns of it, of its reflection, and of both with two colours
    /// exchanged.
    fn images(&self, state: usize) -> Vec<usize> {
        let Strip { width, q, .. } = *self.strip;
        let digits: Vec<usize> = (0..width).map(|c| state / q.pow(c as u32) % q).collect();
        let exchange = |c: usize| if c < 2 { 1 - c } else { c };
        let exchanged = digits.iter().map(|&c| exchange(c)).collect();
        let words = if self.strip.relabel() {
            vec![digits, exchanged]
        } else {
            vec![digits]
        };
        let mut images = Vec::new();
        for word in words {
            let reversed = word.iter().rev().copied().collect();
            for word in [word, reversed] {
                for by in 0..self.turns {
                    let turned = (0..width).map(|c| word[(c + by) % width]);
                    images.push(turned.rev().fold(0, |index, c| index * q + c));
                }
            }
        }
        images
    }

    /// The orthonormal vectors of one kind that live on the images of a row.
    fn vectors(&self, kind: Kind, images: &[usize]) -> Vec<Vector> {
        let phases: &[fn(f64) -> f64] = if kind.paired {
            &[f64::cos, f64::sin]
        } else {
            &[f64::cos]
        };
        let mut found: Vec<Vector> = Vec::new();
        for phase in phases {
            let mut sum = BTreeMap::new();
            for (k, &state) in images.iter().enumerate() {
                let (turn, word) = (k % self.turns, k / self.turns);
                let sign = [1.0, kind.reflected][word % 2] * [1.0, kind.exchanged][word / 2];
                // A reflection reverses turns.
                let way = [1.0, -1.0][word % 2];
                let angle = way * TAU * (kind.wave * turn % self.turns) as f64 / self.turns as f64;
                *sum.entry(state).or_insert(0.0) += sign * phase(angle);
            }
            let mut vector: Vector = sum.into_iter().collect();
            for other in &found {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a.1 * b.1).sum();
                let both = vector.iter_mut().zip(other);
                both.for_each(|(a, b)| a.1 -= along * b.1);
            }
            let norm = vector.iter().map(|x| x.1 * x.1).sum::<f64>().sqrt();
            if norm > NONE {
                vector.iter_mut().for_each(|x| x.1 /= norm);
                found.push(vector);
            }
        }
        found
    }

    /// A basis of each kind.
    fn bases(&self) -> Vec<(Kind, Vec<Vector>)> {
        let mut bases: Vec<_> = self
            .kinds()
            .into_iter()
            .map(|kind| (kind, Vec::new()))
            .collect();
        let mut seen = vec![false; self.strip.states()];
        for state in 0..seen.len() {
            if seen[state] {
                continue;
            }
            let images = self.images(state);
            images.iter().for_each(|&image| seen[image] = true);
            for (kind, basis) in &mut bases {
                basis.extend(self.vectors(*kind, &images));
            }
        }
        bases
    }
}

/// A vector over rows by its entries that are not zero, ascending.
type Vector = Vec<(usize, f64)>;

/// Steps of some nanoseconds, from the size of the blocks; infinite if these do not fit.
pub(super) fn cost(strip: &Strip, states: f64, wanted: Wanted) -> f64 {
    let symmetries = Symmetries::new(strip);
    let exchanges = if strip.relabel() { 2.0 } else { 1.0 };
    let whole = states / (symmetries.turns as f64 * exchanges);
    let (each, apply, matrices) = match wanted {
        Wanted::Value => (VALUES, STEP, 1.0),
        Wanted::Derivatives => (DERIVATIVES, STEP * JET, 5.0),
    };
    let (mut steps, mut bytes) = (0.0, 0.0);
    for kind in symmetries.kinds() {
        let n = if kind.paired { whole } else { whole / 2.0 };
        steps += n * n * n * each + n * states * strip.width as f64 * apply;
        bytes += 8.0 * matrices * n * n;
    }
    if bytes > MOST_BYTES as f64 {
        return f64::INFINITY;
    }
    steps
}

/// A block in the basis of its eigenvectors.
struct Block {
    /// How many blocks are like this one.
    copies: f64,
    values: Vec<f64>,
    /// The first derivative of the block, a matrix, and the diagonal of the second; empty if they are not wanted.
    first: Vec<f64>,
    second: Vec<f64>,
}

/// `ln Tr T^height` with its derivatives, if they are wanted.
pub(super) fn log_partition(strip: &Strip, wanted: Wanted, pulse: &Pulse) -> Result<Jet> {
    let row = Row::new(strip);
    let roots = row.own(0.5);
    let bases = Symmetries::new(strip).bases();
    pulse.expect(bases.len() as u64);
    let blocks: Vec<Block> = bases
        .par_iter()
        .map(|(kind, basis)| {
            let block = match wanted {
                Wanted::Value => block::<Side<TOGETHER>>(&row, &roots, basis, pulse)?,
                Wanted::Derivatives => block::<Jet<Side<TOGETHER>>>(&row, &roots, basis, pulse)?,
            };
            pulse.add(1);
            Ok(Block {
                copies: if kind.paired { 2.0 } else { 1.0 },
                ..block
            })
        })
        .collect::<Result<_>>()?;
    let values = blocks.iter().flat_map(|block| &block.values);
    let top = values.fold(0.0, |top: f64, value| top.max(value.abs()));
    let height = strip.height as f64;
    let each = row.shift + strip.top() * strip.width as f64;
    let trace = Trace {
        top,
        height: strip.height,
    };
    let sum = blocks.iter().map(|block| trace.value(block)).sum::<f64>();
    let value = height * (each + top.ln()) + sum.ln();
    let first: f64 = blocks.iter().map(|block| trace.first(block)).sum::<f64>() / sum;
    let second = blocks
        .iter()
        .map(|block| trace.second(block, first / height));
    let second = second.sum::<f64>() / sum;
    Ok(Jet {
        value,
        first,
        second,
    })
}

/// The matrix between vectors of one kind, by its eigenvectors.
fn block<T: Carried>(
    row: &Row<'_>,
    roots: &[Jet],
    basis: &[Vector],
    pulse: &Pulse,
) -> Result<Block> {
    let n = basis.len();
    let mut parts = [vec![0.0; n * n], vec![], vec![]];
    if T::DERIVATIVES {
        parts[1..]
            .iter_mut()
            .for_each(|part| part.resize(n * n, 0.0));
    }
    let mut v = vec![T::default(); roots.len()];
    for (group, vectors) in basis.chunks(T::COUNT).enumerate() {
        v.fill(T::default());
        for (k, vector) in vectors.iter().enumerate() {
            for &(state, x) in vector {
                v[state].set(k, roots[state].scale(x));
            }
        }
        dispatch(Down {
            v: &mut v,
            q: row.strip.q,
            columns: 0..row.strip.width,
            same: T::spread(row.same),
            diff: T::spread(row.diff),
            pulse,
        })?;
        for (a, vector) in basis.iter().enumerate() {
            let along = vector.iter().fold(T::default(), |sum, &(state, x)| {
                sum + v[state] * T::spread(roots[state].scale(x))
            });
            for k in 0..vectors.len() {
                let (jet, at) = (along.get(k), (group * T::COUNT + k) * n + a);
                let entries = [jet.value, jet.first, jet.second];
                for (part, x) in parts.iter_mut().zip(entries) {
                    if let Some(place) = part.get_mut(at) {
                        *place = x;
                    }
                }
            }
        }
    }
    let [matrix, first, second] = parts;
    let found = eigen::symmetric(matrix, n, T::DERIVATIVES, pulse)?;
    let mut block = Block {
        copies: 1.0,
        values: found.values,
        first: vec![],
        second: vec![],
    };
    for v in found.vectors.chunks_exact(n.max(1)) {
        pulse.check()?;
        let turned = times(&first, v);
        block
            .first
            .extend(found.vectors.chunks_exact(n).map(|w| dot(w, &turned)));
        block.second.push(dot(v, &times(&second, v)));
    }
    Ok(block)
}

/// A symmetric matrix times a vector.
fn times(matrix: &[f64], v: &[f64]) -> Vec<f64> {
    matrix
        .chunks_exact(v.len())
        .map(|row| dot(row, v))
        .collect()
}

/// Traces of powers in units of the power of the largest eigenvalue.
struct Trace {
    top: f64,
    height: usize,
}

impl Trace {
    fn value(&self, block: &Block) -> f64 {
        let powers = block
            .values
            .iter()
            .map(|value| power(value / self.top, self.height));
        block.copies * powers.sum::<f64>()
    }

    /// Weight with which a change of each eigenvalue changes the trace, and the eigenvalue.
    fn weights<'a>(&'a self, block: &'a Block) -> impl Iterator<Item = (f64, f64)> + 'a {
        block.values.iter().map(move |value| {
            let x = value / self.top;
            (
                block.copies * self.height as f64 * power(x, self.height - 1) / self.top,
                x,
            )
        })
    }

    fn first(&self, block: &Block) -> f64 {
        let n = block.values.len() + 1;
        let diagonal = block.first.iter().step_by(n);
        self.weights(block)
            .zip(diagonal)
            .map(|((w, _), d)| w * d)
            .sum()
    }

    /// The second derivative after `exp(-mean)` was taken from each row, so that the first one vanishes: nothing large
    /// is left to subtract.
    fn second(&self, block: &Block, mean: f64) -> f64 {
        let n = block.values.len();
        let mut sum = 0.0;
        for (i, ((w, x), second)) in self.weights(block).zip(&block.second).enumerate() {
            let row = &block.first[i * n..(i + 1) * n];
            let bent = second - 2.0 * mean * row[i] + mean * mean * x * self.top;
            let mut mixed = 0.0;
            for (j, (d, value)) in row.iter().zip(&block.values).enumerate() {
                let y = value / self.top;
                let d = (if i == j { d - mean * value } else { *d }) / self.top;
                mixed += d * d * slope(x, y, self.height - 1);
            }
            sum += w * bent + block.copies * self.height as f64 * mixed;
        }
        sum
    }
}

/// `x^n`, of either sign.
fn power(x: f64, n: usize) -> f64 {
    let size = x.abs().powf(n as f64);
    if x < 0.0 && n % 2 == 1 { -size } else { size }
}

/// `(x^n - y^n) / (x - y)`.
fn slope(x: f64, y: f64, n: usize) -> f64 {
    let (x, y) = if x.abs() < y.abs() { (y, x) } else { (x, y) };
    if n == 0 || x == 0.0 {
        return if n == 1 { 1.0 } else { 0.0 };
    }
    // The smaller in units of the larger.
    let less = (x - y) / x;
    let ratio = if less == 0.0 {
        n as f64
    } else if less < 0.5 {
        -(n as f64 * (-less).ln_1p()).exp_m1() / less
    } else {
        (1.0 - power(y / x, n)) / less
    };
    power(x, n - 1) * ratio
}
