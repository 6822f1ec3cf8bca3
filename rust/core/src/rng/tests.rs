#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::simd::{Job, Lanes, Level, Vector, chunks_of, dispatch_at};

const KEY: Key = Key([42, 7]);

#[test]
fn philox_gives_the_published_block() {
    let block = philox::block([0; 2], [0; 4]);
    let known = [
        0x16554d9eca36314c,
        0xdb20fe9d672d0fdc,
        0xd7e772cee186176b,
        0x7e68b68aec7ba23b,
    ];
    assert_eq!(block, known);
}

/// `numpy.random.Philox(key=[42, 7], counter=...).random_raw(9)`, NumPy 2.4.
const NUMPY: [([u64; 4], [u64; 9]); 3] = [
    (
        [0, 0, 0, 0],
        [
            11979686004962671011,
            16323179865340250365,
            10214588297808276483,
            17579238321377784916,
            7621836518698383027,
            9886104296393615268,
            2222568216215515126,
            4799138746143434814,
            4036718853533695114,
        ],
    ),
    (
        [u64::MAX, u64::MAX, 3, 0],
        [
            12393069029381932323,
            6393313266605700904,
            17297982847159026387,
            12649020697787873030,
            9020019153274426502,
            12381938767282778279,
            9936538289518573595,
            8527471721089506719,
            2457571810034242895,
        ],
    ),
    (
        [0, 17, 4, 0],
        [
            18221400168106001579,
            9527485435004446713,
            16429305237229744457,
            8524884298487488000,
            10325786933530480179,
            14167567693288430923,
            17975871532930140066,
            7811122090124848113,
            10633161843877963364,
        ],
    ),
];

#[test]
fn words_are_those_of_numpy_with_carry() {
    for (counter, words) in NUMPY {
        let ours: Vec<u64> = philox::words(KEY.0, counter).take(9).collect();
        assert_eq!(ours, words, "{counter:?}");
    }
    let (_, words) = NUMPY[2];
    let address = Address::new(KEY, 17, Purpose::REGIME);
    assert_eq!(address.block(0), words[..4]);
    assert_eq!(address.block(1), words[4..8]);
    assert_eq!(Stream::of(&address).state(), words[..4]);
}

#[test]
fn xoshiro_gives_the_words_of_the_reference_program() {
    let mut stream = Stream::from_state([1, 2, 3, 4]);
    let words: Vec<u64> = (0..6).map(|_| stream.word()).collect();
    let known = [
        41943041,
        58720359,
        3588806011781223,
        3591011842654386,
        9228616714210784205,
        9973669472204895162,
    ];
    assert_eq!(words, known);
    assert_eq!(Stream::from_state([0; 4]).state(), [1, 0, 0, 0]);
}

#[test]
fn other_crates_can_draw_from_a_stream() {
    let mut stream = Stream::at(KEY, 3, Purpose::MAIN);
    let mut twin = stream.clone();
    assert_eq!(Rng::next_u64(&mut stream), twin.word());
    assert_eq!(u64::from(Rng::next_u32(&mut stream)), twin.word() >> 32);
    let mut bytes = [0; 12];
    Rng::fill_bytes(&mut stream, &mut bytes);
    assert_eq!(bytes[..8], twin.word().to_le_bytes());
    let seed: Vec<u8> = twin.state().iter().flat_map(|w| w.to_le_bytes()).collect();
    assert_eq!(Stream::from_seed(seed.try_into().unwrap()), twin);
}

struct Normals2<'a> {
    streams: &'a mut LaneStreams,
    rows: &'a mut [Lanes<f64>],
}

impl Job for Normals2<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.streams.normals::<V>(self.rows);
    }
}

/// Bits of `count` normals of each replica, replica after replica.
pub(super) fn lane_normals(level: Level, replicas: std::ops::Range<u64>, count: usize) -> Vec<u64> {
    let n = replicas.clone().count();
    let mut streams = LaneStreams::at(KEY, replicas, Purpose::NOISE);
    let width = chunks_of(n);
    let mut rows = vec![Lanes::splat(0.0); width * count];
    let job = Normals2 {
        streams: &mut streams,
        rows: &mut rows,
    };
    dispatch_at(level, job);
    (0..n)
        .flat_map(|i| (0..count).map(move |j| (i, j)))
        .map(|(i, j)| rows[j * width + i / 8][i % 8].to_bits())
        .collect()
}

#[test]
fn a_lane_draws_what_the_replica_alone_draws_at_any_width_and_level() {
    for n in [1, 2, 7, 8, 9, 20, 64] {
        let alone: Vec<u64> = (5..5 + n)
            .flat_map(|r| {
                let mut stream = Stream::at(KEY, r, Purpose::NOISE);
                (0..6).map(move |_| stream.normal().to_bits())
            })
            .collect();
        for level in Level::available() {
            assert_eq!(lane_normals(level, 5..5 + n, 6), alone, "{n} at {level}");
        }
    }
}

