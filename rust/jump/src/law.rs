//! From reactions whose rates are formulas to a network with numbers.
//!
//! A rate that names no species is the constant of mass action. One that names species is the
//! propensity itself, and must name every reactant that can change: otherwise it would not vanish
//! when that reactant is used up.

use std::collections::HashSet;

use quincunx_core::error::check;
use quincunx_core::{Error, Result};
use quincunx_expr::vm::{Place, Program};
use quincunx_expr::{Dag, Formula, Role, Scope};

use crate::{Convention, Network, Rate, Reaction};

/// `reactants -> products @ rate` as written.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    /// Consumed: `(species index, count)`.
    pub reactants: Vec<(usize, u64)>,
    /// Produced: `(species index, count)`.
    pub products: Vec<(usize, u64)>,
    /// The rate.
    pub rate: &'a Formula,
}

/// A propensity given by a formula over the species.
#[derive(Clone, Debug)]
pub struct Propensity {
    pub(crate) program: Program,
    pub(crate) reads: Vec<usize>,
}

/// The network, and the parameters that no rate uses.
///
/// Formulas may use species, parameters, `pi` and `volume`.
pub fn network(
    species: Vec<String>,
    parameters: &[(String, f64)],
    written: &[Written<'_>],
    volume: f64,
    convention: Convention,
) -> Result<(Network, Vec<String>)> {
    check::positive("volume", volume)?;
    for (name, value) in parameters {
        check::finite(&format!("params['{name}']"), *value)?;
    }
    let names: Vec<&str> = parameters.iter().map(|p| p.0.as_str()).collect();
    let mut scope = Scope::of(&species, &names)?;
    let at = scope.declare("volume", Role::Parameter)?;
    let mut values: Vec<Option<f64>> = vec![None; scope.len()];
    for (slot, p) in values[species.len()..].iter_mut().zip(parameters) {
        *slot = Some(p.1);
    }
    values[at as usize] = Some(volume);
    let rates = Rates {
        species: &species,
        moving: moving(species.len(), written),
        scope,
        values,
    };
    let reactions = written
        .iter()
        .enumerate()
        .map(|(r, w)| {
            Ok(Reaction {
                reactants: w.reactants.clone(),
                products: w.products.clone(),
                rate: rates.rate(r, w)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let used: HashSet<&str> = written.iter().flat_map(|w| w.rate.names()).collect();
    let unused = names
        .iter()
        .filter(|n| !used.contains(**n))
        .map(ToString::to_string)
        .collect();
    Ok((
        Network::new(species, reactions, volume, convention)?,
        unused,
    ))
}

/// Species that some reaction changes.
fn moving(species: usize, written: &[Written<'_>]) -> Vec<bool> {
    let count = |side: &[(usize, u64)], i: usize| -> u64 {
        side.iter().filter(|x| x.0 == i).map(|x| x.1).sum()
    };
    (0..species)
        .map(|i| {
            written
                .iter()
                .any(|w| count(&w.reactants, i) != count(&w.products, i))
        })
        .collect()
}

struct Rates<'a> {
    species: &'a [String],
    moving: Vec<bool>,
    scope: Scope,
    values: Vec<Option<f64>>,
}

impl Rates<'_> {
    fn rate(&self, r: usize, w: &Written<'_>) -> Result<Rate> {
        let mut dag = Dag::new();
        let root = w.rate.lower(&mut dag, &self.scope)?;
        if w.rate.names().any(|n| n == "t") {
            return Err(w.rate.error(format!(
                "rates[{r}] depends on the time t: no method here samples time-dependent rates"
            )));
        }
        let named = |i: &usize| w.rate.names().any(|n| n == self.species[*i]);
        let (bound, roots) = dag.bind(&[root], |i| self.values.get(i as usize).copied().flatten());
        if !(0..self.species.len()).any(|i| named(&i)) {
            return self.constant(r, w, bound.evaluate(&roots, &[]).first().copied());
        }
        if let Some(&(i, _)) = (w.reactants.iter()).find(|x| self.moving[x.0] && !named(&x.0)) {
            let (name, source) = (&self.species[i], w.rate.source());
            return Err(w.rate.error(format!(
                "rates[{r}] names species and is therefore the propensity itself, which must vanish \
                 with the reactant {name}: write {name}*({source})"
            )));
        }
        let places: Vec<Place> = (0..self.species.len()).map(Place::Row).collect();
        let reads = bound
            .inputs_of(&roots)
            .into_iter()
            .map(|i| i as usize)
            .collect();
        Ok(Rate::Formula(Box::new(Propensity {
            program: Program::compile(&bound, &places, &roots)?,
            reads,
        })))
    }

    fn constant(&self, r: usize, w: &Written<'_>, value: Option<f64>) -> Result<Rate> {
        let k = value.unwrap_or(f64::NAN);
        if k.is_finite() && k >= 0.0 {
            return Ok(Rate::MassAction(k));
        }
        let plain = w.rate.names().next().is_none();
        let got = if plain {
            format!("{k:?}")
        } else {
            format!("{k:?} ({})", w.rate.source())
        };
        Err(Error::invalid_at(
            "rates",
            [r],
            got,
            "must be finite and >= 0",
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quincunx_expr::Token;

    fn name(n: &str) -> Token {
        Token::Name(n.into())
    }

    fn apply(op: &str) -> Token {
        Token::Apply(op.into(), 2)
    }

    fn make(rate: &Formula, parameters: &[(&str, f64)]) -> Result<(Network, Vec<String>)> {
        let parameters: Vec<(String, f64)> = parameters.iter().map(|p| (p.0.into(), p.1)).collect();
        let written = Written {
            reactants: vec![(0, 1)],
            products: vec![],
            rate,
        };
        network(
            vec!["X".into(), "Y".into()],
            &parameters,
            &[written],
            2.0,
            Convention::Comb,
        )
    }

    #[test]
    fn constants_are_mass_action_and_species_make_a_propensity() {
        let k = Formula::from_postfix("k/2", &[name("k"), Token::Number(2.0), apply("/")]).unwrap();
        let (net, unused) = make(&k, &[("k", 3.0), ("extra", 1.0)]).unwrap();
        assert_eq!(net.propensity(0, &[4.0, 0.0], &mut Vec::new()), 6.0);
        assert_eq!(unused, ["extra"]);
        let own = [name("X"), name("X"), apply("*"), name("volume"), apply("*")];
        let own = Formula::from_postfix("X*X*volume", &own).unwrap();
        let (net, _) = make(&own, &[]).unwrap();
        assert_eq!(net.propensity(0, &[3.0, 0.0], &mut Vec::new()), 18.0);
        assert_eq!(net.dependents(0), [0]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let text = |r: Result<(Network, Vec<String>)>| r.map(|_| ()).unwrap_err().to_string();
        let k = Formula::from_postfix("k", &[name("k")]).unwrap();
        assert_eq!(
            text(make(&k, &[("k", -1.0)])),
            "rates[0] = -1.0 (k): must be finite and >= 0"
        );
        assert_eq!(
            text(make(&k, &[("k", f64::NAN)])),
            "params['k'] = NaN: must be finite"
        );
        assert!(text(make(&k, &[("kk", 1.0)])).contains("did you mean 'kk'"));
        let y = Formula::from_postfix("Y", &[name("Y")]).unwrap();
        assert!(text(make(&y, &[])).contains("write X*(Y)"));
        let t = Formula::from_postfix("t", &[name("t")]).unwrap();
        assert!(text(make(&t, &[])).contains("depends on the time"));
    }
}
