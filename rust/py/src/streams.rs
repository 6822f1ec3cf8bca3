//! Streams across the border: the words and samplers themselves, for tests and for the curious.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use quincunx_core::rng::samplers::Named;
use quincunx_core::rng::{Key, LaneStreams, Purpose, Stream, Words, philox};
use quincunx_core::simd::{Job, LANES, Lanes, Level, Vector, dispatch_at, force};

use crate::error::IntoPython;

type Pair = (u64, u64);

fn key(pair: Pair) -> Key {
    Key([pair.0, pair.1])
}

/// `numpy.random.Philox(key=key, counter=counter).random_raw(n)`.
#[pyfunction]
fn philox_words(
    py: Python<'_>,
    key: Pair,
    counter: (u64, u64, u64, u64),
    n: usize,
) -> Bound<'_, PyArray1<u64>> {
    let (a, b, c, d) = counter;
    let words: Vec<u64> = py.detach(|| {
        philox::words([key.0, key.1], [a, b, c, d])
            .take(n)
            .collect()
    });
    words.into_pyarray(py)
}

/// The first `n` words of the stream at (key, replica, purpose).
#[pyfunction]
fn stream_words(
    py: Python<'_>,
    key: Pair,
    replica: u64,
    purpose: u64,
    n: usize,
) -> Bound<'_, PyArray1<u64>> {
    let mut stream = Stream::at(self::key(key), replica, Purpose(purpose));
    let words: Vec<u64> = py.detach(|| (0..n).map(|_| stream.word()).collect());
    words.into_pyarray(py)
}

/// `n` draws of a sampler from the stream at (key, replica, purpose), and the word that comes next.
#[pyfunction]
fn stream_draws<'py>(
    py: Python<'py>,
    sampler: &str,
    args: Vec<f64>,
    key: Pair,
    replica: u64,
    purpose: u64,
    n: usize,
) -> PyResult<(Bound<'py, PyArray1<f64>>, u64)> {
    let law = Named::new(sampler, &args).py()?;
    let mut stream = Stream::at(self::key(key), replica, Purpose(purpose));
    let (draws, next) = py.detach(|| {
        let draws: Vec<f64> = (0..n).map(|_| law.sample(&mut stream)).collect();
        (draws, stream.word())
    });
    Ok((draws.into_pyarray(py), next))
}

/// Rows of one chunk per eight replicas: normals, or raw words as bits.
struct Draw<'a> {
    streams: &'a mut LaneStreams,
    rows: &'a mut [Lanes<f64>],
    raw: bool,
}

impl Job for Draw<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        if !self.raw {
            return self.streams.normals::<V>(self.rows);
        }
        let width = self.streams.chunks().len();
        for (c, chunk) in self.streams.chunks_mut().iter_mut().enumerate() {
            for part in 0..V::PARTS {
                let mut words = Words::<V>::load(chunk, part);
                for row in self.rows.chunks_exact_mut(width) {
                    V::store(&mut row[c], part, V::from_bits(words.word()));
                }
                words.store(chunk, part);
            }
        }
    }
}

/// Draws of `replicas` lanes at a level, replica after replica: `2 pairs` normals each, or as many raw words.
fn in_lanes(level: &str, key: Key, replicas: usize, pairs: usize, raw: bool) -> PyResult<Vec<f64>> {
    let level: Level = level.parse().py()?;
    force(Some(level)).and_then(|()| force(None)).py()?;
    let mut streams = LaneStreams::at(key, 0..replicas as u64, Purpose::NOISE);
    let width = streams.chunks().len();
    let mut rows = vec![Lanes::splat(0.0); width * 2 * pairs];
    let job = Draw {
        streams: &mut streams,
        rows: &mut rows,
        raw,
    };
    dispatch_at(level, job);
    let at = |lane: usize, j: usize| rows[j * width + lane / LANES][lane % LANES];
    Ok((0..replicas)
        .flat_map(|lane| (0..2 * pairs).map(move |j| (lane, j)))
        .map(|(lane, j)| at(lane, j))
        .collect())
}

/// Standard normals of replicas `0..replicas`, `2 pairs` each, computed in lanes at `level`.
#[pyfunction]
fn lane_normals(
    py: Python<'_>,
    level: String,
    key: Pair,
    replicas: usize,
    pairs: usize,
) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let draws = py.detach(|| in_lanes(&level, self::key(key), replicas, pairs, false))?;
    draws.into_pyarray(py).reshape([replicas, 2 * pairs])
}

/// Raw words of replicas `0..replicas`, `2 pairs` each, drawn in lanes at `level`.
#[pyfunction]
fn lane_words(
    py: Python<'_>,
    level: String,
    key: Pair,
    replicas: usize,
    pairs: usize,
) -> PyResult<Bound<'_, PyArray2<u64>>> {
    let draws = py.detach(|| in_lanes(&level, self::key(key), replicas, pairs, true))?;
    let words: Vec<u64> = draws.into_iter().map(f64::to_bits).collect();
    words.into_pyarray(py).reshape([replicas, 2 * pairs])
}

/// The instruction sets of this processor, narrowest first.
#[pyfunction]
fn simd_levels() -> Vec<&'static str> {
    Level::available().into_iter().map(Level::name).collect()
}

/// The instruction set that runs use.
#[pyfunction]
fn simd_level() -> &'static str {
    Level::detect().name()
}

/// Fixes the instruction set of the whole process; `None` gives the choice back.
#[pyfunction]
fn simd_force(level: Option<&str>) -> PyResult<()> {
    let level = level.map(str::parse).transpose().py()?;
    force(level).py()
}

/// Adds this file's names to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // A QUINCUNX_SIMD that names nothing of this machine is an error at import, not a silent choice.
    Level::environment().py()?;
    module.add_function(wrap_pyfunction!(philox_words, module)?)?;
    module.add_function(wrap_pyfunction!(stream_words, module)?)?;
    module.add_function(wrap_pyfunction!(stream_draws, module)?)?;
    module.add_function(wrap_pyfunction!(lane_normals, module)?)?;
    module.add_function(wrap_pyfunction!(lane_words, module)?)?;
    module.add_function(wrap_pyfunction!(simd_levels, module)?)?;
    module.add_function(wrap_pyfunction!(simd_level, module)?)?;
    module.add_function(wrap_pyfunction!(simd_force, module)?)
}
