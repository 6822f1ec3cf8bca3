//! The projection: choose the box, grow it where mass is lost, evolve.

use quincunx_core::error::check;
use quincunx_core::markov::Watch;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::Space;
use super::generator::uniformised;
use crate::Network;

/// First guess for a species that nothing bounds: this many above twice its start.
const FIRST_ROOM: i64 = 16;
/// A box is enlarged at most this often.
const MAX_GROWTHS: usize = 40;

/// What is asked of the master equation.
#[derive(Clone, Debug)]
pub struct Question {
    /// The state at time 0.
    pub start: Vec<i64>,
    /// Increasing times >= 0 after the start.
    pub times: Vec<f64>,
    /// Largest counts that the user fixes; `None`: from conservation laws, else grown.
    pub bounds: Vec<Option<i64>>,
    /// Total variation error to reach where the box is chosen here.
    pub tol: f64,
    /// More states are refused.
    pub max_states: usize,
}

/// `p(n, t_j)` on the states of the box.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The states.
    pub space: Space,
    /// Per time the probability of every state; sums to at most 1.
    pub probability: Vec<Vec<f64>>,
    /// Per time a bound of `sum_n |p_exact(n) - p(n)|`, mass outside the box included.
    pub error_bound: Vec<f64>,
}

/// Solves the master equation from a point start.
pub fn solve(network: &Network, question: &Question, pulse: &Pulse) -> Result<Solution> {
    if !question.times.is_sorted() {
        return Err(Error::Refused("t: times must be increasing".into()));
    }
    let (mut bounds, growing) = first_box(network, question)?;
    for _ in 0..MAX_GROWTHS {
        let space = Space::reach(
            network,
            &question.start,
            bounds.clone(),
            question.max_states,
            pulse,
        )?;
        let (solution, lost) = evolve(network, space, question, &growing, pulse)?;
        let moved = enlarge(&mut bounds, &growing, &lost, question.tol / 2.0);
        if let Some(solution) = solution.filter(|_| !moved) {
            return Ok(solution);
        }
    }
    Err(Error::Refused(format!(
        "master_equation: after {MAX_GROWTHS} enlargements the box still loses more than tol = {:?}: \
         the counts grow too fast; give bounds= and read error_bound",
        question.tol
    )))
}

/// The box to begin with, and which of its sides may move.
fn first_box(network: &Network, question: &Question) -> Result<(Vec<i64>, Vec<bool>)> {
    if !(question.tol > 0.0 && question.tol < 1.0) {
        let got = check::fmt_f64(question.tol);
        return Err(Error::invalid("tol", got, "must be > 0 and < 1"));
    }
    let names = network.species();
    if question.start.len() != names.len() || question.bounds.len() != names.len() {
        return Err(Error::Internal(
            "start and bounds need one entry per species".into(),
        ));
    }
    for (&n, name) in question.start.iter().zip(names) {
        if n < 0 {
            return Err(Error::invalid(
                format!("start['{name}']"),
                n,
                "must be >= 0",
            ));
        }
    }
    let conserved = network.conserved_bounds(&question.start)?;
    let mut growing = vec![false; names.len()];
    let mut bounds = Vec::with_capacity(names.len());
    for (i, &n) in question.start.iter().enumerate() {
        let bound = match (question.bounds[i], conserved[i]) {
            (Some(b), _) if b < n => {
                let what = format!("bounds['{}']", names[i]);
                return Err(Error::invalid(
                    what,
                    b,
                    format!("must be >= the start value {n}"),
                ));
            }
            (Some(b), Some(c)) => b.min(c),
            (Some(b), None) | (None, Some(b)) => b,
            (None, None) if changes(network, i) => {
                growing[i] = true;
                n.saturating_mul(2).saturating_add(FIRST_ROOM)
            }
            (None, None) => n,
        };
        bounds.push(bound);
    }
    Ok((bounds, growing))
}

fn changes(network: &Network, species: usize) -> bool {
    network.change().rows().flatten().any(|x| x.0 == species)
}

/// Doubles the sides through which too much mass left; false if none did.
fn enlarge(bounds: &mut [i64], growing: &[bool], lost: &[f64], tol: f64) -> bool {
    let mut moved = false;
    for ((b, &g), &mass) in bounds.iter_mut().zip(growing).zip(lost) {
        if g && mass > share(growing, tol) {
            *b = b.saturating_mul(2);
            moved = true;
        }
    }
    moved
}

/// What each growing side may lose.
fn share(growing: &[bool], tol: f64) -> f64 {
    tol / growing.iter().filter(|g| **g).count() as f64
}

/// The mass in the sinks, which must not become too much on a growing side.
struct Leak<'a> {
    states: usize,
    growing: &'a [bool],
    tol: f64,
    lost: Vec<f64>,
}

impl Leak<'_> {
    fn bearable(&self) -> bool {
        let most = share(self.growing, self.tol);
        (self.growing.iter().zip(&self.lost)).all(|(&g, &mass)| !g || mass <= most)
    }
}

impl Watch for Leak<'_> {
    fn go_on(&mut self, law: &[f64]) -> bool {
        self.lost.copy_from_slice(&law[self.states..]);
        self.bearable()
    }
}

/// The law at all times, and the mass lost through each species' bound at the last one. Without the
/// law when a growing side has lost too much before the end.
fn evolve(
    network: &Network,
    space: Space,
    question: &Question,
    growing: &[bool],
    pulse: &Pulse,
) -> Result<(Option<Solution>, Vec<f64>)> {
    let generator = uniformised(network, &space, pulse)?;
    let size = space.len() + space.width();
    let mut start = vec![0.0; size];
    let origin = space
        .find(&question.start)
        .ok_or_else(|| Error::Internal("the start is no state".into()))?;
    start[origin] = 1.0;
    let tol = question.tol / 2.0;
    let mut leak = Leak {
        states: space.len(),
        growing,
        tol,
        lost: vec![0.0; space.width()],
    };
    let out = generator.transient(&start, &question.times, tol, &mut leak, pulse)?;
    if !leak.bearable() {
        return Ok((None, leak.lost));
    }
    let mut lost = leak.lost;
    let (mut probability, mut error_bound) = (Vec::new(), out.bound);
    for (law, bound) in out.laws.chunks_exact(size).zip(&mut error_bound) {
        let (inside, outside) = law.split_at(space.len());
        lost.copy_from_slice(outside);
        // What sits outside is missing inside: it enters the error once.
        *bound += outside.iter().sum::<f64>();
        probability.push(inside.to_vec());
    }
    let solution = Solution {
        space,
        probability,
        error_bound,
    };
    Ok((Some(solution), lost))
}
