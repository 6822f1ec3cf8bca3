//! Everything the third cumulants of a torus are made of, tabulated so that the innermost loop reads whole rows.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use super::metric::TorusMetric;
use super::plan::Plan2;
use super::propagator::Propagator;
use super::sectors::Sectors;
use crate::work::Work;

/// Tables over displacements `r` in `[-L, L)^2`, so that differences of two sites need no reduction.
pub(super) struct Tables {
    shape: [usize; 2],
    sectors: usize,
    /// `K_bc(r)`: row `rx + Lx`; in it `[sector][b][c][entry]`, each `2 Ly` values.
    ahead: Vec<f64>,
    /// `K_ca(-z)`: row `zx`; in it `[sector][c][a][entry]`, each `Ly` values.
    back: Vec<f64>,
    /// `sum_s w x_a c_bc(r)`: row `rx + Lx`; in it `[a][b][c]`, each `2 Ly` values.
    mixture: Vec<f64>,
    /// `sum_s w x_a x_b x_c`, index `4 a + 2 b + c`.
    constant: [f64; 8],
    /// `-w u_a u_b u_c` of each sector.
    scale: Vec<[f64; 8]>,
    mean: [f64; 2],
    /// `g_ab(r)`, `[a][b]` planes over the torus.
    metric: [Vec<f64>; 4],
}

/// Bytes of the tables per site.
pub(super) const BYTES_PER_SITE: u128 = 8 * (5 * 16 * 4 + 5 * 16 + 8 * 4 + 5 * 16 + 4);

impl Tables {
    pub fn new(sectors: &Sectors, metric: &TorusMetric, plan: &Plan2, work: Work) -> Result<Self> {
        let shape = sectors.torus.shape();
        let propagators = sectors
            .list
            .iter()
            .map(|sector| sectors.real_space(sector, plan, work.pulse))
            .collect::<Result<Vec<_>>>()?;
        let weights: Vec<f64> = sectors.list.iter().map(|s| s.weight).collect();
        let u = sectors.torus.u();
        let bits = |abc: usize| [abc >> 2, abc >> 1 & 1, abc & 1];
        let triple = |f: &dyn Fn([usize; 3]) -> f64| std::array::from_fn(|abc| f(bits(abc)));
        let constant = triple(&|abc| {
            let terms = weights.iter().zip(&metric.offset);
            terms
                .map(|(w, x)| w * abc.map(|a| x[a]).iter().product::<f64>())
                .sum()
        });
        let scale = weights
            .iter()
            .map(|w| triple(&|abc| -w * abc.map(|a| u[a]).iter().product::<f64>()))
            .collect();
        Ok(Self {
            shape,
            sectors: propagators.len(),
            ahead: ahead(&propagators, shape, work.pulse)?,
            back: back(&propagators, shape, work.pulse)?,
            mixture: mixture(&propagators, &weights, metric, u, work.pulse)?,
            constant,
            scale,
            mean: metric.mean,
            metric: metric.four_planes(shape),
        })
    }

    /// `[Lx, Ly]`.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Row `zx` of the third cumulants `T(0_a; y_b, z_c)`: four rows `[b][c]` of `Ly` values, one per `zy`.
    pub fn fill(&self, a: usize, y: [usize; 2], zx: usize, out: &mut [f64]) {
        let ly = self.shape[1];
        for (bc, row) in out.chunks_exact_mut(ly).enumerate() {
            let (b, c) = (bc / 2, bc % 2);
            self.fill_mixture(a, b, c, y, zx, row);
            for sector in 0..self.sectors {
                self.add_loops(sector, a, b, c, y, zx, row);
            }
        }
        self.fill_coincident(a, y, zx, out);
    }

    fn mixture_row(&self, abc: usize, row: usize) -> &[f64] {
        let width = 2 * self.shape[1];
        &self.mixture[(row * 8 + abc) * width..][..width]
    }

    /// `sum_s w (x_a c_bc + x_b c_ac + x_c c_ab + x_a x_b x_c)`.
    fn fill_mixture(
        &self,
        a: usize,
        b: usize,
        c: usize,
        y: [usize; 2],
        zx: usize,
        row: &mut [f64],
    ) {
        let [lx, ly] = self.shape;
        let between = &self.mixture_row(4 * a + 2 * b + c, zx + lx - y[0])[ly - y[1]..][..ly];
        let from_origin = &self.mixture_row(4 * b + 2 * a + c, zx + lx)[ly..][..ly];
        let fixed = self.mixture_row(4 * c + 2 * a + b, y[0] + lx)[y[1] + ly]
            + self.constant[4 * a + 2 * b + c];
        for ((out, p), q) in row.iter_mut().zip(between).zip(from_origin) {
            *out = (p + q) + fixed;
        }
    }

