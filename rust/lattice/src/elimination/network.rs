//! A model as factors over its classical spins.

use std::collections::BTreeMap;

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::component::{Component, LARGEST_COMPONENT};
use super::plan::{MOST_BYTES, Plan};
use crate::exact::Model;
use crate::geometry::Geometry;
use crate::model::Values;

/// Where the two ends of a pair of sites are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A factor over two classical spins.
    Factor(usize),
    /// Both inside a component, at these places.
    Inside(usize, [usize; 2]),
    /// A place of a component and a place in its boundary.
    Edge(usize, [usize; 2]),
}

/// Two sites and the sum of the couplings of the bonds that join them.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub sites: [usize; 2],
    pub coupling: f64,
    pub place: Place,
}

/// A model cut into factors (fields, then pairs, then components), with a plan for summing out the spins.
#[derive(Debug, Clone)]
pub struct Network {
    pub(super) colours: bool,
    pub(super) q: usize,
    pub(super) beta: f64,
    pub(super) fields: Vec<f64>,
    /// The classical variable that a site is, or (component, place).
    pub(super) role: Vec<Role>,
    /// The site of each classical variable.
    pub(super) variables: Vec<usize>,
    pub(super) pairs: Vec<Pair>,
    /// The pair of each bond, and whether the bond names its ends in the other order.
    pub(super) pair_of: Vec<(usize, bool)>,
    pub(super) components: Vec<Component>,
    /// Number of the first component's factor.
    pub(super) first_component: usize,
    pub(super) plan: Plan,
}

/// What becomes of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A classical spin.
    Variable(usize),
    /// A place of a component.
    Quantum(usize, usize),
}

impl Network {
    /// The network of a model, or the reason why it is out of reach.
    pub fn new(model: Model<'_>, pulse: &Pulse) -> Result<std::result::Result<Self, String>> {
        let geometry = model.geometry();
        let n = geometry.n_sites();
        let (couplings, fields, transverse) = match model {
            Model::Ising(m) => (m.couplings(), Some(m.fields()), None),
            Model::Potts(m) => (m.couplings(), None, None),
            Model::Transverse(m) => (
                m.classical().couplings(),
                Some(m.classical().fields()),
                Some(m.transverse()),
            ),
        };
        let each = |values: Option<&Values>| -> Vec<f64> {
            (0..n).map(|i| values.map_or(0.0, |v| v.at(i))).collect()
        };
        let (mut pairs, pair_of) = joined(geometry, couplings);
        let fields = each(fields);
        let (role, mut components) = match roles(&each(transverse), &pairs) {
            Ok(found) => found,
            Err(reason) => return Ok(Err(reason)),
        };
        let q = match model {
            Model::Potts(m) => m.q(),
            _ => 2,
        };
        let is_variable = |&i: &usize| matches!(role[i], Role::Variable(_));
        let variables: Vec<usize> = (0..n).filter(is_variable).collect();
        let mut scopes: Vec<Vec<usize>> = (0..variables.len()).map(|v| vec![v]).collect();
        place_pairs(&mut pairs, &role, &mut scopes, &mut components);
        for component in &mut components {
            component.fields = component.sites.iter().map(|&i| fields[i]).collect();
        }
        let first_component = scopes.len();
        scopes.extend(components.iter().map(|c| c.boundary.clone()));
        let plan = match Plan::new(q, variables.len(), &scopes, pulse)? {
            Ok(plan) => plan,
            Err(reason) => return Ok(Err(reason)),
        };
        let network = Self {
            colours: matches!(model, Model::Potts(_)),
            q,
            beta: model.beta(),
            fields,
            role,
            variables,
            pairs,
            pair_of,
            components,
            first_component,
            plan,
        };
        Ok(network.check_components().map(|()| network))
    }

    /// Most spins that one table holds beside the one summed out.
    pub fn width(&self) -> usize {
        self.plan.width
    }

    /// Arithmetic of one forward pass, in table entries.
    pub fn cost(&self) -> f64 {
        self.plan.cost()
    }

