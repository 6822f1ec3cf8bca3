//! Metric and `P` of the torus: the mixture of the sectors' cumulants and its derivative, `O(n log n)`.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::bloch::C64;
use super::plan::Plan2;
use super::propagator::{Propagator, derivative};
use super::sectors::Sectors;
use crate::work::Work;

/// Pairs of directions whose planes are kept: `g_10(r) = g_01(-r)`.
const PAIRS: [[usize; 2]; 3] = [[0, 0], [0, 1], [1, 1]];

/// Entries tabulated between two looks at the pulse.
const TOGETHER: usize = 1 << 12;

/// One plane per pair of directions.
type Planes<T> = [Vec<T>; 3];

/// First and second cumulants of one sector, and their derivatives with respect to each parameter.
struct Cumulants {
    /// `d_a = -1/2 tr K_aa`; the mean is `t_a + u_a d_a`.
    d: [f64; 2],
    dd: Vec<[f64; 2]>,
    /// `-1/2 tr K_ab(r) K_ba(-r)`.
    c: Planes<f64>,
    dc: Vec<Planes<f64>>,
}

/// Metric, means and `P` of a torus.
pub(super) struct TorusMetric {
    /// `mu_a = <e_a>`.
    pub mean: [f64; 2],
    /// `x_a = m_a - mu_a` of each sector.
    pub offset: Vec<[f64; 2]>,
    /// `g_ab(r)` for the pairs 00, 01, 11.
    pub planes: Planes<f64>,
    /// `g^_ab(k) = sum_r g_ab(r) exp(-i k r)` for the same pairs.
    pub transformed: Planes<C64>,
    /// `P_a = d ln det g / dJ_a` of the two bonds of a cell.
    pub p: [f64; 2],
    /// `|P|^2`.
    pub p2: f64,
}

/// A coupling that the torus depends on: `rates[axis] = dt[axis]/dJ`, shared by `axes` bonds of each cell.
struct Parameter {
    rates: [f64; 2],
    axes: f64,
}

fn parameters(sectors: &Sectors) -> Vec<Parameter> {
    let u = sectors.torus.u();
    if sectors.torus.is_isotropic() {
        return vec![Parameter {
            rates: u,
            axes: 2.0,
        }];
    }
    let one = |rates| Parameter { rates, axes: 1.0 };
    vec![one([u[0], 0.0]), one([0.0, u[1]])]
}

impl TorusMetric {
    pub fn new(sectors: &Sectors, plan: &Plan2, work: Work) -> Result<Self> {
        let parameters = parameters(sectors);
        let n = sectors.torus.sites() as u128;
        let held = 1200 + 3 * 8 * (sectors.list.len() * (1 + parameters.len())) as u128;
        work.allow("the table of propagators", n * held, "raise max_bytes")?;
        let cumulants = sectors
            .list
            .iter()
            .map(|sector| {
                let blocks = sectors.blocks(sector, work.pulse)?;
                let shape = sectors.torus.shape();
                let real =
                    |blocks: &[_]| Propagator::new(shape, sector.anti, blocks, plan, work.pulse);
                let k = real(&blocks)?;
                let dk = parameters
                    .iter()
                    .map(|p| real(&derivative(&blocks, p.rates, work.pulse)?))
                    .collect::<Result<Vec<_>>>()?;
                cumulants(&k, &dk, shape, work.pulse)
            })
            .collect::<Result<Vec<_>>>()?;
        combine(sectors, &parameters, &cumulants, plan, work.pulse)
    }
}

pub(super) fn trace(x: [[f64; 2]; 2], y: [[f64; 2]; 2]) -> f64 {
    (x[0][0] * y[0][0] + x[0][1] * y[1][0]) + (x[1][0] * y[0][1] + x[1][1] * y[1][1])
}

fn cumulants(
    k: &Propagator,
    dk: &[Propagator],
    shape: [usize; 2],
    pulse: &Pulse,
) -> Result<Cumulants> {
    let mean = |k: &Propagator| {
        [0, 1].map(|a| {
            let block = k.block(a, a, [0, 0]);
            -0.5 * (block[0][0] + block[1][1])
        })
    };
    let planes = |value: &(dyn Fn(usize, usize, [i64; 2]) -> f64 + Sync)| -> Result<Planes<f64>> {
        let mut out = PAIRS.map(|_| vec![0.0; shape[0] * shape[1]]);
        for (plane, [a, b]) in out.iter_mut().zip(PAIRS) {
            let rows = plane.par_chunks_exact_mut(shape[1]).enumerate();
            rows.try_for_each(|(x, row)| {
                pulse.check()?;
                for (y, entry) in row.iter_mut().enumerate() {
                    *entry = value(a, b, [x as i64, y as i64]);
                }
                Ok(())
            })?;
        }
        Ok(out)
    };
    let back = |r: [i64; 2]| [-r[0], -r[1]];
    let c = planes(&|a, b, r| -0.5 * trace(k.block(a, b, r), k.block(b, a, back(r))))?;
    let dc = dk
        .iter()
        .map(|dk| {
            planes(&|a, b, r| {
                let (there, again) = (k.block(a, b, r), k.block(b, a, back(r)));
                let first = trace(dk.block(a, b, r), again);
                -0.5 * (first + trace(there, dk.block(b, a, back(r))))
            })
        })
        .collect::<Result<_>>()?;
    Ok(Cumulants {
        d: mean(k),
        dd: dk.iter().map(mean).collect(),
        c,
        dc,
    })
}

