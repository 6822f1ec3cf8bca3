//! Networks and runs shared by the tests of this crate.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use quincunx_core::observe::{
    Array, Endings, Fold, Observable, Observer, Output, Part, Plan, Reduce,
};
use quincunx_core::rng::Key;
use quincunx_core::run::{Ensemble, Pool, Pulse, Set, Starts};
use quincunx_jump::{Convention, Direct, Network, Rate, Reaction};

pub type Side<'a> = &'a [(usize, u64)];

pub fn network(names: &[&str], reactions: &[(Side, Side, f64)]) -> Network {
    let reactions = reactions
        .iter()
        .map(|&(reactants, products, k)| Reaction {
            reactants: reactants.to_vec(),
            products: products.to_vec(),
            rate: Rate::MassAction(k),
        })
        .collect();
    let names = names.iter().map(|s| (*s).to_string()).collect();
    Network::new(names, reactions, 1.0, Convention::Comb).unwrap()
}

pub fn epidemic(beta: f64, gamma: f64) -> Network {
    network(
        &["S", "I", "R"],
        &[
            (&[(0, 1), (1, 1)], &[(1, 2)], beta),
            (&[(1, 1)], &[(2, 1)], gamma),
        ],
    )
}

pub fn dimer(k1: f64, k2: f64) -> Network {
    network(
        &["P", "P2"],
        &[(&[(0, 2)], &[(1, 1)], k1), (&[(1, 1)], &[(0, 2)], k2)],
    )
}

pub fn gene() -> Network {
    network(
        &["Off", "On", "M"],
        &[
            (&[(0, 1)], &[(1, 1)], 0.5),
            (&[(1, 1)], &[(0, 1)], 1.5),
            (&[(1, 1)], &[(1, 1), (2, 1)], 20.0),
            (&[(2, 1)], &[], 1.0),
        ],
    )
}

/// A run of a direct method with one observer of all species.
pub fn ensemble(direct: Direct, start: &[f64], t: f64, observer: Observer, key: u64) -> Ensemble {
    let width = start.len();
    let part = Part::new(observer, vec![Observable::Columns(0..width)]).unwrap();
    let set = Set {
        kernel: Arc::new(direct),
        starts: Arc::new(Starts::Shared(start.to_vec())),
        key: Key([key, 7]),
        plan: Arc::new(Plan::new(vec![part], t)),
    };
    let keep = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    Ensemble::new(vec![set], vec![keep], (0.0, t)).unwrap()
}

pub fn simulate(run: &Ensemble, n: u64) -> (Vec<i64>, Endings) {
    let (mut out, endings) = run
        .simulate(n, &Pool::of(1).unwrap(), &Pulse::new())
        .unwrap();
    match out.remove(0) {
        Output::Values(mut arrays) => match arrays.remove(0) {
            Array::Int(values) => (values, endings),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
