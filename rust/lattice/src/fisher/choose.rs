//! One entry for all exact methods: the automatic choice, and refusals that name what would work.

use quincunx_core::{Error, Result};

use super::colours::enumerate_potts;
use super::enumerate::{MOST_SPINS, enumerate};
use super::fermion::fermion;
use super::model::SpinModel;
use super::result::{FisherGeometry, Method};
use super::transfer::transfer;
use crate::work::Work;

/// Exact Fisher geometry of a spin model. Without a method: `fermion` where it holds, else `enumerate`, else `transfer`,
/// else a refusal; Monte Carlo is never chosen, it needs a source of randomness.
pub fn fisher_geometry(
    model: &SpinModel,
    method: Option<Method>,
    work: Work,
) -> Result<FisherGeometry> {
    let held = model.methods();
    let method = match method {
        Some(method) if held.contains(&method) => method,
        Some(method) => return Err(refusal(model, method, &held)),
        None => match held.first() {
            Some(&method) if method != Method::MonteCarlo => method,
            _ => return Err(out_of_reach(model, &held)),
        },
    };
    let missing = || Error::Internal(format!("method {} for {}", method.name(), model.words()));
    match method {
        Method::Fermion => fermion(model.fermions().ok_or_else(missing)?, work),
        Method::Transfer => {
            let factor = if model.colours.is_none() { 2.0 } else { 1.0 };
            let found = transfer(model.rows().ok_or_else(missing)?, work)?;
            Ok(found.with_observables_scaled(factor))
        }
        Method::Enumerate => match model.colours {
            Some(q) if q > 2 => enumerate_potts(&model.potts(q), work),
            _ => {
                let found = model.with_ising(|graph| enumerate(graph, work));
                let factor = if model.colours.is_none() { 1.0 } else { 0.5 };
                Ok(found.ok_or_else(missing)??.with_observables_scaled(factor))
            }
        },
        Method::MonteCarlo => Err(Error::Refused(
            "method \"monte_carlo\" needs rng=: a source of randomness".into(),
        )),
    }
}

/// What each method needs.
fn needs(method: Method) -> String {
    match method {
        Method::Fermion => {
            "Ising spins on a periodic Square, one J per axis, h = 0, sides >= 3".into()
        }
        Method::Enumerate => {
            format!("at most {MOST_SPINS} Ising spins (a field counts as one) or q^(n-1) <= 2^26")
        }
        Method::Transfer => {
            "a periodic Square with one J, h = 0, and at most 1e12 multiply-adds".into()
        }
        Method::MonteCarlo => "a periodic lattice with all cells alike".into(),
    }
}

fn names(methods: &[Method]) -> String {
    let names: Vec<_> = methods.iter().map(|m| format!("{:?}", m.name())).collect();
    match names.as_slice() {
        [] => "none".into(),
        _ => names.join(", "),
    }
}

fn refusal(model: &SpinModel, method: Method, held: &[Method]) -> Error {
    Error::Refused(format!(
        "method {:?} needs {}; the model has {}. Methods that hold: {}",
        method.name(),
        needs(method),
        model.words(),
        names(held)
    ))
}

fn out_of_reach(model: &SpinModel, held: &[Method]) -> Error {
    let remedy = if held.contains(&Method::MonteCarlo) {
        "use method=\"monte_carlo\" with rng=, or a smaller lattice"
    } else {
        "use a smaller geometry (\"monte_carlo\" needs a periodic lattice with all cells alike)"
    };
    Error::Refused(format!(
        "no exact method reaches {} ({} sites, {} bonds): \"fermion\" needs {}; \"enumerate\" needs {}; \"transfer\" \
         needs {}; {remedy}",
        model.words(),
        model.geometry.n_sites(),
        model.geometry.n_bonds(),
        needs(Method::Fermion),
        needs(Method::Enumerate),
        needs(Method::Transfer),
    ))
}
