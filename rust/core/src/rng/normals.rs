//! A sequence of standard normals from one stream.

use serde::{Deserialize, Serialize};

use super::Stream;
use crate::simd::math::stream::{half_exponential, normals_of};
use crate::simd::{LANES, Lanes, Vector};

/// Chunks of pairs transformed together.
const CHUNKS: usize = 8;

/// Standard normals one after another: normal `j` is the cosine (even `j`) or sine (odd `j`) of words
/// `2 floor(j/2)` and the next, exactly as in the lanes. Keeps the unread one, also in a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normals {
    stream: Stream,
    spare: Option<f64>,
}

impl Normals {
    /// The normals of a stream, from its next word on.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            spare: None,
        }
    }

    /// The stream behind; between two normals of a pair its words are ahead by one normal.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The same, to draw other numbers in between.
    pub fn stream_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The next standard normal.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        if let Some(z) = self.spare.take() {
            return z;
        }
        let (even, odd) = self.stream.normal_pair();
        self.spare = Some(odd);
        even
    }

    /// The next `out.len()` standard normals: the words one by one, their transform at full width. The same bits as
    /// [`Normals::draw`], two to five times faster; inside a kernel that was dispatched.
    #[inline(always)]
    pub fn fill<V: Vector>(&mut self, out: &mut [f64]) {
        let mut rest = out;
        if self.spare.is_some() && !rest.is_empty() {
            let (first, tail) = rest.split_at_mut(1);
            first[0] = self.draw();
            rest = tail;
        }
        // All words of a batch first, then all transforms: a vector load that follows its scalar stores at once waits.
        let (mut a, mut b) = ([Lanes::splat(0); CHUNKS], [Lanes::splat(0); CHUNKS]);
        let (mut even, mut odd) = ([Lanes::splat(0.0); CHUNKS], [Lanes::splat(0.0); CHUNKS]);
        let whole = rest.len() - rest.len() % (2 * LANES);
        let (blocks, tail) = rest.split_at_mut(whole);
        for batch in blocks.chunks_mut(2 * LANES * CHUNKS) {
            let used = batch.len() / (2 * LANES);
            for (a, b) in a.iter_mut().zip(&mut b).take(used) {
                for (a, b) in a.0.iter_mut().zip(&mut b.0) {
                    *a = self.stream.word();
                    *b = self.stream.word();
                }
            }
            for i in 0..used {
                for part in 0..V::PARTS {
                    let quarter = half_exponential::<V>(V::load_u(&a[i], part));
                    V::store(&mut even[i], part, quarter);
                }
            }
            for i in 0..used {
                for part in 0..V::PARTS {
                    let quarter = V::load(&even[i], part);
                    let (c, s) = normals_of::<V>(quarter, V::load_u(&b[i], part));
                    V::store(&mut even[i], part, c);
                    V::store(&mut odd[i], part, s);
                }
            }
            let pairs = batch.as_chunks_mut::<2>().0;
            for (i, pairs) in pairs.chunks_exact_mut(LANES).enumerate() {
                for lane in 0..LANES {
                    pairs[lane] = [even[i][lane], odd[i][lane]];
                }
            }
        }
        for z in tail {
            *z = self.draw();
        }
    }
}
