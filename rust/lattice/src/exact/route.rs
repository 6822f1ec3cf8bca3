//! Which method answers: each says whether it holds and what it costs, the cheapest one is taken.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::Jet;
use super::answers::{Method, Model};
use super::enumerate::{MOST_CONFIGURATIONS, Weights};
use crate::elimination::{self, Network};

/// A method that holds for a model without a closed form.
pub(super) enum Route<'a> {
    /// The sum over all configurations of `exp(beta A)`, `E = constant - A`.
    Enumerate(Weights<'a>, f64),
    /// Spin after spin summed out.
    Eliminate(Box<Network>),
}

impl Route<'_> {
    /// `ln Z`, `-<E>` and `Var(E)`.
    pub fn jet(&self, pulse: &Pulse) -> Result<(Jet, Method)> {
        match self {
            Route::Enumerate(weights, constant) => {
                let sums = weights.sums(pulse)?;
                let jet = Jet {
                    value: sums.log_partition - weights.beta * constant,
                    first: sums.mean - constant,
                    second: sums.variance,
                };
                Ok((jet, Method::Enumeration))
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

fn enumeration(model: Model<'_>) -> std::result::Result<Offer<'_>, String> {
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

fn elimination<'a>(
    model: Model<'a>,
    pulse: &Pulse,
) -> Result<std::result::Result<Offer<'a>, String>> {
    Ok(Network::new(model, pulse)?.map(|network| Offer {
        cost: network.cost(),
        route: Route::Eliminate(Box::new(network)),
    }))
}

/// What every method says to a model, or why it does not hold.
pub(super) fn offers<'a>(
    model: Model<'a>,
    pulse: &Pulse,
) -> Result<[std::result::Result<Offer<'a>, String>; 2]> {
    Ok([enumeration(model), elimination(model, pulse)?])
}

/// The cheapest method, or all reasons why none holds.
pub(super) fn route<'a>(model: Model<'a>, question: &str, pulse: &Pulse) -> Result<Route<'a>> {
    let mut reasons = Vec::new();
    let mut best: Option<Offer<'a>> = None;
    for offer in offers(model, pulse)? {
        match offer {
            Ok(offer) if best.as_ref().is_none_or(|b| offer.cost < b.cost) => best = Some(offer),
            Ok(_) => {}
            Err(reason) => reasons.push(reason),
        }
    }
    if let Model::Ising(_) = model {
        let need = "the torus solution needs a periodic Square with h = 0 and one J per axis";
        reasons.push(need.to_owned());
    }
    best.map(|offer| offer.route).ok_or_else(|| {
        Error::Refused(format!(
            "{question}: {} spins of {} values are out of reach: {}",
            model.geometry().n_sites(),
            model.values(),
            reasons.join("; ")
        ))
    })
}