    fn check_components(&self) -> std::result::Result<(), String> {
        for c in &self.components {
            let bytes = (c.boundary_states() as u128) * (c.states() as u128) * 8;
            if bytes > MOST_BYTES {
                return Err(format!(
                    "a transverse component of {} sites with {} classical neighbours needs tables of {} MB, the limit is {} MB",
                    c.sites.len(),
                    c.boundary.len(),
                    bytes / 1_000_000,
                    MOST_BYTES / 1_000_000,
                ));
            }
        }
        Ok(())
    }

    /// The same network with its spins summed out in another order.
    #[cfg(test)]
    pub(super) fn reordered(mut self, sequence: Vec<usize>) -> Self {
        let mut scopes: Vec<Vec<usize>> = (0..self.variables.len()).map(|v| vec![v]).collect();
        for pair in &self.pairs {
            if let Place::Factor(_) = pair.place {
                let variable = |&i: &usize| match self.role[i] {
                    Role::Variable(v) => Some(v),
                    Role::Quantum(..) => None,
                };
                scopes.push(pair.sites.iter().filter_map(variable).collect());
            }
        }
        scopes.extend(self.components.iter().map(|c| c.boundary.clone()));
        let order = super::order::Order { sequence, width: 0 };
        self.plan = Plan::ordered(self.q, &scopes, &order);
        self
    }

    /// Number of sites.
    pub(super) fn n_sites(&self) -> usize {
        self.role.len()
    }

    /// Energy of a pair of values.
    pub(super) fn pair_energy(&self, coupling: f64, a: usize, b: usize) -> f64 {
        match (self.colours, a == b) {
            (_, true) => -coupling,
            (true, false) => 0.0,
            (false, false) => coupling,
        }
    }

    /// Energies of all factors but the components.
    pub(super) fn energies(&self) -> Vec<Vec<f64>> {
        let field = |&i: &usize| match self.colours {
            true => vec![0.0; self.q],
            false => vec![self.fields[i], -self.fields[i]],
        };
        let mut tables: Vec<Vec<f64>> = self.variables.iter().map(field).collect();
        for pair in &self.pairs {
            if let Place::Factor(_) = pair.place {
                let states = (0..self.q * self.q).map(|s| (s % self.q, s / self.q));
                tables.push(
                    states
                        .map(|(a, b)| self.pair_energy(pair.coupling, a, b))
                        .collect(),
                );
            }
        }
        tables
    }

    /// Tables over the sites of each pair, first fastest, as tables over the ends of each bond, last fastest.
    pub(super) fn in_bond_order(&self, of_pairs: &[Vec<f64>]) -> Vec<f64> {
        let q = self.q;
        let entry = |&(pair, reversed): &(usize, bool), s: usize| {
            let (first, last) = (s / q, s % q);
            let index = if reversed {
                last + q * first
            } else {
                first + q * last
            };
            of_pairs[pair][index]
        };
        let bonds = self.pair_of.iter();
        bonds
            .flat_map(|bond| (0..q * q).map(move |s| entry(bond, s)))
            .collect()
    }

    /// Refuses energies whose products with beta leave the range of a double.
    pub(super) fn check_range(&self) -> Result<()> {
        let fields = self.fields.iter().map(|h| h.abs()).sum::<f64>();
        let couplings = self.pairs.iter().map(|p| p.coupling.abs()).sum::<f64>();
        let transverse = self.components.iter().flat_map(|c| &c.transverse);
        let largest = fields + couplings + transverse.map(|t| t.abs()).sum::<f64>();
        if (self.beta * largest).is_finite() && largest < 1e150 {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "elimination: beta times the sum of all couplings and fields ({largest:e}) must be a finite double"
        )))
    }
}

