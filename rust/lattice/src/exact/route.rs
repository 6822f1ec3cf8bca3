//! Which method answers: each says whether it holds and what it costs, the cheapest one is taken.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::Jet;
use super::answers::{Method, Model};
use super::enumerate::{MOST_CONFIGURATIONS, Weights};
use super::narrow::Narrow;
use crate::elimination::{self, Network};

/// What is asked of a model: a method may answer one question and not another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// `ln Z`.
    Value,
    /// `ln Z` and its derivatives along beta.
    Averages,
    /// The moment of every bond.
    Bonds,
    /// The law of every spin.
    Sites,
}

impl Question {
    pub fn name(self) -> &'static str {
        match self {
            Question::Value => "log_partition",
            Question::Averages => "thermodynamics",
            Question::Bonds => "bond_moments",
            Question::Sites => "marginals",
        }
    }
}

/// A method that holds for a model without a closed form.
pub(super) enum Route<'a> {
    /// The sum over all configurations of `exp(beta A)`, `E = constant - A`.
    Enumerate(Weights<'a>, f64),
    /// Spin after spin summed out.
    Eliminate(Box<Network>),
    /// Row by row; the constant as for the sum over all configurations.
    Rows(Narrow<'a>, f64),
}

impl Route<'_> {
    /// `ln Z`, `-<E>` and `Var(E)`.
    pub fn jet(&self, beta: f64, pulse: &Pulse) -> Result<(Jet, Method)> {
        let without = |jet: Jet, constant: f64| Jet {
            value: jet.value - beta * constant,
            first: jet.first - constant,
            second: jet.second,
        };
        match self {
            Route::Enumerate(weights, constant) => {
                let sums = weights.sums(pulse)?;
                let jet = Jet {
                    value: sums.log_partition,
                    first: sums.mean,
                    second: sums.variance,
                };
                Ok((without(jet, *constant), Method::Enumeration))
            }
            Route::Rows(narrow, constant) => {
                Ok((without(narrow.jet(pulse)?, *constant), Method::Transfer))
            }
            Route::Eliminate(network) => {
                let jet = elimination::thermodynamics(network, pulse)?;
                Ok((jet, Method::Elimination))
            }
        }
    }
}

/// What a method says to a model: its cost in steps of some nanoseconds.
pub(super) struct Offer<'a> {
    cost: f64,
    pub route: Route<'a>,
}

pub(super) fn enumeration(model: Model<'_>) -> std::result::Result<Offer<'_>, String> {
    let Some((weights, constant)) = model.weights() else {
        return Err("enumeration holds for classical spins".into());
    };
    match weights.configurations() {
        Some(count) => Ok(Offer {
            cost: count as f64,
            route: Route::Enumerate(weights, constant),
        }),
        None => Err(format!(
            "enumeration holds {MOST_CONFIGURATIONS} configurations"
        )),
    }
}

pub(super) fn elimination<'a>(
    model: Model<'a>,
    pulse: &Pulse,
) -> Result<std::result::Result<Offer<'a>, String>> {
    Ok(Network::new(model, pulse)?.map(|network| Offer {
        cost: network.cost(),
        route: Route::Eliminate(Box::new(network)),
    }))
}

pub(super) fn rows(model: Model<'_>, question: Question) -> std::result::Result<Offer<'_>, String> {
    let one_field = match model {
        Model::Ising(_) => " and one h",
        _ => "",
    };
    let constant = model.weights().map_or(0.0, |(_, constant)| constant);
    Narrow::new(model, question)
        .map(|narrow| Offer {
            cost: narrow.cost(),
            route: Route::Rows(narrow, constant),
        })
        .ok_or_else(|| format!("row transfer needs a narrow Square with one J{one_field}"))
}

/// Steps that planning an elimination takes for each site.
const PLAN: f64 = 1e3;

/// The cheapest method, or all reasons why none holds.
pub(super) fn route<'a>(model: Model<'a>, question: Question, pulse: &Pulse) -> Result<Route<'a>> {
    let mut reasons = Vec::new();
    let mut best: Option<Offer<'a>> = None;
    let mut hear = |offer: std::result::Result<Offer<'a>, String>| match offer {
        Ok(offer) if best.as_ref().is_none_or(|b| offer.cost < b.cost) => best = Some(offer),
        Ok(_) => {}
        Err(reason) => reasons.push(reason),
    };
    hear(enumeration(model));
    let lean = PLAN * model.n_sites() as f64;
    let rows = rows(model, question);
    let answered = rows.as_ref().is_ok_and(|offer| offer.cost <= lean);
    hear(rows);
    if !answered {
        hear(elimination(model, pulse)?);
    }
    if let Model::Ising(_) = model {
        let need = "the torus solution needs a periodic Square with h = 0 and one J per axis";
        reasons.push(need.to_owned());
    }
    best.map(|offer| offer.route).ok_or_else(|| {
        Error::Refused(format!(
            "{}: {} spins of {} values are out of reach: {}",
            question.name(),
            model.geometry().n_sites(),
            model.values(),
            reasons.join("; ")
        ))
    })
}
