//! `dx = f(t, x) dt + sum_k g_k(t, x) dW_k` from formulas, with all parameters bound to numbers.

use std::str::FromStr;

use quincunx_core::error::check;
use quincunx_core::{Error, Result};
use quincunx_expr::{Dag, Formula, NodeId, Noise, Place, Program, Scope, noise_structure};

/// What `dW` means where the noise depends on the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calculus {
    /// The integrand is taken before the increment.
    Ito,
    /// The integrand is the mean of before and after: the ordinary chain rule holds.
    Stratonovich,
}

impl FromStr for Calculus {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "ito" => Ok(Self::Ito),
            "stratonovich" => Ok(Self::Stratonovich),
            _ => Err(Error::invalid(
                "calculus",
                format!("'{name}'"),
                "must be 'ito' or 'stratonovich'",
            )),
        }
    }
}

/// The formulas of an equation with d states.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// One drift per state.
    pub drift: Vec<Formula>,
    /// The coefficient of each state's own Wiener process: one per state, or empty.
    pub own: Vec<Formula>,
    /// Coefficients of the m shared Wiener processes: one row of m per state, or empty.
    pub shared: Vec<Vec<Formula>>,
}

/// A formula equation, ready to be made into steps. Inputs of its graph: the states, then `t`.
#[derive(Clone, Debug)]
pub struct Equation {
    names: Vec<String>,
    calculus: Calculus,
    dag: Dag,
    drift: Vec<NodeId>,
    noise: Vec<Vec<NodeId>>,
    own: Vec<usize>,
    structure: Noise,
}

impl Equation {
    /// Lowers the formulas over the states `names` and binds the parameters.
    ///
    /// The columns of the noise matrix are the own processes of those states whose formula is not the number 0,
    /// in order, and then the shared ones.
    pub fn new(
        names: &[String],
        parameters: &[(String, f64)],
        terms: &Terms,
        calculus: Calculus,
    ) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::Refused("drift: at least one state is needed".into()));
        }
        for (name, value) in parameters {
            check::finite(name, *value)?;
        }
        let known: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        let scope = Scope::of(names, &known)?;
        let mut raw = Dag::new();
        let Lowered { drift, noise, own } = lower(&mut raw, &scope, names, terms)?;
        let d = names.len();
        let roots: Vec<NodeId> = drift
            .iter()
            .chain(noise.iter().flatten())
            .copied()
            .collect();
        let mut dag = Dag::new();
        let bound = raw.rewrite_into(&mut dag, &roots, |dag, i| {
            match parameters.get((i as usize).wrapping_sub(d)) {
                Some(&(_, value)) if i as usize >= d => dag.constant(value),
                _ => dag.input(i.min(d as u32)),
            }
        });
        let m = noise.first().map_or(0, Vec::len);
        let noise: Vec<Vec<NodeId>> = (0..d)
            .map(|i| bound[d + i * m..d + (i + 1) * m].to_vec())
            .collect();
        let states: Vec<u32> = (0..d as u32).collect();
        let structure = noise_structure(&mut dag, &noise, &states);
        Ok(Self {
            names: names.to_vec(),
            calculus,
            drift: bound[..d].to_vec(),
            noise,
            own,
            dag,
            structure,
        })
    }

    /// Names of the states.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of states, d.
    pub fn dimension(&self) -> usize {
        self.names.len()
    }

    /// Number of Wiener processes, m.
    pub fn processes(&self) -> usize {
        self.noise.first().map_or(0, Vec::len)
    }

    /// The states with a Wiener process of their own: the first columns of the noise matrix, in this order.
    pub fn own(&self) -> &[usize] {
        &self.own
    }

    /// The calculus it was written in.
    pub fn calculus(&self) -> Calculus {
        self.calculus
    }

    /// What is known about the noise matrix.
    pub fn structure(&self) -> Noise {
        self.structure
    }

    /// The narrowest word for its noise: `additive`, `scalar`, `diagonal`, `commutative` or `general`.
    pub fn noise_type(&self) -> &'static str {
        match self.structure {
            Noise { additive: true, .. } => "additive",
            Noise { scalar: true, .. } => "scalar",
            Noise { diagonal: true, .. } => "diagonal",
            Noise {
                commutative: true, ..
            } => "commutative",
            _ => "general",
        }
    }

    /// The drift at time `t` in many points: `x` and the answer hold d numbers per point.
    pub fn drift(&self, t: f64, x: &[f64]) -> Result<Vec<f64>> {
        self.evaluate(&self.drift, t, x)
    }

    /// The noise matrix at time `t` in many points: d numbers per point in `x`, d x m per point in the answer.
    pub fn noise(&self, t: f64, x: &[f64]) -> Result<Vec<f64>> {
        let entries: Vec<NodeId> = self.noise.iter().flatten().copied().collect();
        self.evaluate(&entries, t, x)
    }

    fn evaluate(&self, nodes: &[NodeId], t: f64, x: &[f64]) -> Result<Vec<f64>> {
        let d = self.dimension();
        let mut places: Vec<Place> = (0..d).map(Place::Row).collect();
        places.push(Place::Uniform(0));
        let program = Program::compile(&self.dag, &places, nodes)?;
        let (mut scratch, mut out) = (Vec::new(), vec![0.0; nodes.len()]);
        let mut all = Vec::with_capacity(x.len() / d * nodes.len());
        for point in x.chunks_exact(d) {
            program.eval_into(point, &[t], &mut scratch, &mut out);
            all.extend_from_slice(&out);
        }
        Ok(all)
    }

    /// Drift and noise matrix in a graph of their own, to be made into a step.
    pub(crate) fn graph(&self) -> Graph {
        Graph {
            dag: self.dag.clone(),
            drift: self.drift.clone(),
            noise: self.noise.clone(),
        }
    }

    /// The input that is the time.
    pub(crate) fn time_input(&self) -> u32 {
        self.dimension() as u32
    }
}

