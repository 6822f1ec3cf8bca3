//! The third cumulants of samples, whitened, at every triple of momenta that sum to zero: only their overlaps between
//! chains are kept.

use quincunx_core::Result;
use rayon::prelude::*;

use super::waves::{C64, Waves};
use super::whiten::Blocks;
use crate::work::Work;

/// Whitened amplitudes of the samples of all chains, as planes over samples: `[k][a][sample]`.
pub(super) struct Fields {
    pub re: Vec<f64>,
    pub im: Vec<f64>,
    /// Samples before each chain; the last entry is their total number.
    pub offsets: Vec<usize>,
    pub d: usize,
}

impl Fields {
    fn plane(&self, k: usize, a: usize) -> (&[f64], &[f64]) {
        let samples = self.offsets[self.offsets.len() - 1];
        let start = (k * self.d + a) * samples;
        (
            &self.re[start..start + samples],
            &self.im[start..start + samples],
        )
    }
}

/// What the third cumulants of the chains have in common.
pub(super) struct Overlaps {
    chains: usize,
    /// `sum conj(T_g) T_h / n` over all triples: a chains x chains matrix.
    pub gram: Vec<f64>,
    /// Change of `|T|^2` when the metric is that of all chains but `g`, to first order.
    pub response: Vec<f64>,
}

impl Overlaps {
    fn zero(chains: usize) -> Self {
        Self {
            chains,
            gram: vec![0.0; chains * chains],
            response: vec![0.0; chains],
        }
    }

    fn add(&mut self, other: &Self) {
        self.gram
            .iter_mut()
            .zip(&other.gram)
            .for_each(|(s, v)| *s += v);
        self.response
            .iter_mut()
            .zip(&other.response)
            .for_each(|(s, v)| *s += v);
    }

    /// `|T|^2` from pairs of different chains among those that `keep` holds for: no chain meets itself, so no variance is added.
    pub fn unbiased(&self, keep: impl Fn(usize) -> bool) -> f64 {
        let kept: Vec<usize> = (0..self.chains).filter(|&g| keep(g)).collect();
        let pairs = kept.iter().flat_map(|&g| kept.iter().map(move |&h| (g, h)));
        let sum: f64 = pairs
            .filter(|(g, h)| g != h)
            .map(|(g, h)| self.gram[g * self.chains + h])
            .sum();
        let count = kept.len() as f64;
        sum / (count * (count - 1.0))
    }

    /// `|mean T|^2`: too large by the variance of the mean.
    pub fn plug_in(&self) -> f64 {
        self.gram.iter().sum::<f64>() / (self.chains * self.chains) as f64
    }
}

/// Sums over all triples of momenta, each unordered triple and its negative once.
pub(super) fn overlaps(
    fields: &Fields,
    waves: &Waves,
    shifts: &[Blocks],
    work: Work,
) -> Result<Overlaps> {
    let (n, chains) = (waves.n(), fields.offsets.len() - 1);
    let parts: Vec<Overlaps> = work.pool.install(|| {
        (0..n)
            .into_par_iter()
            .map(|k| {
                let part = row(k, fields, waves, shifts, work)?;
                work.pulse.add(1);
                Ok(part)
            })
            .collect::<Result<_>>()
    })?;
    let mut total = Overlaps::zero(chains);
    parts.iter().for_each(|part| total.add(part));
    Ok(total)
}

