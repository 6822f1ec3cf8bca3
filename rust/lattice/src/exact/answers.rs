//! The exact questions: answered in closed form where there is one, else by the cheapest way that holds (`route.rs`).

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::enumerate::Weights;
use super::route::{Question, Route, route};
use super::torus::torus_log_partition;
use crate::elimination::{self, Network};
use crate::geometry::Kind;
use crate::model::{Ising, Potts, TransverseIsing, Values};
use crate::sample::Law;

/// A model whose exact answers are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Model<'a> {
    /// Spins -1, +1.
    Ising(&'a Ising),
    /// Colours 0..q-1.
    Potts(&'a Potts),
    /// Spins -1, +1 in transverse fields.
    Transverse(&'a TransverseIsing),
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

impl<'a> From<&'a TransverseIsing> for Model<'a> {
    fn from(model: &'a TransverseIsing) -> Self {
        Model::Transverse(model)
    }
}

impl<'a> From<&'a Law> for Model<'a> {
    fn from(law: &'a Law) -> Self {
        match law {
            Law::Ising(model) => model.into(),
            Law::Potts(model) => model.into(),
        }
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
    /// Spin after spin summed out.
    Elimination,
}

impl Method {
    /// The word shown to users.
    pub fn name(self) -> &'static str {
        match self {
            Method::Symmetry => "symmetry",
            Method::Torus => "torus",
            Method::Transfer => "transfer",
            Method::Enumeration => "enumerate",
            Method::Elimination => "eliminate",
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

impl<'a> Model<'a> {
    pub(crate) fn beta(self) -> f64 {
        match self {
            Model::Ising(m) => m.beta(),
            Model::Potts(m) => m.beta(),
            Model::Transverse(m) => m.classical().beta(),
        }
    }

    pub(crate) fn geometry(self) -> &'a crate::Geometry {
        match self {
            Model::Ising(m) => m.geometry(),
            Model::Potts(m) => m.geometry(),
            Model::Transverse(m) => m.classical().geometry(),
        }
    }

    /// Number of sites.
    pub fn n_sites(self) -> usize {
        self.geometry().n_sites()
    }

    /// Number of values of one spin.
    pub(super) fn values(self) -> usize {
        match self {
            Model::Potts(m) => m.q(),
            Model::Ising(_) | Model::Transverse(_) => 2,
        }
    }

    /// The number of a spin value in ascending order.
    pub fn value_number(self, value: i64) -> Result<usize> {
        let (number, need) = match self {
            Model::Potts(m) => {
                let q = m.q();
                let number = usize::try_from(value).ok().filter(|&v| v < q);
                (number, format!("must be >= 0 and < q = {q}"))
            }
            _ => {
                let number = [-1, 1].iter().position(|&v| v == value);
                (number, "must be -1 or +1".to_owned())
            }
        };
        number.ok_or_else(|| Error::invalid("value", value, need))
    }

    /// Refuses a question that has no answer at zero temperature.
    pub fn check_beta(self, question: &str) -> Result<()> {
        if self.beta().is_finite() {
            return Ok(());
        }
        Err(Error::invalid(
            "beta",
            "inf",
            format!("must be finite for {question}"),
        ))
    }

    /// As colours with weight `exp(beta A)`, `E = constant - A`; transverse fields have no such form.
    pub(super) fn weights(self) -> Option<(Weights<'a>, f64)> {
        let each = |values: &Values, count: usize, factor: f64| -> Vec<f64> {
            (0..count).map(|i| factor * values.at(i)).collect()
        };
        let (geometry, beta, q) = (self.geometry(), self.beta(), self.values());
        let (m, n) = (geometry.n_bonds(), geometry.n_sites());
        let (couplings, fields) = match self {
            Model::Potts(model) => (each(model.couplings(), m, 1.0), Vec::new()),
            Model::Ising(model) if model.fields().is_zero() => {
                (each(model.couplings(), m, 2.0), Vec::new())
            }
            Model::Ising(model) => (
                each(model.couplings(), m, 2.0),
                each(model.fields(), n, 2.0),
            ),
            Model::Transverse(_) => return None,
        };
        let constant = match self {
            Model::Potts(_) => 0.0,
            _ => (couplings.iter().sum::<f64>() + fields.iter().sum::<f64>()) / 2.0,
        };
        let weights = Weights {
            geometry,
            q,
            beta,
            couplings,
            fields,
        };
        Some((weights, constant))
    }

    /// As a network for elimination, or refused with the reason.
    pub fn network(self, question: &str, pulse: &Pulse) -> Result<Network> {
        let reason = |reason| Error::Refused(format!("{question}: {reason}"));
        Network::new(self, pulse)?.map_err(reason)
    }
}

/// `ln Z`, `Z = sum exp(-beta E)`.
pub fn log_partition<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<f64> {
    Ok(answer(model.into(), Question::Value, pulse)?.log_partition)
}

/// `ln Z`, energy and specific heat.
pub fn thermodynamics<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<Thermodynamics> {
    answer(model.into(), Question::Averages, pulse)
}

/// Derivatives are zero or missing where the question is `ln Z` alone.
fn answer(model: Model<'_>, question: Question, pulse: &Pulse) -> Result<Thermodynamics> {
    model.check_beta(question.name())?;
    let n = model.geometry().n_sites() as f64;
    // Moving along (J_x, J_y) is moving in beta: the derivatives are -<E> and Var(E).
    let (jet, method) = match torus(model, |j| j) {
        Some(jet) => (jet, Method::Torus),
        None => route(model, question, pulse)?.jet(model.beta(), pulse)?,
    };
    Ok(Thermodynamics {
        log_partition: jet.value,
        energy: -jet.first / n,
        energy_variance: jet.second / (n * n),
        specific_heat: model.beta().powi(2) * jet.second / n,
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
    let equal = match route(model, Question::Bonds, pulse)? {
        Route::Enumerate(weights, _) => weights.sums(pulse)?.equal,
        Route::Rows(narrow, _) => narrow.equal(pulse)?,
        Route::Eliminate(network) => elimination::beliefs(&network, pulse)?.equal(),
    };
    Ok(match model {
        Model::Potts(_) => equal,
        _ => equal.into_iter().map(|p| 2.0 * p - 1.0).collect(),
    })
}

/// `P(s_i = a)`, site-major, values ascending (Ising -1, +1; Potts 0..q-1), and how it was found.
pub fn marginals<'a>(model: impl Into<Model<'a>>, pulse: &Pulse) -> Result<(Vec<f64>, Method)> {
    let model = model.into();
    model.check_beta("marginals")?;
    let symmetric = match model {
        Model::Potts(_) => true,
        Model::Ising(model) => model.fields().is_zero(),
        Model::Transverse(model) => model.classical().fields().is_zero(),
    };
    if symmetric {
        let q = model.values();
        let all = vec![1.0 / q as f64; q * model.geometry().n_sites()];
        return Ok((all, Method::Symmetry));
    }
    Ok(match route(model, Question::Sites, pulse)? {
        Route::Rows(narrow, _) => (narrow.sites(pulse)?, Method::Transfer),
        Route::Enumerate(weights, _) => (weights.sums(pulse)?.occupation, Method::Enumeration),
        Route::Eliminate(network) => (
            elimination::beliefs(&network, pulse)?.sites,
            Method::Elimination,
        ),
    })
}
