//! The exact questions, each answered by the first method that holds for the model.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::enumerate::{MOST_CONFIGURATIONS, Sums, Weights};
use super::narrow;
use super::torus::torus_log_partition;
use crate::geometry::Kind;
use crate::model::{Ising, Potts, Values};

/// A model whose exact answers are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Model<'a> {
    /// Spins -1, +1.
    Ising(&'a Ising),
    /// Colours 0..q-1.
    Potts(&'a Potts),
}

impl<'a> From<&'a Ising> for Model<'a> {
    fn from(model: &'a Ising) -> Self {
        Model::Ising(model)
    }
}

impl<'a> From<&'a Potts> for Model<'a> {
    fn from(model: &'a Potts) -> Self {
        Model::Potts(model)
    }
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All spin values weigh the same because the energy does not tell them apart.
    Symmetry,
    /// Kaufman's solution of the square torus.
    Torus,
    /// Row by row, for narrow square lattices.
    Transfer,
    /// The sum over all configurations.
    Enumeration,
}

impl Method {
    /// The word shown to users.
    pub fn name(self) -> &'static str {
        match self {
            Method::Symmetry => "symmetry",
            Method::Torus => "torus",
            Method::Transfer => "transfer",
            Method::Enumeration => "enumerate",
        }
    }
}

/// Exact thermal averages. Energies are per site, without beta.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thermodynamics {
    /// `ln Z`.
    pub log_partition: f64,
    /// `<E> / n`.
    pub energy: f64,
    /// `Var(E) / n^2`: the variance of the energy per site.
    pub energy_variance: f64,
    /// `beta^2 Var(E) / n`.
    pub specific_heat: f64,
    /// How it was found.
    pub method: Method,
}

/// The couplings of the two axes of a square torus without fields, times beta.
fn axes(model: &Ising) -> Option<([usize; 2], [f64; 2])> {
    let geometry = model.geometry();
    if geometry.kind() != Kind::Square || !geometry.is_torus() || !model.fields().is_zero() {
        return None;
    }
    let cells = geometry.cells();
    let along = match model.couplings() {
        Values::Uniform(j) => [*j; 2],
        Values::Each(each) => {
            let first = [each[0], each[1]];
            if each.chunks_exact(2).any(|pair| pair != first) {
                return None;
            }
            first
        }
    };
    Some(([cells[0], cells[1]], along))
}

/// The torus solution along a direction, where it holds.
fn torus(model: Model<'_>, direction: impl Fn([f64; 2]) -> [f64; 2]) -> Option<super::Jet> {
    let Model::Ising(ising) = model else {
        return None;
    };
    let (lengths, j) = axes(ising)?;
    torus_log_partition(lengths, j.map(|j| ising.beta() * j), direction(j))
}

impl Model<'_> {
    fn beta(&self) -> f64 {
        match self {
            Model::Ising(m) => m.beta(),
            Model::Potts(m) => m.beta(),
        }
    }

    fn geometry(&self) -> &crate::Geometry {
        match self {
            Model::Ising(m) => m.geometry(),
            Model::Potts(m) => m.geometry(),
        }
    }

    fn check_beta(&self, question: &str) -> Result<()> {
        if self.beta().is_finite() {
            return Ok(());
        }
        Err(Error::invalid(
            "beta",
            "inf",
            format!("must be finite for {question}"),
        ))
    }

    /// As colours with weight `exp(beta A)`, `E = constant - A`.
    fn weights(&self) -> (Weights<'_>, f64) {
        let each = |values: &Values, count: usize, factor: f64| -> Vec<f64> {
            (0..count).map(|i| factor * values.at(i)).collect()
        };
        let (geometry, beta) = (self.geometry(), self.beta());
        let (m, n) = (geometry.n_bonds(), geometry.n_sites());
        match self {
            Model::Potts(model) => {
                let couplings = each(model.couplings(), m, 1.0);
                let (q, fields) = (model.q(), Vec::new());
                (
                    Weights {
                        geometry,
                        q,
                        beta,
                        couplings,
                        fields,
                    },
                    0.0,
                )
            }
            Model::Ising(model) => {
                let couplings = each(model.couplings(), m, 2.0);
                let fields = if model.fields().is_zero() {
                    Vec::new()
                } else {
                    each(model.fields(), n, 2.0)
                };
                let constant = (couplings.iter().sum::<f64>() + fields.iter().sum::<f64>()) / 2.0;
                (
                    Weights {
                        geometry,
                        q: 2,
                        beta,
                        couplings,
                        fields,
                    },
                    constant,
                )
            }
        }
    }

    fn enumerate(&self, question: &str, pulse: &Pulse) -> Result<(Sums, f64)> {
        let (weights, constant) = self.weights();
        if weights.configurations().is_some() {
            return Ok((weights.sums(pulse)?, constant));
        }
        let torus = match self {
            Model::Ising(_) => {
                "; the torus solution needs a periodic Square with h = 0 and one J per axis; row transfer needs a narrow \
                 Square with one J and one h"
            }
            Model::Potts(_) => "; row transfer needs a narrow Square with one J",
        };
        Err(Error::Refused(format!(
            "{question}: {} spins of {} values are out of reach: enumeration holds {MOST_CONFIGURATIONS} configurations{torus}",
            self.geometry().n_sites(),
            weights.q,
        )))
    }
}

