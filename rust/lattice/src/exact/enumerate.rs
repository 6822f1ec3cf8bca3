//! Sums over all configurations, in an order in which one site changes at a time (a reflected Gray code in base q).

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use crate::geometry::Geometry;

/// Configurations that one sum may hold: 28 Ising spins without fields, 27 with.
pub const MOST_CONFIGURATIONS: u64 = 1 << 27;

/// Configurations of one task.
const TASK: u64 = 1 << 14;

/// Colours on a geometry with weight `exp(beta A)`, `A = sum_b coupling_b delta(s_i, s_j) + sum_i field_i [s_i = q - 1]`:
/// both models in one form (up to a constant of the energy).
#[derive(Debug, Clone)]
pub(super) struct Weights<'a> {
    pub geometry: &'a Geometry,
    pub q: usize,
    pub beta: f64,
    pub couplings: Vec<f64>,
    /// One per site, or empty.
    pub fields: Vec<f64>,
}

/// What the sum over all configurations gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    /// `ln` of the sum of weights.
    pub log_partition: f64,
    /// Mean of A.
    pub mean: f64,
    /// Variance of A.
    pub variance: f64,
    /// `P(s_i = s_j)` for each bond.
    pub equal: Vec<f64>,
    /// `P(s_i = a)`, site-major.
    pub occupation: Vec<f64>,
}

impl Weights<'_> {
    /// Without fields all colours of site 0 weigh the same: one is enough.
    fn first_free_site(&self) -> usize {
        usize::from(self.fields.is_empty())
    }

    /// Configurations to visit, or `None` if beyond [`MOST_CONFIGURATIONS`].
    pub fn configurations(&self) -> Option<u64> {
        let free = self.geometry.n_sites() - self.first_free_site();
        (self.q as u64)
            .checked_pow(u32::try_from(free).ok()?)
            .filter(|&count| count <= MOST_CONFIGURATIONS)
    }

    /// The sums. Runs on the current rayon pool; the order of additions does not depend on it.
    pub fn sums(&self, pulse: &Pulse) -> Result<Sums> {
        let Some(count) = self.configurations() else {
            return Err(Error::Internal("enumeration beyond its limit".into()));
        };
        // The last sites run inside a task, the first ones number the tasks.
        let (mut inner, mut per_task) = (0, 1);
        while per_task < TASK && per_task < count {
            per_task *= self.q as u64;
            inner += 1;
        }
        let tasks = count / per_task;
        pulse.expect(tasks);
        let parts: Vec<Partial> = (0..tasks)
            .into_par_iter()
            .map(|task| {
                pulse.check()?;
                let part = Walk::new(self, task, inner).run(per_task);
                pulse.add(1);
                Ok(part)
            })
            .collect::<Result<_>>()?;
        Ok(self.finish(&parts))
    }

    fn finish(&self, parts: &[Partial]) -> Sums {
        let (m, n, q) = (self.couplings.len(), self.geometry.n_sites(), self.q);
        let top = parts.iter().map(|p| p.shift).fold(f64::MIN, f64::max);
        let mut total = Partial::empty(top, m, n * q);
        for part in parts {
            let scale = (self.beta * (part.shift - top)).exp();
            let [w, first, second] = part.seen_from(top);
            total.weight += scale * w;
            total.first += scale * first;
            total.second += scale * second;
            for (sum, term) in [
                (&mut total.equal, &part.equal),
                (&mut total.occupation, &part.occupation),
            ] {
                sum.iter_mut().zip(term).for_each(|(s, t)| *s += scale * t);
            }
        }
        let divide = |values: Vec<f64>| values.into_iter().map(|v| v / total.weight).collect();
        let mut log_partition = self.beta * top + total.weight.ln();
        let mut occupation: Vec<f64> = divide(total.occupation);
        if self.first_free_site() == 1 {
            log_partition += (q as f64).ln();
            occupation.fill(1.0 / q as f64);
        }
        let mean = total.first / total.weight;
        Sums {
            log_partition,
            mean: top + mean,
            variance: total.second / total.weight - mean * mean,
            equal: divide(total.equal),
            occupation,
        }
    }
}

/// Sums of one task: weights in units of `exp(beta shift)`, moments of `A - shift`.
struct Partial {
    shift: f64,
    weight: f64,
    first: f64,
    second: f64,
    equal: Vec<f64>,
    occupation: Vec<f64>,
}

impl Partial {
    fn empty(shift: f64, bonds: usize, occupations: usize) -> Self {
        Self {
            shift,
            weight: 0.0,
            first: 0.0,
            second: 0.0,
            equal: vec![0.0; bonds],
            occupation: vec![0.0; occupations],
        }
    }

