//! All eigenvalues, and vectors if wanted, of a dense symmetric matrix: Householder reduction to a tridiagonal one, then
//! the implicit QL iteration (Golub and Van Loan, Matrix Computations, 8.3). Rows are what is touched, never columns.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

/// Sweeps of QL for one eigenvalue; two are usual.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues in no order; row n of `vectors` (empty if not wanted) belongs to value n.
pub(crate) struct Eigen {
    pub values: Vec<f64>,
    pub vectors: Vec<f64>,
}

/// Eigenvalues of the symmetric n x n matrix `a`, row by row.
pub(crate) fn symmetric(mut a: Vec<f64>, n: usize, vectors: bool, pulse: &Pulse) -> Result<Eigen> {
    let mut rows = Vec::new();
    if vectors {
        rows = vec![0.0; n * n];
        rows.iter_mut().step_by(n + 1).for_each(|d| *d = 1.0);
    }
    let mut off = vec![0.0; n];
    for (k, e) in off.iter_mut().enumerate().take(n.saturating_sub(2)) {
        pulse.check()?;
        *e = reflect(&mut a, n, k, &mut rows);
    }
    if n > 1 {
        off[n - 2] = a[(n - 2) * n + n - 1];
    }
    let mut values: Vec<f64> = a.iter().step_by(n + 1).copied().collect();
    for l in 0..n {
        pulse.check()?;
        let mut sweeps = 0;
        while let Some(m) = block_end(&values, &off, l) {
            sweeps += 1;
            if sweeps > MOST_SWEEPS {
                return Err(Error::Numerical(format!(
                    "the QL iteration did not converge in {MOST_SWEEPS} sweeps"
                )));
            }
            sweep(&mut values, &mut off, l, m, &mut rows);
        }
    }
    Ok(Eigen {
        values,
        vectors: rows,
    })
}

/// Column k below the diagonal becomes (e, 0, ..., 0) by a reflection, which `rows` takes part in; returns e.
fn reflect(a: &mut [f64], n: usize, k: usize, rows: &mut [f64]) -> f64 {
    let mut v: Vec<f64> = (k + 1..n).map(|i| a[k * n + i]).collect();
    let tail: f64 = v[1..].iter().map(|x| x * x).sum();
    if tail == 0.0 {
        return v[0];
    }
    let norm = (v[0] * v[0] + tail).sqrt();
    let e = if v[0] > 0.0 { -norm } else { norm };
    v[0] -= e;
    let scale = 2.0 / (v[0] * v[0] + tail);
    let mut w: Vec<f64> = (k + 1..n)
        .map(|i| scale * dot(&a[i * n + k + 1..(i + 1) * n], &v))
        .collect();
    let half = scale / 2.0 * dot(&w, &v);
    w.iter_mut().zip(&v).for_each(|(w, v)| *w -= half * v);
    for i in 0..v.len() {
        let (vi, wi) = (v[i], w[i]);
        let row = &mut a[(k + 1 + i) * n + k + 1..(k + 2 + i) * n];
        for ((x, v), w) in row.iter_mut().zip(&v).zip(&w) {
            *x -= vi * w + wi * v;
        }
    }
    if !rows.is_empty() {
        let below = &mut rows[(k + 1) * n..];
        let mut mix = vec![0.0; n];
        for (row, v) in below.chunks_exact(n).zip(&v) {
            mix.iter_mut().zip(row).for_each(|(m, x)| *m += v * x);
        }
        for (row, v) in below.chunks_exact_mut(n).zip(&v) {
            row.iter_mut()
                .zip(&mix)
                .for_each(|(x, m)| *x -= scale * v * m);
        }
    }
    e
}

/// The scalar product, by eight sums that do not wait for each other.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((many, left), (others, right)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, y) in many.iter().zip(others) {
        // By index: an iterator that is not inlined here costs four times the products.
        let mut k = 0;
        while k < 8 {
            sums[k] += x[k] * y[k];
            k += 1;
        }
    }
    let rest: f64 = left.iter().zip(right).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// The last row of the block that begins at l, unless l stands alone.
fn block_end(values: &[f64], off: &[f64], l: usize) -> Option<usize> {
    let small = |m: usize| {
        let size = values[m].abs() + values[m + 1].abs();
        off[m].abs() <= f64::EPSILON * size || off[m] == 0.0
    };
    let last = values.len() - 1;
    let m = (l..last).find(|&m| small(m)).unwrap_or(last);
    (m > l).then_some(m)
}

/// One implicit QL sweep with Wilkinson's shift over rows l..=m.
fn sweep(d: &mut [f64], e: &mut [f64], l: usize, m: usize, rows: &mut [f64]) {
    let n = d.len();
    let slope = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let root = libm::hypot(slope, 1.0);
    let mut g = d[m] - d[l] + e[l] / (slope + root.copysign(slope));
    let (mut sine, mut cosine, mut shift) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (f, b) = (sine * e[i], cosine * e[i]);
        let r = libm::hypot(f, g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= shift;
            e[m] = 0.0;
            return;
        }
        (sine, cosine) = (f / r, g / r);
        g = d[i + 1] - shift;
        let t = (d[i] - g) * sine + 2.0 * cosine * b;
        shift = sine * t;
        d[i + 1] = g + shift;
        g = cosine * t - b;
        if !rows.is_empty() {
            let (upper, lower) = rows[i * n..(i + 2) * n].split_at_mut(n);
            for (x, y) in upper.iter_mut().zip(lower) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
    }
    d[l] -= shift;
    e[l] = g;
    e[m] = 0.0;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_and_vectors_diagonalise(n in 1_usize..9, seed in prop::collection::vec(-2.0..2.0_f64, 64)) {
            let a: Vec<f64> = (0..n * n)
                .map(|k| seed[(k / n).min(k % n) * 8 + (k / n).max(k % n)])
                // some rows are nearly decoupled
                .map(|x| if x.abs() < 0.2 { 0.0 } else { x })
                .collect();
            let found = symmetric(a.clone(), n, true, &Pulse::new()).unwrap();
            for (value, v) in found.values.iter().zip(found.vectors.chunks_exact(n)) {
                prop_assert!((dot(v, v) - 1.0).abs() < 1e-13);
                for (row, x) in a.chunks_exact(n).zip(v) {
                    prop_assert!((dot(row, v) - value * x).abs() < 1e-12);
                }
            }
            let alone = symmetric(a, n, false, &Pulse::new()).unwrap();
            prop_assert_eq!(alone.values, found.values);
        }
    }
}
