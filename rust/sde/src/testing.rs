//! Helpers of the tests: equations from postfix text, and runs of a kernel.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use quincunx_core::observe::{
    Array, Endings, Fold, Observable, Observer, Output, Part, Plan, Reduce,
};
use quincunx_core::rng::Key;
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Set, Starts};
use quincunx_expr::{Formula, Token};

use crate::law::{Calculus, Equation, Terms};

/// A formula from postfix words: `"x x 3 ** -"`.
pub fn rpn(text: &str) -> Formula {
    let tokens: Vec<Token> = text
        .split_whitespace()
        .map(|word| match (word.parse::<f64>(), word) {
            (Ok(value), _) => Token::Number(value),
            (_, "+" | "-" | "*" | "/" | "**") => Token::Apply(word.into(), 2),
            (_, "sin" | "cos" | "exp" | "sqrt") => Token::Apply(word.into(), 1),
            _ => Token::Name(word.into()),
        })
        .collect();
    Formula::from_postfix(text, &tokens).unwrap()
}

/// An equation with noise of its own for each state.
pub fn equation(
    names: &str,
    drift: &[&str],
    own: &[&str],
    parameters: &[(&str, f64)],
    calculus: Calculus,
) -> Equation {
    let names: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
    let parameters: Vec<(String, f64)> =
        parameters.iter().map(|&(n, v)| (n.to_owned(), v)).collect();
    let terms = Terms {
        drift: drift.iter().map(|f| rpn(f)).collect(),
        own: own.iter().map(|f| rpn(f)).collect(),
        shared: vec![],
    };
    Equation::new(&names, &parameters, &terms, calculus).unwrap()
}

/// A run of `kernel` over (0, t1): `grid[replica][time]` of all columns at `looks`.
pub fn run(
    kernel: impl Kernel + 'static,
    start: &[f64],
    t1: f64,
    looks: &[f64],
    n: u64,
) -> Vec<Vec<f64>> {
    let observer = Observer::Grid {
        times: looks.to_vec().into(),
    };
    let (outputs, _) = run_with(kernel, start, t1, observer, n);
    columns(&outputs, n, looks.len())
}

fn columns(outputs: &[Output], n: u64, times: usize) -> Vec<Vec<f64>> {
    let Output::Values(arrays) = &outputs[0] else {
        return vec![];
    };
    let arrays: Vec<&Vec<f64>> = arrays
        .iter()
        .map(|a| match a {
            Array::Float(a) => a,
            _ => unreachable!(),
        })
        .collect();
    (0..n as usize)
        .map(|r| {
            (0..times)
                .flat_map(|t| arrays.iter().map(move |a| a[r * times + t]))
                .collect()
        })
        .collect()
}

fn ensemble(kernel: impl Kernel + 'static, start: &[f64], t1: f64, observer: Observer) -> Ensemble {
    let width = start.len();
    let of = (0..width).map(|c| Observable::Columns(c..c + 1)).collect();
    let plan = Plan::new(vec![Part::new(observer, of).unwrap()], t1);
    let set = Set {
        kernel: Arc::new(kernel),
        starts: Arc::new(Starts::Shared(start.to_vec())),
        key: Key([42, 7]),
        plan: Arc::new(plan),
    };
    let fold = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    Ensemble::new(vec![set], vec![fold], (0.0, t1)).unwrap()
}

/// A run with any observer of all columns.
pub fn run_with(
    kernel: impl Kernel + 'static,
    start: &[f64],
    t1: f64,
    observer: Observer,
    n: u64,
) -> (Vec<Output>, Endings) {
    let pool = Pool::of(1).unwrap();
    ensemble(kernel, start, t1, observer)
        .simulate(n, &pool, &Pulse::new())
        .unwrap()
}

/// The same run in pieces: stopped at each of `stops`, written down and read back.
pub fn run_in_pieces(
    kernel: impl Kernel + 'static,
    start: &[f64],
    t1: f64,
    looks: &[f64],
    n: u64,
    stops: &[f64],
) -> Vec<Vec<f64>> {
    let observer = Observer::Grid {
        times: looks.to_vec().into(),
    };
    let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
    let run = ensemble(kernel, start, t1, observer);
    // Cut across the blocks of lanes as an executor would.
    let mut pieces = vec![Piece::new(0, 0..n / 3), Piece::new(0, n / 3..n)];
    for &stop in stops.iter().chain([&t1]) {
        pieces = run.advance(pieces, stop, &pool, &pulse).unwrap();
        pieces = pieces
            .iter()
            .map(|p| Piece::from_bytes(&p.to_bytes().unwrap()).unwrap())
            .collect();
    }
    let (outputs, _) = run.collect(n, pieces).unwrap();
    columns(&outputs, n, looks.len())
}
