//! Times of the exact answers on the standard sizes: `cargo run --release -p quincunx-chain --example measure`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use quincunx_chain::stationary::{self, Route};
use quincunx_chain::{Input, MarkovChain, MarkovJump, transient};
use quincunx_core::run::{Pool, Pulse};

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

/// Time on the processor of the calling thread, where the system tells it.
fn busy() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? * 1e-9)
}

fn timed<R>(what: &str, work: impl FnOnce() -> R) -> R {
    let (begin, cpu) = (Instant::now(), busy());
    let out = work();
    let wall = begin.elapsed().as_secs_f64();
    let cpu = busy().zip(cpu).map_or(wall, |(b, a)| b - a);
    println!("{what}: {cpu:.4} s on the processor, {wall:.4} s in all");
    out
}

fn main() {
    let big = std::env::args().any(|a| a == "big");
    let pulse = Pulse::new();
    Pool::of(1).unwrap().install(|| {
        for n in [500, 1500] {
            let chain = dense(n);
            timed(&format!("GTH n = {n}"), || {
                chain
                    .stationary(stationary::Options::default(), &pulse)
                    .unwrap()
            });
        }
        for m in if big {
            vec![101, 301, 1000]
        } else {
            vec![101, 301]
        } {
            let q = tandem(m);
            let n = q.n();
            let mut p0 = vec![0.0; n];
            p0[0] = 1.0;
            let law = timed(&format!("transient t = 50, n = {n}"), || {
                q.transient(&p0, &[50.0], transient::Options::default(), &pulse)
                    .unwrap()
            });
            println!("    products {}, bound {:e}", law.iterations, law.bound);
            for route in [Route::Sparse, Route::Multilevel] {
                if n > 500_000 && route == Route::Sparse {
                    continue;
                }
                let options = stationary::Options {
                    route: Some(route),
                    ..Default::default()
                };
                let law = timed(&format!("stationary {route:?}, n = {n}"), || {
                    q.stationary(options, &pulse).unwrap()
                });
                println!("    residual {:e}, cycles {}", law.residual, law.iterations);
            }
        }
    });
}
