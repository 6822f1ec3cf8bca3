//! The streams of a block of replicas, side by side.

use serde::{Deserialize, Serialize};

use super::{Key, Purpose, Stream, ziggurat};
use crate::simd::math::stream;
use crate::simd::{LANES, Lanes, Vector};

/// The states of eight streams: word `w` of lane `l` is `self.0[w][l]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct States(pub [Lanes<u64>; 4]);

/// The streams of a block of replicas: lane = replica, one chunk of eight after another. What a lane draws is what
/// [`Stream`] draws for the same address, whatever the width of the block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneStreams {
    chunks: Vec<States>,
}

impl LaneStreams {
    /// One lane per replica, in the order given; padding lanes repeat the last one. No replicas, no chunks.
    pub fn at(key: Key, replicas: impl IntoIterator<Item = u64>, purpose: Purpose) -> Self {
        Self::of(replicas.into_iter().map(|r| Stream::at(key, r, purpose)))
    }

    /// One lane per stream, in the order given; padding lanes repeat the last one.
    pub fn of(streams: impl IntoIterator<Item = Stream>) -> Self {
        let mut states: Vec<[u64; 4]> = streams.into_iter().map(|s| s.state()).collect();
        if let Some(&last) = states.last() {
            states.resize(states.len().next_multiple_of(LANES), last);
        }
        let mut all = Self {
            chunks: vec![States([Lanes::splat(0); 4]); states.len() / LANES],
        };
        for (lane, state) in states.into_iter().enumerate() {
            all.set(lane, &Stream::from_state(state));
        }
        all
    }

    /// The chunks of eight lanes.
    pub fn chunks(&self) -> &[States] {
        &self.chunks
    }

    /// The chunks of eight lanes, for kernels.
    pub fn chunks_mut(&mut self) -> &mut [States] {
        &mut self.chunks
    }

    /// The stream of one lane as it stands (checkpoint); `None` beyond the block.
    pub fn get(&self, lane: usize) -> Option<Stream> {
        let chunk = self.chunks.get(lane / LANES)?;
        Some(Stream::from_state(chunk.0.map(|w| w[lane % LANES])))
    }

    /// Puts a stream on a lane (resume, refill); nothing happens beyond the block.
    pub fn set(&mut self, lane: usize, stream: &Stream) {
        if let Some(chunk) = self.chunks.get_mut(lane / LANES) {
            for (row, word) in chunk.0.iter_mut().zip(stream.state()) {
                row[lane % LANES] = word;
            }
        }
    }

    /// Fills rows of one chunk per eight lanes with standard normals: `rows[r * chunks + c]` holds normal `r` of the
    /// lanes of chunk `c`.
    #[inline(always)]
    pub fn normals<V: Vector>(&mut self, rows: &mut [Lanes<f64>]) {
        self.rows::<V, true>(rows);
    }

    /// Fills rows, laid out as in [`LaneStreams::normals`], with uniform numbers in (0, 1).
    #[inline(always)]
    pub fn uniforms<V: Vector>(&mut self, rows: &mut [Lanes<f64>]) {
        self.rows::<V, false>(rows);
    }

    /// Normals or uniform numbers: told by a constant, for a function that is handed in would not be inlined.
    #[inline(always)]
    fn rows<V: Vector, const NORMAL: bool>(&mut self, rows: &mut [Lanes<f64>]) {
        let width = self.chunks.len();
        if width == 0 {
            return;
        }
        for (c, chunk) in self.chunks.iter_mut().enumerate() {
            for part in 0..V::PARTS {
                let mut words = Words::<V>::load(chunk, part);
                for row in rows.chunks_exact_mut(width) {
                    if NORMAL {
                        ziggurat::normal_into::<V>(&mut row[c], part, words.word());
                    } else {
                        V::store(&mut row[c], part, words.uniform());
                    }
                }
                words.store(chunk, part);
            }
        }
    }
}

/// The states of `V::N` streams in registers: load, draw, store.
#[derive(Clone, Copy, Debug)]
pub struct Words<V: Vector> {
    state: [V::U; 4],
}

impl<V: Vector> Words<V> {
    /// Part `part` of eight streams.
    #[inline(always)]
    pub fn load(from: &States, part: usize) -> Self {
        let [s0, s1, s2, s3] = &from.0;
        Self {
            state: [
                V::load_u(s0, part),
                V::load_u(s1, part),
                V::load_u(s2, part),
                V::load_u(s3, part),
            ],
        }
    }

    /// Writes the states back.
    #[inline(always)]
    pub fn store(self, to: &mut States, part: usize) {
        let [s0, s1, s2, s3] = &mut to.0;
        V::store_u(s0, part, self.state[0]);
        V::store_u(s1, part, self.state[1]);
        V::store_u(s2, part, self.state[2]);
        V::store_u(s3, part, self.state[3]);
    }

    /// The next word of each stream.
    #[inline(always)]
    pub fn word(&mut self) -> V::U {
        let [s0, s1, s2, s3] = self.state;
        let out = V::add_u(V::rotl::<23>(V::add_u(s0, s3)), s0);
        self.state = [
            V::xor3(s0, s3, s1),
            V::xor3(s1, s2, s0),
            V::xor3(s2, s0, V::shl::<17>(s1)),
            V::rotl::<45>(V::xor(s3, s1)),
        ];
        out
    }

    /// Uniform in (0, 1). One word per lane.
    #[inline(always)]
    pub fn uniform(&mut self) -> V::F {
        stream::unit::<V>(self.word())
    }

    /// Standard exponential. One word per lane.
    #[inline(always)]
    pub fn exponential(&mut self) -> V::F {
        ziggurat::exponential::<V>(self.word())
    }

    /// Standard normal. One word per lane.
    #[inline(always)]
    pub fn normal(&mut self) -> V::F {
        ziggurat::normal::<V>(self.word())
    }

    /// Lanes where `keep` holds stay as they are, the others go back to `before`: for lanes that drew for nothing.
    #[inline(always)]
    pub fn restore(&mut self, keep: V::M, before: &Self) {
        for (now, then) in self.state.iter_mut().zip(before.state) {
            *now = V::select_u(keep, *now, then);
        }
    }
}
