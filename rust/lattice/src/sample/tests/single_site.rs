//! Single-site moves.
use super::super::method::Order;
use super::super::neighbours::{Listed, square_torus};
use super::super::signed::Signed;
use super::super::single_site::{EachSite, Rule, UniformSite};
use super::super::wolff::{Alike, Painted};
use super::*;

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
fn glasses_of_one_size_by_table_are_glasses() {
    for rule in [Rule::Metropolis, Rule::HeatBath] {
        for couplings in [
            vec![1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0],
            vec![0.5, -0.5, 0.0, 0.5, 0.0, 0.5, -0.5],
        ] {
            let model = Ising::new(knot(), 0.6, couplings, 0.3).unwrap();
            let size = model.couplings().magnitude().unwrap();
            let table = UniformSite::new(
                Signed::new(&knot(), model.couplings()),
                0.6,
                size,
                0.3,
                Order::Random,
                rule,
            );
            let each = EachSite::new(&model, Listed::new(&knot()), Order::Random, rule);
            let states = States::new(model);
            let by_table = states.matrix(|s, c| {
                let i = site(c, s);
                table.attempt(s, c, i);
            });
            let by_sum = states.matrix(|s, c| {
                let i = site(c, s);
                each.attempt(s, c, i);
            });
            assert!(states.imbalance(&by_table) < 1e-14);
            let pairs = by_table.iter().flatten().zip(by_sum.iter().flatten());
            assert!(pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max) < 1e-15);
        }
    }
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
    let wolff = Alike::new(
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
