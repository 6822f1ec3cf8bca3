//! The golden values of `tests/reliability/streams.json`, which the Python suite checks through the wheel. Changing
//! one asks for the next [`crate::STREAM_VERSION`].
#![allow(clippy::unwrap_used)]

use serde::Deserialize;

use super::samplers::Named;
use super::tests::{hash, lane_normals};
use super::*;
use crate::simd::Level;

#[derive(Deserialize)]
struct Golden {
    stream_version: u32,
    streams: Vec<Words4>,
    samplers: Vec<Draws>,
    normals: Table,
}

#[derive(Deserialize)]
struct Words4 {
    key: [u64; 2],
    replica: u64,
    purpose: u64,
    words: Vec<u64>,
}

#[derive(Deserialize)]
struct Draws {
    sampler: String,
    args: Vec<f64>,
    key: [u64; 2],
    replica: u64,
    purpose: u64,
    bits: Vec<String>,
    last_word: u64,
}

#[derive(Deserialize)]
struct Table {
    replicas: u64,
    count: usize,
    fnv1a: String,
}

fn golden() -> Golden {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/reliability/streams.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn streams_and_samplers_give_the_golden_values() {
    let golden = golden();
    assert_eq!(golden.stream_version, crate::STREAM_VERSION);
    for case in &golden.streams {
        let mut stream = Stream::at(Key(case.key), case.replica, Purpose(case.purpose));
        for &word in &case.words {
            assert_eq!(stream.word(), word);
        }
    }
    for case in &golden.samplers {
        let law = Named::new(&case.sampler, &case.args).unwrap();
        let mut stream = Stream::at(Key(case.key), case.replica, Purpose(case.purpose));
        for bits in &case.bits {
            let draw = law.sample(&mut stream);
            let text = format!("{:016x}", draw.to_bits());
            assert_eq!(&text, bits, "{} {:?}: {draw}", case.sampler, case.args);
        }
        assert_eq!(
            stream.word(),
            case.last_word,
            "words used by {}",
            case.sampler
        );
    }
}

#[test]
fn normals_in_lanes_have_the_golden_hash_at_each_level() {
    let Table {
        replicas,
        count,
        fnv1a,
    } = golden().normals;
    for level in Level::available() {
        let bits = lane_normals(level, 0..replicas, count);
        assert_eq!(format!("{:016x}", hash(&bits)), fnv1a, "{level}");
    }
}
