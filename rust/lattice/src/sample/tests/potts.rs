//! Single-site moves of Potts spins: by sums of couplings, and by counts of neighbours where there is one |J|.
use super::super::method::Order;
use super::super::neighbours::{Listed, Neighbours, square_torus};
use super::super::potts_counts::{BathByCounts, BathByLaws, MetropolisByCounts};
use super::super::potts_moves::{PottsHeatBath, PottsMetropolis};
use super::super::signed::Signed;
use super::*;

type Matrix = Vec<Vec<f64>>;

const BETA: f64 = 0.8;

fn model(geometry: Arc<Geometry>, beta: f64, couplings: impl Into<crate::Values>) -> Potts {
    Potts::new(geometry, 3, beta, couplings).unwrap()
}

/// Matrices of Metropolis and of the heat bath by sums.
fn by_sums(states: &States, model: &Potts) -> [Matrix; 2] {
    let listed = || Listed::new(model.geometry());
    let metropolis = PottsMetropolis::new(model, listed(), Order::Random);
    let bath = PottsHeatBath::new(model, listed(), Order::Random);
    let (mut each, mut sums) = (vec![0.0; model.q()], vec![0.0; model.q()]);
    [
        states.matrix(|s, c| {
            let i = site(c, s);
            metropolis.attempt(s, c, i);
        }),
        states.matrix(|s, c| {
            let i = site(c, s);
            bath.attempt(s, c, i, (&mut each, &mut sums));
        }),
    ]
}

/// Matrices of Metropolis and of both heat baths by counts.
fn by_counts<N: Neighbours + Clone>(states: &States, next: &N, beta: f64, j: f64) -> [Matrix; 3] {
    let metropolis = MetropolisByCounts::new(next.clone(), 3, beta, j, Order::Random);
    let weights = BathByCounts::new(next.clone(), 3, beta, j, Order::Random);
    let laws = BathByLaws::new(next, 3, beta, j, &Order::Random).unwrap();
    let (mut counts, mut sums) = ([0; 3], [0.0; 3]);
    [
        states.matrix(|s, c| {
            let i = site(c, s);
            metropolis.attempt(s, c, i);
        }),
        states.matrix(|s, c| {
            let i = site(c, s);
            weights.attempt(s, c, i, (&mut counts, &mut sums));
        }),
        states.matrix(|s, c| {
            let i = site(c, s);
            laws.attempt(s, c, i);
        }),
    ]
}

fn distance(a: &Matrix, b: &Matrix) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// Counts against sums and against the law; the planted error is a temperature two percent off.
fn check(model: &Potts, next: &(impl Neighbours + Clone), j: f64) {
    let states = States::new(model.clone());
    let hot = States::new(model.at(1.02 * BETA).unwrap());
    let [metropolis, bath] = by_sums(&states, model);
    let counted = by_counts(&states, next, BETA, j);
    for (matrix, sums) in counted.iter().zip([&metropolis, &bath, &bath]) {
        assert!(states.imbalance(matrix) < 1e-14);
        assert!(hot.imbalance(matrix) > 1e-4);
        assert!(distance(matrix, sums) < 1e-14);
    }
}

#[test]
fn moves_by_sums_are_in_detailed_balance() {
    let couplings = vec![1.0, -0.7, 0.4, 1.3, -1.0, 0.2, 0.5];
    let glass = |beta| model(knot(), beta, couplings.clone());
    let states = States::new(glass(BETA));
    let hot = States::new(glass(1.02 * BETA));
    for matrix in by_sums(&states, &glass(BETA)) {
        assert!(states.imbalance(&matrix) < 1e-14);
        assert!(hot.imbalance(&matrix) > 1e-4);
    }
}

