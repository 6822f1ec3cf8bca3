//! The metric of samples at every momentum and the whitening that it defines.

use quincunx_core::{Error, Result};

use super::waves::C64;

/// `M(k) = <e^ e^*> / n` for every momentum: d x d blocks, row-major.
#[derive(Clone)]
pub(super) struct Blocks {
    pub d: usize,
    pub values: Vec<C64>,
}

impl Blocks {
    pub fn zero(n: usize, d: usize) -> Self {
        Self {
            d,
            values: vec![C64::default(); n * d * d],
        }
    }

    /// Adds `weight * amplitude amplitude^*`; amplitudes `[a][k]`.
    pub fn add(&mut self, amplitudes: &[C64], weight: f64) {
        let (d, n) = (self.d, amplitudes.len() / self.d);
        for (k, block) in self.values.chunks_exact_mut(d * d).enumerate() {
            for a in 0..d {
                for b in 0..d {
                    block[a * d + b] +=
                        amplitudes[a * n + k] * amplitudes[b * n + k].conj() * weight;
                }
            }
        }
    }

    /// `self += factor * other`.
    pub fn add_scaled(&mut self, other: &Self, factor: f64) {
        for (v, o) in self.values.iter_mut().zip(&other.values) {
            *v += o * factor;
        }
    }

    /// The lower triangular `W(k) = L^-1` with `M = L L^*`.
    pub fn whitening(&self) -> Result<Self> {
        let d = self.d;
        let mut out = self.clone();
        for (k, block) in out.values.chunks_exact_mut(d * d).enumerate() {
            inverse_factor(block, d).ok_or_else(|| {
                Error::Refused(format!(
                    "the metric of the samples is singular at momentum {k}: too few independent samples; draw more"
                ))
            })?;
        }
        Ok(out)
    }

    /// `W D W^*` at every momentum.
    pub fn seen_through(&self, w: &Self) -> Self {
        let d = self.d;
        let mut out = Self::zero(self.values.len() / (d * d), d);
        let blocks = self
            .values
            .chunks_exact(d * d)
            .zip(w.values.chunks_exact(d * d));
        for (out, (m, w)) in out.values.chunks_exact_mut(d * d).zip(blocks) {
            for a in 0..d {
                for b in 0..d {
                    for c in 0..=a {
                        for e in 0..=b {
                            out[a * d + b] += w[a * d + c] * m[c * d + e] * w[b * d + e].conj();
                        }
                    }
                }
            }
        }
        out
    }

    /// `phi(k) = W(k) e^(k)`, written `[k][a]`.
    pub fn apply(&self, amplitudes: &[C64], out: &mut [C64]) {
        let (d, n) = (self.d, amplitudes.len() / self.d);
        let blocks = self.values.chunks_exact(d * d).zip(out.chunks_exact_mut(d));
        for (k, (w, out)) in blocks.enumerate() {
            for a in 0..d {
                out[a] = (0..=a).map(|b| w[a * d + b] * amplitudes[b * n + k]).sum();
            }
        }
    }
}

/// Replaces a positive definite block by the inverse of its Cholesky factor.
fn inverse_factor(block: &mut [C64], d: usize) -> Option<()> {
    let mut l = vec![C64::default(); d * d];
    for a in 0..d {
        for b in 0..=a {
            let known: C64 = (0..b).map(|c| l[a * d + c] * l[b * d + c].conj()).sum();
            let rest = block[a * d + b] - known;
            if a > b {
                l[a * d + b] = rest / l[b * d + b].re;
            } else if rest.re > 1e-10 * block[a * d + a].re {
                l[a * d + a] = C64::new(rest.re.sqrt(), 0.0);
            } else {
                return None;
            }
        }
    }
    block.fill(C64::default());
    for a in 0..d {
        let pivot = l[a * d + a].re;
        block[a * d + a] = C64::new(1.0 / pivot, 0.0);
        for b in 0..a {
            let sum: C64 = (b..a).map(|c| l[a * d + c] * block[c * d + b]).sum();
            block[a * d + b] = -sum / pivot;
        }
    }
    Some(())
}
