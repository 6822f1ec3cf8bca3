//! Moves against their law: every choice of a step is walked through, so that the matrix of the chain is exact.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use quincunx_core::Result;

use super::chance::Chance;
use super::threshold::Threshold;
use super::*;
use crate::{Geometry, Ising, Potts};

mod clusters;
mod potts;
mod single_site;
mod swaps;
mod words;

/// Walks through every sequence of choices, with its probability.
#[derive(Default)]
struct Branches {
    /// Choices of the current walk: (taken, number of branches).
    choices: Vec<(usize, usize)>,
    next: usize,
    probability: f64,
}

impl Branches {
    fn choose(&mut self, probabilities: &[f64]) -> usize {
        if self.next == self.choices.len() {
            self.choices.push((0, probabilities.len()));
        }
        let taken = self.choices[self.next].0;
        self.next += 1;
        self.probability *= probabilities[taken];
        taken
    }

    /// The law of what `run` returns.
    fn law(mut run: impl FnMut(&mut Branches) -> usize, outcomes: usize) -> Vec<f64> {
        let mut branches = Branches::default();
        let (mut law, mut lost) = (vec![0.0; outcomes], vec![0.0; outcomes]);
        loop {
            (branches.next, branches.probability) = (0, 1.0);
            let outcome = run(&mut branches);
            // Compensated, for some laws are sums of a million small terms.
            let term = branches.probability - lost[outcome];
            let sum = law[outcome] + term;
            lost[outcome] = sum - law[outcome] - term;
            law[outcome] = sum;
            while let Some((taken, of)) = branches.choices.pop() {
                if taken + 1 < of {
                    branches.choices.push((taken + 1, of));
                    break;
                }
            }
            if branches.choices.is_empty() {
                return law;
            }
        }
    }
}

impl Chance for Branches {
    fn below(&mut self, n: u64) -> u64 {
        if n == 1 {
            return 0;
        }
        self.choose(&vec![1.0 / n as f64; n as usize]) as u64
    }

    fn hit(&mut self, threshold: Threshold) -> bool {
        let p = threshold.probability();
        if p == 0.0 || p == 1.0 {
            return p == 1.0;
        }
        self.choose(&[1.0 - p, p]) == 1
    }

    fn hit_if(&mut self, condition: bool, threshold: Threshold) -> bool {
        condition && self.hit(threshold)
    }

    fn pick(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative[cumulative.len() - 1];
        let mut before = 0.0;
        let shares: Vec<f64> = cumulative
            .iter()
            .map(|&c| (c - std::mem::replace(&mut before, c)) / total)
            .collect();
        self.choose(&shares)
    }

    fn pick_by(&mut self, distribution: &[Threshold]) -> usize {
        let inner = distribution.iter().map(|edge| edge.probability());
        self.pick(&inner.chain([1.0]).collect::<Vec<f64>>())
    }
}

/// All states of a law, in the order of their codes.
struct States {
    law: Law,
    count: usize,
}

impl States {
    fn new(law: impl Into<Law>) -> Self {
        let law = law.into();
        let count = law.values().pow(law.geometry().n_sites() as u32);
        Self { law, count }
    }

    fn decode(&self, code: usize) -> Vec<i8> {
        let (mut rest, q) = (code, self.law.values());
        let digit = |_| {
            let value = self.law.value(rest % q);
            rest /= q;
            value
        };
        (0..self.law.geometry().n_sites()).map(digit).collect()
    }

    fn encode(&self, state: &[i8]) -> usize {
        let q = self.law.values();
        let digit = |&v: &i8| (0..q).position(|k| self.law.value(k) == v).unwrap();
        state.iter().rev().fold(0, |code, v| code * q + digit(v))
    }

    fn boltzmann(&self) -> Vec<f64> {
        let weight = |code| {
            let energy = match &self.law {
                Law::Ising(m) => m.energy(&self.decode(code)),
                Law::Potts(m) => m.energy(&self.decode(code)),
            };
            (-self.law.beta() * energy).exp()
        };
        let weights: Vec<f64> = (0..self.count).map(weight).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|w| w / total).collect()
    }

    /// Row by row the exact transition matrix of a move.
    fn matrix<T>(&self, mut step: impl FnMut(&mut [i8], &mut Branches) -> T) -> Vec<Vec<f64>> {
        let row = |code| {
            let run = |branches: &mut Branches| {
                let mut state = self.decode(code);
                step(&mut state, branches);
                self.encode(&state)
            };
            Branches::law(run, self.count)
        };
        (0..self.count).map(row).collect()
    }

    /// Largest `|pi_i P_ij - pi_j P_ji|`, relative to the largest term.
    fn imbalance(&self, matrix: &[Vec<f64>]) -> f64 {
        let pi = self.boltzmann();
        let (mut worst, mut largest) = (0.0_f64, 0.0_f64);
        for i in 0..self.count {
            assert!((matrix[i].iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for j in 0..i {
                let flow = pi[i] * matrix[i][j];
                worst = worst.max((flow - pi[j] * matrix[j][i]).abs());
                largest = largest.max(flow);
            }
        }
        worst / largest
    }
}

fn quiet() -> Result<()> {
    Ok(())
}

fn site(chance: &mut Branches, state: &[i8]) -> usize {
    chance.below(state.len() as u64) as usize
}

fn torus() -> Arc<Geometry> {
    Arc::new(Geometry::square([3, 3], [true, true]).unwrap())
}

/// Five sites, seven bonds, one of them twice: loops of length 2, 3 and 4.
fn knot() -> Arc<Geometry> {
    let edges = [[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 1], [0, 1]];
    Arc::new(Geometry::graph(&edges, None).unwrap())
}

fn glass(beta: f64, field: f64) -> Ising {
    let couplings = vec![1.0, -0.7, 0.4, 1.3, -1.0, 0.2, 0.5];
    let fields: Vec<f64> = (0..5).map(|i| field * (f64::from(i) - 1.8)).collect();
    Ising::new(knot(), beta, couplings, fields).unwrap()
}

#[test]
fn energy_by_rows_is_the_energy() {
    let rectangle = Arc::new(Geometry::square([3, 2], [true, true]).unwrap());
    let model = Ising::new(rectangle, 1.0, -1.0, 2.0).unwrap();
    let states = States::new(model.clone());
    for code in 0..states.count {
        let state = states.decode(code);
        assert_eq!(
            states.law.energy_per_site(&state),
            model.energy(&state) / 6.0
        );
    }
}

#[test]
fn what_does_not_hold_is_refused() {
    let message = |law: Law, method| {
        LatticeKernel::new(law, method, Start::Ordered)
            .err()
            .unwrap()
            .to_string()
    };
    let potts = Potts::new(torus(), 3, 1.0, -1.0).unwrap();
    assert_eq!(
        message(potts.into(), Method::wolff(1).unwrap()),
        "J = -1.0: must be >= 0 for cluster moves of Potts spins (use Metropolis or HeatBath)"
    );
    assert_eq!(
        Method::wolff(0).unwrap_err().to_string(),
        "clusters = 0: must be >= 1"
    );
    let ising = Law::from(Ising::new(torus(), 1.0, 1.0, 0.0).unwrap());
    let mut start = vec![1.0; 9];
    start[3] = 0.0;
    assert_eq!(
        ising.check_start(&start).unwrap_err().to_string(),
        "start[3] = 0.0: must be -1 or +1"
    );
    assert!(ising.check_start(&start[..8]).is_err());
}