/// `g_ab = sum_s w_s (c_ab + x_a x_b)`, the diagonal being `1 - mu_a^2`.
fn combine(
    sectors: &Sectors,
    parameters: &[Parameter],
    cumulants: &[Cumulants],
    plan: &Plan2,
    pulse: &Pulse,
) -> Result<TorusMetric> {
    let (t, u) = (sectors.torus.t(), sectors.torus.u());
    let weights: Vec<f64> = sectors.list.iter().map(|s| s.weight).collect();
    let average = |f: &dyn Fn(&Cumulants) -> f64| -> f64 {
        weights.iter().zip(cumulants).map(|(w, c)| w * f(c)).sum()
    };
    let mean_d = [0, 1].map(|a| average(&|c| c.d[a]));
    let mean = [0, 1].map(|a| t[a] + u[a] * mean_d[a]);
    let offset: Vec<[f64; 2]> = cumulants
        .iter()
        .map(|c| [0, 1].map(|a| u[a] * (c.d[a] - mean_d[a])))
        .collect();
    let n = sectors.torus.sites();
    let planes: Planes<f64> = each_pair(|pair, [a, b]| {
        let value = |r: usize| {
            let terms = weights.iter().zip(cumulants).zip(&offset);
            terms
                .map(|((w, c), x)| w * (u[a] * u[b] * c.c[pair][r] + x[a] * x[b]))
                .sum()
        };
        let mut plane = tabulate(n, pulse, value)?;
        if a == b {
            plane[0] = 1.0 - mean[a] * mean[a];
        }
        Ok(plane)
    })?;
    let transformed = transform(&planes, plan, pulse)?;
    let inverse = inverses(&transformed)?;
    let mixture = Mixture {
        weights,
        mean,
        offset,
    };
    let p = mixture.first_moments(sectors, parameters, cumulants, (&inverse, plan), pulse)?;
    let [h00, h01, h11] = inverse[0];
    let p2 = h00.re * p[0] * p[0] + 2.0 * h01.re * p[0] * p[1] + h11.re * p[1] * p[1];
    Ok(TorusMetric {
        mean: mixture.mean,
        offset: mixture.offset,
        planes,
        transformed,
        p,
        p2: n as f64 * p2,
    })
}

fn transform(planes: &Planes<f64>, plan: &Plan2, pulse: &Pulse) -> Result<Planes<C64>> {
    each_pair(|pair, _| {
        let mut out: Vec<C64> = planes[pair].iter().map(|&v| C64::new(v, 0.0)).collect();
        plan.forward(&mut out, pulse)?;
        Ok(out)
    })
}

/// One plane per pair of directions, or the first error.
fn each_pair<T>(plane: impl Fn(usize, [usize; 2]) -> Result<Vec<T>>) -> Result<Planes<T>> {
    Ok([
        plane(0, PAIRS[0])?,
        plane(1, PAIRS[1])?,
        plane(2, PAIRS[2])?,
    ])
}

/// `f(0), .., f(n - 1)`, looking at the pulse in between.
fn tabulate(n: usize, pulse: &Pulse, f: impl Fn(usize) -> f64 + Sync) -> Result<Vec<f64>> {
    let mut out = vec![0.0; n];
    let chunks = out.par_chunks_mut(TOGETHER).enumerate();
    chunks.try_for_each(|(chunk, values)| {
        pulse.check()?;
        for (i, value) in values.iter_mut().enumerate() {
            *value = f(chunk * TOGETHER + i);
        }
        Ok::<_, Error>(())
    })?;
    Ok(out)
}

/// The inverse 2 x 2 blocks `(g^-1)_00, _01, _11` at every momentum; refused where the metric is not positive.
pub(super) fn inverses(transformed: &Planes<C64>) -> Result<Vec<[C64; 3]>> {
    let [g00, g01, g11] = transformed;
    (0..g00.len())
        .map(|k| {
            let product = g00[k].re * g11[k].re;
            let det = product - g01[k].norm_sqr();
            if g00[k].re > 0.0 && det > 1e-13 * product {
                let real = |v: f64| C64::new(v / det, 0.0);
                Ok([real(g11[k].re), -g01[k] / det, real(g00[k].re)])
            } else {
                Err(Error::Numerical(format!(
                    "the Fisher metric is singular at momentum {k} (determinant {det:.1e}): the couplings freeze the \
                     spins; use smaller couplings"
                )))
            }
        })
        .collect()
}

