//! Dense state reduction without subtraction (Grassmann, Taksar, Heyman).

use quincunx_core::run::Pulse;
use quincunx_core::simd::{LANES, Lanes, dispatch};
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::panel::{Above, OneByOne, Panel};
use super::square::Square;

/// States eliminated together; the matrix above them is updated in one sweep.
const PANEL: usize = 128;
/// Groups of rows that make a piece of work for a thread.
const GROUPS: usize = 8;
/// Entries beyond this are scaled down during back-substitution (by an exact power of two).
pub(super) const LARGE: f64 = 1.157920892373162e77; // 2^256

/// The stationary law of an irreducible chain from its off-diagonal entries: `a` is P or Q (the diagonal is never read).
///
/// Eliminates states n-1, ..., 1: with `s = sum_{j<k} a_kj`, `a_ik /= s` and `a_ij += a_ik a_kj` for i, j < k; then
/// `x_0 = 1`, `x_k = sum_{i<k} x_i a_ik`. Every entry has a relative error of order n 2^-53, however small it is. A panel
/// of states is eliminated at once: additions and one division per entry can be put together as in a factorisation by
/// blocks, still without subtraction.
///
/// Grassmann, Taksar, Heyman, Regenerative analysis and steady state distributions for Markov chains,
/// Oper. Res. 33 (1985) 1107-1116; O'Cinneide, Numer. Math. 65 (1993) 109-120.
pub(super) fn gth(mut a: Square, pulse: &Pulse) -> Result<Vec<f64>> {
    let (n, stride) = (a.n(), a.stride());
    let mut exits = vec![0.0; PANEL];
    for first in (0..n).step_by(PANEL).rev() {
        let width = PANEL.min(n - first);
        let (above, rows) = a.rows_mut().split_at_mut(first * stride);
        let rows = &mut rows[..width * stride];
        let exits = &mut exits[..width];
        eliminate(rows, stride, first, exits, pulse)?;
        apply(
            above,
            stride,
            &Panel::new(rows, stride, first, exits),
            pulse,
        )?;
    }
    substitute(&a)
}

/// Eliminates the states of some neighbouring rows, of which `first` is the first, from each other.
fn eliminate(
    rows: &mut [Lanes<f64>],
    stride: usize,
    first: usize,
    exits: &mut [f64],
    pulse: &Pulse,
) -> Result<()> {
    if exits.len() <= LANES {
        pulse.check()?;
        let bad = dispatch(OneByOne {
            rows,
            stride,
            first,
            exits,
        });
        return bad.map_or(Ok(()), |s| {
            Err(Error::Numerical(format!(
                "state reduction met a state with exit weight {s}: entries are beyond the range of float64"
            )))
        });
    }
    let half = exits.len().div_ceil(2).next_multiple_of(LANES);
    let (early, late) = rows.split_at_mut(half * stride);
    let (exits, late_exits) = exits.split_at_mut(half);
    eliminate(late, stride, first + half, late_exits, pulse)?;
    let panel = Panel::new(late, stride, first + half, late_exits);
    apply(early, stride, &panel, pulse)?;
    eliminate(early, stride, first, exits, pulse)
}

/// Eliminates the states of `panel` from rows above it, a whole number of groups.
fn apply(rows: &mut [Lanes<f64>], stride: usize, panel: &Panel, pulse: &Pulse) -> Result<()> {
    rows.par_chunks_exact_mut(LANES * stride)
        .with_min_len(GROUPS)
        .try_for_each(|rows| {
            dispatch(Above {
                rows,
                stride,
                panel,
            });
            pulse.check()
        })
}

/// The law from the reduced matrix.
fn substitute(a: &Square) -> Result<Vec<f64>> {
    let n = a.n();
    let mut x = vec![Lanes::splat(0.0_f64); a.stride()];
    x[0][0] = 1.0;
    for k in 0..n {
        // By now all of `sum_{i<k} x_i a_ik` is there.
        let (c, lane) = (k / LANES, k % LANES);
        let value = x[c][lane];
        if !value.is_finite() {
            return Err(Error::Numerical(
                "the stationary law has entries whose ratio is beyond the range of float64".into(),
            ));
        }
        if value > LARGE {
            x.iter_mut()
                .flat_map(|c| &mut c.0)
                .for_each(|v| *v /= LARGE);
        }
        let value = x[c][lane];
        let row = &a.row(k)[c..];
        for (to, from) in x[c].0.iter_mut().zip(row[0].0).skip(lane + 1) {
            *to += value * from;
        }
        for (to, from) in x[c..].iter_mut().zip(row).skip(1) {
            for (to, from) in to.0.iter_mut().zip(from.0) {
                *to += value * from;
            }
        }
    }
    let mut x: Vec<f64> = x.iter().flat_map(|c| c.0).take(n).collect();
    normalise(&mut x);
    Ok(x)
}

/// Divides by the sum.
pub(super) fn normalise(x: &mut [f64]) {
    let sum: f64 = x.iter().sum();
    x.iter_mut().for_each(|v| *v /= sum);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use quincunx_core::markov::Csr;
    use quincunx_core::simd::{Level, force};

    /// The law of the row-major matrix `a`.
    fn law(a: &[f64], n: usize) -> Vec<f64> {
        let mut edges = Csr::with_capacity(n, n * n);
        for row in a.chunks(n) {
            row.iter()
                .enumerate()
                .filter(|(_, v)| **v > 0.0)
                .for_each(|(j, &v)| edges.push(j as u32, v));
            edges.end_row();
        }
        gth(Square::of(&edges), &Pulse::new()).unwrap()
    }

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
        for n in [
            1usize, 2, 3, 5, 8, 9, 63, 64, 65, 66, 127, 128, 129, 131, 300,
        ] {
            let a: Vec<f64> = (0..n * n)
                .map(|k| ((k * 7919 + 13) % 101) as f64 + 0.5)
                .collect();
            let x = law(&a, n);
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
        let x = law(&a, n);
        assert!((x[n - 1] - 0.9).abs() < 1e-14);
        assert_eq!(x[0], 0.0);
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let n = 203;
        let a: Vec<f64> = (0..n * n)
            .map(|k| (((k * 7919 + 13) % 101) as f64 / 7.0).exp2())
            .collect();
        let laws = Level::available().into_iter().map(|level| {
            force(Some(level)).unwrap();
            law(&a, n)
        });
        let laws: Vec<Vec<f64>> = laws.collect();
        force(None).unwrap();
        assert!(laws.iter().all(|x| *x == laws[0]));
    }
}