/// Pairs of sites in ascending order with the sum of their couplings, and the pair of each bond.
fn joined(geometry: &Geometry, couplings: &Values) -> (Vec<Pair>, Vec<(usize, bool)>) {
    let key = |&[i, j]: &[u32; 2]| [i.min(j) as usize, i.max(j) as usize];
    let mut sums: BTreeMap<[usize; 2], f64> = BTreeMap::new();
    for (b, ends) in geometry.bonds().iter().enumerate() {
        *sums.entry(key(ends)).or_insert(0.0) += couplings.at(b);
    }
    let place = Place::Factor(0);
    let pair = |(&sites, &coupling)| Pair {
        sites,
        coupling,
        place,
    };
    let pairs: Vec<Pair> = sums.iter().map(pair).collect();
    let number: BTreeMap<[usize; 2], usize> = sums.keys().copied().zip(0..).collect();
    let bonds = geometry.bonds().iter();
    let pair_of = bonds.map(|ends| (number[&key(ends)], ends[0] > ends[1]));
    (pairs, pair_of.collect())
}

/// Connected components of the sites with a transverse field; the other sites are classical variables.
fn roles(
    transverse: &[f64],
    pairs: &[Pair],
) -> std::result::Result<(Vec<Role>, Vec<Component>), String> {
    let n = transverse.len();
    let mut next_to: Vec<Vec<usize>> = vec![Vec::new(); n];
    for pair in pairs {
        let [i, j] = pair.sites;
        if transverse[i] != 0.0 && transverse[j] != 0.0 {
            next_to[i].push(j);
            next_to[j].push(i);
        }
    }
    let mut role = vec![None; n];
    let (mut components, mut variables) = (Vec::new(), 0);
    for start in 0..n {
        if role[start].is_some() {
            continue;
        }
        if transverse[start] == 0.0 {
            role[start] = Some(Role::Variable(variables));
            variables += 1;
            continue;
        }
        let (number, mut sites) = (components.len(), vec![start]);
        role[start] = Some(Role::Quantum(number, 0));
        let mut seen = 0;
        while seen < sites.len() {
            for &j in &next_to[sites[seen]] {
                if role[j].is_none() {
                    role[j] = Some(Role::Quantum(number, sites.len()));
                    sites.push(j);
                }
            }
            seen += 1;
        }
        if sites.len() > LARGEST_COMPONENT {
            return Err(format!(
                "{} sites with transverse fields hang together, the limit is {LARGEST_COMPONENT}",
                sites.len()
            ));
        }
        components.push(Component {
            transverse: sites.iter().map(|&i| transverse[i]).collect(),
            sites,
            ..Component::default()
        });
    }
    Ok((role.into_iter().flatten().collect(), components))
}

/// Gives each pair its place; pairs of classical spins become factors, the others part of a component.
fn place_pairs(
    pairs: &mut [Pair],
    role: &[Role],
    scopes: &mut Vec<Vec<usize>>,
    components: &mut [Component],
) {
    let outside = |pair: &Pair| match pair.sites.map(|i| role[i]) {
        [Role::Quantum(c, k), Role::Variable(v)] | [Role::Variable(v), Role::Quantum(c, k)] => {
            Some((c, k, v))
        }
        _ => None,
    };
    for (c, _, v) in pairs.iter().filter_map(outside) {
        components[c].boundary.push(v);
    }
    for component in &mut *components {
        component.boundary.sort_unstable();
        component.boundary.dedup();
    }
    for pair in pairs {
        pair.place = match pair.sites.map(|i| role[i]) {
            [Role::Variable(a), Role::Variable(b)] => {
                scopes.push(vec![a, b]);
                Place::Factor(scopes.len() - 1)
            }
            [Role::Quantum(c, a), Role::Quantum(_, b)] => {
                components[c].inner.push((a, b, pair.coupling));
                Place::Inside(c, [a, b])
            }
            [Role::Quantum(c, k), Role::Variable(v)] | [Role::Variable(v), Role::Quantum(c, k)] => {
                let boundary = &components[c].boundary;
                let at = boundary.binary_search(&v).unwrap_or_default();
                components[c].outer.push((k, at, pair.coupling));
                Place::Edge(c, [k, at])
            }
        };
    }
}
