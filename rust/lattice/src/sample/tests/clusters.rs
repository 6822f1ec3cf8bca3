//! Cluster moves.
use super::super::neighbours::{Listed, square_torus};
use super::super::swendsen_wang::{BySites, EachCoupling, OneCoupling};
use super::super::wolff::{Alike, Frustrated, Painted};
use super::*;

#[test]
fn clusters_are_in_detailed_balance() {
    let beta = 0.45;
    let small = Arc::new(Geometry::square([2, 2], [true, true]).unwrap());
    let (mut queue, mut scratch) = (Vec::new(), Scratch::default());
    // doubled bonds, one coupling
    let wolff = Alike::new(Listed::new(&small), beta, 2.0, Painted::Opposite, 1);
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
    let wolff = Alike::new(
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

fn ising_law(model: &Ising, scratch: &mut Scratch) -> Vec<Vec<f64>> {
    let listed = Listed::new(model.geometry());
    let each = EachCoupling::new(&listed, model.beta(), 2.0, model.couplings());
    let moves = BySites::ising(model, listed, each);
    States::new(model.clone())
        .matrix(|s, c| moves.flip_clusters(s, c, scratch, &mut quiet).unwrap())
}

fn potts_law(model: &Potts, scratch: &mut Scratch) -> Vec<Vec<f64>> {
    let listed = Listed::new(model.geometry());
    let each = EachCoupling::new(&listed, model.beta(), 1.0, model.couplings());
    let moves = BySites::potts(model, listed, each);
    States::new(model.clone())
        .matrix(|s, c| moves.flip_clusters(s, c, scratch, &mut quiet).unwrap())
}

#[test]
fn all_clusters_at_once_are_in_detailed_balance() {
    let (beta, mut scratch) = (0.45, Scratch::default());
    for field in [0.0, 0.4] {
        let model = glass(beta, field);
        let matrix = ising_law(&model, &mut scratch);
        assert!(States::new(model).imbalance(&matrix) < 1e-14);
        // planted errors: a temperature two percent off, the field of another sign
        assert!(States::new(glass(1.02 * beta, field)).imbalance(&matrix) > 1e-3);
        let turned = States::new(glass(beta, -field)).imbalance(&matrix);
        assert_eq!(turned > 1e-3, field != 0.0);
    }
    for couplings in [vec![1.0; 7], vec![1.0, 0.7, 0.4, 1.3, 0.0, 0.2, 0.5]] {
        let potts = |beta| Potts::new(knot(), 3, beta, couplings.clone()).unwrap();
        let matrix = potts_law(&potts(beta), &mut scratch);
        assert!(States::new(potts(beta)).imbalance(&matrix) < 1e-14);
        assert!(States::new(potts(1.02 * beta)).imbalance(&matrix) > 1e-3);
    }
}

#[test]
fn the_torus_by_arithmetic_has_the_clusters_of_its_lists() {
    let (beta, mut scratch) = (0.45, Scratch::default());
    let shapes: [[i64; 2]; 2] = [[2, 2], [2, 3]];
    for (lengths, coupling, field) in [
        (shapes[0], 1.0, 0.0),
        (shapes[0], -0.8, 0.3),
        (shapes[1], 0.6, -0.2),
    ] {
        let geometry = Arc::new(Geometry::square(lengths, [true, true]).unwrap());
        let model = Ising::new(Arc::clone(&geometry), beta, coupling, field).unwrap();
        let torus = square_torus(&geometry).unwrap();
        let moves = BySites::ising(&model, torus, OneCoupling::new(beta, 2.0, coupling));
        let states = States::new(model.clone());
        let matrix =
            states.matrix(|s, c| moves.flip_clusters(s, c, &mut scratch, &mut quiet).unwrap());
        assert!(states.imbalance(&matrix) < 1e-14, "{lengths:?}");
        let by_lists = ising_law(&model, &mut scratch);
        let pairs = matrix.iter().flatten().zip(by_lists.iter().flatten());
        assert!(pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max) < 1e-15);
    }
}

#[test]
fn zero_and_infinite_temperature_make_one_cluster_and_none() {
    let mut scratch = Scratch::default();
    for (beta, clusters) in [(f64::INFINITY, 1), (0.0, 9)] {
        let model = Ising::new(torus(), beta, 1.0, 0.0).unwrap();
        let moves = BySites::ising(
            &model,
            square_torus(&torus()).unwrap(),
            OneCoupling::new(beta, 2.0, 1.0),
        );
        let mut branches = Branches {
            probability: 1.0,
            ..Branches::default()
        };
        let told = moves.flip_clusters(&mut [1; 9], &mut branches, &mut scratch, &mut quiet);
        assert_eq!(told.unwrap().terms, clusters);
        assert_eq!(branches.choices.len(), clusters as usize, "one coin each");
    }
}