/// All triples whose smallest momentum is `k`.
fn row(
    k: usize,
    fields: &Fields,
    waves: &Waves,
    shifts: &[Blocks],
    work: Work,
) -> Result<Overlaps> {
    let chains = fields.offsets.len() - 1;
    let mut out = Overlaps::zero(chains);
    let mut closing = Vec::new();
    waves.closing(k, &mut closing);
    let d = fields.d;
    let mut tensors = vec![C64::default(); chains * d * d * d];
    let scale = 1.0 / waves.n() as f64;
    for (q, &p) in closing.iter().enumerate().skip(k) {
        if p < q {
            continue;
        }
        let mut mirror = [k, q, p].map(|k| waves.negative(k));
        mirror.sort_unstable();
        if mirror < [k, q, p] {
            continue;
        }
        work.pulse.check()?;
        let orders = match (k == q, q == p) {
            (true, true) => 1.0,
            (false, false) => 6.0,
            _ => 3.0,
        };
        let times = if mirror == [k, q, p] { 1.0 } else { 2.0 };
        third_cumulants(fields, [k, q, p], scale, &mut tensors);
        out.count(&tensors, d, scale * orders * times, [k, q, p], shifts);
    }
    Ok(out)
}

/// `T_abc = (1/n) <phi_a(k) phi_b(q) phi_c(p)>` of every chain. The weights of the samples are inside the fields.
fn third_cumulants(fields: &Fields, [k, q, p]: [usize; 3], scale: f64, out: &mut [C64]) {
    let d = fields.d;
    for (g, out) in out.chunks_exact_mut(d * d * d).enumerate() {
        let range = fields.offsets[g]..fields.offsets[g + 1];
        for (abc, out) in out.iter_mut().enumerate() {
            let (a, b, c) = (abc / (d * d), abc / d % d, abc % d);
            let legs = [(k, a), (q, b), (p, c)].map(|(k, a)| {
                let (re, im) = fields.plane(k, a);
                (&re[range.clone()], &im[range.clone()])
            });
            *out = product_sum(legs) * scale;
        }
    }
}

/// `sum_s x y z` of three complex rows, in four fixed partial sums.
fn product_sum([x, y, z]: [(&[f64], &[f64]); 3]) -> C64 {
    let n = x.0.len();
    let rows = [x.0, x.1, y.0, y.1, z.0, z.1].map(|row| &row[..n]);
    let (mut re, mut im) = ([0.0; 4], [0.0; 4]);
    let mut term = |s: usize, lane: usize| {
        let [xr, xi, yr, yi, zr, zi] = rows.map(|row| row[s]);
        let (pr, pi) = (xr * yr - xi * yi, xr * yi + xi * yr);
        re[lane] += pr * zr - pi * zi;
        im[lane] += pr * zi + pi * zr;
    };
    let whole = n / 4 * 4;
    for s in (0..whole).step_by(4) {
        (0..4).for_each(|lane| term(s + lane, lane));
    }
    (whole..n).for_each(|s| term(s, s - whole));
    C64::new(re.iter().sum(), im.iter().sum())
}

impl Overlaps {
    /// Adds one triple with its multiplicity.
    fn count(
        &mut self,
        tensors: &[C64],
        d: usize,
        weight: f64,
        momenta: [usize; 3],
        shifts: &[Blocks],
    ) {
        let (size, chains) = (d * d * d, self.chains);
        let mut mean = vec![C64::default(); size];
        for g in 0..chains {
            let own = &tensors[g * size..][..size];
            for h in 0..chains {
                let other = &tensors[h * size..][..size];
                let dot: f64 = own
                    .iter()
                    .zip(other)
                    .map(|(x, y)| x.re * y.re + x.im * y.im)
                    .sum();
                self.gram[g * chains + h] += weight * dot;
            }
            for (sum, v) in mean.iter_mut().zip(own) {
                *sum += v / chains as f64;
            }
        }
        let strides = [d * d, d, 1];
        for (response, shift) in self.response.iter_mut().zip(shifts) {
            let mut sum = 0.0;
            for (k, stride) in momenta.into_iter().zip(strides) {
                let block = &shift.values[k * d * d..][..d * d];
                for (abc, value) in mean.iter().enumerate() {
                    let a = abc / stride % d;
                    for (e, entry) in block[a * d..][..d].iter().enumerate() {
                        let other = mean[abc + e * stride - a * stride];
                        sum += (value.conj() * entry * other).re;
                    }
                }
            }
            *response -= weight * sum;
        }
    }
}
