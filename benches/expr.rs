//! Euler-Maruyama steps from formulas against the same steps written by hand, noise included.
//!
//! Both sides draw the same normals into the same rows and leave the same bits; the time is per block of 128 replicas
//! and 8 steps.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quincunx_core::rng::{Key, LaneStreams, Purpose};
use quincunx_core::simd::{Job, Lanes, Level, Vector, dispatch_at};
use quincunx_expr::{Dag, Frame, NodeId, Place, Program};

const CHUNKS: usize = 16;
const STEPS: usize = 8;
const DT: f64 = 0.01;
const SCALE: f64 = 0.05;

/// `x + f dt + s w` for each state.
fn step(dag: &mut Dag, drift: &[NodeId]) -> Program {
    let d = drift.len();
    let (dt, s) = (dag.constant(DT), dag.constant(SCALE));
    let mut assigned = Vec::new();
    for (k, &f) in drift.iter().enumerate() {
        let (x, w) = (dag.input(k as u32), dag.input((d + k) as u32));
        let (a, b) = (dag.mul(f, dt), dag.mul(s, w));
        let so_far = dag.add(x, a);
        assigned.push((k, dag.add(so_far, b)));
    }
    let places: Vec<Place> = (0..2 * d).map(Place::Row).collect();
    Program::step(dag, &places, &assigned, &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn double_well() -> Program {
    let mut dag = Dag::new();
    let x = dag.input(0);
    let cube = dag.powi(x, 3);
    let f = dag.sub(x, cube);
    step(&mut dag, &[f])
}

fn lorenz() -> Program {
    let mut dag = Dag::new();
    let [x, y, z] = [0, 1, 2].map(|i| dag.input(i));
    let [sigma, rho, beta] = [10.0, 28.0, 8.0 / 3.0].map(|c| dag.constant(c));
    let a = dag.sub(y, x);
    let fx = dag.mul(sigma, a);
    let a = dag.sub(rho, z);
    let a = dag.mul(x, a);
    let fy = dag.sub(a, y);
    let (a, b) = (dag.mul(x, y), dag.mul(beta, z));
    let fz = dag.sub(a, b);
    step(&mut dag, &[fx, fy, fz])
}

/// Eight steps of a program.
struct Machine<'a> {
    program: &'a Program,
    frame: &'a mut Frame,
    streams: &'a mut LaneStreams,
    d: usize,
}

impl Job for Machine<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.streams.normals::<V>(self.frame.spares_mut().0);
        for s in 0..STEPS {
            for c in 0..self.d {
                self.frame.show(self.d + c, s * self.d + c);
            }
            self.program.run(V::LEVEL, self.frame, CHUNKS);
        }
    }
}

/// A step written by hand over vectors.
trait Hand {
    const D: usize;
    fn drift<V: Vector>(x: &[V::F; 3]) -> [V::F; 3];
}

struct Well;
struct Lorenz;

impl Hand for Well {
    const D: usize = 1;
    #[inline(always)]
    fn drift<V: Vector>(x: &[V::F; 3]) -> [V::F; 3] {
        let cube = V::mul(V::mul(x[0], x[0]), x[0]);
        [V::sub(x[0], cube), x[1], x[2]]
    }
}

impl Hand for Lorenz {
    const D: usize = 3;
    #[inline(always)]
    fn drift<V: Vector>(&[x, y, z]: &[V::F; 3]) -> [V::F; 3] {
        let fx = V::mul(V::splat(10.0), V::sub(y, x));
        let fy = V::sub(V::mul(x, V::sub(V::splat(28.0), z)), y);
        let fz = V::sub(V::mul(x, y), V::mul(V::splat(8.0 / 3.0), z));
        [fx, fy, fz]
    }
}

/// Eight steps by hand, block by block: all steps of a chunk before the next one.
struct ByHand<'a, H> {
    x: &'a mut [Lanes<f64>],
    streams: &'a mut LaneStreams,
    noise: &'a mut [Lanes<f64>],
    law: std::marker::PhantomData<H>,
}

impl<H: Hand> Job for ByHand<'_, H> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.streams.normals::<V>(self.noise);
        let (dt, scale) = (V::splat(DT), V::splat(SCALE));
        for s in 0..STEPS {
            for chunk in 0..CHUNKS {
                for part in 0..V::PARTS {
                    let mut x = [V::splat(0.0); 3];
                    for (c, x) in x.iter_mut().enumerate().take(H::D) {
                        *x = V::load(&self.x[c * CHUNKS + chunk], part);
                    }
                    let f = H::drift::<V>(&x);
                    for c in 0..H::D {
                        let w = V::load(&self.noise[(s * H::D + c) * CHUNKS + chunk], part);
                        let next = V::add(V::add(x[c], V::mul(f[c], dt)), V::mul(scale, w));
                        V::store(&mut self.x[c * CHUNKS + chunk], part, next);
                    }
                }
            }
        }
    }
}

fn streams() -> LaneStreams {
    LaneStreams::at(Key([1, 2]), 0..(8 * CHUNKS) as u64, Purpose::NOISE)
}

fn pair<H: Hand>(c: &mut Criterion, name: &str, program: &Program) {
    let d = H::D;
    let mut noise = vec![Lanes::splat(0.0); STEPS * d * CHUNKS];
    for level in Level::available().into_iter().rev().take(3) {
        let mut group = c.benchmark_group(format!("{name} {level}"));
        group.throughput(Throughput::Elements((8 * CHUNKS * STEPS) as u64));
        let mut frame = program.frame(CHUNKS, STEPS * d);
        let mut own = streams();
        group.bench_function("formula", |b| {
            b.iter(|| {
                dispatch_at(
                    level,
                    Machine {
                        program,
                        frame: &mut frame,
                        streams: &mut own,
                        d,
                    },
                );
            });
        });
        let mut x = vec![Lanes::splat(0.0); d * CHUNKS];
        let mut own = streams();
        group.bench_function("by hand", |b| {
            b.iter(|| {
                let law = std::marker::PhantomData::<H>;
                dispatch_at(
                    level,
                    ByHand {
                        x: &mut x,
                        streams: &mut own,
                        noise: &mut noise,
                        law,
                    },
                );
            });
        });
        group.finish();
    }
}

fn steps(c: &mut Criterion) {
    pair::<Well>(c, "double well", &double_well());
    pair::<Lorenz>(c, "Lorenz-63", &lorenz());
}

criterion_group!(benches, steps);
criterion_main!(benches);
