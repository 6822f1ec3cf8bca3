//! `|T|^2` of the torus by blocks of momenta.

use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::bloch::C64;
use super::build::{self, Stored};
use super::metric::{TorusMetric, inverses};
use super::plan::{Plan2, transpose};
use super::sectors::Sectors;
use super::tables::{self, Tables};
use crate::work::Work;

/// The build is repeated for every pass; beyond this many the memory is simply too small.
const MOST_PASSES: usize = 64;

/// One momentum of the wedge and its number of images under the point group.
#[derive(Clone, Copy)]
struct Momentum {
    q: [usize; 2],
    images: f64,
}

/// Momenta that stand for all: `0 <= qy <= qx <= L/2` on an isotropic torus, the quadrant otherwise.
fn wedge([lx, ly]: [usize; 2], isotropic: bool) -> Vec<Momentum> {
    let images = |q: usize, length: usize| if q == 0 || 2 * q == length { 1.0 } else { 2.0 };
    let mut list = Vec::new();
    for qx in 0..=lx / 2 {
        for qy in 0..=ly / 2 {
            let swap = match (isotropic, qx.cmp(&qy)) {
                (true, std::cmp::Ordering::Less) => continue,
                (true, std::cmp::Ordering::Greater) => 2.0,
                _ => 1.0,
            };
            let images = swap * images(qx, lx) * images(qy, ly);
            list.push(Momentum {
                q: [qx, qy],
                images,
            });
        }
    }
    list
}

/// The largest number of wedge momenta that fit in memory at once.
fn pass_size(sectors: &Sectors, wedge: usize, directions: usize, work: Work) -> Result<usize> {
    let shape = sectors.torus.shape();
    let n = sectors.torus.sites() as u128;
    let threads = work.pool.threads() as u128;
    // Contraction: 16 planes and their transposes per worker.
    let scratch = build::scratch_bytes(shape, directions).max(16 * 20 * n);
    let fixed = n * (tables::BYTES_PER_SITE + 256) + threads * scratch;
    let each = 128 * n;
    let smallest = wedge.div_ceil(MOST_PASSES) as u128;
    let room = u128::from(work.max_bytes).saturating_sub(fixed) / each;
    if room < smallest {
        let whole = fixed + each * wedge as u128;
        return Err(Error::TooLarge {
            what: format!(
                "the tensor of third cumulants of a {} x {} torus",
                shape[0], shape[1]
            ),
            bytes: fixed + each * smallest,
            limit: u128::from(work.max_bytes),
            remedy: format!(
                "raise max_bytes (one pass takes {:.1} GB, more passes less), or use method=\"monte_carlo\"",
                whole as f64 / 1e9
            ),
        });
    }
    let passes = wedge.div_ceil((room as usize).min(wedge));
    Ok(wedge.div_ceil(passes))
}

/// `|T|^2 = (1/n) sum_k,q conj(T^_abc) H_ad(-k-q) H_be(k) H_cf(q) T^_def`, `H = conj(g^-1)`.
pub(super) fn third_norm(
    sectors: &Sectors,
    metric: &TorusMetric,
    plan: &Plan2,
    work: Work,
) -> Result<f64> {
    let torus = sectors.torus;
    let isotropic = torus.is_isotropic();
    let directions: &[usize] = if isotropic { &[0] } else { &[0, 1] };
    let wedge = wedge(torus.shape(), isotropic);
    let size = pass_size(sectors, wedge.len(), directions.len(), work)?;
    let passes = wedge.len().div_ceil(size);
    work.pulse
        .expect((2 * torus.sites() * passes + wedge.len()) as u64);
    let tables = Tables::new(sectors, metric, plan, work)?;
    work.pulse.add((torus.sites() * passes) as u64);
    let factors = Factors::new(metric, torus.shape())?;
    let mut terms = Vec::with_capacity(wedge.len());
    for group in wedge.chunks(size) {
        let mut slots = Vec::with_capacity(2 * group.len());
        let places: Vec<[usize; 2]> = group
            .iter()
            .map(|m| {
                let slot = slots.len();
                slots.push(m.q);
                if isotropic && m.q[0] != m.q[1] {
                    slots.push([m.q[1], m.q[0]]);
                }
                [slot, slots.len() - 1]
            })
            .collect();
        let stored = build::build(&tables, directions, &slots, plan, work)?;
        let sums: Vec<f64> = group
            .par_iter()
            .zip(&places)
            .map_init(Vec::new, |buffers: &mut Vec<Vec<C64>>, (m, &slots)| {
                work.pulse.check()?;
                gather(&stored, slots, torus.shape(), plan, buffers);
                work.pulse.check()?;
                let sum = factors.contract(buffers, m.q);
                work.pulse.add(1);
                Ok(m.images * sum)
            })
            .collect::<Result<_>>()?;
        terms.extend(sums);
    }
    Ok(tree_sum(&terms) / torus.sites() as f64)
}

