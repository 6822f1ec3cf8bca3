//! Tries for gamma draws, made ahead: their normals and uniforms at full vector width.

use quincunx_core::rng::{Stream, samplers::Gamma, ziggurat::normal};
use quincunx_core::simd::math::stream::unit;
use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

/// Chunks of eight tries made at a time.
const CHUNKS: usize = 2;
const TRIES: usize = LANES * CHUNKS;

/// What the tries of [`Gamma::sample`] read from a stream, in its order: the same draws, whatever the law of each.
#[derive(Clone, Debug)]
pub(crate) struct Tries {
    /// The stream before the first try held.
    before: Stream,
    /// The stream after the last try held.
    after: Stream,
    used: usize,
    normal: [Lanes<f64>; CHUNKS],
    uniform: [Lanes<f64>; CHUNKS],
}

impl Tries {
    /// Begins at a stream.
    pub(crate) fn new(stream: &Stream) -> Self {
        Self {
            before: stream.clone(),
            after: stream.clone(),
            used: TRIES,
            normal: [Lanes::splat(0.0); CHUNKS],
            uniform: [Lanes::splat(0.0); CHUNKS],
        }
    }

    /// A draw of a [plain](Gamma::is_plain) law.
    #[inline]
    pub(crate) fn sample(&mut self, law: &Gamma) -> f64 {
        loop {
            if self.used == TRIES {
                self.refill();
            }
            let (chunk, lane) = (self.used / LANES % CHUNKS, self.used % LANES);
            self.used += 1;
            if let Some(draw) = law.attempt(self.normal[chunk][lane], self.uniform[chunk][lane]) {
                return draw;
            }
        }
    }

    /// The stream from the first try not used on.
    pub(crate) fn stream(&self) -> Stream {
        if self.used == TRIES {
            return self.after.clone();
        }
        let mut stream = self.before.clone();
        (0..2 * self.used).for_each(|_| {
            stream.word();
        });
        stream
    }

    fn refill(&mut self) {
        self.before = self.after.clone();
        self.used = 0;
        let mut words = [[Lanes::splat(0_u64); CHUNKS]; 2];
        for chunk in 0..CHUNKS {
            for lane in 0..LANES {
                for row in &mut words {
                    row[chunk][lane] = self.after.word();
                }
            }
        }
        dispatch(Transform {
            words: &words,
            tries: self,
        });
    }
}

struct Transform<'a> {
    words: &'a [[Lanes<u64>; CHUNKS]; 2],
    tries: &'a mut Tries,
}

impl Job for Transform<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let [a, b] = self.words;
        let mut chunk = 0;
        while chunk < CHUNKS {
            let mut part = 0;
            while part < V::PARTS {
                let normal = normal::<V>(V::load_u(&a[chunk], part));
                V::store(&mut self.tries.normal[chunk], part, normal);
                let uniform = unit::<V>(V::load_u(&b[chunk], part));
                V::store(&mut self.tries.uniform[chunk], part, uniform);
                part += 1;
            }
            chunk += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quincunx_core::rng::{Key, Purpose};

    #[test]
    fn draws_are_those_of_the_sampler_and_so_is_the_stream() {
        let laws = [Gamma::new(2.0, 0.5).unwrap(), Gamma::new(1.0, 3.0).unwrap()];
        let mut stream = Stream::at(Key([1, 2]), 7, Purpose::MAIN);
        let mut tries = Tries::new(&stream);
        assert_eq!(tries.stream(), stream);
        for i in 0..200 {
            let law = &laws[i % 2];
            assert_eq!(tries.sample(law), law.sample(&mut stream));
            assert_eq!(tries.stream(), stream);
        }
    }
}