/// What all derivatives share.
struct Mixture {
    weights: Vec<f64>,
    mean: [f64; 2],
    offset: Vec<[f64; 2]>,
}

impl Mixture {
    /// `P_a` of both bonds of a cell: `sum_k tr g^-1 dg/dp` shared among the bonds that the parameter moves.
    fn first_moments(
        &self,
        sectors: &Sectors,
        parameters: &[Parameter],
        cumulants: &[Cumulants],
        (inverse, plan): (&[[C64; 3]], &Plan2),
        pulse: &Pulse,
    ) -> Result<[f64; 2]> {
        let n = sectors.torus.sites();
        let mut p = [0.0; 2];
        for (i, parameter) in parameters.iter().enumerate() {
            let planes = self.derivative(sectors, parameter, cumulants, i, pulse)?;
            let moved = transform(&planes, plan, pulse)?;
            let total: f64 = (0..n)
                .map(|k| {
                    let [h00, h01, h11] = inverse[k];
                    let cross = 2.0 * (h01 * moved[1][k].conj()).re;
                    h00.re * moved[0][k].re + h11.re * moved[2][k].re + cross
                })
                .sum();
            for a in (0..2).filter(|&a| parameter.rates[a] != 0.0) {
                p[a] = total / (parameter.axes * n as f64);
            }
        }
        Ok(p)
    }

    /// `dg_ab(r)/dp` for one parameter, term by term: weights, means, cumulants.
    fn derivative(
        &self,
        sectors: &Sectors,
        parameter: &Parameter,
        cumulants: &[Cumulants],
        i: usize,
        pulse: &Pulse,
    ) -> Result<Planes<f64>> {
        let (t, u, n) = (sectors.torus.t(), sectors.torus.u(), sectors.torus.sites());
        let rates = parameter.rates;
        let du = [0, 1].map(|a| -2.0 * t[a] * rates[a]);
        // d ln Q_s / dp = -1/2 sum_k tr E K_k = n sum_a (dt_a/dp) d_a.
        let growth: Vec<f64> = cumulants
            .iter()
            .map(|c| n as f64 * (rates[0] * c.d[0] + rates[1] * c.d[1]))
            .collect();
        let all: f64 = self.weights.iter().zip(&growth).map(|(w, q)| w * q).sum();
        let dw: Vec<f64> = self
            .weights
            .iter()
            .zip(&growth)
            .map(|(w, q)| w * (q - all))
            .collect();
        let dm: Vec<[f64; 2]> = cumulants
            .iter()
            .map(|c| [0, 1].map(|a| rates[a] + du[a] * c.d[a] + u[a] * c.dd[i][a]))
            .collect();
        let dmean = [0, 1].map(|a| -> f64 {
            let terms = self.weights.iter().zip(&dw).zip(&dm).zip(&self.offset);
            terms.map(|(((w, dw), dm), x)| dw * x[a] + w * dm[a]).sum()
        });
        each_pair(|pair, [a, b]| {
            let term = |s: usize, r: usize| {
                let (c, x, w) = (&cumulants[s], &self.offset[s], self.weights[s]);
                let dx = [0, 1].map(|a| dm[s][a] - dmean[a]);
                let cab = u[a] * u[b] * c.c[pair][r];
                let dcab =
                    (du[a] * u[b] + u[a] * du[b]) * c.c[pair][r] + u[a] * u[b] * c.dc[i][pair][r];
                dw[s] * (cab + x[a] * x[b]) + w * (dcab + dx[a] * x[b] + x[a] * dx[b])
            };
            let value = |r: usize| (0..cumulants.len()).map(|s| term(s, r)).sum();
            let mut plane = tabulate(n, pulse, value)?;
            if a == b {
                plane[0] = -2.0 * self.mean[a] * dmean[a];
            }
            Ok(plane)
        })
    }
}

impl TorusMetric {
    /// The four planes `g_ab(r)`, index `2 a + b`; `g_10(r) = g_01(-r)`.
    pub fn four_planes(&self, [lx, ly]: [usize; 2]) -> [Vec<f64>; 4] {
        let [g00, g01, g11] = &self.planes;
        let mirrored = |r: usize| g01[(lx - r / ly) % lx * ly + (ly - r % ly) % ly];
        let g10 = (0..lx * ly).map(mirrored).collect();
        [g00.clone(), g01.clone(), g10, g11.clone()]
    }

    /// The rows of the two bonds of cell 0, in bond order.
    pub fn rows(&self, shape: [usize; 2]) -> Vec<f64> {
        let planes = self.four_planes(shape);
        let bonds = 2 * shape[0] * shape[1];
        (0..2 * bonds)
            .map(|i| (i / bonds, i % bonds))
            .map(|(a, bond)| planes[2 * a + bond % 2][bond / 2])
            .collect()
    }
}
