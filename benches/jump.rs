//! Events per second of the direct method: lanes against single paths, for the networks of the speed table.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quincunx_core::observe::{Fold, Observable, Observer, Part, Plan, Reduce};
use quincunx_core::rng::Key;
use quincunx_core::run::{Ensemble, Pool, Pulse, Set, Starts};
use quincunx_core::simd::{Level, force};
use quincunx_jump::{Convention, Direct, Network, Rate, Reaction};

type Side = Vec<(usize, u64)>;

fn network(species: usize, reactions: Vec<(Side, Side, f64)>) -> Arc<Network> {
    let names = (0..species).map(|i| format!("X{i}")).collect();
    let reactions = reactions
        .into_iter()
        .map(|(reactants, products, k)| Reaction {
            reactants,
            products,
            rate: Rate::MassAction(k),
        })
        .collect();
    Arc::new(Network::new(names, reactions, 1.0, Convention::Comb).unwrap())
}

fn sir(beta: f64) -> Arc<Network> {
    network(
        3,
        vec![
            (vec![(0, 1), (1, 1)], vec![(1, 2)], beta),
            (vec![(1, 1)], vec![(2, 1)], 0.01),
        ],
    )
}

fn dimer() -> Arc<Network> {
    network(
        2,
        vec![
            (vec![(0, 2)], vec![(1, 1)], 0.001),
            (vec![(1, 1)], vec![(0, 2)], 0.01),
        ],
    )
}

/// The circadian oscillator of Vilar et al. 2002: 16 reactions.
fn vilar() -> Arc<Network> {
    // D_A D_R D_A' D_R' M_A M_R A R C
    let one = |i| vec![(i, 1)];
    let two = |i, j| vec![(i, 1), (j, 1)];
    network(
        9,
        vec![
            (two(6, 0), one(2), 1.0),
            (one(2), two(6, 0), 50.0),
            (two(6, 1), one(3), 1.0),
            (one(3), two(6, 1), 100.0),
            (one(2), two(2, 4), 500.0),
            (one(0), two(0, 4), 50.0),
            (one(3), two(3, 5), 50.0),
            (one(1), two(1, 5), 0.01),
            (one(4), two(4, 6), 50.0),
            (one(5), two(5, 7), 5.0),
            (two(6, 7), one(8), 2.0),
            (one(8), one(7), 1.0),
            (one(6), vec![], 1.0),
            (one(7), vec![], 0.2),
            (one(4), vec![], 10.0),
            (one(5), vec![], 0.5),
        ],
    )
}

fn run(direct: Direct, start: &[f64], t: f64) -> Ensemble {
    let part = Part::new(
        Observer::Grid {
            times: vec![t].into(),
        },
        vec![Observable::Columns(0..start.len())],
    );
    let set = Set {
        kernel: Arc::new(direct),
        starts: Arc::new(Starts::Shared(start.to_vec())),
        key: Key([1, 2]),
        plan: Arc::new(Plan::new(vec![part.unwrap()], t)),
    };
    let keep = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    Ensemble::new(vec![set], vec![keep], (0.0, t)).unwrap()
}

fn events(run: &Ensemble, n: u64) -> u64 {
    run.simulate(n, &Pool::of(1).unwrap(), &Pulse::new())
        .unwrap()
        .1
        .events
}

/// Name, network, start, end, paths.
type Case<'a> = (&'a str, Arc<Network>, &'a [f64], f64, u64);

fn bench(c: &mut Criterion) {
    let genes = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let cases: [Case<'_>; 3] = [
        ("sir", sir(1e-4), &[999.0, 1.0, 0.0], 250.0, 1000),
        ("dimer", dimer(), &[1000.0, 0.0], 50.0, 1000),
        ("vilar", vilar(), &genes, 1.0, 256),
    ];
    for (name, net, start, t, n) in cases {
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        let lanes = Direct::new(net, None).unwrap();
        let alone = run(lanes.clone().without_lanes(), start, t);
        let block = run(lanes, start, t);
        group.throughput(Throughput::Elements(events(&block, n)));
        for level in Level::available()
            .into_iter()
            .filter(|l| *l != Level::Scalar)
        {
            force(Some(level)).unwrap();
            group.bench_function(format!("lanes/{level}"), |b| b.iter(|| events(&block, n)));
        }
        force(None).unwrap();
        group.bench_function("single paths", |b| b.iter(|| events(&alone, n)));
        group.finish();
    }
    let long = run(
        Direct::new(sir(1e-7), None).unwrap(),
        &[999_000.0, 1_000.0, 0.0],
        250.0,
    );
    let mut group = c.benchmark_group("one long path");
    group.sample_size(10);
    group.throughput(Throughput::Elements(events(&long, 1)));
    group.bench_function("sir 10^6", |b| b.iter(|| events(&long, 1)));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