/// `ln Z`, `Z = sum exp(-beta E)`.
pub fn log_partition<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<f64> {
    Ok(answer(model.into(), "log_partition", pulse)?.log_partition)
}

/// `ln Z`, energy and specific heat.
pub fn thermodynamics<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<Thermodynamics> {
    answer(model.into(), "thermodynamics", pulse)
}

fn answer(model: Model<'_>, question: &str, pulse: &Pulse) -> Result<Thermodynamics> {
    model.check_beta(question)?;
    let n = model.geometry().n_sites() as f64;
    // Moving along (J_x, J_y) is moving in beta: the derivatives are -<E> and Var(E).
    let (log_partition, energy, variance, method) = match torus(model, |j| j) {
        Some(jet) => (jet.value, -jet.first, jet.second, Method::Torus),
        None => {
            let (weights, constant) = model.weights();
            let rows = narrow::log_partition(model, weights.configurations(), pulse)?;
            let (log, mean, variance, method) = match rows {
                Some(jet) => (jet.value, jet.first, jet.second, Method::Transfer),
                None => {
                    let (sums, _) = model.enumerate(question, pulse)?;
                    let Sums {
                        log_partition,
                        mean,
                        variance,
                        ..
                    } = sums;
                    (log_partition, mean, variance, Method::Enumeration)
                }
            };
            (
                log - model.beta() * constant,
                constant - mean,
                variance,
                method,
            )
        }
    };
    Ok(Thermodynamics {
        log_partition,
        energy: energy / n,
        energy_variance: variance / (n * n),
        specific_heat: model.beta().powi(2) * variance / n,
        method,
    })
}

/// `<s_i s_j>` (Ising) or `<delta(s_i, s_j)>` (Potts) for each bond, in bond order.
pub fn bond_moments<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<Vec<f64>> {
    let model = model.into();
    model.check_beta("bond_moments")?;
    let along = [[1.0, 0.0], [0.0, 1.0]].map(|axis| torus(model, |_| axis));
    if let [Some(x), Some(y)] = along {
        let n = model.geometry().n_sites();
        return Ok([x.first / n as f64, y.first / n as f64].repeat(n));
    }
    let configurations = model.weights().0.configurations();
    let equal = match narrow::equal(model, configurations, pulse)? {
        Some(equal) => equal,
        None => model.enumerate("bond_moments", pulse)?.0.equal,
    };
    Ok(match model {
        Model::Potts(_) => equal,
        Model::Ising(_) => equal.into_iter().map(|p| 2.0 * p - 1.0).collect(),
    })
}

/// `P(s_i = a)`, site-major, values ascending (Ising -1, +1; Potts 0..q-1), and how it was found.
pub fn marginals<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<(Vec<f64>, Method)> {
    let model = model.into();
    model.check_beta("marginals")?;
    let q = match model {
        Model::Potts(model) => Some(model.q()),
        Model::Ising(model) => model.fields().is_zero().then_some(2),
    };
    if let Some(q) = q {
        let all = vec![1.0 / q as f64; q * model.geometry().n_sites()];
        return Ok((all, Method::Symmetry));
    }
    let occupation = model.enumerate("marginals", pulse)?.0.occupation;
    Ok((occupation, Method::Enumeration))
}
