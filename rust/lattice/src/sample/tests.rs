#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use quincunx_core::Result;

use super::chance::Chance;
use super::method::Order;
use super::neighbours::{Listed, square_torus};
use super::potts_moves::{PottsHeatBath, PottsMetropolis};
use super::scan::Scratch;
use super::single_site::{EachSite, Rule, UniformSite};
use super::threshold::Threshold;
use super::wolff::{Frustrated, Painted, Wolff};
use super::*;
use crate::{Geometry, Ising, Potts};

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
        let mut law = vec![0.0; outcomes];
        loop {
            (branches.next, branches.probability) = (0, 1.0);
            let outcome = run(&mut branches);
            law[outcome] += branches.probability;
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
fn single_site_moves_are_in_detailed_balance() {
    for rule in [Rule::Metropolis, Rule::HeatBath] {
        for (coupling, field) in [(1.0, 0.0), (-0.8, 0.3)] {
            let model = Ising::new(torus(), 0.37, coupling, field).unwrap();
            let states = States::new(model);
            let fast = square_torus(&torus()).unwrap();
            let uniform = UniformSite::new(fast, 0.37, coupling, field, Order::Random, rule);
            let matrix = states.matrix(|s, c| {
                let i = site(c, s);
                uniform.attempt(s, c, i);
            });
            assert!(states.imbalance(&matrix) < 1e-14);
            let listed = Listed::new(&torus());
            let by_list = UniformSite::new(listed, 0.37, coupling, field, Order::Random, rule);
            let other = states.matrix(|s, c| {
                let i = site(c, s);
                by_list.attempt(s, c, i);
            });
            assert!(
                matrix == other,
                "the torus by arithmetic is the torus by lists"
            );
            // the planted error: a temperature two percent off
            let hot = Ising::new(torus(), 0.37 * 1.02, coupling, field).unwrap();
            assert!(States::new(hot).imbalance(&matrix) > 1e-4);
        }
        let model = glass(0.6, 0.5);
        let moves = EachSite::new(&model, Listed::new(&knot()), Order::Random, rule);
        let states = States::new(model);
        let matrix = states.matrix(|s, c| {
            let i = site(c, s);
            moves.attempt(s, c, i);
        });
        assert!(states.imbalance(&matrix) < 1e-14);
    }
}

#[test]
fn potts_moves_are_in_detailed_balance() {
    let couplings = vec![1.0, -0.7, 0.4, 1.3, -1.0, 0.2, 0.5];
    let model = Potts::new(knot(), 3, 0.8, couplings).unwrap();
    let metropolis = PottsMetropolis::new(&model, Listed::new(&knot()), Order::Random);
    let bath = PottsHeatBath::new(&model, Listed::new(&knot()), Order::Random);
    let states = States::new(model);
    let matrix = states.matrix(|s, c| {
        let i = site(c, s);
        metropolis.attempt(s, c, i);
    });
    assert!(states.imbalance(&matrix) < 1e-14);
    let mut gains = vec![0.0; 3];
    let matrix = states.matrix(|s, c| {
        let i = site(c, s);
        bath.attempt(s, c, i, &mut gains);
    });
    assert!(states.imbalance(&matrix) < 1e-14);
}

#[test]
fn clusters_are_in_detailed_balance() {
    let beta = 0.45;
    let small = Arc::new(Geometry::square([2, 2], [true, true]).unwrap());
    let (mut queue, mut scratch) = (Vec::new(), Scratch::default());
    // the square torus, doubled bonds, one coupling
    let wolff = Wolff::new(
        square_torus(&small).unwrap(),
        beta,
        2.0,
        Painted::Opposite,
        1,
    );
    let states = States::new(Ising::new(small, beta, 1.0, 0.0).unwrap());
    let matrix = states.matrix(|s, c| wolff.flip_cluster(s, c, &mut queue, &mut quiet).unwrap());
    assert!(states.imbalance(&matrix) < 1e-14);
    // any signs, with and without fields
    for field in [0.0, 0.4] {
        let model = glass(beta, field);
        let moves = Frustrated::ising(&model, 1);
        let states = States::new(model);
        let matrix =
            states.matrix(|s, c| moves.flip_cluster(s, c, &mut scratch, &mut quiet).unwrap());
        assert!(states.imbalance(&matrix) < 1e-14);
    }
    // Potts with one coupling and with one per bond
    let wolff = Wolff::new(
        Listed::new(&knot()),
        beta,
        1.0,
        Painted::OneOfTheOthers(3),
        1,
    );
    let states = States::new(Potts::new(knot(), 3, beta, 1.0).unwrap());
    let matrix = states.matrix(|s, c| wolff.flip_cluster(s, c, &mut queue, &mut quiet).unwrap());
    assert!(states.imbalance(&matrix) < 1e-14);
    let each = vec![1.0, 0.7, 0.4, 1.3, 0.0, 0.2, 0.5];
    let model = Potts::new(knot(), 3, beta, each).unwrap();
    let moves = Frustrated::potts(&model, 1);
    let states = States::new(model);
    let matrix = states.matrix(|s, c| moves.flip_cluster(s, c, &mut scratch, &mut quiet).unwrap());
    assert!(states.imbalance(&matrix) < 1e-14);
}

#[test]
fn the_extremes_of_temperature() {
    let free = UniformSite::new(
        Listed::new(&torus()),
        0.0,
        1.0,
        0.7,
        Order::Random,
        Rule::Metropolis,
    );
    let states = States::new(Ising::new(torus(), 0.0, 1.0, 0.7).unwrap());
    let matrix = states.matrix(|s, c| {
        let i = site(c, s);
        free.attempt(s, c, i);
    });
    assert!(
        (0..states.count).all(|i| matrix[i][i] == 0.0),
        "beta = 0 accepts all"
    );
    let model = Ising::new(torus(), f64::INFINITY, 1.0, 0.0).unwrap();
    for rule in [Rule::Metropolis, Rule::HeatBath] {
        let cold = UniformSite::new(
            Listed::new(&torus()),
            f64::INFINITY,
            1.0,
            0.0,
            Order::Random,
            rule,
        );
        let matrix = states.matrix(|s, c| {
            let i = site(c, s);
            cold.attempt(s, c, i);
        });
        for (i, row) in matrix.iter().enumerate() {
            let energy = |code| model.energy(&states.decode(code));
            let rises = |&(j, &p): &(usize, &f64)| p > 0.0 && energy(j) > energy(i);
            assert!(
                row.iter().enumerate().find(rises).is_none(),
                "beta = inf never climbs"
            );
        }
    }
    let wolff = Wolff::new(
        Listed::new(&torus()),
        f64::INFINITY,
        2.0,
        Painted::Opposite,
        1,
    );
    let mut all_up = vec![1; 9];
    wolff
        .flip_cluster(
            &mut all_up,
            &mut Branches {
                probability: 1.0,
                ..Branches::default()
            },
            &mut Vec::new(),
            &mut quiet,
        )
        .unwrap();
    assert_eq!(all_up, [-1; 9]);
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