/// A copy of an equation's graph that may grow.
pub(crate) struct Graph {
    pub dag: Dag,
    pub drift: Vec<NodeId>,
    pub noise: Vec<Vec<NodeId>>,
}

/// Drift (d), noise matrix (d x m) and the states of its first columns.
struct Lowered {
    drift: Vec<NodeId>,
    noise: Vec<Vec<NodeId>>,
    own: Vec<usize>,
}

/// All formulas as nodes of `dag`.
fn lower(dag: &mut Dag, scope: &Scope, names: &[String], terms: &Terms) -> Result<Lowered> {
    let d = names.len();
    let mut with_own = Vec::new();
    count("drift", terms.drift.len(), d)?;
    let drift = all(dag, scope, &terms.drift)?;
    let mut noise = vec![Vec::new(); d];
    if !terms.own.is_empty() {
        count("noise", terms.own.len(), d)?;
        let own = all(dag, scope, &terms.own)?;
        let zero = dag.constant(0.0);
        for (k, &coefficient) in own.iter().enumerate() {
            if !dag.is_zero(coefficient) {
                with_own.push(k);
                for (i, row) in noise.iter_mut().enumerate() {
                    row.push(if i == k { coefficient } else { zero });
                }
            }
        }
    }
    if !terms.shared.is_empty() {
        count("noise", terms.shared.len(), d)?;
        let m = terms.shared.first().map_or(0, Vec::len);
        for (i, (row, formulas)) in noise.iter_mut().zip(&terms.shared).enumerate() {
            if formulas.len() != m {
                let got = format!("{} coefficients", formulas.len());
                let need = format!("must be {m}, one per shared Wiener process, as in row 0");
                return Err(Error::invalid_at("noise", [i], got, need));
            }
            row.extend(all(dag, scope, formulas)?);
        }
    }
    Ok(Lowered {
        drift,
        noise,
        own: with_own,
    })
}

fn all(dag: &mut Dag, scope: &Scope, formulas: &[Formula]) -> Result<Vec<NodeId>> {
    formulas.iter().map(|f| f.lower(dag, scope)).collect()
}

fn count(what: &str, got: usize, d: usize) -> Result<()> {
    if got == d {
        return Ok(());
    }
    let states = if d == 1 { "state" } else { "states" };
    Err(Error::invalid(
        what,
        format!("{got} formulas"),
        format!("must be {d}, one for each of the {d} {states}"),
    ))
}
