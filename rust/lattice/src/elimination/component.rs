//! Sites in transverse fields that hang together, for each state of their classical neighbours: a Hamiltonian of 2^k
//! states, `H_C = -sum_k b_k Z_k - sum J Z Z' - sum_k lambda_k X_k`, `b = h + sum J z` over the boundary.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use crate::eigen::symmetric;
use crate::exact::Jet;

/// Most sites of one component: matrices of 2^12 rows.
pub const LARGEST_COMPONENT: usize = 12;

/// A connected set of transverse sites and its boundary.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    pub sites: Vec<usize>,
    /// Classical variables next to it, ascending.
    pub boundary: Vec<usize>,
    pub fields: Vec<f64>,
    pub transverse: Vec<f64>,
    /// (place, place, J) inside.
    pub inner: Vec<(usize, usize, f64)>,
    /// (place, place in the boundary, J).
    pub outer: Vec<(usize, usize, f64)>,
}

/// A component at one temperature, for one state of the boundary.
#[derive(Debug, Clone, Default)]
pub(super) struct Thermal {
    /// `ln Tr exp(-beta H_C)` along beta.
    pub jet: Jet,
    /// Probability of each state of the component measured along Z: bit k is up at place k. Empty unless asked for.
    pub outcomes: Vec<f64>,
    /// `<X_k>`. Empty unless asked for.
    pub x: Vec<f64>,
}

/// Levels and, in rows, their states.
pub(super) struct Spectrum {
    pub levels: Vec<f64>,
    pub vectors: Vec<f64>,
}

/// The spin that bit `k` of a state stands for.
pub(super) fn spin(state: usize, k: usize) -> f64 {
    if state >> k & 1 == 1 { 1.0 } else { -1.0 }
}

impl Component {
    /// Number of states of the boundary.
    pub fn boundary_states(&self) -> usize {
        1 << self.boundary.len()
    }

    /// Number of states of the component.
    pub fn states(&self) -> usize {
        1 << self.sites.len()
    }

    /// `b_k` for one state of the boundary.
    fn local_fields(&self, boundary: usize) -> Vec<f64> {
        let mut b = self.fields.clone();
        for &(place, at, coupling) in &self.outer {
            b[place] += coupling * spin(boundary, at);
        }
        b
    }

    /// The diagonal of `H_C`.
    fn energy(&self, b: &[f64], state: usize) -> f64 {
        let fields = b.iter().enumerate().map(|(k, b)| b * spin(state, k));
        let pairs = self.inner.iter();
        let bonds = pairs.map(|&(i, j, coupling)| coupling * spin(state, i) * spin(state, j));
        -fields.sum::<f64>() - bonds.sum::<f64>()
    }

    /// All levels for one state of the boundary.
    pub fn spectrum(&self, boundary: usize, vectors: bool, pulse: &Pulse) -> Result<Spectrum> {
        let b = self.local_fields(boundary);
        let n = self.states();
        let mut matrix = vec![0.0; n * n];
        for state in 0..n {
            matrix[state * n + state] = self.energy(&b, state);
            for (k, lambda) in self.transverse.iter().enumerate() {
                matrix[state * n + (state ^ 1 << k)] = -lambda;
            }
        }
        let found = symmetric(matrix, n, vectors, pulse)?;
        Ok(Spectrum {
            levels: found.values,
            vectors: found.vectors,
        })
    }

    /// Thermal averages for every state of the boundary.
    pub fn thermal(&self, beta: f64, states: bool, pulse: &Pulse) -> Result<Vec<Thermal>> {
        let all = (0..self.boundary_states()).into_par_iter();
        all.map(|boundary| {
            pulse.check()?;
            match self.sites.len() {
                1 => Ok(self.lone(self.local_fields(boundary)[0], beta, states)),
                _ => self.dense(boundary, beta, states, pulse),
            }
        })
        .collect()
    }

    /// One site: levels `-r` and `+r`, `r = sqrt(b^2 + lambda^2)`. Sums of positive terms only: small probabilities stay exact.
    fn lone(&self, b: f64, beta: f64, states: bool) -> Thermal {
        let lambda = self.transverse[0];
        let r = libm::hypot(b, lambda);
        let rare = libm::exp(-2.0 * beta * r);
        let tanh = libm::tanh(beta * r);
        let jet = Jet {
            value: beta * r + libm::log1p(rare),
            first: r * tanh,
            second: r * r * 4.0 * rare / ((1.0 + rare) * (1.0 + rare)),
        };
        if !states {
            return Thermal {
                jet,
                ..Thermal::default()
            };
        }
        // In the lower level the spin points along b with probability (r + |b|) / 2r.
        let near = (r + b.abs()) / (2.0 * r);
        let far = lambda / (r + b.abs()) * (lambda / (2.0 * r));
        let against = (far + rare * near) / (1.0 + rare);
        let along = (near + rare * far) / (1.0 + rare);
        Thermal {
            jet,
            outcomes: if b < 0.0 {
                vec![along, against]
            } else {
                vec![against, along]
            },
            x: vec![lambda / r * tanh],
        }
    }

    fn dense(&self, boundary: usize, beta: f64, states: bool, pulse: &Pulse) -> Result<Thermal> {
        let Spectrum { levels, vectors } = self.spectrum(boundary, states, pulse)?;
        let lowest = levels.iter().copied().fold(f64::INFINITY, f64::min);
        let mut weights: Vec<f64> = levels
            .iter()
            .map(|e| libm::exp(-beta * (e - lowest)))
            .collect();
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= sum);
        let mean = |f: &dyn Fn(f64) -> f64| -> f64 {
            weights.iter().zip(&levels).map(|(w, &e)| w * f(e)).sum()
        };
        let energy = mean(&|e| e);
        let mut found = Thermal {
            jet: Jet {
                value: libm::log(sum) - beta * lowest,
                first: -energy,
                second: mean(&|e| (e - energy).powi(2)),
            },
            ..Thermal::default()
        };
        if states {
            let n = self.states();
            found.outcomes = vec![0.0; n];
            found.x = vec![0.0; self.sites.len()];
            for (w, v) in weights.iter().zip(vectors.chunks_exact(n)) {
                if *w == 0.0 {
                    continue;
                }
                pulse.check()?;
                for (p, c) in found.outcomes.iter_mut().zip(v) {
                    *p += w * c * c;
                }
                for (k, x) in found.x.iter_mut().enumerate() {
                    let flips = v.iter().enumerate().map(|(s, c)| c * v[s ^ 1 << k]);
                    *x += w * flips.sum::<f64>();
                }
            }
        }
        Ok(found)
    }
}
