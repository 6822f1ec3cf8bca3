//! Passes over the samples: means, metrics, first moments, whitened amplitudes.

use quincunx_core::{Error, Result};

use super::bispectrum::Fields;
use super::estimate::Chain;
use super::waves::{C64, Waves};
use super::whiten::Blocks;
use crate::fisher::model::SpinModel;
use crate::work::Work;

/// The samples and how to transform them.
pub(super) struct Samples<'a> {
    pub waves: Waves<'a>,
    n_sites: usize,
    chains: &'a [Chain],
    stride: usize,
}

/// First and second moments.
pub(super) struct Statistics {
    /// `<e_a>` of every chain.
    means: Vec<Vec<f64>>,
    /// `M(k)` of every chain; at momentum 0 about the mean of all chains.
    blocks: Vec<Blocks>,
    /// Sum of all bond observables of every sample of every chain.
    pub energies: Vec<Vec<f64>>,
}

impl Statistics {
    /// The metric of all chains but one; `left_out` beyond the last leaves out none.
    pub fn metric(&self, left_out: usize) -> Blocks {
        let kept: Vec<&Blocks> = (0..self.blocks.len())
            .filter(|&g| g != left_out)
            .map(|g| &self.blocks[g])
            .collect();
        let d = self.means[0].len();
        let n = kept[0].values.len() / (d * d);
        let mut sum = Blocks::zero(n, d);
        for blocks in &kept {
            sum.add_scaled(blocks, 1.0 / kept.len() as f64);
        }
        let (mean, whole) = (self.mean(left_out), self.mean(self.means.len()));
        for ab in 0..d * d {
            let moved = [ab / d, ab % d].map(|a| mean[a] - whole[a]);
            sum.values[ab].re -= n as f64 * moved[0] * moved[1];
        }
        sum
    }

    /// `<e_a>` over all chains but one; `left_out` beyond the last leaves out none.
    pub fn mean(&self, left_out: usize) -> Vec<f64> {
        let kept: Vec<&Vec<f64>> = (0..self.means.len())
            .filter(|&g| g != left_out)
            .map(|g| &self.means[g])
            .collect();
        let count = kept.len() as f64;
        (0..self.means[0].len())
            .map(|a| kept.iter().map(|mean| mean[a]).sum::<f64>() / count)
            .collect()
    }
}

impl<'a> Samples<'a> {
    pub fn new(
        model: &'a SpinModel<'a>,
        chains: &'a [Chain],
        stride: usize,
        work: Work,
    ) -> Result<Self> {
        if chains.len() < 2 {
            return Err(Error::invalid("chains", chains.len(), "must be >= 2"));
        }
        if model.per_direction().is_none() {
            return Err(Error::Refused(format!(
                "method \"monte_carlo\" needs a periodic lattice with all cells alike; the model has {}",
                model.words()
            )));
        }
        let n_sites = model.geometry.n_sites();
        for (g, chain) in chains.iter().enumerate() {
            if chain.spins.is_empty() || chain.spins.len() % n_sites != 0 {
                let need = format!("must be whole configurations of {n_sites} spins");
                return Err(Error::invalid_at("chains", [g], chain.spins.len(), need));
            }
        }
        let waves = Waves::new(model, model.cells());
        let samples = Self {
            waves,
            n_sites,
            chains,
            stride: stride.max(1),
        };
        let count: usize = (0..chains.len()).map(|g| samples.strided(g)).sum();
        let planes = (waves_size(&samples.waves) * count) as u128;
        work.allow(
            "the table of the samples' amplitudes",
            16 * planes,
            "draw fewer samples, or raise max_bytes",
        )?;
        Ok(samples)
    }

    fn length(&self, g: usize) -> usize {
        self.chains[g].spins.len() / self.n_sites
    }

    /// Samples of a chain that the third cumulants use.
    fn strided(&self, g: usize) -> usize {
        self.length(g).div_ceil(self.stride)
    }

    fn weight(&self, g: usize, s: usize) -> f64 {
        let chain = &self.chains[g];
        chain
            .weights
            .get(s)
            .copied()
            .unwrap_or(1.0 / self.length(g) as f64)
    }

    fn spins(&self, g: usize, s: usize) -> &[i8] {
        &self.chains[g].spins[s * self.n_sites..][..self.n_sites]
    }

    /// Calls `f(chain, sample, amplitudes)` with the mean taken out of momentum 0.
    fn each(
        &self,
        g: usize,
        step: usize,
        mean: &[f64],
        work: Work,
        f: &mut impl FnMut(usize, &[C64]),
    ) -> Result<()> {
        let n = self.waves.n();
        let mut amplitudes = vec![C64::default(); waves_size(&self.waves)];
        for s in (0..self.length(g)).step_by(step) {
            work.pulse.check()?;
            self.waves.amplitudes(self.spins(g, s), &mut amplitudes);
            for (a, mean) in mean.iter().enumerate() {
                amplitudes[a * n].re -= n as f64 * mean;
            }
            f(s, &amplitudes);
        }
        Ok(())
    }

