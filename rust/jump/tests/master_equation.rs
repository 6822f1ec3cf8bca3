//! Exact numbers of small networks, solved by the master equation (1e-8 relative).
#![allow(clippy::unwrap_used)]

mod common;

use common::network;
use quincunx_core::run::Pulse;
use quincunx_jump::Network;
use quincunx_jump::master::{Question, Solution, solve};

fn at(network: &Network, start: &[i64], times: &[f64]) -> Solution {
    let question = Question {
        start: start.to_vec(),
        times: times.to_vec(),
        bounds: vec![None; start.len()],
        tol: 1e-12,
        max_states: 1_000_000,
    };
    solve(network, &question, &Pulse::new()).unwrap()
}

fn moments(s: &Solution, time: usize, species: usize) -> (f64, f64) {
    let moment = |k: i32| -> f64 {
        (s.probability[time].iter().enumerate())
            .map(|(i, p)| p * (s.space.state(i)[species] as f64).powi(k))
            .sum()
    };
    (moment(1), moment(2) - moment(1).powi(2))
}

fn chance(s: &Solution, time: usize, species: usize, count: i64) -> f64 {
    (s.probability[time].iter().enumerate())
        .filter(|(i, _)| s.space.state(*i)[species] == count)
        .map(|(_, p)| p)
        .sum()
}

#[track_caller]
fn close(got: f64, exact: f64) {
    assert!((got / exact - 1.0).abs() < 1e-8, "{got} is not {exact}");
}

#[test]
fn telegraph_gene() {
    let gene = network(
        &["Off", "On", "M"],
        &[
            (&[(0, 1)], &[(1, 1)], 0.5),
            (&[(1, 1)], &[(0, 1)], 1.5),
            (&[(1, 1)], &[(1, 1), (2, 1)], 20.0),
            (&[(2, 1)], &[], 1.0),
        ],
    );
    let law = at(&gene, &[1, 0, 0], &[1.0, 60.0]);
    close(moments(&law, 0, 2).0, 1.9978820045);
    close(moments(&law, 0, 2).1, 13.0064627086);
    close(chance(&law, 0, 2, 0), 0.6555652770);
    close(moments(&law, 1, 2).0, 5.0);
    close(moments(&law, 1, 2).1, 30.0);
    close(chance(&law, 1, 2, 0), 0.2490960185);
    assert!(law.error_bound.iter().all(|&e| e < 2e-12));
}

#[test]
fn binding_at_equilibrium() {
    let bind = network(
        &["A", "B", "C"],
        &[
            (&[(0, 1), (1, 1)], &[(2, 1)], 0.05),
            (&[(2, 1)], &[(0, 1), (1, 1)], 1.0),
        ],
    );
    let law = at(&bind, &[30, 30, 0], &[100.0]);
    assert_eq!(law.space.len(), 31);
    close(moments(&law, 0, 2).0, 13.6403677243);
    close(moments(&law, 0, 2).1, 5.1697862883);
}

#[test]
fn michaelis_menten() {
    let enzyme = network(
        &["E", "S", "C", "P"],
        &[
            (&[(0, 1), (1, 1)], &[(2, 1)], 0.01),
            (&[(2, 1)], &[(0, 1), (1, 1)], 0.1),
            (&[(2, 1)], &[(0, 1), (3, 1)], 0.2),
        ],
    );
    let law = at(&enzyme, &[10, 40, 0, 0], &[10.0]);
    close(moments(&law, 0, 3).0, 8.8422757605);
    close(moments(&law, 0, 3).1.sqrt(), 2.4364368613);
    close(moments(&law, 0, 2).0, 4.8289820051);
    close(moments(&law, 0, 2).1.sqrt(), 1.5488483054);
}

fn epidemic(beta: f64) -> Network {
    network(
        &["S", "I", "R"],
        &[
            (&[(0, 1), (1, 1)], &[(1, 2)], beta),
            (&[(1, 1)], &[(2, 1)], 1.0),
        ],
    )
}

#[test]
fn epidemic_final_size() {
    let law = at(&epidemic(0.02), &[98, 2, 0], &[400.0]);
    close(moments(&law, 0, 2).0, 57.2033823908);
    close(moments(&law, 0, 2).1.sqrt(), 34.3896846873);
    let small = at(&epidemic(0.2), &[9, 1, 0], &[100.0]);
    close(moments(&small, 0, 2).0, 4.5710044868);
    close(chance(&small, 0, 2, 1), 1.0 / 2.8);
}

#[test]
fn planted_error_another_convention_is_noticed() {
    let dimer = |k: f64| {
        network(
            &["P", "P2"],
            &[(&[(0, 2)], &[(1, 1)], k), (&[(1, 1)], &[(0, 2)], 0.02)],
        )
    };
    let right = moments(&at(&dimer(0.002), &[80, 0], &[1.0]), 0, 1).0;
    let wrong = moments(&at(&dimer(0.004), &[80, 0], &[1.0]), 0, 1).0;
    assert!((wrong / right - 1.0).abs() > 0.1);
}

#[test]
fn the_law_composes_over_time() {
    // p(s + t) from the start equals the mixture of p(t) from every state at s.
    let bind = network(
        &["A", "B", "C"],
        &[
            (&[(0, 1), (1, 1)], &[(2, 1)], 0.3),
            (&[(2, 1)], &[(0, 1), (1, 1)], 1.0),
        ],
    );
    let whole = at(&bind, &[6, 4, 0], &[0.4, 1.1]);
    let mut mixed = vec![0.0; whole.space.len()];
    for (i, p) in whole.probability[0].iter().enumerate() {
        let part = at(&bind, whole.space.state(i), &[1.1 - 0.4]);
        for (j, q) in part.probability[0].iter().enumerate() {
            mixed[whole.space.find(part.space.state(j)).unwrap()] += p * q;
        }
    }
    for (a, b) in mixed.iter().zip(&whole.probability[1]) {
        assert!((a - b).abs() < 1e-10);
    }
}

#[test]
fn growth_is_refused_with_the_size_and_given_bounds_are_honest() {
    let birth = network(&["X"], &[(&[(0, 1)], &[(0, 2)], 1.0)]);
    let mut question = Question {
        start: vec![1],
        times: vec![30.0],
        bounds: vec![None],
        tol: 1e-10,
        max_states: 1_000,
    };
    let refused = solve(&birth, &question, &Pulse::new())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("more than 1000 states"), "{refused}");
    question.bounds = vec![Some(50)];
    question.times = vec![2.0];
    let law = solve(&birth, &question, &Pulse::new()).unwrap();
    // Geometric law: P(X > 50) = (1 - e^-2)^50.
    let beyond = (1.0 - (-2.0_f64).exp()).powi(50);
    assert!((law.error_bound[0] - beyond).abs() < 1e-9);
    question.bounds = vec![Some(0)];
    assert!(solve(&birth, &question, &Pulse::new()).is_err());
}
