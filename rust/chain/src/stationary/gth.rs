//! Dense state reduction without subtraction (Grassmann, Taksar, Heyman).

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

/// States eliminated together; the matrix below them is updated in one sweep.
const BLOCK: usize = 64;
/// Side of the square of the product kept in registers.
const TILE: usize = 4;
/// Entries beyond this are scaled down during back-substitution (by an exact power of two).
pub(super) const LARGE: f64 = 1.157920892373162e77; // 2^256

/// The stationary law of an irreducible chain from its off-diagonal entries: `a` is the row-major n x n matrix P
/// or Q (the diagonal is never read) and is overwritten.
///
/// Eliminates states n-1, ..., 1: with `s = sum_{j<k} a_kj`, `a_ik /= s` and `a_ij += a_ik a_kj` for i, j < k; then
/// `x_0 = 1`, `x_k = sum_{i<k} x_i a_ik`. Every entry has a relative error of order n 2^-53, however small it is.
///
/// Grassmann, Taksar, Heyman, Regenerative analysis and steady state distributions for Markov chains,
/// Oper. Res. 33 (1985) 1107-1116; O'Cinneide, Numer. Math. 65 (1993) 109-120.
pub fn gth(a: &mut [f64], n: usize, pulse: &Pulse) -> Result<Vec<f64>> {
    let mut end = n;
    while end > 1 {
        let begin = (end - 1).saturating_sub(BLOCK - 1).max(1).min(end - 1);
        let begin = if begin < BLOCK { 1 } else { begin };
        eliminate(a, n, begin, end, pulse)?;
        end = begin;
    }
    let mut x = vec![0.0; n];
    x[0] = 1.0;
    for k in 1..n {
        let sum: f64 = (0..k).map(|i| x[i] * a[i * n + k]).sum();
        settle(&mut x, k, sum)?;
    }
    normalise(&mut x);
    Ok(x)
}

/// Puts `x_k` in place and keeps the entries found so far within range.
fn settle(x: &mut [f64], k: usize, value: f64) -> Result<()> {
    if !value.is_finite() {
        return Err(Error::Numerical(
            "the stationary law has entries whose ratio is beyond the range of float64".into(),
        ));
    }
    x[k] = value;
    if value > LARGE {
        x[..=k].iter_mut().for_each(|v| *v /= LARGE);
    }
    Ok(())
}

/// Divides by the sum.
pub(super) fn normalise(x: &mut [f64]) {
    let sum: f64 = x.iter().sum();
    x.iter_mut().for_each(|v| *v /= sum);
}

/// Eliminates the states `begin..end` from the leading `end` x `end` part.
fn eliminate(a: &mut [f64], n: usize, begin: usize, end: usize, pulse: &Pulse) -> Result<()> {
    let width = end - begin;
    let (above, block) = a.split_at_mut(begin * n);
    let mut scale = vec![0.0; width];
    // The rows of the block, last state first.
    for k in (begin..end).rev() {
        pulse.check()?;
        let (upper, lower) = block.split_at_mut((k - begin) * n);
        let pivot = &lower[..k];
        let s: f64 = pivot.iter().sum();
        if !(s > 0.0 && s.is_finite()) {
            return Err(Error::Numerical(format!(
                "state reduction met a state with exit weight {s}: entries are beyond the range of float64"
            )));
        }
        scale[k - begin] = s;
        for row in upper.chunks_exact_mut(n) {
            let f = row[k] / s;
            row[k] = f;
            if f != 0.0 {
                for (v, &p) in row[..k].iter_mut().zip(pivot) {
                    *v += f * p;
                }
            }
        }
    }
    let tiles = pack(block, n, begin, width);
    let block = &*block;
    above
        .par_chunks_mut(TILE * n)
        .try_for_each(|rows| -> Result<()> {
            pulse.check()?;
            let mut factors = vec![[0.0f64; TILE]; width];
            for (r, row) in rows.chunks_exact_mut(n).enumerate() {
                reduce_row(&mut row[begin..end], block, n, begin, &scale);
                for (f, &v) in factors.iter_mut().zip(&row[begin..end]) {
                    f[r] = v;
                }
            }
            update(rows, n, begin, &factors, &tiles);
            Ok(())
        })
}