    pub fn statistics(&self, work: Work) -> Result<Statistics> {
        let (n, d) = (self.waves.n(), self.waves.d());
        let zero = vec![0.0; d];
        let mut energies = Vec::new();
        let mut blocks = Vec::new();
        let mut means = Vec::new();
        for g in 0..self.chains.len() {
            let mut own = Vec::with_capacity(self.length(g));
            let mut sum = Blocks::zero(n, d);
            let mut mean = vec![0.0; d];
            self.each(g, 1, &zero, work, &mut |s, amplitudes| {
                let weight = self.weight(g, s);
                sum.add(amplitudes, weight / n as f64);
                own.push((0..d).map(|a| amplitudes[a * n].re).sum());
                for (a, mean) in mean.iter_mut().enumerate() {
                    *mean += weight * amplitudes[a * n].re / n as f64;
                }
            })?;
            energies.push(own);
            blocks.push(sum);
            means.push(mean);
        }
        let mut statistics = Statistics {
            means,
            blocks,
            energies,
        };
        let mean = statistics.mean(self.chains.len());
        // <delta delta^*> at momentum 0, about the common mean.
        for (g, blocks) in statistics.blocks.iter_mut().enumerate() {
            blocks.values[..d * d].fill(C64::default());
            self.each(g, 1, &mean, work, &mut |s, amplitudes| {
                let weight = self.weight(g, s) / n as f64;
                for ab in 0..d * d {
                    let product = amplitudes[ab / d * n].re * amplitudes[ab % d * n].re;
                    blocks.values[ab].re += weight * product;
                }
            })?;
        }
        Ok(statistics)
    }

    /// `P_a = <delta_a Q>`, `Q = (1/n) sum_k |phi(k)|^2`, for every mean with its metric and every chain.
    pub fn first_moments(
        &self,
        means: &[Vec<f64>],
        whitenings: &[Blocks],
        work: Work,
    ) -> Result<Vec<Vec<Vec<f64>>>> {
        let (n, d) = (self.waves.n(), self.waves.d());
        let mut p = vec![vec![vec![0.0; d]; self.chains.len()]; whitenings.len()];
        let mut phi = vec![C64::default(); n * d];
        let mut centred = vec![C64::default(); n * d];
        let zero = vec![0.0; d];
        for g in 0..self.chains.len() {
            self.each(g, 1, &zero, work, &mut |s, amplitudes| {
                let weight = self.weight(g, s) / n as f64;
                centred.copy_from_slice(amplitudes);
                for ((mean, whitening), p) in means.iter().zip(whitenings).zip(&mut p) {
                    for a in 0..d {
                        centred[a * n].re = amplitudes[a * n].re - n as f64 * mean[a];
                    }
                    whitening.apply(&centred, &mut phi);
                    let q: f64 = phi.iter().map(C64::norm_sqr).sum::<f64>() / n as f64;
                    for (a, p) in p[g].iter_mut().enumerate() {
                        *p += weight * q * centred[a * n].re;
                    }
                }
            })?;
        }
        Ok(p)
    }

    /// Whitened amplitudes; each carries the cube root of its sample's weight, so that products of three carry it once.
    pub fn fields(&self, mean: &[f64], whitening: &Blocks, work: Work) -> Result<Fields> {
        let (n, d) = (self.waves.n(), self.waves.d());
        let mut offsets = vec![0];
        for g in 0..self.chains.len() {
            offsets.push(offsets[g] + self.strided(g));
        }
        let total = offsets[self.chains.len()];
        let mut fields = Fields {
            re: vec![0.0; n * d * total],
            im: vec![0.0; n * d * total],
            offsets,
            d,
        };
        let mut phi = vec![C64::default(); n * d];
        for g in 0..self.chains.len() {
            let start = fields.offsets[g];
            let scale = self.length(g) as f64 / self.strided(g) as f64;
            let (re, im) = (&mut fields.re, &mut fields.im);
            self.each(g, self.stride, mean, work, &mut |s, amplitudes| {
                whitening.apply(amplitudes, &mut phi);
                let root = (scale * self.weight(g, s)).cbrt();
                for (ka, value) in phi.iter().enumerate() {
                    let place = ka * total + start + s / self.stride;
                    re[place] = root * value.re;
                    im[place] = root * value.im;
                }
            })?;
        }
        Ok(fields)
    }

    /// The rows of cell 0: `g_ab(r) = (1/n) sum_k conj(M_ab(k)) exp(i k r)`.
    pub fn rows(&self, metric: &Blocks) -> Vec<f64> {
        let (n, d) = (self.waves.n(), self.waves.d());
        let mut rows = vec![0.0; d * d * n];
        let mut plane = vec![C64::default(); n];
        for ab in 0..d * d {
            for (k, value) in plane.iter_mut().enumerate() {
                *value = metric.values[k * d * d + ab];
            }
            self.waves.forward(&mut plane);
            for (r, value) in plane.iter().enumerate() {
                rows[ab / d * d * n + r * d + ab % d] = value.re / n as f64;
            }
        }
        rows
    }
}

fn waves_size(waves: &Waves) -> usize {
    waves.n() * waves.d()
}
