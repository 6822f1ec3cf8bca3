//! `|P|^2` and `|T|^2` from the metric and the third cumulants, for any set of bonds with or without translations.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::cells::Cells;
use super::result::Norms;
use crate::work::Work;

/// Bonds whose rows share one pass over the stored tensor.
const TOGETHER: usize = 8;

/// `|P|^2` and `|T|^2`. `rows` holds `g_ab` for the bonds `a` of cell 0; `third(a, out)` writes `T_abc` of such a bond as
/// an m x m matrix. Each index is raised by `g^-1` in turn: `O(m^3)` per bond of the cell for the first two, one pass of
/// dot products for the third.
pub fn norms(
    cells: &Cells,
    rows: &[f64],
    third: &(impl Fn(usize, &mut [f64]) + Sync),
    work: Work,
) -> Result<Norms> {
    let (m, d) = (cells.bonds(), cells.per_cell());
    let bytes = 8 * (m as u128).pow(2) * (d as u128 + 8 * work.pool.threads() as u128);
    work.allow(
        format!("the tensor of third cumulants of {m} bonds"),
        bytes,
        "raise max_bytes, or use method=\"monte_carlo\"",
    )?;
    let inverse = inverse(cells.expand(rows), m)?;
    let pulse = work.pulse;
    let (p, raised): (Vec<f64>, Vec<Vec<f64>>) = work.pool.install(|| {
        (0..d)
            .into_par_iter()
            .map(|a| {
                let mut t = vec![0.0; m * m];
                third(a, &mut t);
                let trace = dot(&t, &inverse);
                let half = product(&t, &inverse, m, pulse)?;
                Ok((trace, product(&inverse, &half, m, pulse)?))
            })
            .collect::<Result<Vec<_>>>()
            .map(|pairs| pairs.into_iter().unzip())
    })?;
    let p2 = (0..d)
        .map(|a| {
            let raised: f64 = (0..m).map(|b| inverse[a * m + b] * p[b % d]).sum();
            raised * p[a]
        })
        .sum::<f64>();
    let t2 = work
        .pool
        .install(|| third_norm(cells, &inverse, &raised, third, pulse))?;
    let n = cells.count() as f64;
    Ok(Norms {
        p2: n * p2,
        t2: n * t2,
    })
}

/// `sum_a,d g^ad <T_a, V_d>` over the bonds `a` of cell 0 and all `d`; `V_d = g^-1 T_d g^-1` is known in cell 0 and
/// carried elsewhere by translations.
fn third_norm(
    cells: &Cells,
    inverse: &[f64],
    raised: &[Vec<f64>],
    third: &(impl Fn(usize, &mut [f64]) + Sync),
    pulse: &Pulse,
) -> Result<f64> {
    let (m, d) = (cells.bonds(), cells.per_cell());
    let bonds: Vec<usize> = (0..d).collect();
    let parts = bonds
        .par_chunks(TOGETHER)
        .map(|group| {
            let mut tensors = vec![vec![0.0; m * m]; group.len()];
            for (&a, t) in group.iter().zip(&mut tensors) {
                third(a, t);
            }
            let mut sum = 0.0;
            for by in 0..cells.count() {
                let image = (by > 0).then(|| cells.translation(by));
                for (bond, v) in raised.iter().enumerate() {
                    pulse.check()?;
                    let target = image.as_ref().map_or(bond, |image| image[bond]);
                    for (&a, t) in group.iter().zip(&tensors) {
                        let overlap = match &image {
                            None => dot(t, v),
                            Some(image) => dot_moved(t, v, image),
                        };
                        sum += inverse[a * m + target] * overlap;
                    }
                }
            }
            Ok(sum)
        })
        .collect::<Result<Vec<f64>>>()?;
    Ok(parts.iter().sum())
}

/// The dot product in eight fixed partial sums.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (xs, ys) = (x.chunks_exact(8), y.chunks_exact(8));
    let rest: f64 = xs
        .remainder()
        .iter()
        .zip(ys.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in xs.zip(ys) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// `sum_bc t[image b, image c] v[b, c]`.
fn dot_moved(t: &[f64], v: &[f64], image: &[usize]) -> f64 {
    let m = image.len();
    let row = |b: usize| -> f64 {
        let moved = &t[image[b] * m..][..m];
        v[b * m..][..m]
            .iter()
            .zip(image)
            .map(|(value, &c)| value * moved[c])
            .sum()
    };
    (0..m).map(row).sum()
}

/// The product of two m x m matrices, four rows of `y` at a time.
fn product(x: &[f64], y: &[f64], m: usize, pulse: &Pulse) -> Result<Vec<f64>> {
    let mut out = vec![0.0; m * m];
    for (row, x) in out.chunks_exact_mut(m).zip(x.chunks_exact(m)) {
        pulse.check()?;
        let mut k = 0;
        while k + 4 <= m {
            let [y0, y1, y2, y3] = [k, k + 1, k + 2, k + 3].map(|i| &y[i * m..][..m]);
            for (c, out) in row.iter_mut().enumerate() {
                *out += (x[k] * y0[c] + x[k + 1] * y1[c]) + (x[k + 2] * y2[c] + x[k + 3] * y3[c]);
            }
            k += 4;
        }
        for i in k..m {
            for (out, y) in row.iter_mut().zip(&y[i * m..][..m]) {
                *out += x[i] * y;
            }
        }
    }
    Ok(out)
}

/// The inverse of a symmetric positive definite matrix by its Cholesky factor, refused when it is singular.
pub(super) fn inverse(mut g: Vec<f64>, m: usize) -> Result<Vec<f64>> {
    let scale: Vec<f64> = (0..m).map(|a| g[a * m + a]).collect();
    for a in 0..m {
        for b in 0..=a {
            let (head, tail) = g.split_at_mut(a * m);
            let upper = if a == b {
                let row = &tail[..a];
                row.iter().map(|v| v * v).sum::<f64>()
            } else {
                dot(&tail[..b], &head[b * m..][..b])
            };
            let rest = tail[b] - upper;
            if a > b {
                tail[b] = rest / head[b * m + b];
            } else if rest > SINGULAR * scale[a] {
                tail[b] = rest.sqrt();
            } else {
                return Err(Error::Numerical(format!(
                    "the Fisher metric is singular at bond {a} (pivot {rest:.1e} of {:.1e}): two bonds carry the same \
                     information, or the couplings freeze the spins; use smaller couplings",
                    scale[a]
                )));
            }
        }
    }
    Ok(inverse_of_factor(&g, m))
}

/// Below this share of the diagonal a pivot is rounding noise.
const SINGULAR: f64 = 1e-13;

/// `(L L^T)^-1 = W^T W` with `W = L^-1`, from the lower triangle `L`.
fn inverse_of_factor(l: &[f64], m: usize) -> Vec<f64> {
    let mut w = vec![0.0; m * m];
    for a in 0..m {
        let (done, rest) = w.split_at_mut(a * m);
        let row = &mut rest[..m];
        for (k, &factor) in l[a * m..][..a].iter().enumerate() {
            for (out, v) in row[..=k].iter_mut().zip(&done[k * m..][..=k]) {
                *out -= factor * v;
            }
        }
        row[a] += 1.0;
        let pivot = l[a * m + a];
        row[..=a].iter_mut().for_each(|v| *v /= pivot);
    }
    let mut inverse = vec![0.0; m * m];
    for row in w.chunks_exact(m.max(1)) {
        for (b, &factor) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            for (out, v) in inverse[b * m..][..m].iter_mut().zip(row) {
                *out += factor * v;
            }
        }
    }
    inverse
}
