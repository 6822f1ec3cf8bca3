//! The sparse generator on a [`Space`]. Whatever leaves the box goes to one absorbing sink per species,
//! so that the mass in the sinks is the mass lost, face by face.

use quincunx_core::markov::{Csr, Uniformised};
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::Space;
use crate::Network;

/// The generator on the states, followed by one sink per species.
pub(super) fn uniformised(network: &Network, space: &Space, pulse: &Pulse) -> Result<Uniformised> {
    let size = space.len() + space.width();
    let mut exit = vec![0.0; size];
    let mut edges = Csr::with_capacity(size, space.len() * network.reactions());
    let mut row: Vec<(usize, f64)> = Vec::with_capacity(network.reactions());
    let mut n = vec![0; space.width()];
    let mut x = vec![0.0; space.width()];
    let mut scratch = Vec::new();
    for (i, out) in exit.iter_mut().enumerate().take(space.len()) {
        if i % 4096 == 0 {
            pulse.check()?;
        }
        x.iter_mut()
            .zip(space.state(i))
            .for_each(|(x, &n)| *x = n as f64);
        for r in 0..network.reactions() {
            let rate = rate_at(network, r, &x, &mut scratch)?;
            if rate == 0.0 || network.change().row(r).is_empty() {
                continue;
            }
            n.copy_from_slice(space.state(i));
            let target = if space.step(network, r, &mut n) {
                space
                    .find(&n)
                    .ok_or_else(|| Error::Internal("a reachable state is missing".into()))?
            } else {
                space.len() + face(network, r, space, &n)?
            };
            row.push((target, rate));
        }
        *out = push_row(&mut edges, &mut row);
        if !out.is_finite() {
            let what = format!("{out:?} in all at {}", shown(network, &x));
            return Err(Error::invalid("rates", what, "must have a finite sum"));
        }
    }
    (0..space.width()).for_each(|_| edges.end_row());
    Ok(Uniformised::new(&edges, &exit))
}

/// Ends a row with these entries, which it empties: two reactions may lead to one state. Gives their sum.
fn push_row(edges: &mut Csr, row: &mut Vec<(usize, f64)>) -> f64 {
    row.sort_by_key(|e| e.0);
    row.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    row.iter().for_each(|&(j, q)| edges.push(j as u32, q));
    edges.end_row();
    row.drain(..).map(|e| e.1).sum()
}

/// The propensity, which must be a rate.
fn rate_at(network: &Network, r: usize, x: &[f64], scratch: &mut Vec<f64>) -> Result<f64> {
    let rate = network.propensity(r, x, scratch);
    if rate.is_finite() && rate >= 0.0 {
        return Ok(rate);
    }
    Err(Error::invalid_at(
        "rates",
        [r],
        format!("{rate:?} at {}", shown(network, x)),
        "must be finite and >= 0 at every reachable state",
    ))
}

/// The species through whose upper bound reaction `r` left the box.
fn face(network: &Network, r: usize, space: &Space, n: &[i64]) -> Result<usize> {
    if let Some(i) = n.iter().position(|&n| n < 0) {
        let x: Vec<f64> = n.iter().map(|&n| n as f64).collect();
        return Err(Error::Refused(format!(
            "reaction {r} would make {} negative ({}): its propensity must vanish where a reactant is missing",
            network.species()[i],
            shown(network, &x)
        )));
    }
    n.iter()
        .zip(space.bounds())
        .position(|(n, b)| n > b)
        .ok_or_else(|| Error::Internal("no face was crossed".into()))
}

fn shown(network: &Network, x: &[f64]) -> String {
    let parts: Vec<String> = (network.species().iter().zip(x))
        .map(|(s, x)| format!("{s} = {x}"))
        .collect();
    parts.join(", ")
}
