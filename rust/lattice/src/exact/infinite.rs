//! Infinite lattices: Onsager's energy, Yang's magnetization, critical temperatures.

use quincunx_core::{Error, Result};

use crate::geometry::{Geometry, Kind};

/// Energy per site of the infinite square lattice (J = 1, h = 0):
/// `e = -coth(2 beta) [1 + (2/pi) (2 tanh^2 2beta - 1) K(k)]`, `k = 2 sinh 2beta / cosh^2 2beta`.
///
/// L. Onsager, Phys. Rev. 65, 117 (1944). `K(k) = pi / (2 agm(1, k'))` with `k' = |2 tanh^2 2beta - 1|`.
pub fn onsager_energy(beta: f64) -> Result<f64> {
    let beta = check_beta(beta)?;
    if beta == 0.0 {
        return Ok(0.0);
    }
    let tanh = (2.0 * beta).tanh();
    // 1 + k'/agm, or for k' < 0 the difference (agm - |k'|)/agm taken without cancellation.
    let signed = 2.0 * tanh * tanh - 1.0;
    let bracket = match signed {
        0.0 => 1.0,
        x if x > 0.0 => 1.0 + x / agm_with_gap(x, 1.0 - x).0,
        x => {
            let (mean, gap) = agm_with_gap(-x, 2.0 * tanh * tanh);
            gap / mean
        }
    };
    Ok(-bracket / tanh)
}

/// `agm(1, x)` and `agm(1, x) - x` for `0 < x <= 1`, given `1 - x` to full precision.
fn agm_with_gap(x: f64, distance: f64) -> (f64, f64) {
    let mut gap = distance / 2.0;
    let (mut a, mut b) = ((1.0 + x) / 2.0, x.sqrt());
    let mut half = (gap / (1.0 + b)).powi(2);
    // The half difference is squared in each step: below 1e-9 the step after the last one changes nothing.
    while half > 1e-9 * a {
        gap -= half;
        (a, b) = (a - half, (a * b).sqrt());
        half = (a - b) / 2.0;
    }
    (a - half, gap - half)
}

/// Spontaneous magnetization of the infinite square lattice (J = 1): `(1 - sinh(2 beta)^-4)^(1/8)` above the critical
/// `beta`, else 0. C. N. Yang, Phys. Rev. 85, 808 (1952).
pub fn yang_magnetization(beta: f64) -> Result<f64> {
    let beta = check_beta(beta)?;
    let inverse = (2.0 * beta).sinh().recip();
    Ok((1.0 - inverse.powi(4)).max(0.0).powf(0.125))
}

fn check_beta(beta: f64) -> Result<f64> {
    if beta >= 0.0 {
        return Ok(beta);
    }
    Err(Error::invalid("beta", format!("{beta:?}"), "must be >= 0"))
}

/// Critical inverse temperature of the infinite lattice with `J = 1`: of Ising spins (`q = None`), or of Potts spins.
///
/// Square, triangular and honeycomb: exact (Baxter, *Exactly Solved Models*, chapter 12). Cubic Ising: 0.221654626(5),
/// consensus of simulations.
pub fn critical_beta(geometry: &Geometry, q: Option<i64>) -> Result<f64> {
    if let Some(q) = q.filter(|&q| q < 2) {
        return Err(Error::invalid("q", q, "must be >= 2"));
    }
    let colours = q.unwrap_or(2) as f64;
    // v = e^(beta J) - 1 at the Potts transition.
    let v = match geometry.kind() {
        Kind::Square => colours.sqrt(),
        Kind::Triangular => largest_root(|v| (v * v * (v + 3.0) - colours, 3.0 * v * (v + 2.0))),
        Kind::Honeycomb => largest_root(|v| {
            let cubic = v * v * v - 3.0 * colours * v - colours * colours;
            (cubic, 3.0 * v * v - 3.0 * colours)
        }),
        Kind::Cubic if q.is_none_or(|q| q == 2) => (2.0 * 0.221_654_626_f64).exp_m1(),
        Kind::Cubic => {
            return Err(Error::Refused(
                "critical_beta: no exact value is known for q >= 3 on the cubic lattice".into(),
            ));
        }
        Kind::Graph => {
            return Err(Error::Refused(
                "critical_beta: a finite graph has no critical temperature; \
                 Square, Triangular, Honeycomb and Cubic do"
                    .into(),
            ));
        }
    };
    let potts = v.ln_1p();
    Ok(if q.is_none() { potts / 2.0 } else { potts })
}

/// Newton's method from far above the largest root of an increasing convex branch; `f` gives value and slope.
fn largest_root(f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut v = 1e6;
    for _ in 0..200 {
        let (value, slope) = f(v);
        let next = v - value / slope;
        if next >= v {
            break;
        }
        v = next;
    }
    v
}