/// FNV-1a over 64-bit words.
pub(super) fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0xcbf2_9ce4_8422_2325, |h, w| {
        (h ^ w).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn a_hundred_thousand_normals_have_one_hash_at_each_level() {
    let hashes: Vec<u64> = Level::available()
        .into_iter()
        .map(|level| hash(&lane_normals(level, 0..100, 1000)))
        .collect();
    assert!(hashes.iter().all(|&h| h == hashes[0]), "{hashes:x?}");
}

struct Raw<'a>(&'a mut LaneStreams, usize);

impl Job for Raw<'_> {
    type Out = Vec<u64>;
    #[inline(always)]
    fn run<V: Vector>(self) -> Vec<u64> {
        let mut out = Vec::new();
        for chunk in self.0.chunks_mut() {
            let mut words = vec![Lanes::splat(0_u64); self.1];
            for part in 0..V::PARTS {
                let mut state = Words::<V>::load(chunk, part);
                for row in &mut words {
                    V::store_u(row, part, state.word());
                }
                state.store(chunk, part);
            }
            out.extend(words.iter().flat_map(|w| w.0));
        }
        out
    }
}

#[test]
fn raw_words_have_one_hash_at_each_level_and_leave_one_state() {
    let run = |level| {
        let mut streams = LaneStreams::at(KEY, 0..24, Purpose::MAIN);
        let words = dispatch_at(level, Raw(&mut streams, 1000));
        (hash(&words), streams)
    };
    let plain = run(Level::Scalar);
    for level in Level::available() {
        assert_eq!(run(level), plain, "{level}");
    }
    let mut alone = Stream::at(KEY, 9, Purpose::MAIN);
    for _ in 0..1000 {
        alone.word();
    }
    assert_eq!(plain.1.get(9), Some(alone));
}

#[test]
fn a_lane_can_be_refilled_and_saved() {
    let mut lanes = LaneStreams::at(KEY, [4, 5, 6], Purpose::MAIN);
    assert_eq!(lanes.get(7), lanes.get(2), "padding repeats the last");
    assert_eq!(lanes.get(8), None);
    let fresh = Stream::at(KEY, 99, Purpose::MAIN);
    lanes.set(1, &fresh);
    assert_eq!(lanes.get(1), Some(fresh));
    let bytes = postcard::to_stdvec(&lanes).unwrap();
    assert_eq!(postcard::from_bytes::<LaneStreams>(&bytes).unwrap(), lanes);
    assert!(LaneStreams::at(KEY, [], Purpose::MAIN).chunks().is_empty());
}

struct Fill<'a>(&'a mut Stream, &'a mut [f64]);

impl Job for Fill<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.0.normals::<V>(self.1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn filling_ahead_in_any_cuts_gives_the_same_normals(cuts in prop::collection::vec(0_usize..50, 1..8), k in any::<u64>()) {
        for level in Level::available() {
            let mut ahead = Stream::at(Key([k, 1]), 0, Purpose::MAIN);
            let mut single = ahead.clone();
            for &cut in &cuts {
                let mut out = vec![0.0; cut];
                dispatch_at(level, Fill(&mut ahead, &mut out));
                for z in out {
                    prop_assert_eq!(z.to_bits(), single.normal().to_bits());
                }
                prop_assert_eq!(&ahead, &single);
            }
        }
    }

    #[test]
    fn below_stays_below(n in 1..=u64::MAX, k in any::<u64>()) {
        let mut stream = Stream::at(Key([k, 2]), 0, Purpose::MAIN);
        let mut twin = stream.clone();
        let below = samplers::Below::new(n).unwrap();
        for _ in 0..20 {
            let i = stream.below(n);
            prop_assert!(i < n);
            prop_assert_eq!(below.sample(&mut twin), i);
        }
    }
}

#[test]
fn unit_never_reaches_its_ends() {
    use crate::simd::math::scalar::stream::unit;
    assert_eq!(unit(0), f64::EPSILON / 2.0);
    assert_eq!(unit(u64::MAX), 1.0 - f64::EPSILON / 2.0);
}

#[test]
fn below_rejects_the_words_that_would_favour_some_outcomes() {
    // Of n = 3 * 2^62 outcomes every third has two words, the others one: without rejection half of the draws
    // would be multiples of 3.
    let mut stream = Stream::at(KEY, 0, Purpose::MAIN);
    let draws = 30_000;
    let hits = (0..draws)
        .filter(|_| stream.below(3 << 62).is_multiple_of(3))
        .count();
    let z = (hits as f64 - draws as f64 / 3.0) / (draws as f64 * 2.0 / 9.0).sqrt();
    assert!(z.abs() < 6.5, "{hits}: z = {z}");
}