    /// Weight and moments of `A - shift` for another shift (the unit of weight stays).
    fn seen_from(&self, shift: f64) -> [f64; 3] {
        let d = self.shift - shift;
        let second = self.second + d * (2.0 * self.first + d * self.weight);
        [self.weight, self.first + d * self.weight, second]
    }

    /// Moves the unit of weight and the origin of the moments to `shift`.
    fn rescale(&mut self, shift: f64, scale: f64) {
        [self.weight, self.first, self.second] = self.seen_from(shift).map(|v| v * scale);
        self.shift = shift;
        self.equal.iter_mut().for_each(|v| *v *= scale);
        self.occupation.iter_mut().for_each(|v| *v *= scale);
    }
}

/// The walk through the configurations of one task. A bond that is satisfied from step `a` to step `b` collects
/// `W(b) - W(a)`, W the weight summed so far: it is touched only when it changes.
struct Walk<'a> {
    weights: &'a Weights<'a>,
    state: Vec<u8>,
    /// A of the current state.
    affinity: f64,
    /// First site that moves.
    moving: usize,
    sums: Partial,
}

impl<'a> Walk<'a> {
    fn new(weights: &'a Weights<'a>, task: u64, inner: usize) -> Self {
        let n = weights.geometry.n_sites();
        let (q, moving) = (weights.q, n - inner);
        let mut state = vec![0; n];
        let mut rest = task;
        for colour in &mut state[weights.first_free_site().min(moving)..moving] {
            *colour = (rest % q as u64) as u8;
            rest /= q as u64;
        }
        let mut affinity = 0.0;
        for (b, &[i, j]) in weights.geometry.bonds().iter().enumerate() {
            if state[i as usize] == state[j as usize] {
                affinity += weights.couplings[b];
            }
        }
        for (site, field) in weights.fields.iter().enumerate() {
            if usize::from(state[site]) == q - 1 {
                affinity += field;
            }
        }
        Self {
            sums: Partial::empty(affinity, weights.couplings.len(), n * q),
            weights,
            state,
            affinity,
            moving,
        }
    }

    fn run(mut self, count: u64) -> Partial {
        let q = self.weights.q;
        let mut upward = vec![true; self.state.len() - self.moving];
        for step in 1..=count {
            self.add();
            if step == count {
                break;
            }
            // Reflected code: digits that stand at their end turn round, the next one moves.
            let mut digit = 0;
            let mut power = q as u64;
            while step % power == 0 {
                upward[digit] = !upward[digit];
                digit += 1;
                power *= q as u64;
            }
            let site = self.moving + digit;
            let old = self.state[site];
            self.change(site, if upward[digit] { old + 1 } else { old - 1 });
        }
        self.close()
    }

    fn add(&mut self) {
        let mut above = self.affinity - self.sums.shift;
        if self.weights.beta * above > 600.0 {
            let scale = (-self.weights.beta * above).exp();
            self.sums.rescale(self.affinity, scale);
            above = 0.0;
        }
        let weight = (self.weights.beta * above).exp();
        self.sums.weight += weight;
        self.sums.first += weight * above;
        self.sums.second += weight * above * above;
    }

    fn change(&mut self, site: usize, new: u8) {
        let old = self.state[site];
        let total = self.sums.weight;
        for (other, bond) in self.weights.geometry.adjacency().neighbours(site) {
            let there = self.state[other];
            if there == old {
                self.affinity -= self.weights.couplings[bond];
                self.sums.equal[bond] += total;
            } else if there == new {
                self.affinity += self.weights.couplings[bond];
                self.sums.equal[bond] -= total;
            }
        }
        if !self.weights.fields.is_empty() {
            let q = self.weights.q;
            let field = self.weights.fields[site];
            let top = (q - 1) as u8;
            self.affinity += if new == top { field } else { 0.0 };
            self.affinity -= if old == top { field } else { 0.0 };
            self.sums.occupation[site * q + usize::from(old)] += total;
            self.sums.occupation[site * q + usize::from(new)] -= total;
        }
        self.state[site] = new;
    }

    /// Ends the spells that are still open.
    fn close(mut self) -> Partial {
        let total = self.sums.weight;
        for (b, &[i, j]) in self.weights.geometry.bonds().iter().enumerate() {
            if self.state[i as usize] == self.state[j as usize] {
                self.sums.equal[b] += total;
            }
        }
        for (site, &colour) in self.state.iter().enumerate() {
            self.sums.occupation[site * self.weights.q + usize::from(colour)] += total;
        }
        self.sums
    }
}
