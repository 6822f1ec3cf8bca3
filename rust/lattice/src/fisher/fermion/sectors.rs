//! The four spin structures of the torus, with the zero mode split in two: `Z = sum_s (+-) Q_s`.

use std::f64::consts::PI;

use super::bloch::{self, Block};
use super::torus::IsingTorus;

/// One boundary condition of the fermions: its weight in the mixture and what defines its propagator.
#[derive(Debug, Clone)]
pub(super) struct Sector {
    /// Antiperiodic along x, y.
    pub anti: [bool; 2],
    /// `+-Q_s / sum Q`; the weights sum to 1, some may be negative.
    pub weight: f64,
    /// The shift of the split block, at the momentum index it belongs to.
    shift: f64,
}

/// All sectors of a torus.
#[derive(Debug, Clone)]
pub(super) struct Sectors {
    pub torus: IsingTorus,
    pub list: Vec<Sector>,
    zero: ZeroMode,
}

/// The self-conjugate momentum at which the determinant can vanish, and how it is kept away from 0.
#[derive(Debug, Clone)]
struct ZeroMode {
    /// Whether the momentum is pi (rather than 0) along x, y.
    at_pi: [bool; 2],
    /// `1 - Lambda Phi = lambda` on a plane; `f = lambda * rest`.
    lambda: f64,
    rest: f64,
    projector: Block,
}

impl ZeroMode {
    /// `f = (1 - near)(1 - far)`, the two double eigenvalues of `Lambda Phi` where both steps are positive.
    fn new(torus: &IsingTorus) -> Self {
        let t = torus.t();
        let at_pi = t.map(|t| t < 0.0);
        let k = at_pi.map(|pi| if pi { PI } else { 0.0 });
        let mut size = t.map(f64::abs);
        let free = size == [0.0, 0.0];
        if free {
            size = [1.0, 1.0];
        }
        let (sum, product) = (size[0] + size[1], size[0] * size[1]);
        let near = (sum + (sum * sum + 4.0 * product).sqrt()) / 2.0;
        let far = -product / near;
        let steps = if free { [1.0, 1.0] } else { t };
        let projector = bloch::projector(steps, &bloch::phi(k), near, far);
        if free {
            return Self {
                at_pi,
                lambda: 1.0,
                rest: 1.0,
                projector,
            };
        }
        let rest = 1.0 - far;
        Self {
            at_pi,
            lambda: (1.0 - sum - product) / rest,
            rest,
            projector,
        }
    }
}

impl Sectors {
    /// Weights of all sectors, from `ln Q` as half the sum of the logarithms of the blocks' determinants.
    pub fn new(torus: IsingTorus) -> Self {
        let zero = ZeroMode::new(&torus);
        // Both shifted blocks stay at least 4/L away from singular, and all weights of order one.
        let split = zero.lambda.abs() + 4.0 / (torus.sites() as f64).sqrt();
        let mut list = Vec::with_capacity(5);
        let mut logs = Vec::with_capacity(5);
        for anti in [[false; 2], [false, true], [true, false], [true; 2]] {
            let prefactor = if anti == [false; 2] { -1.0 } else { 1.0 };
            let (log, sign) = regular_part(&torus, &zero, anti);
            let shifts: &[f64] = if zero_index(&torus, &zero, anti).is_some() {
                &[split, -split]
            } else {
                &[0.0]
            };
            for &shift in shifts {
                let (extra, factor) = if shift == 0.0 {
                    (0.0, 1.0)
                } else {
                    let f = (zero.lambda + shift) * zero.rest;
                    (f.abs().ln(), 0.5 * f.signum())
                };
                logs.push(log + extra);
                list.push(Sector {
                    anti,
                    weight: prefactor * sign * factor,
                    shift,
                });
            }
        }
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (sector, log) in list.iter_mut().zip(&logs) {
            sector.weight *= (log - largest).exp();
        }
        let total: f64 = list.iter().map(|s| s.weight).sum();
        list.iter_mut().for_each(|s| s.weight /= total);
        Self { torus, list, zero }
    }

