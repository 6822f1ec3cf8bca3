//! Directed edges in momentum space: the 4 x 4 blocks of `1 - Lambda Phi` in the real gauge.
//!
//! Directions 0: +x, 1: +y, 2: -x, 3: -y. `Phi[a -> b] = +-1` unless `b` reverses `a`; the sign is -1 for 3 -> 0 and 0 -> 3.

use rustfft::num_complex::Complex;

pub(super) type C64 = Complex<f64>;
pub(super) type Block = [[C64; 4]; 4];

const ZERO: C64 = C64 { re: 0.0, im: 0.0 };
const ONE: C64 = C64 { re: 1.0, im: 0.0 };

/// The sign of the step from direction `a` to direction `b` in real space; 0 for a reversal.
fn turn(a: usize, b: usize) -> f64 {
    match (a, b) {
        (0, 3) | (3, 0) => -1.0,
        _ if (a + 2) % 4 == b => 0.0,
        _ => 1.0,
    }
}

/// `Phi_k[a, b] = Phi[a -> b] exp(i k d_a)`.
pub(super) fn phi(k: [f64; 2]) -> Block {
    let [x, y] = k.map(|angle| C64::new(angle.cos(), angle.sin()));
    let phases = [x, y, x.conj(), y.conj()];
    let mut block = [[ZERO; 4]; 4];
    for (a, row) in block.iter_mut().enumerate() {
        for (b, entry) in row.iter_mut().enumerate() {
            *entry = phases[a] * turn(a, b);
        }
    }
    block
}

/// `1 - Lambda Phi + shift Pi` with `Lambda = diag(tx, ty, tx, ty)`.
pub(super) fn one_minus(t: [f64; 2], phi: &Block, shift: f64, projector: &Block) -> Block {
    let mut block = [[ZERO; 4]; 4];
    for a in 0..4 {
        for b in 0..4 {
            let identity = if a == b { ONE } else { ZERO };
            block[a][b] = identity - phi[a][b] * t[a % 2] + projector[a][b] * shift;
        }
    }
    block
}

/// The spectral projector of `Lambda Phi_k`, `k` self-conjugate, on its double eigenvalue `near`; `far` is the other one.
pub(super) fn projector(t: [f64; 2], phi: &Block, near: f64, far: f64) -> Block {
    let mut block = [[ZERO; 4]; 4];
    for a in 0..4 {
        for b in 0..4 {
            let identity = if a == b { far } else { 0.0 };
            // Real at k in {0, pi}^2 up to the rounding of sin(pi).
            let value = (phi[a][b].re * t[a % 2] - identity) / (near - far);
            block[a][b] = C64::new(value, 0.0);
        }
    }
    block
}

/// The matrix product.
pub(super) fn times(x: &Block, y: &Block) -> Block {
    let mut out = [[ZERO; 4]; 4];
    for (row, x) in out.iter_mut().zip(x) {
        for (x, y) in x.iter().zip(y) {
            for (out, y) in row.iter_mut().zip(y) {
                *out += x * y;
            }
        }
    }
    out
}

/// The inverse by Gauss-Jordan elimination with row pivots.
pub(super) fn inverse(mut m: Block) -> Block {
    let mut out = [[ZERO; 4]; 4];
    for (i, row) in out.iter_mut().enumerate() {
        row[i] = ONE;
    }
    for column in 0..4 {
        let mut best = column;
        for row in column + 1..4 {
            if m[row][column].norm_sqr() > m[best][column].norm_sqr() {
                best = row;
            }
        }
        m.swap(column, best);
        out.swap(column, best);
        let pivot = m[column][column].inv();
        for j in 0..4 {
            m[column][j] *= pivot;
            out[column][j] *= pivot;
        }
        let (pivot_row, pivot_out) = (m[column], out[column]);
        for row in (0..4).filter(|&row| row != column) {
            let factor = m[row][column];
            for j in 0..4 {
                m[row][j] -= factor * pivot_row[j];
                out[row][j] -= factor * pivot_out[j];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projector_projects_on_a_plane_that_the_block_keeps() {
        let t = [0.3_f64, 0.55];
        let (sum, product) = (t[0] + t[1], t[0] * t[1]);
        let near = (sum + (sum * sum + 4.0 * product).sqrt()) / 2.0;
        let (phi, far) = (phi([0.0, 0.0]), -product / near);
        let p = projector(t, &phi, near, far);
        let squared = times(&p, &p);
        let trace: f64 = (0..4).map(|a| p[a][a].re).sum();
        assert!((trace - 2.0).abs() < 1e-14);
        for a in 0..4 {
            for b in 0..4 {
                assert!((squared[a][b] - p[a][b]).norm() < 1e-14);
            }
        }
        let m = one_minus(t, &phi, 0.1, &p);
        let unit = times(&m, &inverse(m));
        for (a, row) in unit.iter().enumerate() {
            for (b, v) in row.iter().enumerate() {
                let expected = if a == b { 1.0 } else { 0.0 };
                assert!((v - expected).norm() < 1e-13);
            }
        }
    }
}