/// Sums in a fixed tree.
fn tree_sum(terms: &[f64]) -> f64 {
    match terms {
        [] => 0.0,
        [one] => *one,
        _ => {
            let (left, right) = terms.split_at(terms.len() / 2);
            tree_sum(left) + tree_sum(right)
        }
    }
}

/// The eight planes `T^_abc(k, q)`, index `4 a + 2 b + c`, each `[ky][kx]`. On an isotropic torus the axis swap gives
/// `T^_1bc(k, q) = T^_0 b' c'(k^T, q^T)`, `b' = 1 - b`.
fn gather(
    stored: &Stored,
    [slot, swapped]: [usize; 2],
    shape: [usize; 2],
    plan: &Plan2,
    buffers: &mut Vec<Vec<C64>>,
) {
    let [lx, ly] = shape;
    buffers.resize_with(10, Vec::new);
    let (buffers, spare) = buffers.split_at_mut(8);
    let [rows, scratch] = spare else { return };
    rows.resize(lx * ly, C64::default());
    scratch.resize(plan.along_x().get_inplace_scratch_len(), C64::default());
    let mut one = |slot: usize, plane: usize, rows: &mut [C64], out: &mut Vec<C64>| {
        for (yx, row) in rows.chunks_exact_mut(ly).enumerate() {
            row.copy_from_slice(stored.row(yx, slot, plane));
        }
        out.resize(lx * ly, C64::default());
        transpose(rows, out, [lx, ly]);
        plan.along_x().process_with_scratch(out, scratch);
    };
    for (plane, out) in buffers.iter_mut().enumerate().take(stored.planes) {
        one(slot, plane, rows, out);
    }
    if stored.planes == 8 {
        return;
    }
    for plane in 0..4 {
        one(swapped, 3 - plane, rows, &mut buffers[4 + plane]);
        rows.copy_from_slice(&buffers[4 + plane]);
        transpose(rows, &mut buffers[4 + plane], [ly, lx]);
    }
}

/// `H(k) = C^* C` with an upper triangular `C`, so that the contraction is a sum of squares; `[ky][kx]`.
struct Factors {
    shape: [usize; 2],
    list: Vec<Factor>,
}

#[derive(Clone, Copy)]
struct Factor {
    c00: f64,
    c01: C64,
    c11: f64,
}

impl Factor {
    /// The components (0, 1) of an index seen through `C`.
    #[inline(always)]
    fn apply(&self, zero: &mut C64, one: &mut C64) {
        let (x, y) = (*zero, *one);
        *zero = C64::new(
            self.c00 * x.re + (self.c01.re * y.re - self.c01.im * y.im),
            self.c00 * x.im + (self.c01.re * y.im + self.c01.im * y.re),
        );
        *one = C64::new(self.c11 * y.re, self.c11 * y.im);
    }
}

impl Factors {
    fn new(metric: &TorusMetric, [lx, ly]: [usize; 2]) -> Result<Self> {
        let inverse = inverses(&metric.transformed)?;
        let factor = |kx: usize, ky: usize| {
            let [h00, h01, _] = inverse[kx * ly + ky];
            let c00 = h00.re.sqrt();
            Factor {
                c00,
                c01: h01.conj() / c00,
                // The Schur complement of H_00 is 1 / g_11.
                c11: metric.transformed[2][kx * ly + ky].re.sqrt().recip(),
            }
        };
        let list = (0..lx * ly).map(|k| factor(k % lx, k / lx)).collect();
        Ok(Self {
            shape: [lx, ly],
            list,
        })
    }

    /// `sum_k |C(-k-q) C(k) C(q) T^(k, q)|^2`.
    fn contract(&self, planes: &[Vec<C64>], [qx, qy]: [usize; 2]) -> f64 {
        let [lx, ly] = self.shape;
        let last = self.list[qy * lx + qx];
        let rows = (0..ly).map(|ky| {
            let line = |plane: usize| &planes[plane][ky * lx..][..lx];
            let lines: [&[C64]; 8] = std::array::from_fn(line);
            let here = &self.list[ky * lx..][..lx];
            let there = &self.list[(2 * ly - ky - qy) % ly * lx..][..lx];
            (0..lx)
                .map(|kx| {
                    let mut t = lines.map(|line| line[kx]);
                    let minus = (2 * lx - kx - qx) % lx;
                    squared([&there[minus], &here[kx], &last], &mut t)
                })
                .sum::<f64>()
        });
        rows.sum()
    }
}

/// `|C_a C_b C_c t|^2` for one pair of momenta.
#[inline(always)]
fn squared([first, second, third]: [&Factor; 3], t: &mut [C64; 8]) -> f64 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = t;
    third.apply(t0, t1);
    third.apply(t2, t3);
    third.apply(t4, t5);
    third.apply(t6, t7);
    second.apply(t0, t2);
    second.apply(t1, t3);
    second.apply(t4, t6);
    second.apply(t5, t7);
    first.apply(t0, t4);
    first.apply(t1, t5);
    first.apply(t2, t6);
    first.apply(t3, t7);
    t.iter().map(C64::norm_sqr).sum()
}
