//! Swaps of neighbours.
use super::super::kawasaki::{ByColours, ByFields, BySums, Exchange, Kawasaki};
use super::super::neighbours::{Bonds, Listed, square_torus};
use super::super::signed::Signed;
use super::*;

fn matrix<B: Bonds, X: Exchange>(states: &States, bonds: B, exchange: X) -> Vec<Vec<f64>> {
    let n = bonds.n_bonds() as u64;
    let moves = Kawasaki::new(bonds, exchange).unwrap();
    states.matrix(|s, c| {
        let bond = c.below(n) as usize;
        moves.attempt(s, c, bond)
    })
}

/// Whether no step changes how many sites hold each value.
fn keeps_counts(states: &States, matrix: &[Vec<f64>]) -> bool {
    let sorted = |code| {
        let mut state = states.decode(code);
        state.sort_unstable();
        state
    };
    let leaves = |(code, row): (usize, &Vec<f64>)| {
        let before = sorted(code);
        (0..states.count).any(|to| row[to] > 0.0 && sorted(to) != before)
    };
    !matrix.iter().enumerate().any(leaves)
}

#[test]
fn swaps_are_in_detailed_balance() {
    let small = Arc::new(Geometry::square([2, 3], [true, true]).unwrap());
    for (geometry, coupling, field) in
        [(torus(), 1.0, 0.0), (torus(), -0.8, 0.3), (small, 1.0, 0.2)]
    {
        let law = |beta| Ising::new(Arc::clone(&geometry), beta, coupling, field).unwrap();
        let states = States::new(law(0.37));
        let fast = square_torus(&geometry).unwrap();
        let by_torus = matrix(&states, fast, BySums::new(fast, 0.37, coupling));
        assert!(states.imbalance(&by_torus) < 1e-14);
        assert!(keeps_counts(&states, &by_torus));
        assert!(States::new(law(1.02 * 0.37)).imbalance(&by_torus) > 1e-4);
        let lists = Listed::new(&geometry);
        let by_lists = BySums::new(lists.clone(), 0.37, coupling);
        assert!(by_torus == matrix(&states, lists, by_lists));
    }
}

#[test]
fn swaps_among_couplings_and_fields_of_their_own() {
    let model = glass(0.6, 0.5);
    let states = States::new(model.clone());
    let lists = Listed::new(&knot());
    let each = matrix(&states, lists.clone(), ByFields::new(&model, lists));
    assert!(states.imbalance(&each) < 1e-14);
    assert!(keeps_counts(&states, &each));
    // planted errors: a temperature two percent off, no fields
    assert!(States::new(glass(1.02 * 0.6, 0.5)).imbalance(&each) > 1e-4);
    assert!(States::new(glass(0.6, 0.0)).imbalance(&each) > 1e-2);
}

#[test]
fn swaps_of_colours() {
    let couplings = vec![1.0, -0.7, 0.4, 1.3, -1.0, 0.2, 0.5];
    let potts = |beta| Potts::new(knot(), 3, beta, couplings.clone()).unwrap();
    let states = States::new(potts(0.8));
    let lists = Listed::new(&knot());
    let colours = ByColours::new(&potts(0.8), lists.clone());
    let each = matrix(&states, lists, colours);
    assert!(states.imbalance(&each) < 1e-14);
    assert!(keeps_counts(&states, &each));
    assert!(States::new(potts(1.02 * 0.8)).imbalance(&each) > 1e-4);
}

#[test]
fn signs_in_the_lists_are_couplings_of_one_size() {
    for sizes in [
        vec![1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0],
        vec![0.5, -0.5, 0.0, 0.5, 0.0, 0.5, -0.5],
    ] {
        let model = Ising::new(knot(), 0.6, sizes, 0.3).unwrap();
        let size = model.couplings().magnitude().unwrap();
        let states = States::new(model.clone());
        let lists = Listed::new(&knot());
        let signed = matrix(
            &states,
            lists.clone(),
            BySums::new(Signed::new(&knot(), model.couplings()), 0.6, size),
        );
        assert!(states.imbalance(&signed) < 1e-14);
        let each = matrix(&states, lists.clone(), ByFields::new(&model, lists));
        let off = |(x, y): (&f64, &f64)| (x - y).abs();
        let worst = signed.iter().flatten().zip(each.iter().flatten()).map(off);
        assert!(worst.fold(0.0, f64::max) < 1e-15);
    }
}

#[test]
fn nothing_to_swap_is_refused() {
    let kernel = |geometry, beta| {
        let model = Ising::new(geometry, beta, 1.0, 0.0).unwrap();
        LatticeKernel::new(model, Method::Kawasaki, Start::Ordered)
    };
    let alone = Geometry::graph(&[], Some(3)).unwrap();
    assert!(
        kernel(Arc::new(alone), 1.0)
            .err()
            .unwrap()
            .to_string()
            .contains("no bonds to swap")
    );
    let lists = Listed::new(&knot());
    let moves = Kawasaki::new(lists.clone(), BySums::new(lists, 1.0, 1.0)).unwrap();
    assert!(moves.check_start(&[1, 1, 1, -1, 1]).is_ok());
    let refused = moves.check_start(&[-1; 5]).unwrap_err().to_string();
    assert!(
        refused.contains("nothing to swap; give start=\"random\""),
        "{refused}"
    );
}