/// The entries of one row above the block in its columns, as the elimination one by one would leave them.
fn reduce_row(row: &mut [f64], block: &[f64], n: usize, begin: usize, scale: &[f64]) {
    for k in (0..row.len()).rev() {
        let f = row[k] / scale[k];
        row[k] = f;
        if f != 0.0 {
            let pivot = &block[k * n + begin..k * n + begin + k];
            for (v, &p) in row[..k].iter_mut().zip(pivot) {
                *v += f * p;
            }
        }
    }
}

/// The block's rows left of it, as tiles of `TILE` columns (the last one padded with zeros).
fn pack(block: &[f64], n: usize, begin: usize, width: usize) -> Vec<[f64; TILE]> {
    let count = begin.div_ceil(TILE);
    let mut tiles = vec![[0.0; TILE]; count * width];
    for (k, row) in block.chunks(n).take(width).enumerate() {
        for (t, part) in row[..begin].chunks(TILE).enumerate() {
            tiles[t * width + k][..part.len()].copy_from_slice(part);
        }
    }
    tiles
}

/// `rows[.., 0..begin] += factors^T tiles`.
fn update(
    rows: &mut [f64],
    n: usize,
    begin: usize,
    factors: &[[f64; TILE]],
    tiles: &[[f64; TILE]],
) {
    for (t, tile) in tiles.chunks_exact(factors.len()).enumerate() {
        let mut sum = [[0.0f64; TILE]; TILE];
        for (f, u) in factors.iter().zip(tile) {
            for r in 0..TILE {
                for c in 0..TILE {
                    sum[r][c] += f[r] * u[c];
                }
            }
        }
        let left = t * TILE;
        let right = (left + TILE).min(begin);
        for (row, add) in rows.chunks_exact_mut(n).zip(&sum) {
            for (v, &s) in row[left..right].iter_mut().zip(add) {
                *v += s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn one_by_one(a: &mut [f64], n: usize) -> Vec<f64> {
        for k in (1..n).rev() {
            let s: f64 = a[k * n..k * n + k].iter().sum();
            for i in 0..k {
                a[i * n + k] /= s;
                for j in 0..k {
                    a[i * n + j] += a[i * n + k] * a[k * n + j];
                }
            }
        }
        let mut x = vec![1.0; n];
        for k in 1..n {
            x[k] = (0..k).map(|i| x[i] * a[i * n + k]).sum();
        }
        normalise(&mut x);
        x
    }

    #[test]
    fn blocks_agree_with_one_by_one() {
        for n in [1usize, 2, 3, 5, 63, 64, 65, 66, 127, 128, 129, 131, 300] {
            let a: Vec<f64> = (0..n * n)
                .map(|k| ((k * 7919 + 13) % 101) as f64 + 0.5)
                .collect();
            let x = gth(&mut a.clone(), n, &Pulse::new()).unwrap();
            let y = one_by_one(&mut a.clone(), n);
            for (u, v) in x.iter().zip(&y) {
                assert!((u / v - 1.0).abs() < 1e-13, "n = {n}: {u} {v}");
            }
        }
    }

    #[test]
    fn weights_beyond_the_range_of_floats_vanish_quietly() {
        let n = 700;
        let mut a = vec![0.0; n * n];
        for i in 0..n - 1 {
            a[i * n + i + 1] = 1.0;
            a[(i + 1) * n + i] = 0.1;
        }
        let x = gth(&mut a, n, &Pulse::new()).unwrap();
        assert!((x[n - 1] - 0.9).abs() < 1e-14);
        assert_eq!(x[0], 0.0);
    }
}
