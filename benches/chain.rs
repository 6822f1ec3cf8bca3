//! Chains: stationary and transient laws on the standard sizes, steps and jumps of paths; one thread.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quincunx_chain::stationary::{self, Route};
use quincunx_chain::{Begin, Input, JumpPaths, MarkovChain, MarkovJump, StepPaths, transient};
use quincunx_core::observe::{Fold, Observable, Observer, Part, Plan, Reduce};
use quincunx_core::rng::Key;
use quincunx_core::run::{Ensemble, Kernel, Pool, Pulse, Set, Starts};

/// Two queues in line, at most m - 1 customers in each: rates 1 in, 1.2 across, 1.3 out.
fn tandem(m: usize) -> MarkovJump {
    let n = m * m;
    let (mut start, mut column, mut value) = (vec![0i64], vec![], vec![]);
    for i in 0..m {
        for j in 0..m {
            let mut out = 0.0;
            let mut move_to = |a: usize, b: usize, rate: f64| {
                column.push((a * m + b) as i64);
                value.push(rate);
                out += rate;
            };
            if i + 1 < m {
                move_to(i + 1, j, 1.0);
            }
            if i > 0 && j + 1 < m {
                move_to(i - 1, j + 1, 1.2);
            }
            if j > 0 {
                move_to(i, j - 1, 1.3);
            }
            column.push((i * m + j) as i64);
            value.push(-out);
            start.push(column.len() as i64);
        }
    }
    MarkovJump::new(Input::Sparse {
        rows: n,
        columns: n,
        start: &start,
        column: &column,
        value: &value,
    })
    .unwrap()
}

fn dense(n: usize) -> MarkovChain {
    let mut p: Vec<f64> = (0..n * n)
        .map(|k| ((k * 7919 + 13) % 101) as f64 + 0.5)
        .collect();
    for row in p.chunks_mut(n) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|v| *v /= sum);
    }
    MarkovChain::new(Input::Dense {
        rows: n,
        columns: n,
        values: &p,
    })
    .unwrap()
}

fn exact(c: &mut Criterion) {
    let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
    let mut group = c.benchmark_group("exact");
    group.sample_size(10);
    for n in [500, 1500] {
        let chain = dense(n);
        group.bench_function(format!("stationary, dense, {n}"), |b| {
            b.iter(|| {
                pool.install(|| chain.stationary(stationary::Options::default(), &pulse))
                    .unwrap()
            });
        });
    }
    for m in [101, 301] {
        let queues = tandem(m);
        let n = queues.n();
        let mut p0 = vec![0.0; n];
        p0[0] = 1.0;
        group.bench_function(format!("transient at 50, {n}"), |b| {
            let options = transient::Options::default();
            b.iter(|| {
                pool.install(|| queues.transient(&p0, &[50.0], options, &pulse))
                    .unwrap()
            });
        });
        for route in [Route::Sparse, Route::Multilevel] {
            let options = stationary::Options {
                route: Some(route),
                ..Default::default()
            };
            group.bench_function(format!("stationary, {route:?}, {n}"), |b| {
                b.iter(|| pool.install(|| queues.stationary(options, &pulse)).unwrap());
            });
        }
    }
}

fn run(kernel: Arc<dyn Kernel>, t: f64) -> Ensemble {
    let part = Part::new(
        Observer::Grid {
            times: vec![t].into(),
        },
        vec![Observable::Columns(0..1)],
    );
    let set = Set {
        kernel,
        starts: Arc::new(Starts::Own),
        key: Key([1, 2]),
        plan: Arc::new(Plan::new(vec![part.unwrap()], t)),
    };
    let keep = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    Ensemble::new(vec![set], vec![keep], (0.0, t)).unwrap()
}

fn paths(c: &mut Criterion) {
    let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
    let chain = dense(100);
    let steps = StepPaths::new(Arc::new(chain.tables().unwrap()), Begin::Given);
    let queues = tandem(101);
    let jumps = JumpPaths::new(&queues, Arc::new(queues.tables().unwrap()), Begin::Given);
    let cases: [(&str, Arc<dyn Kernel>, f64); 2] = [
        ("steps, dense, 100 states", Arc::new(steps), 100_000.0),
        ("jumps, tandem queue", Arc::new(jumps), 30_000.0),
    ];
    let mut group = c.benchmark_group("paths");
    group.sample_size(10);
    for (name, kernel, t) in cases {
        let ensemble = run(kernel, t);
        for n in [1, 8] {
            let (_, endings) = ensemble.simulate(n, &pool, &pulse).unwrap();
            group.throughput(Throughput::Elements(endings.events));
            group.bench_function(format!("{name}, {n} replicas"), |b| {
                b.iter(|| ensemble.simulate(n, &pool, &pulse).unwrap());
            });
        }
    }
}

criterion_group!(benches, exact, paths);
criterion_main!(benches);
