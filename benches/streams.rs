//! Words and normals, ns each: per level, with lanes of their own state, and for one replica alone.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use quincunx_core::rng::{Address, Key, LaneStreams, Purpose, Stream, Words, samplers};
use quincunx_core::simd::{Job, Lanes, Level, Vector, dispatch_at, math};

const KEY: Key = Key([42, 7]);
const REPLICAS: u64 = 64;
const ROWS: usize = 16;

/// A number of words of each lane, summed up.
struct Raw<'a>(&'a mut LaneStreams);

impl Job for Raw<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        for chunk in self.0.chunks_mut() {
            for part in 0..V::PARTS {
                let mut words = Words::<V>::load(chunk, part);
                for _ in 0..ROWS {
                    // The state depends on every word before: nothing can be left out.
                    black_box(&words.word());
                }
                words.store(chunk, part);
            }
        }
    }
}

struct Rows<'a>(&'a mut LaneStreams, &'a mut [Lanes<f64>]);

impl Job for Rows<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.0.normals::<V>(self.1);
    }
}

/// As many exponentials.
struct Delays<'a>(&'a mut LaneStreams, &'a mut [Lanes<f64>]);

impl Job for Delays<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        let width = self.0.chunks().len();
        for (c, chunk) in self.0.chunks_mut().iter_mut().enumerate() {
            for part in 0..V::PARTS {
                let mut words = Words::<V>::load(chunk, part);
                for row in self.1.chunks_exact_mut(width) {
                    V::store(&mut row[c], part, words.exponential());
                }
                words.store(chunk, part);
            }
        }
    }
}

struct Ahead<'a>(&'a mut Stream, &'a mut [f64]);

impl Job for Ahead<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.0.normals::<V>(self.1);
    }
}

struct Apply<'a, F>(&'a [Lanes<f64>], &'a mut [Lanes<f64>], F);

/// A function of one vector.
trait Function {
    fn of<V: Vector>(&self, x: V::F) -> V::F;
}

impl<F: Function> Job for Apply<'_, F> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        for (x, y) in self.0.iter().zip(self.1) {
            for part in 0..V::PARTS {
                V::store(y, part, self.2.of::<V>(V::load(x, part)));
            }
        }
    }
}

macro_rules! functions {
    ($($name:ident)*) => {$(
        #[allow(non_camel_case_types)]
        struct $name;
        impl Function for $name {
            #[inline(always)]
            fn of<V: Vector>(&self, x: V::F) -> V::F {
                math::$name::<V>(x)
            }
        }
    )*};
}

functions! { ln exp sin tanh atan erf }

fn lanes(c: &mut Criterion) {
    for level in Level::available() {
        let mut streams = LaneStreams::at(KEY, 0..REPLICAS, Purpose::NOISE);
        let mut rows = vec![Lanes::splat(0.0); ROWS * streams.chunks().len()];
        let mut group = c.benchmark_group("lanes");
        group.throughput(Throughput::Elements(REPLICAS * ROWS as u64));
        group.bench_function(BenchmarkId::new("words", level), |b| {
            b.iter(|| dispatch_at(level, Raw(&mut streams)));
        });
        group.bench_function(BenchmarkId::new("normals", level), |b| {
            b.iter(|| dispatch_at(level, Rows(&mut streams, &mut rows)));
        });
        group.bench_function(BenchmarkId::new("exponentials", level), |b| {
            b.iter(|| dispatch_at(level, Delays(&mut streams, &mut rows)));
        });
        group.finish();

        let mut alone = Stream::at(KEY, 17, Purpose::NOISE);
        let mut out = [0.0; 128];
        let mut group = c.benchmark_group("alone");
        group.throughput(Throughput::Elements(128));
        group.bench_function(BenchmarkId::new("normals", level), |b| {
            b.iter(|| dispatch_at(level, Ahead(&mut alone, &mut out)));
        });
        group.finish();
    }
}

fn elementary(c: &mut Criterion) {
    let x: Vec<Lanes<f64>> = (0..16)
        .map(|i| Lanes(std::array::from_fn(|j| 0.03 * (8 * i + j) as f64 + 0.01)))
        .collect();
    let mut y = x.clone();
    let mut group = c.benchmark_group("elementary");
    group.throughput(Throughput::Elements(128));
    macro_rules! row {
        ($($name:ident)*) => {$(
            for level in Level::available() {
                group.bench_function(BenchmarkId::new(stringify!($name), level), |b| {
                    b.iter(|| dispatch_at(level, Apply(black_box(&x), &mut y, $name)));
                });
            }
        )*};
    }
    row! { ln exp sin tanh atan erf }
    group.finish();
}

fn scalar(c: &mut Criterion) {
    let mut stream = Stream::at(KEY, 17, Purpose::MAIN);
    let mut group = c.benchmark_group("scalar");
    group.bench_function("address", |b| {
        let mut replica = 0;
        b.iter(|| {
            replica += 1;
            Address::new(KEY, replica, Purpose::MAIN).block(0)
        });
    });
    group.bench_function("word", |b| b.iter(|| stream.word()));
    group.bench_function("exponential", |b| b.iter(|| stream.exponential()));
    group.bench_function("normal", |b| b.iter(|| stream.normal()));
    for mean in [3.0, 30.0, 1e6] {
        if let Ok(law) = samplers::Poisson::new(mean) {
            group.bench_function(BenchmarkId::new("poisson", mean), |b| {
                b.iter(|| law.sample(&mut stream))
            });
        }
    }
    if let Ok(law) = samplers::Binomial::new(1000, 0.3) {
        group.bench_function("binomial 1000 0.3", |b| b.iter(|| law.sample(&mut stream)));
    }
    if let Ok(law) = samplers::Gamma::new(2.5, 1.0) {
        group.bench_function("gamma 2.5", |b| b.iter(|| law.sample(&mut stream)));
    }
    if let Ok(law) = samplers::Alias::new("p", &[1.0, 2.0, 3.0, 4.0, 5.0]) {
        group.bench_function("alias 5", |b| b.iter(|| law.sample(&mut stream)));
    }
    group.finish();
}

criterion_group! {
    name = streams;
    config = Criterion::default().warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(400)).sample_size(20);
    targets = lanes, elementary, scalar
}
criterion_main!(streams);
