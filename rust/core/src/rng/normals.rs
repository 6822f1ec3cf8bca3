//! Standard normals of one stream, many at a time.

use super::{Stream, ziggurat};
use crate::simd::{LANES, Lanes, Vector};

/// Chunks transformed together.
const CHUNKS: usize = 8;

impl Stream {
    /// The next `out.len()` standard normals: the words one by one, their transform at full width. The same bits as
    /// [`Stream::normal`]; inside a kernel that was dispatched.
    #[inline(always)]
    pub fn normals<V: Vector>(&mut self, out: &mut [f64]) {
        // All words of a batch first, then all transforms: a vector load that follows its scalar stores at once waits.
        let mut words = [Lanes::splat(0); CHUNKS];
        let mut normals = [Lanes::splat(0.0); CHUNKS];
        let whole = out.len() - out.len() % LANES;
        let (blocks, tail) = out.split_at_mut(whole);
        for batch in blocks.chunks_mut(LANES * CHUNKS) {
            let used = batch.len() / LANES;
            for word in words.iter_mut().take(used).flat_map(|chunk| &mut chunk.0) {
                *word = self.word();
            }
            for (words, normals) in words.iter().zip(&mut normals).take(used) {
                for part in 0..V::PARTS {
                    ziggurat::normal_into::<V>(normals, part, V::load_u(words, part));
                }
            }
            for (to, from) in batch.chunks_exact_mut(LANES).zip(&normals) {
                to.copy_from_slice(&from.0);
            }
        }
        for z in tail {
            *z = self.normal();
        }
    }
}
