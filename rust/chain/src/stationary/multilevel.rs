//! Multilevel aggregation and disaggregation for large sparse chains; no subtraction in any component.

use quincunx_core::markov::Csr;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::coarsen::Level;
use super::gth::{gth, normalise};
use super::square::Square;

/// Chains of at most this many states are solved by dense elimination.
const DIRECT: usize = 200;
/// Cycles before the iteration is given up.
const CYCLES: usize = 300;
/// The iteration is given up when the residual has not halved within this many cycles.
const STALLED: usize = 15;
/// Iterates combined at the top level.
const WINDOW: usize = 3;

/// A law and how well it solves the balance equations.
pub(super) struct Iterate {
    pub x: Vec<f64>,
    /// `||x Q||_1` over `scale`.
    pub residual: f64,
    pub cycles: usize,
}

/// The stationary law of an irreducible chain to `||x Q||_1 <= tol * scale`.
///
/// Horton, Leutenegger, A multi-level solution algorithm for steady-state Markov chains, SIGMETRICS 1994;
/// De Sterck et al., SIAM J. Sci. Comput. 30 (2008) 2235-2262 (W-cycles, recombination of iterates).
pub(super) fn multilevel(edges: &Csr, scale: f64, tol: f64, pulse: &Pulse) -> Result<Iterate> {
    let level = Level::new(edges.clone());
    let n = level.n();
    let mut x = vec![1.0 / n as f64; n];
    let mut past: Vec<(Vec<f64>, Vec<f64>)> = Vec::with_capacity(WINDOW);
    let (mut best, mut since) = (f64::INFINITY, 0);
    for cycles in 1..=CYCLES {
        let y = cycle(&level, x, pulse)?;
        let r = residual(&level, &y);
        let size = l1(&r) / scale;
        if size <= tol {
            return Ok(Iterate {
                x: y,
                residual: size,
                cycles,
            });
        }
        if size < best / 2.0 {
            (best, since) = (size, cycles);
        }
        if cycles > since + STALLED {
            break;
        }
        if past.len() == WINDOW {
            past.remove(0);
        }
        past.push((y, r));
        x = recombine(&past);
        let size = l1(&residual(&level, &x)) / scale;
        if size <= tol {
            return Ok(Iterate {
                x,
                residual: size,
                cycles,
            });
        }
    }
    Err(Error::Numerical(format!(
        "the stationary law: tol = {tol:e} is out of reach, the iteration stalls at a residual of {best:e}"
    )))
}

/// One W-cycle: smooth, aggregate, solve the coarser chain twice and combine, disaggregate, smooth.
fn cycle(level: &Level, mut x: Vec<f64>, pulse: &Pulse) -> Result<Vec<f64>> {
    pulse.check()?;
    let n = level.n();
    if n <= DIRECT {
        return gth(Square::of(&level.out), pulse);
    }
    sweep(level, &mut x, 0..n);
    sweep(level, &mut x, 0..n);
    let (coarse, mass, group) = level.coarsen(&x);
    let small = coarse.n() <= DIRECT;
    let first = cycle(&coarse, mass.clone(), pulse)?;
    let y = if small {
        first
    } else {
        let second = cycle(&coarse, first.clone(), pulse)?;
        combine(&coarse, &first, second)
    };
    let ratio: Vec<f64> = y
        .iter()
        .zip(&mass)
        .map(|(&y, &m)| if m > 0.0 { y / m } else { 0.0 })
        .collect();
    for (v, &g) in x.iter_mut().zip(&group) {
        *v *= ratio[g as usize];
    }
    sweep(level, &mut x, (0..n).rev());
    sweep(level, &mut x, (0..n).rev());
    normalise(&mut x);
    Ok(x)
}

/// Gauss-Seidel: `x_j = sum_{i != j} x_i q_ij / exit_j`.
fn sweep(level: &Level, x: &mut [f64], states: impl Iterator<Item = usize>) {
    for j in states {
        let (from, rates) = level.into.row(j);
        let mut sum = 0.0;
        for (&i, &q) in from.iter().zip(rates) {
            sum += x[i as usize] * q;
        }
        if level.exit[j] > 0.0 {
            x[j] = sum / level.exit[j];
        }
    }
}

/// `x Q`.
fn residual(level: &Level, x: &[f64]) -> Vec<f64> {
    (0..level.n())
        .map(|j| {
            let inflow: f64 = level.into.entries(j).map(|(i, q)| x[i] * q).sum();
            inflow - x[j] * level.exit[j]
        })
        .collect()
}

fn l1(r: &[f64]) -> f64 {
    r.iter().map(|v| v.abs()).sum()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

/// `second + a (first - second)` with the least 2-norm residual, where it is positive; else `second`.
fn combine(level: &Level, first: &[f64], second: Vec<f64>) -> Vec<f64> {
    let r2 = residual(level, &second);
    let d = minus(&residual(level, first), &r2);
    let size = dot(&d, &d);
    if size == 0.0 {
        return second;
    }
    let a = -dot(&r2, &d) / size;
    let y: Vec<f64> = second
        .iter()
        .zip(first)
        .map(|(s, f)| s + a * (f - s))
        .collect();
    if y.iter().all(|&v| v > 0.0) {
        y
    } else {
        second
    }
}

/// The affine combination of the last iterates with the least 2-norm residual, where it is positive; else the last.
fn recombine(past: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let (last, r) = &past[past.len() - 1];
    let olds = &past[..past.len() - 1];
    let d: Vec<Vec<f64>> = olds.iter().map(|(_, o)| minus(o, r)).collect();
    let b: Vec<f64> = d.iter().map(|v| -dot(v, r)).collect();
    let a = match d.as_slice() {
        [] => return last.clone(),
        [u] => vec![b[0] / dot(u, u)],
        [u, v, ..] => {
            let (uu, uv, vv) = (dot(u, u), dot(u, v), dot(v, v));
            let det = uu * vv - uv * uv;
            if det <= 1e-12 * uu * vv {
                vec![0.0, b[1] / vv]
            } else {
                vec![(b[0] * vv - b[1] * uv) / det, (b[1] * uu - b[0] * uv) / det]
            }
        }
    };
    let mut y = last.clone();
    for ((old, _), &a) in olds.iter().zip(&a) {
        for (v, (&o, &l)) in y.iter_mut().zip(old.iter().zip(last)) {
            *v += a * (o - l);
        }
    }
    if y.iter().all(|&v| v > 0.0 && v.is_finite()) {
        normalise(&mut y);
        y
    } else {
        last.clone()
    }
}
