//! Small dense square matrices, row after row: what exact transitions of linear equations need.

/// `a b`.
pub(super) fn product(a: &[f64], b: &[f64], d: usize) -> Vec<f64> {
    let mut out = vec![0.0; d * d];
    for (row, out) in a.chunks_exact(d).zip(out.chunks_exact_mut(d)) {
        for (&x, b) in row.iter().zip(b.chunks_exact(d)) {
            for (o, &y) in out.iter_mut().zip(b) {
                *o += x * y;
            }
        }
    }
    out
}

/// The transpose.
pub(super) fn transpose(a: &[f64], d: usize) -> Vec<f64> {
    (0..d * d).map(|i| a[(i % d) * d + i / d]).collect()
}

/// `a += c b`.
pub(super) fn add_scaled(a: &mut [f64], c: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, &b)| *a += c * b);
}

/// The identity.
pub(super) fn identity(d: usize) -> Vec<f64> {
    (0..d * d)
        .map(|i| if i / d == i % d { 1.0 } else { 0.0 })
        .collect()
}

/// The largest column sum of magnitudes.
pub(super) fn norm_1(a: &[f64], d: usize) -> f64 {
    (0..d)
        .map(|j| a.iter().skip(j).step_by(d).map(|x| x.abs()).sum())
        .fold(0.0, f64::max)
}

/// `(a + a^T)/2`, in place.
pub(super) fn symmetrise(a: &mut [f64], d: usize) {
    for i in 0..d {
        for j in 0..i {
            let mean = 0.5 * (a[i * d + j] + a[j * d + i]);
            a[i * d + j] = mean;
            a[j * d + i] = mean;
        }
    }
}

/// `c` with `c c^T = a` for a symmetric positive semidefinite `a`: Cholesky with diagonal pivoting, rows in their
/// own order. Pivots below `d eps max(a)` are taken as 0, so that singular matrices are fine.
pub(super) fn root(a: &[f64], d: usize) -> Vec<f64> {
    let mut rest = a.to_vec();
    let mut out = vec![0.0; d * d];
    let top = (0..d).map(|i| a[i * d + i]).fold(0.0, f64::max);
    let small = d as f64 * f64::EPSILON * top;
    let mut open: Vec<usize> = (0..d).collect();
    for k in 0..d {
        let Some(at) = (0..open.len()).reduce(|p, q| {
            let value = |s: usize| rest[open[s] * d + open[s]];
            if value(q) > value(p) { q } else { p }
        }) else {
            break;
        };
        let pivot = open[at];
        if rest[pivot * d + pivot] <= small {
            break;
        }
        let scale = rest[pivot * d + pivot].sqrt();
        let column: Vec<f64> = (0..d).map(|i| rest[i * d + pivot] / scale).collect();
        for &i in &open {
            out[i * d + k] = column[i];
            for &j in &open {
                rest[i * d + j] -= column[i] * column[j];
            }
        }
        open.remove(at);
    }
    out
}