    /// Adds `-w u^3 tr K_ab(y) K_bc(z - y) K_ca(-z)` of one sector.
    #[allow(
        clippy::too_many_arguments,
        reason = "the three bonds and their places"
    )]
    fn add_loops(
        &self,
        sector: usize,
        a: usize,
        b: usize,
        c: usize,
        y: [usize; 2],
        zx: usize,
        row: &mut [f64],
    ) {
        let [lx, ly] = self.shape;
        let width = 2 * ly;
        let block = |from: usize, to: usize, rx: usize| {
            &self.ahead[(((rx * self.sectors + sector) * 2 + from) * 2 + to) * 4 * width..]
        };
        let scale = self.scale[sector][4 * a + 2 * b + c];
        let first = block(a, b, y[0] + lx);
        let [f00, f01, f10, f11] =
            [0, 1, 2, 3].map(|entry| scale * first[entry * width + y[1] + ly]);
        let second = block(b, c, zx + lx - y[0]);
        let [s00, s01, s10, s11] =
            [0, 1, 2, 3].map(|entry| &second[entry * width + ly - y[1]..][..ly]);
        let third = &self.back[(((zx * self.sectors + sector) * 2 + c) * 2 + a) * 4 * ly..];
        let [t00, t01, t10, t11] = [0, 1, 2, 3].map(|entry| &third[entry * ly..][..ly]);
        let row = &mut row[..ly];
        for i in 0..ly {
            let m00 = t00[i] * f00 + t01[i] * f10;
            let m01 = t00[i] * f01 + t01[i] * f11;
            let m10 = t10[i] * f00 + t11[i] * f10;
            let m11 = t10[i] * f01 + t11[i] * f11;
            row[i] += (s00[i] * m00 + s01[i] * m10) + (s10[i] * m01 + s11[i] * m11);
        }
    }

    /// Two bonds that are one: `T_aab = -2 mu_a g_ab`.
    fn fill_coincident(&self, a: usize, y: [usize; 2], zx: usize, out: &mut [f64]) {
        let ly = self.shape[1];
        let at_y = y[0] * ly + y[1];
        for (bc, row) in out.chunks_exact_mut(ly).enumerate() {
            let (b, c) = (bc / 2, bc % 2);
            let g_ab = self.metric[2 * a + b][at_y];
            if a == b && at_y == 0 {
                let g_ac = &self.metric[2 * a + c][zx * ly..][..ly];
                for (out, g) in row.iter_mut().zip(g_ac) {
                    *out = -2.0 * self.mean[a] * g;
                }
                continue;
            }
            if b == c && zx == y[0] {
                row[y[1]] = -2.0 * self.mean[b] * g_ab;
            }
            if a == c && zx == 0 {
                row[0] = -2.0 * self.mean[a] * g_ab;
            }
        }
    }
}

fn centred(row: usize, length: usize) -> i64 {
    row as i64 - length as i64
}

fn ahead(propagators: &[Propagator], [lx, ly]: [usize; 2], pulse: &Pulse) -> Result<Vec<f64>> {
    let width = 2 * ly;
    let mut table = vec![0.0; 2 * lx * propagators.len() * 16 * width];
    let rows = table.par_chunks_exact_mut(propagators.len() * 16 * width);
    rows.enumerate().try_for_each(|(rx, row)| {
        pulse.check()?;
        for (block, planes) in row.chunks_exact_mut(4 * width).enumerate() {
            let (k, b, c) = (&propagators[block / 4], block / 2 % 2, block % 2);
            for ry in 0..width {
                let value = k.block(b, c, [centred(rx, lx), centred(ry, ly)]);
                for entry in 0..4 {
                    planes[entry * width + ry] = value[entry / 2][entry % 2];
                }
            }
        }
        Ok::<_, quincunx_core::Error>(())
    })?;
    Ok(table)
}

fn back(propagators: &[Propagator], [lx, ly]: [usize; 2], pulse: &Pulse) -> Result<Vec<f64>> {
    let mut table = vec![0.0; lx * propagators.len() * 16 * ly];
    let rows = table.par_chunks_exact_mut(propagators.len() * 16 * ly);
    rows.enumerate().try_for_each(|(zx, row)| {
        pulse.check()?;
        for (block, planes) in row.chunks_exact_mut(4 * ly).enumerate() {
            let (k, c, a) = (&propagators[block / 4], block / 2 % 2, block % 2);
            for zy in 0..ly {
                let value = k.block(c, a, [-(zx as i64), -(zy as i64)]);
                for entry in 0..4 {
                    planes[entry * ly + zy] = value[entry / 2][entry % 2];
                }
            }
        }
        Ok::<_, quincunx_core::Error>(())
    })?;
    Ok(table)
}

/// `sum_s w x_a c_bc(r)` with `c_bc = -1/2 u_b u_c tr K_bc(r) K_cb(-r)`.
fn mixture(
    propagators: &[Propagator],
    weights: &[f64],
    metric: &TorusMetric,
    u: [f64; 2],
    pulse: &Pulse,
) -> Result<Vec<f64>> {
    let [lx, ly] = propagators[0].shape();
    let width = 2 * ly;
    let mut table = vec![0.0; 2 * lx * 8 * width];
    let rows = table.par_chunks_exact_mut(8 * width).enumerate();
    rows.try_for_each(|(rx, row)| {
        pulse.check()?;
        for ry in 0..width {
            let r = [centred(rx, lx), centred(ry, ly)];
            for bc in 0..4 {
                let (b, c) = (bc / 2, bc % 2);
                for ((k, w), x) in propagators.iter().zip(weights).zip(&metric.offset) {
                    let (there, again) = (k.block(b, c, r), k.block(c, b, [-r[0], -r[1]]));
                    let cumulant = -0.5 * u[b] * u[c] * super::metric::trace(there, again);
                    for a in 0..2 {
                        row[(4 * a + bc) * width + ry] += w * x[a] * cumulant;
                    }
                }
            }
        }
        Ok::<_, quincunx_core::Error>(())
    })?;
    Ok(table)
}
