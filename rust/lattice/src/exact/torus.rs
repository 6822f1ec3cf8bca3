//! The square-lattice Ising torus in closed form: Kaufman's four products, with derivatives, for one coupling per axis.
//!
//! B. Kaufman, Phys. Rev. 76, 1232 (1949). Written through `t = tanh K` rather than Kaufman's `gamma`, so that nothing
//! diverges at `K = 0`: with `D(k) = f^2 + 4 t_x u_y sin^2(k/2)`, `f = 1 - t_x - t_y - t_x t_y`, `u = 1 - t^2` and
//! `B = 2 t_y u_x`, each momentum `k` along x contributes `r^M (1 ± (B/2r)^M)^2`, `2r = D + B + sqrt(D (D + 2B))`, to
//! the determinant of the sector periodic (-) or antiperiodic (+) along y. At `k = 0` the root is `f` times another:
//! its sign decides the sign of the sector, and it is carried as a factor outside the logarithm.

use std::f64::consts::{LN_2, PI};

use super::jet::Jet;

/// A sector's `sqrt(determinant)` as `factor * exp(log)`.
struct Sector {
    factor: Jet,
    log: Jet,
}

/// `tanh K` and `1 - tanh^2 K` of one axis, along `K + direction * x`.
struct Axis {
    t: Jet,
    u: Jet,
    log_cosh: Jet,
}

impl Axis {
    fn new(coupling: f64, direction: f64) -> Self {
        let k = coupling.abs();
        let d = if coupling < 0.0 {
            -direction
        } else {
            direction
        };
        let (t, u) = (k.tanh(), k.cosh().recip().powi(2));
        let t_jet = Jet {
            value: t,
            first: d * u,
            second: -2.0 * d * d * t * u,
        };
        let u_jet = Jet {
            value: u,
            first: -2.0 * d * t * u,
            second: d * d * u * (4.0 * t * t - 2.0 * u),
        };
        let log_cosh = Jet {
            value: k + (-2.0 * k).exp().ln_1p() - LN_2,
            first: d * t,
            second: d * d * u,
        };
        Self {
            t: t_jet,
            u: u_jet,
            log_cosh,
        }
    }
}

/// `ln Z` of the `lengths[0] x lengths[1]` torus with couplings `beta J = couplings` along the two axes, and its
/// derivatives along `couplings + direction * x`. `None` where the four terms cancel to less than six digits: an
/// antiferromagnet with an odd side at low temperature.
///
/// ```
/// use quincunx_lattice::exact::torus_log_partition;
/// let k = (1.0 + 2.0_f64.sqrt()).ln() / 2.0;
/// let log_z = torus_log_partition([8, 8], [k, k], [1.0, 1.0]).unwrap_or_default();
/// assert!((log_z.value / 64.0 - 0.93971532482921).abs() < 1e-13);
/// assert!((log_z.first / 64.0 - 1.4915891074397).abs() < 1e-12);
/// ```
pub fn torus_log_partition(
    lengths: [usize; 2],
    couplings: [f64; 2],
    direction: [f64; 2],
) -> Option<Jet> {
    let axes = [0, 1].map(|a| Axis::new(couplings[a], direction[a]));
    let sector = |k: bool, m: bool| sector(lengths, &axes, k, m);
    let sectors = [
        sector(false, false),
        sector(true, false),
        sector(false, true),
        sector(true, true),
    ];
    // Z takes one sector with the other sign: the one periodic in both axes. An antiferromagnetic axis of odd length is
    // a ferromagnetic one with twisted ends, which moves the odd sign to another sector.
    let twist = [0, 1].map(|a| usize::from(couplings[a] < 0.0 && lengths[a] % 2 == 1));
    let odd = twist[0] + 2 * twist[1];
    let n = (lengths[0] * lengths[1]) as f64;
    let sum = signed_log_sum(&sectors, odd)?;
    let prefix = (axes[0].log_cosh + axes[1].log_cosh).scale(n);
    Some(Jet::constant((n - 1.0) * LN_2) + prefix + sum)
}

/// The square root of the determinant of one sector, with its sign.
fn sector(lengths: [usize; 2], axes: &[Axis; 2], anti_x: bool, anti_y: bool) -> Sector {
    let (n, m) = (lengths[0], lengths[1]);
    let (tx, ty, ux, uy) = (axes[0].t, axes[1].t, axes[0].u, axes[1].u);
    let b = (ty * ux).scale(2.0);
    let f = Jet::constant(1.0) - tx - ty - tx * ty;
    let sign = if anti_y { 1.0 } else { -1.0 };
    let mut log = Jet::default();
    let mut factor = Jet::constant(1.0);
    for j in 0..n {
        let zero_mode = j == 0 && !anti_x;
        let d = if zero_mode {
            f.square()
        } else {
            let k = PI * (2 * j + usize::from(anti_x)) as f64 / n as f64;
            f.square() + (tx * uy).scale(4.0 * (k / 2.0).sin().powi(2))
        };
        let root = if zero_mode {
            (d + b.scale(2.0)).sqrt() * f
        } else {
            (d * (d + b.scale(2.0))).sqrt()
        };
        if zero_mode && !anti_y && (m as f64 * f.value).abs() < 1.0 {
            // 2 sinh(M gamma / 2), gamma = ln(2r/B): passes through zero with f.
            let r = (d + b + root).scale(0.5);
            let half = (r.scale(2.0) / b).ln().scale(m as f64 / 2.0);
            factor = two_sinh(half);
            log = log + b.scale(0.5).ln().scale(m as f64 / 2.0);
        } else {
            let root = if root.value < 0.0 { -root } else { root };
            let r = (d + b + root).scale(0.5);
            let decay = (b.scale(0.5) / r).power(m);
            log = log + r.ln().scale(m as f64 / 2.0) + decay.scale(sign).ln_1p();
            if zero_mode && !anti_y && f.value < 0.0 {
                factor = -factor;
            }
        }
    }
    Sector { factor, log }
}

fn two_sinh(x: Jet) -> Jet {
    let (s, c) = (2.0 * x.value.sinh(), 2.0 * x.value.cosh());
    Jet {
        value: s,
        first: c * x.first,
        second: s * x.first * x.first + c * x.second,
    }
}

/// `ln |sum_s ± factor_s exp(log_s)|` where only sector `odd` counts negatively.
fn signed_log_sum(sectors: &[Sector; 4], odd: usize) -> Option<Jet> {
    // Derivatives are taken relative to the sector antiperiodic in both axes: no digits are lost to the bulk.
    let base = sectors[3].log;
    let top = sectors.iter().map(|s| s.log.value).fold(f64::MIN, f64::max);
    let (mut sum, mut size) = (Jet::default(), 0.0);
    for (index, sector) in sectors.iter().enumerate() {
        let sign = if index == odd { -1.0 } else { 1.0 };
        let weight = sign * (sector.log.value - top).exp();
        let (p, first) = (sector.factor, sector.log.first - base.first);
        let second = sector.log.second - base.second + first * first;
        sum.value += weight * p.value;
        sum.first += weight * (p.first + p.value * first);
        sum.second += weight * (p.second + 2.0 * p.first * first + p.value * second);
        size += (weight * p.value).abs();
    }
    if sum.value <= 1e-6 * size {
        return None;
    }
    let total = sum.ln();
    Some(Jet {
        value: top + total.value,
        first: base.first + total.first,
        second: base.second + total.second,
    })
}