#[test]
fn colours_that_no_neighbour_has_are_drawn_as_one() {
    // A path of three sites in nine colours: some are always absent. Strong bonds go by exponentials.
    let path = Arc::new(Geometry::graph(&[[0, 1], [1, 2]], None).unwrap());
    let potts =
        |beta, couplings: Vec<f64>| Potts::new(Arc::clone(&path), 9, beta, couplings).unwrap();
    for (couplings, beta) in [
        (vec![1.0, 1.0], BETA),
        (vec![-0.7, 1.3], BETA),
        (vec![500.0, -400.0], 0.8),
    ] {
        let model = potts(beta, couplings.clone());
        let states = States::new(model.clone());
        let [metropolis, bath] = by_sums(&states, &model);
        let weak = couplings[0].abs() < 100.0;
        for matrix in [&metropolis, &bath] {
            assert!(states.imbalance(matrix) < 1e-14);
            assert!(
                !weak
                    || States::new(potts(1.02 * beta, couplings.clone())).imbalance(matrix) > 1e-5
            );
        }
        if couplings[0] == couplings[1] {
            let counts = BathByCounts::new(Listed::new(&path), 9, beta, 1.0, Order::Random);
            let (mut seen, mut sums) = ([0; 9], [0.0; 9]);
            let by_counts = states.matrix(|s, c| {
                let i = site(c, s);
                counts.attempt(s, c, i, (&mut seen, &mut sums));
            });
            assert!(distance(&by_counts, &bath) < 1e-14);
        }
    }
}

#[test]
fn one_coupling_by_counts() {
    let next = Listed::new(&knot());
    for j in [1.0, -0.7] {
        check(&model(knot(), BETA, j), &next, j);
    }
    // Without coupling no temperature is wrong, and both laws are uniform.
    let states = States::new(model(knot(), BETA, 0.0));
    let [_, weights, laws] = by_counts(&states, &next, BETA, 0.0);
    assert!(states.imbalance(&laws) < 1e-14);
    assert!(distance(&weights, &laws) < 1e-15);
}

#[test]
fn couplings_of_one_size_by_counts() {
    for couplings in [
        vec![1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0],
        vec![1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0],
        vec![0.5, -0.5, 0.0, 0.5, 0.0, 0.5, -0.5],
    ] {
        let model = model(knot(), BETA, couplings);
        let size = model.couplings().magnitude().unwrap();
        check(&model, &Signed::new(&knot(), model.couplings()), size);
    }
}

#[test]
fn the_torus_by_arithmetic_is_the_torus_by_lists() {
    // Two rows: the bonds between them are double.
    let torus = Arc::new(Geometry::square([2, 3], [true, true]).unwrap());
    for j in [0.9, -0.9] {
        let states = States::new(model(Arc::clone(&torus), BETA, j));
        let fast = by_counts(&states, &square_torus(&torus).unwrap(), BETA, j);
        assert!(fast == by_counts(&states, &Listed::new(&torus), BETA, j));
        assert!(fast.iter().all(|m| states.imbalance(m) < 1e-14));
    }
}

#[test]
fn tables_hold_at_the_extremes_of_temperature() {
    for j in [1.0, -1.0] {
        let model = model(knot(), f64::INFINITY, j);
        let states = States::new(model.clone());
        let next = Listed::new(&knot());
        for matrix in by_counts(&states, &next, f64::INFINITY, j) {
            for (i, row) in matrix.iter().enumerate() {
                let energy = |code| model.energy(&states.decode(code));
                let rises = |(k, &p): (usize, &f64)| p > 0.0 && energy(k) > energy(i);
                assert!(!row.iter().enumerate().any(rises), "never climbs");
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
        let free = by_counts(&states, &next, 0.0, j);
        assert!((0..states.count).all(|i| free[0][i][i] == 0.0));
        assert!((0..states.count).all(|i| (free[2][i][i] - 1.0 / 3.0).abs() < 1e-15));
    }
}

#[test]
fn large_tables_of_laws_are_left_to_weights() {
    let next = Listed::new(&torus());
    let fits = |q| BathByLaws::new(&next, q, BETA, 1.0, &Order::Random).is_some();
    assert!(fits(2) && fits(4));
    assert!(!fits(5) && !fits(127));
}
