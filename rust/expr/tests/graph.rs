//! The graph against plain trees: values, derivatives, structure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{BINARIES, Tree, build, evaluate, numbers, same, trees, trees_of};
use proptest::prelude::*;
use quincunx_expr::{Binary, Dag, Derivatives, Unary, noise_structure};

proptest! {
    #![proptest_config(common::config(1500))]

    #[test]
    fn simplification_never_changes_a_value(tree in trees_of(common::UNARIES.to_vec(), common::without_pow()), at in prop::array::uniform4(numbers())) {
        let mut dag = Dag::new();
        let root = build(&tree, &mut dag);
        if let Some(value) = evaluate(&tree, &at) {
            let got = dag.evaluate(&[root], &at)[0];
            prop_assert!(same(got, value), "{got} instead of {value}");
        }
    }

    #[test]
    fn binding_equals_evaluating(tree in trees(), at in prop::array::uniform4(numbers())) {
        let mut dag = Dag::new();
        let root = build(&tree, &mut dag);
        let (bound, roots) = dag.bind(&[root], |i| (i < 2).then_some(at[i as usize]));
        if evaluate(&tree, &at).is_some() {
            let whole = dag.evaluate(&[root], &at)[0];
            let part = bound.evaluate(&roots, &at)[0];
            // An exponent that became a small number is multiplied out: close, not equal.
            let close = (whole - part).abs() <= 1e-9 * (1.0 + whole.abs());
            prop_assert!(same(whole, part) || close || !uses_pow(&tree), "{part} instead of {whole}");
        }
        prop_assert!(bound.inputs_of(&roots).iter().all(|&i| i >= 2));
    }

    #[test]
    fn derivatives_are_slopes(tree in smooth(), at in prop::array::uniform4(0.3..1.7f64), i in 0u32..4) {
        let mut dag = Dag::new();
        let root = build(&tree, &mut dag);
        let slope = Derivatives::new().of(&mut dag, root, i);
        let f = |h: f64| {
            let mut x = at;
            x[i as usize] += h;
            dag.evaluate(&[root], &x)[0]
        };
        let (h, exact) = (1e-4, dag.evaluate(&[slope], &at)[0]);
        // Fourth order, and the spread of two steps as a measure of what it can tell.
        let difference = |h: f64| (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
        let (fine, coarse) = (difference(h), difference(2.0 * h));
        let size = f(0.0).abs().max(exact.abs()).max(1.0);
        if fine.is_finite() && coarse.is_finite() && exact.is_finite() && size < 1e4 {
            let doubt = 1e-6 * size + 100.0 * (fine - coarse).abs();
            prop_assert!((fine - exact).abs() <= doubt, "{exact} against {fine}, {tree:?}");
        }
    }

    #[test]
    fn a_derivative_that_is_0_by_structure_means_no_change(tree in trees(), at in prop::array::uniform4(numbers())) {
        let mut dag = Dag::new();
        let root = build(&tree, &mut dag);
        if dag.free_of(root, 0) {
            let before = dag.evaluate(&[root], &at)[0];
            let after = dag.evaluate(&[root], &[at[0] + 0.37, at[1], at[2], at[3]])[0];
            if before.is_finite() && after.is_finite() {
                prop_assert_eq!(before, after);
            }
        }
    }
}

fn smooth() -> impl Strategy<Value = Tree> {
    let unaries = vec![
        Unary::Neg,
        Unary::Exp,
        Unary::Log,
        Unary::Sqrt,
        Unary::Sin,
        Unary::Cos,
        Unary::Tanh,
        Unary::Atan,
        Unary::Erf,
        Unary::Tan,
        Unary::Abs,
    ];
    let binaries = vec![
        Binary::Add,
        Binary::Sub,
        Binary::Mul,
        Binary::Div,
        Binary::Pow,
        Binary::Min,
        Binary::Max,
    ];
    trees_of(unaries, binaries)
}

fn uses_pow(tree: &Tree) -> bool {
    match tree {
        Tree::Number(_) | Tree::Input(_) => false,
        Tree::Unary(_, a) | Tree::Power(a, _) => uses_pow(a),
        Tree::Binary(op, a, b) => *op == Binary::Pow || uses_pow(a) || uses_pow(b),
        Tree::Select(c, a, b) => uses_pow(c) || uses_pow(a) || uses_pow(b),
    }
}

#[test]
fn equal_parts_are_one_node() {
    let mut dag = Dag::new();
    let (x, y) = (dag.input(0), dag.input(1));
    let (a, b) = (dag.mul(x, y), dag.mul(y, x));
    assert_eq!(a, b);
    assert_ne!(dag.sub(x, y), dag.sub(y, x));
    let before = dag.len();
    for op in BINARIES {
        dag.binary(op, x, y);
        dag.binary(op, x, y);
    }
    assert_eq!(
        dag.len(),
        before + BINARIES.len() - 2,
        "mul and sub were there"
    );
    let (zero, minus_zero) = (dag.constant(0.0), dag.constant(-0.0));
    assert_ne!(zero, minus_zero);
    assert_eq!(dag.constant(f64::NAN), dag.constant(-f64::NAN));
}

#[test]
fn a_product_with_0_stays_in_values_and_goes_in_structure() {
    let mut dag = Dag::new();
    let (x, zero) = (dag.input(0), dag.constant(0.0));
    let product = dag.mul(zero, x);
    assert!(dag.evaluate(&[product], &[f64::INFINITY])[0].is_nan());
    assert!(dag.depends_on(product, 0));
    assert!(dag.free_of(product, 0));
    let floor = dag.unary(Unary::Floor, x);
    let slope = Derivatives::new().of(&mut dag, floor, 0);
    assert!(dag.is_zero(slope) && !dag.free_of(floor, 0));
}

#[test]
fn powers_become_products_and_roots() {
    let mut dag = Dag::new();
    let x = dag.input(0);
    for (e, want) in [
        (2.0, 9.0),
        (-1.0, 1.0 / 3.0),
        (0.5, 3f64.sqrt()),
        (-1.5, 1.0 / (3.0 * 3f64.sqrt())),
        (0.0, 1.0),
    ] {
        let e = dag.constant(e);
        let power = dag.pow(x, e);
        assert_eq!(dag.evaluate(&[power], &[3.0])[0], want);
        assert!(
            !dag.reachable(&[power])
                .iter()
                .any(|&id| matches!(dag.node(id), quincunx_expr::Node::Binary(Binary::Pow, ..)))
        );
    }
}

#[test]
fn noise_is_told_apart() {
    let mut dag = Dag::new();
    let (x, y, s) = (dag.input(0), dag.input(1), dag.input(2));
    let zero = dag.constant(0.0);
    let hidden = dag.mul(zero, x);
    let almost = dag.add(s, hidden);
    let additive = noise_structure(&mut dag, &[vec![almost], vec![s]], &[0, 1]);
    assert!(additive.additive && additive.commutative && additive.scalar && !additive.diagonal);

    let (gx, gy) = (dag.mul(s, x), dag.powi(y, 2));
    let diagonal = noise_structure(&mut dag, &[vec![gx, zero], vec![zero, gy]], &[0, 1]);
    assert!(diagonal.diagonal && diagonal.commutative && !diagonal.additive && !diagonal.scalar);

    // g_1 = (x, y), g_2 = (2x, 2y): they commute, which the graph shows only up to order.
    let two = dag.constant(2.0);
    let (x2, y2) = (dag.mul(two, x), dag.mul(two, y));
    let commutative = noise_structure(&mut dag, &[vec![x, x2], vec![y, y2]], &[0, 1]);
    assert!(commutative.commutative && !commutative.diagonal && !commutative.additive);

    // The Levy area: g_1 = (1, 0, -y), g_2 = (0, 1, x).
    let (one, minus_y) = (dag.constant(1.0), dag.neg(y));
    let z = 3;
    let g = [vec![one, zero], vec![zero, one], vec![minus_y, x]];
    let general = noise_structure(&mut dag, &g, &[0, 1, z]);
    assert!(!general.commutative && !general.additive);
}

/// `g g'`, as Milstein's method has it.
fn milstein(dag: &mut Dag, g: quincunx_expr::NodeId) -> quincunx_expr::NodeId {
    let slope = Derivatives::new().of(dag, g, 0);
    dag.reduced_product(g, slope)
}

#[test]
fn the_milstein_term_of_a_root_has_no_pole() {
    let mut dag = Dag::new();
    let (x, half, zero, three) = (
        dag.input(0),
        dag.constant(0.5),
        dag.constant(0.0),
        dag.constant(3.0),
    );
    let root = dag.pow(x, half);
    let g = dag.mul(three, root);
    let term = milstein(&mut dag, g);
    assert_eq!(dag.as_const(term), Some(4.5));

    let held = dag.binary(Binary::Max, x, zero);
    let root = dag.unary(Unary::Sqrt, held);
    let g = dag.mul(three, root);
    let term = milstein(&mut dag, g);
    for (at, want) in [(-1.0, 0.0), (0.0, 4.5), (2.0, 4.5)] {
        assert_eq!(dag.evaluate(&[term], &[at])[0], want);
    }

    let e = dag.constant(1.5);
    let g = dag.pow(x, e);
    let term = milstein(&mut dag, g);
    for (at, want) in [(0.0, 0.0), (2.0, 6.0)] {
        assert!((dag.evaluate(&[term], &[at])[0] - want).abs() < 1e-14);
    }

    let square = dag.powi(x, 2);
    let log = dag.unary(Unary::Log, square);
    let slope = Derivatives::new().of(&mut dag, log, 0);
    assert_eq!(dag.evaluate(&[slope], &[4.0])[0], 0.5);
    assert!(dag.reachable(&[slope]).len() <= 3, "2/x");
}
