//! Random formulas as plain trees, with an evaluator of their own.
#![allow(dead_code)]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use quincunx_expr::{Binary, Dag, NodeId, Unary, number};

#[derive(Clone, Debug)]
pub enum Tree {
    Number(f64),
    Input(u32),
    Unary(Unary, Box<Tree>),
    Binary(Binary, Box<Tree>, Box<Tree>),
    Power(Box<Tree>, f64),
    Select(Box<Tree>, Box<Tree>, Box<Tree>),
}

pub const INPUTS: u32 = 4;

/// The same cases on every run.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(17),
        ..ProptestConfig::with_cases(cases)
    }
}

/// Without the general power, whose meaning depends on whether its exponent is a constant.
pub fn without_pow() -> Vec<Binary> {
    BINARIES
        .into_iter()
        .filter(|&op| op != Binary::Pow)
        .collect()
}

pub const UNARIES: [Unary; 15] = [
    Unary::Neg,
    Unary::Abs,
    Unary::Sign,
    Unary::Floor,
    Unary::Ceil,
    Unary::Exp,
    Unary::Log,
    Unary::Sqrt,
    Unary::Sin,
    Unary::Cos,
    Unary::Tan,
    Unary::Tanh,
    Unary::Atan,
    Unary::Erf,
    Unary::Not,
];

pub const BINARIES: [Binary; 14] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Pow,
    Binary::Mod,
    Binary::Min,
    Binary::Max,
    Binary::Lt,
    Binary::Le,
    Binary::Eq,
    Binary::Ne,
    Binary::And,
    Binary::Or,
];

pub fn numbers() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -4.0..4.0f64,
        2 => prop::sample::select(vec![0.0, 1.0, -1.0, 0.5, 2.0, 3.0]),
    ]
}

pub fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => numbers(),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-310, -1e308, 1e6, 710.0, -746.0,
        ]),
    ]
}

pub fn trees() -> impl Strategy<Value = Tree> {
    trees_of(UNARIES.to_vec(), BINARIES.to_vec())
}

pub fn trees_of(unaries: Vec<Unary>, binaries: Vec<Binary>) -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => numbers().prop_map(Tree::Number),
        3 => (0..INPUTS).prop_map(Tree::Input),
    ];
    let exponents = prop::sample::select(vec![
        -2.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 0.3, 65.0,
    ]);
    leaf.prop_recursive(6, 48, 3, move |inner| {
        let one = prop::sample::select(unaries.clone());
        let two = prop::sample::select(binaries.clone());
        prop_oneof![
            3 => (one, inner.clone()).prop_map(|(op, a)| Tree::Unary(op, Box::new(a))),
            6 => (two, inner.clone(), inner.clone())
                .prop_map(|(op, a, b)| Tree::Binary(op, Box::new(a), Box::new(b))),
            1 => (inner.clone(), exponents.clone()).prop_map(|(a, e)| Tree::Power(Box::new(a), e)),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(c, a, b)| Tree::Select(Box::new(c), Box::new(a), Box::new(b))),
        ]
    })
}

pub fn build(tree: &Tree, dag: &mut Dag) -> NodeId {
    match tree {
        Tree::Number(x) => dag.constant(*x),
        Tree::Input(i) => dag.input(*i),
        Tree::Unary(op, a) => {
            let a = build(a, dag);
            dag.unary(*op, a)
        }
        Tree::Binary(op, a, b) => {
            let (a, b) = (build(a, dag), build(b, dag));
            dag.binary(*op, a, b)
        }
        Tree::Power(a, e) => {
            let (a, e) = (build(a, dag), dag.constant(*e));
            dag.pow(a, e)
        }
        Tree::Select(c, a, b) => {
            let (c, a, b) = (build(c, dag), build(a, dag), build(b, dag));
            dag.select(c, a, b)
        }
    }
}

/// Recursive evaluation. `None` as soon as a part is a zero, whose sign simplification may change.
pub fn evaluate(tree: &Tree, inputs: &[f64]) -> Option<f64> {
    let value = match tree {
        Tree::Number(x) => return Some(*x),
        Tree::Input(i) => return Some(inputs[*i as usize]),
        Tree::Unary(op, a) => number::unary(*op, evaluate(a, inputs)?),
        Tree::Binary(op, a, b) => {
            let value = number::binary(*op, evaluate(a, inputs)?, evaluate(b, inputs)?);
            if op.is_condition() {
                return Some(value);
            }
            value
        }
        Tree::Power(a, e) => {
            let a = evaluate(a, inputs)?;
            let whole = number::powi(a, e.abs().trunc() as i32);
            if *e == e.trunc() && e.abs() <= 64.0 {
                number::powi(a, *e as i32)
            } else if *e == 0.3 || *e == 65.0 {
                number::binary(Binary::Pow, a, *e)
            } else if *e < 0.0 {
                1.0 / (whole * a.sqrt())
            } else {
                whole * a.sqrt()
            }
        }
        Tree::Select(c, a, b) => number::select(
            evaluate(c, inputs)?,
            evaluate(a, inputs)?,
            evaluate(b, inputs)?,
        ),
    };
    (value != 0.0).then_some(value)
}

/// Equal bits, all NaN being one.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}
