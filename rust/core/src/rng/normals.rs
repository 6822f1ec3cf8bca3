//! A sequence of standard normals from one stream.

use serde::{Deserialize, Serialize};

use super::Stream;
use crate::simd::math::stream::normal_pair;
use crate::simd::{LANES, Lanes, Vector};

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
        let (blocks, tail) = rest.as_chunks_mut::<{ 2 * LANES }>();
        for block in blocks {
            let (mut a, mut b) = (Lanes::splat(0), Lanes::splat(0));
            for lane in 0..LANES {
                a[lane] = self.stream.word();
                b[lane] = self.stream.word();
            }
            let (mut even, mut odd) = (Lanes::splat(0.0), Lanes::splat(0.0));
            for part in 0..V::PARTS {
                let (c, s) = normal_pair::<V>(V::load_u(&a, part), V::load_u(&b, part));
                V::store(&mut even, part, c);
                V::store(&mut odd, part, s);
            }
            for lane in 0..LANES {
                block[2 * lane] = even[lane];
                block[2 * lane + 1] = odd[lane];
            }
        }
        for z in tail {
            *z = self.draw();
        }
    }
}
