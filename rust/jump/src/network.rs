//! The network: species, reactions, stoichiometry, and which propensities a reaction changes.

use std::collections::HashMap;

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

use crate::propensity::{Form, Propensity, falling};
use crate::{Ragged, conservation, law};

pub use crate::propensity::Convention;

/// How fast a reaction fires.
#[derive(Clone, Debug)]
pub enum Rate {
    /// The constant of mass action, finite and >= 0.
    MassAction(f64),
    /// The propensity itself.
    Formula(Box<law::Propensity>),
}

/// `reactants -> products` at a rate. Stoichiometry as `(species index, count)`.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// Consumed, counts >= 1.
    pub reactants: Vec<(usize, u64)>,
    /// Produced, counts >= 1.
    pub products: Vec<(usize, u64)>,
    /// The rate.
    pub rate: Rate,
}

/// A reaction network with all its numbers: the law of a jump process on counts.
#[derive(Clone, Debug)]
pub struct Network {
    species: Vec<String>,
    propensities: Vec<Propensity>,
    reactants: Ragged<(usize, u64)>,
    change: Ragged<(usize, i64)>,
    dependents: Ragged<u32>,
    formulas: Vec<law::Propensity>,
}

impl Network {
    /// Checks and stores a network. Species are numbered in the order of `species`.
    pub fn new(
        species: Vec<String>,
        reactions: Vec<Reaction>,
        volume: f64,
        convention: Convention,
    ) -> Result<Self> {
        check::positive("volume", volume)?;
        check_names(&species)?;
        let mut propensities = Vec::with_capacity(reactions.len());
        let (mut reactants, mut change) = (Ragged::default(), Ragged::default());
        let mut formulas = Vec::new();
        for (r, reaction) in reactions.into_iter().enumerate() {
            let consumed = merged(r, &reaction.reactants, species.len())?;
            let produced = merged(r, &reaction.products, species.len())?;
            change.push(net(r, &consumed, &produced)?);
            propensities.push(match reaction.rate {
                Rate::MassAction(k) if k.is_finite() && k >= 0.0 => {
                    Propensity::mass_action(r, &consumed, k, volume, convention)?
                }
                Rate::MassAction(k) => {
                    let got = check::fmt_f64(k);
                    return Err(Error::invalid_at(
                        "rates",
                        [r],
                        got,
                        "must be finite and >= 0",
                    ));
                }
                Rate::Formula(formula) => {
                    formulas.push(*formula);
                    Propensity::formula(formulas.len() - 1)?
                }
            });
            reactants.push(consumed);
        }
        let mut network = Self {
            species,
            propensities,
            reactants,
            change,
            dependents: Ragged::default(),
            formulas,
        };
        network.dependents = network.find_dependents();
        Ok(network)
    }

    /// Names of the species in order.
    pub fn species(&self) -> &[String] {
        &self.species
    }

    /// Number of reactions.
    pub fn reactions(&self) -> usize {
        self.propensities.len()
    }

    /// The propensity records in order.
    pub fn propensities(&self) -> &[Propensity] {
        &self.propensities
    }

    /// `(species, count)` consumed by each reaction, in increasing order of species.
    pub fn reactants(&self) -> &Ragged<(usize, u64)> {
        &self.reactants
    }

    /// `(species, net change)` of each reaction, without zeros, in increasing order of species.
    pub fn change(&self) -> &Ragged<(usize, i64)> {
        &self.change
    }

    /// The reactions whose propensity may change when `reaction` fires, in increasing order.
    pub fn dependents(&self, reaction: usize) -> &[u32] {
        self.dependents.row(reaction)
    }