    /// `K_k = Phi_k (1 - Lambda Phi_k + shift Pi)^-1` at the momentum of index `j`.
    pub fn propagator(&self, sector: &Sector, j: [usize; 2]) -> Block {
        let phi = bloch::phi(momentum(self.torus.shape(), sector.anti, j));
        let split = zero_index(&self.torus, &self.zero, sector.anti) == Some(j);
        let shift = if split { sector.shift } else { 0.0 };
        let block = bloch::one_minus(self.torus.t(), &phi, shift, &self.zero.projector);
        bloch::times(&phi, &bloch::inverse(block))
    }
}

/// `k = 2 pi (j + s/2) / L`.
fn momentum(shape: [usize; 2], anti: [bool; 2], j: [usize; 2]) -> [f64; 2] {
    std::array::from_fn(|i| {
        let half = if anti[i] { 0.5 } else { 0.0 };
        2.0 * PI * (j[i] as f64 + half) / shape[i] as f64
    })
}

/// The index of the momentum 0 or pi along one axis, if the sector has it.
fn index_of(length: usize, anti: bool, pi: bool) -> Option<usize> {
    match (anti, pi) {
        (false, false) => Some(0),
        (false, true) if length & 1 == 0 => Some(length / 2),
        (true, true) if length % 2 == 1 => Some(length / 2),
        _ => None,
    }
}

fn indices(torus: &IsingTorus, anti: [bool; 2], at_pi: [bool; 2]) -> Option<[usize; 2]> {
    let shape = torus.shape();
    Some([
        index_of(shape[0], anti[0], at_pi[0])?,
        index_of(shape[1], anti[1], at_pi[1])?,
    ])
}

fn zero_index(torus: &IsingTorus, zero: &ZeroMode, anti: [bool; 2]) -> Option<[usize; 2]> {
    indices(torus, anti, zero.at_pi)
}

/// `ln |Q|` and its sign over all momenta but the split one. The determinant at `k` is
/// `(1 - |tx| - |ty| - |tx ty|)^2 + 4 |tx| (1 - ty^2) sin^2(kx/2) + 4 |ty| (1 - tx^2) sin^2(ky/2)` with `k` counted from
/// the zero mode: no cancellation.
fn regular_part(torus: &IsingTorus, zero: &ZeroMode, anti: [bool; 2]) -> (f64, f64) {
    let (t, u, shape) = (torus.t(), torus.u(), torus.shape());
    let skipped = zero_index(torus, zero, anti);
    let f = zero.lambda * zero.rest;
    let steps = |axis: usize| -> Vec<f64> {
        let strength = 4.0 * t[axis].abs() * u[1 - axis];
        (0..shape[axis])
            .map(|j| {
                let mut index = [0, 0];
                index[axis] = j;
                let half = momentum(shape, anti, index)[axis] / 2.0;
                let sine = if zero.at_pi[axis] {
                    half.cos()
                } else {
                    half.sin()
                };
                strength * sine * sine
            })
            .collect()
    };
    let (along_x, along_y) = (steps(0), steps(1));
    let row = |(jx, &x): (usize, &f64)| -> f64 {
        let term = |(jy, &y): (usize, &f64)| {
            if skipped == Some([jx, jy]) {
                0.0
            } else {
                (f * f + (x + y)).ln()
            }
        };
        along_y.iter().enumerate().map(term).sum()
    };
    let log: f64 = along_x.iter().enumerate().map(row).sum();
    let mut sign = 1.0;
    for at_pi in [[false; 2], [false, true], [true, false], [true; 2]] {
        if at_pi != zero.at_pi && indices(torus, anti, at_pi).is_some() {
            let [x, y] = std::array::from_fn(|i| if at_pi[i] { -t[i] } else { t[i] });
            sign *= (1.0 - x - y - x * y).signum();
        }
    }
    (log / 2.0, sign)
}
