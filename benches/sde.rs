//! Euler and Maruyama's step from a formula against the same step written by hand for blocks of lanes, per level
//! of the processor. Throughput is in path-steps. Runs of one step show what a run costs once: by hand that is the
//! beginning of the streams alone.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quincunx_core::observe::{Fold, Observable, Observer, Part, Plan, Reduce};
use quincunx_core::rng::{Key, LaneStreams, Purpose};
use quincunx_core::run::{Ensemble, Pool, Pulse, Set, Starts};
use quincunx_core::simd::{self, Job, Lanes, Level, Vector, dispatch_at};
use quincunx_expr::{Formula, Token};
use quincunx_sde::{BLOCK, Calculus, Equation, FixedStep, Scheme, Terms};

/// Ten thousand, in whole blocks.
const PATHS: u64 = 10_240;
/// Steps of a short and of a long run.
const STEPS: [usize; 2] = [1, 1000];
const CHUNKS: usize = BLOCK / 8;
const AHEAD: usize = 12;

fn rpn(text: &str) -> Formula {
    let token = |word: &str| match word.parse::<f64>() {
        Ok(value) => Token::Number(value),
        Err(_) if ["+", "-", "*", "/", "**"].contains(&word) => Token::Apply(word.into(), 2),
        Err(_) => Token::Name(word.into()),
    };
    let tokens: Vec<Token> = text.split_whitespace().map(token).collect();
    Formula::from_postfix(text, &tokens).expect("a formula")
}

fn ensemble(
    names: &str,
    (drift, own): (&[&str], &[&str]),
    (dt, steps): (f64, usize),
    start: &[f64],
) -> Ensemble {
    let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
    let terms = Terms {
        drift: drift.iter().map(|f| rpn(f)).collect(),
        own: own.iter().map(|f| rpn(f)).collect(),
        shared: vec![],
    };
    let equation = Equation::new(&names, &[], &terms, Calculus::Ito).expect("an equation");
    let kernel = FixedStep::new(equation, Scheme::EulerMaruyama, dt, 0).expect("a kernel");
    let t1 = dt * steps as f64;
    let of = vec![Observable::Columns(0..names.len())];
    let last = Observer::Grid {
        times: vec![t1].into(),
    };
    let plan = Plan::new(vec![Part::new(last, of).expect("a part")], t1);
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
    Ensemble::new(vec![set], vec![fold], (0.0, t1)).expect("a run")
}

/// A hand-written step over one chunk of eight lanes: `D` states, as many normals.
trait Step<const D: usize>: Copy {
    fn step<V: Vector>(self, x: [V::F; D], z: [V::F; D]) -> [V::F; D];
}

#[derive(Clone, Copy)]
struct DoubleWell;

impl Step<1> for DoubleWell {
    #[inline(always)]
    fn step<V: Vector>(self, [x]: [V::F; 1], [z]: [V::F; 1]) -> [V::F; 1] {
        let drift = V::sub(x, V::mul(V::mul(x, x), x));
        let next = V::add(x, V::mul(drift, V::splat(0.01)));
        [V::add(next, V::mul(V::splat(0.05), z))]
    }
}

#[derive(Clone, Copy)]
struct Lorenz;

impl Step<3> for Lorenz {
    #[inline(always)]
    fn step<V: Vector>(self, [x, y, z]: [V::F; 3], noise: [V::F; 3]) -> [V::F; 3] {
        let h = V::splat(0.001);
        let fx = V::mul(V::splat(10.0), V::sub(y, x));
        let fy = V::sub(V::mul(x, V::sub(V::splat(28.0), z)), y);
        let fz = V::sub(V::mul(x, y), V::mul(V::splat(8.0 / 3.0), z));
        let kicks = V::splat(0.0632);
        [
            V::add(V::add(x, V::mul(fx, h)), V::mul(kicks, noise[0])),
            V::add(V::add(y, V::mul(fy, h)), V::mul(kicks, noise[1])),
            V::add(V::add(z, V::mul(fz, h)), V::mul(kicks, noise[2])),
        ]
    }
}

/// So many steps of all paths, block after block, with noise drawn `AHEAD` rows at a time.
struct ByHand<S, const D: usize>(S, [f64; D], usize);

impl<S: Step<D>, const D: usize> Job for ByHand<S, D> {
    type Out = f64;

    // Plain loops: a closure or an iterator over registers may be left out of line, where it runs without the
    // instruction set.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn run<V: Vector>(self) -> f64 {
        let mut sum = 0.0;
        for first in (0..PATHS).step_by(BLOCK) {
            let replicas = first..first + BLOCK as u64;
            let mut streams = LaneStreams::at(Key([42, 7]), replicas, Purpose::NOISE);
            let mut x = [[Lanes::splat(0.0); CHUNKS]; D];
            for (row, start) in x.iter_mut().zip(self.1) {
                row.fill(Lanes::splat(start));
            }
            let mut noise = vec![Lanes::splat(0.0); AHEAD * CHUNKS];
            let mut left = self.2;
            while left > 0 {
                streams.normals::<V>(&mut noise);
                let batch = (AHEAD / D).min(left);
                for rows in noise.chunks_exact(D * CHUNKS).take(batch) {
                    for c in 0..CHUNKS {
                        for p in 0..V::PARTS {
                            let (mut state, mut z) = ([V::splat(0.0); D], [V::splat(0.0); D]);
                            for i in 0..D {
                                state[i] = V::load(&x[i][c], p);
                                z[i] = V::load(&rows[i * CHUNKS + c], p);
                            }
                            let next = self.0.step::<V>(state, z);
                            for i in 0..D {
                                V::store(&mut x[i][c], p, next[i]);
                            }
                        }
                    }
                }
                left -= batch;
            }
            sum += x[0][0][0];
        }
        sum
    }
}

fn runs(c: &mut Criterion) {
    let (pool, pulse) = (Pool::of(1).expect("a pool"), Pulse::new());
    let (well, origin) = (["x x 3 ** -"], [1.0, 1.0, 25.0]);
    let lorenz = ["10 y x - *", "x 28 z - * y -", "x y * 8 3 / z * -"];
    let levels = Level::available().into_iter();
    for (level, steps) in levels.flat_map(|level| STEPS.map(|steps| (level, steps))) {
        if level == Level::Scalar {
            continue;
        }
        simd::force(Some(level)).expect("available");
        let well = ensemble("x", (&well, &["0.5"]), (0.01, steps), &[0.1]);
        let lorenz = ensemble("x y z", (&lorenz, &["2"; 3]), (0.001, steps), &origin);
        let mut group = c.benchmark_group(format!("sde/{level}/steps {steps}"));
        group.throughput(Throughput::Elements(PATHS * steps as u64));
        group.sample_size(10);
        group.bench_function("double well, formula", |b| {
            b.iter(|| black_box(well.simulate(PATHS, &pool, &pulse)));
        });
        group.bench_function("double well, by hand", |b| {
            b.iter(|| black_box(dispatch_at(level, ByHand(DoubleWell, [0.1], steps))));
        });
        group.bench_function("Lorenz-63, formula", |b| {
            b.iter(|| black_box(lorenz.simulate(PATHS, &pool, &pulse)));
        });
        group.bench_function("Lorenz-63, by hand", |b| {
            b.iter(|| black_box(dispatch_at(level, ByHand(Lorenz, origin, steps))));
        });
        group.finish();
    }
    simd::force(None).expect("given back");
}

criterion_group!(benches, runs);
criterion_main!(benches);