    /// `a_r(n)`. `n` holds one count per species; `scratch` is used by formulas.
    #[inline]
    pub fn propensity(&self, r: usize, n: &[f64], scratch: &mut Vec<f64>) -> f64 {
        let p = &self.propensities[r];
        match p.form {
            Form::General => {
                (self.reactants.row(r).iter()).fold(p.k, |v, &(i, s)| v * falling(n[i], s))
            }
            Form::Formula => {
                let mut value = [f64::NAN];
                self.formulas[p.a as usize]
                    .program
                    .eval_into(n, &[], scratch, &mut value);
                value[0]
            }
            _ => p.small(n),
        }
    }

    /// Conservation laws: an exact integer basis `w` of `w . v_r = 0`, nonnegative ones first.
    pub fn conservation_laws(&self) -> Result<Vec<Vec<i64>>> {
        conservation::laws(self.species.len(), &self.change_lists())
    }

    /// The largest count each species can reach from `start` by the nonnegative conservation laws;
    /// `None` where they do not bound it.
    pub fn conserved_bounds(&self, start: &[i64]) -> Result<Vec<Option<i64>>> {
        let laws = conservation::nonnegative_laws(self.species.len(), &self.change_lists())?;
        let mut bounds: Vec<Option<i64>> = vec![None; self.species.len()];
        for law in &laws {
            let total: i128 = (law.iter().zip(start))
                .map(|(&w, &n)| i128::from(w) * i128::from(n))
                .sum();
            for (bound, &w) in bounds.iter_mut().zip(law) {
                if w > 0 {
                    let most = i64::try_from(total / i128::from(w)).unwrap_or(i64::MAX);
                    *bound = Some(bound.map_or(most, |b| b.min(most)));
                }
            }
        }
        Ok(bounds)
    }

    fn change_lists(&self) -> Vec<Vec<(usize, i64)>> {
        self.change.rows().map(<[_]>::to_vec).collect()
    }

    fn reads(&self, r: usize) -> Vec<usize> {
        match self.propensities[r].form {
            Form::Formula => self.formulas[self.propensities[r].a as usize].reads.clone(),
            _ => self.reactants.row(r).iter().map(|x| x.0).collect(),
        }
    }

    fn find_dependents(&self) -> Ragged<u32> {
        let mut readers: Vec<Vec<u32>> = vec![Vec::new(); self.species.len()];
        for r in 0..self.reactions() {
            for i in self.reads(r) {
                readers[i].push(r as u32);
            }
        }
        self.change
            .rows()
            .map(|row| {
                let mut touched: Vec<u32> = row
                    .iter()
                    .flat_map(|&(i, _)| readers[i].iter().copied())
                    .collect();
                touched.sort_unstable();
                touched.dedup();
                touched
            })
            .collect()
    }
}

fn check_names(species: &[String]) -> Result<()> {
    let mut seen = HashMap::new();
    for (i, name) in species.iter().enumerate() {
        if name.is_empty() {
            return Err(Error::invalid_at("species", [i], "''", "must be a name"));
        }
        if seen.insert(name, i).is_some() {
            return Err(Error::invalid_at(
                "species",
                [i],
                format!("'{name}'"),
                "must be named once",
            ));
        }
    }
    Ok(())
}

/// Adds up repeated species and sorts them.
fn merged(r: usize, side: &[(usize, u64)], species: usize) -> Result<Vec<(usize, u64)>> {
    let mut out: Vec<(usize, u64)> = Vec::with_capacity(side.len());
    for &(i, s) in side {
        if i >= species {
            return Err(Error::Internal(format!(
                "reactions[{r}]: species {i} does not exist"
            )));
        }
        match out.iter_mut().find(|x| x.0 == i) {
            Some(x) => x.1 = x.1.saturating_add(s),
            None => out.push((i, s)),
        }
    }
    out.retain(|x| x.1 > 0);
    out.sort_unstable();
    Ok(out)
}

fn net(
    r: usize,
    consumed: &[(usize, u64)],
    produced: &[(usize, u64)],
) -> Result<Vec<(usize, i64)>> {
    let mut change: HashMap<usize, i128> = HashMap::new();
    for &(i, s) in produced {
        *change.entry(i).or_default() += i128::from(s);
    }
    for &(i, s) in consumed {
        *change.entry(i).or_default() -= i128::from(s);
    }
    let mut out = Vec::with_capacity(change.len());
    for (i, v) in change.into_iter().filter(|x| x.1 != 0) {
        let v = i64::try_from(v)
            .ok()
            .filter(|v| v.unsigned_abs() <= 1 << 32)
            .ok_or_else(|| {
                Error::invalid_at(
                    "reactions",
                    [r],
                    format!("a net change of {v}"),
                    "must be at most 2^32 per species",
                )
            })?;
        out.push((i, v));
    }
    out.sort_unstable();
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reaction(reactants: &[(usize, u64)], products: &[(usize, u64)], k: f64) -> Reaction {
        Reaction {
            reactants: reactants.to_vec(),
            products: products.to_vec(),
            rate: Rate::MassAction(k),
        }
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).into()).collect()
    }

    fn sir() -> Network {
        let reactions = vec![
            reaction(&[(0, 1), (1, 1)], &[(1, 2)], 0.02),
            reaction(&[(1, 1)], &[(2, 1)], 1.0),
        ];
        Network::new(names(&["S", "I", "R"]), reactions, 1.0, Convention::Comb).unwrap()
    }

    #[test]
    fn an_epidemic_has_the_expected_structure() {
        let sir = sir();
        assert_eq!(sir.change().row(0), [(0, -1), (1, 1)]);
        assert_eq!(sir.dependents(0), [0, 1]);
        assert_eq!(sir.dependents(1), [0, 1]);
        assert_eq!(
            sir.propensity(0, &[98.0, 2.0, 0.0], &mut Vec::new()),
            (0.02 * 98.0) * 2.0
        );
        assert_eq!(sir.conservation_laws().unwrap(), [[1, 1, 1]]);
        assert_eq!(sir.conserved_bounds(&[98, 2, 0]).unwrap(), [Some(100); 3]);
    }

    #[test]
    fn high_orders_use_falling_factorials() {
        let n = Network::new(
            names(&["A", "B"]),
            vec![reaction(&[(1, 1), (0, 3)], &[], 6.0)],
            1.0,
            Convention::Comb,
        )
        .unwrap();
        assert_eq!(n.propensity(0, &[5.0, 2.0], &mut Vec::new()), 60.0 * 2.0);
        assert_eq!(n.propensity(0, &[2.0, 2.0], &mut Vec::new()), 0.0);
    }

    #[test]
    fn repeated_species_add_up_and_null_reactions_change_nothing() {
        let n = Network::new(
            names(&["A"]),
            vec![reaction(&[(0, 1), (0, 1)], &[(0, 2)], 3.0)],
            1.0,
            Convention::Falling,
        )
        .unwrap();
        assert_eq!(n.propensity(0, &[4.0], &mut Vec::new()), 36.0);
        assert!(n.change().row(0).is_empty() && n.dependents(0).is_empty());
    }

    #[test]
    fn bad_numbers_are_named() {
        let make = |k: f64, w: f64| {
            Network::new(
                names(&["A"]),
                vec![reaction(&[(0, 1)], &[], k)],
                w,
                Convention::Comb,
            )
            .map_err(|e| e.to_string())
            .err()
        };
        assert_eq!(
            make(-1.0, 1.0).unwrap(),
            "rates[0] = -1.0: must be finite and >= 0"
        );
        assert_eq!(
            make(f64::NAN, 1.0).unwrap(),
            "rates[0] = NaN: must be finite and >= 0"
        );
        assert_eq!(
            make(1.0, 0.0).unwrap(),
            "volume = 0.0: must be finite and > 0"
        );
        let twice = Network::new(names(&["A", "A"]), vec![], 1.0, Convention::Comb);
        assert!(twice.is_err());
    }
}
