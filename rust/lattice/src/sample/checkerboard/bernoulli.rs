//! Independent bits of one probability, 64 to a word.
//!
//! A bit built from twelve random bits is 1 with any probability that is a multiple of `2^-12`: from the last digit of
//! the probability on, `b <- b or u` where the digit is 1 and `b <- b and u` where it is 0. With the digit as a mask `d` and
//! `not u` for `u` in the first case (as random as `u`) both are `b <- ((b xor d) and u) xor d`, and two digits in a row
//! share an exclusive or: two operations per digit, one where there are instructions with three operands. What is missing to the full 64
//! digits is an event so rare that one exponential number tells how many sites to skip to the next. Both together have
//! the probability to the last digit.

use quincunx_core::rng::Stream;
use quincunx_core::simd::{Lanes, Vector};

use super::super::threshold::Threshold;
use super::packed::CHUNK;

/// Digits that every site draws.
pub(in super::super) const DIGITS: usize = 12;
const REST: u32 = 64 - DIGITS as u32;

/// How the bits of one probability are drawn. Probabilities above one half are drawn as their complement, so that what is
/// missing stays rare.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Bernoulli {
    /// The first digits as masks, last first, each with the one before it (none before the first, none after the last).
    masks: [u64; DIGITS + 1],
    /// All ones if the complement is drawn.
    flip: u64,
    /// `-1 / ln(1 - e)`, with `e` the probability of the rare event; 0 if there is none.
    mean_skip: f64,
}

impl Bernoulli {
    pub fn new(p: Threshold) -> Self {
        let value = p.value();
        let upper = value > 1 << 63;
        // All ones means certain.
        let drawn = match value {
            u64::MAX => 0,
            _ if upper => value.wrapping_neg(),
            _ => value,
        };
        let digit = |k: usize| drawn >> (REST as usize + k) & 1;
        let before = |k: usize| k.checked_sub(1).map_or(0, digit);
        let at = |k: usize| if k < DIGITS { digit(k) } else { 0 };
        let mask = |k: usize| (before(k) ^ at(k)).wrapping_neg();
        let first = drawn >> REST << REST;
        let e = (drawn - first) as f64 / first.wrapping_neg() as f64;
        let missing = drawn > first;
        // Without first digits the rest is all there is, out of 2^64.
        let e = if first == 0 {
            drawn as f64 / 18_446_744_073_709_551_616.0
        } else {
            e
        };
        Self {
            masks: std::array::from_fn(mask),
            flip: if upper { u64::MAX } else { 0 },
            mean_skip: if missing { -1.0 / libm::log1p(-e) } else { 0.0 },
        }
    }

    /// The bits before the first digit.
    #[inline(always)]
    pub fn begin<V: Vector>(&self) -> V::U {
        V::splat_u(self.masks[0])
    }

    /// The bits after one more digit, number `k` from the last, with the random word `u`.
    #[inline(always)]
    pub fn digit<V: Vector>(&self, k: usize, bits: V::U, u: V::U) -> V::U {
        V::xor(V::and(bits, u), V::splat_u(self.masks[k + 1]))
    }

    /// The events from the finished digits and the rare ones.
    #[inline(always)]
    pub fn events<V: Vector>(&self, bits: V::U, rare: V::U) -> V::U {
        V::xor(V::or(bits, rare), V::splat_u(self.flip))
    }
}

/// The rare events of one probability, block of rows by block of rows.
#[derive(Debug, Default)]
pub(in super::super) struct Rare {
    mean_skip: f64,
    /// Sites to skip before the next.
    skip: u64,
    set: Vec<usize>,
    bits: Vec<Lanes<u64>>,
}

impl Rare {
    /// Starts anew, for blocks of `chunks` chunks.
    pub fn begin(&mut self, law: &Bernoulli, chunks: usize, stream: &mut Stream) {
        self.resume(law, chunks, u64::MAX);
        if self.mean_skip > 0.0 {
            self.skip = self.draw(stream);
        }
    }

    /// Goes on with so many sites to skip.
    pub fn resume(&mut self, law: &Bernoulli, chunks: usize, skip: u64) {
        self.clear();
        self.bits.resize(chunks, Lanes::splat(0));
        self.mean_skip = law.mean_skip;
        self.skip = skip;
    }

    /// Sites to skip before the next event.
    pub fn skip(&self) -> u64 {
        self.skip
    }

    fn clear(&mut self) {
        for place in self.set.drain(..) {
            self.bits[place] = Lanes::splat(0);
        }
    }

    /// Geometric: `Pr(skip >= n) = (1 - e)^n`.
    fn draw(&self, stream: &mut Stream) -> u64 {
        (stream.exponential() * self.mean_skip) as u64
    }

    /// Moves to the next block, of `chunks` chunks.
    pub fn advance(&mut self, chunks: usize, stream: &mut Stream) {
        self.clear();
        let sites = (chunks * CHUNK) as u64;
        while self.skip < sites {
            let site = self.skip as usize;
            self.bits[site / CHUNK][site % CHUNK / 64] |= 1 << (site % 64);
            self.set.push(site / CHUNK);
            self.skip = (self.skip + 1).saturating_add(self.draw(stream));
        }
        self.skip -= sites;
    }

    pub fn bits(&self) -> &[Lanes<u64>] {
        &self.bits
    }
}

#[cfg(test)]
mod tests {
    use quincunx_core::rng::{Key, Purpose};

    use super::*;

    #[test]
    fn digits_and_rare_events_make_the_whole_probability() {
        for p in [
            0.0,
            1e-18,
            1e-5,
            0.1,
            0.25,
            0.499,
            0.5,
            0.62,
            0.9,
            1.0 - 1e-5,
            1.0,
        ] {
            let threshold = Threshold::new(p);
            let law = Bernoulli::new(threshold);
            let digits = law.masks.iter().scan(0, |digit, mask| {
                *digit ^= mask & 1;
                Some(*digit)
            });
            let first = (digits.take(DIGITS).enumerate()).fold(0.0, |sum, (k, d)| {
                sum + d as f64 * (0.5_f64).powi((DIGITS - k) as i32)
            });
            let rare = if law.mean_skip > 0.0 {
                -(-1.0 / law.mean_skip).exp_m1()
            } else {
                0.0
            };
            let drawn = first + (1.0 - first) * rare;
            let made = if law.flip == 0 { drawn } else { 1.0 - drawn };
            let exact = threshold.probability();
            assert!((made - exact).abs() <= 2e-16 * exact, "{p}: {made}");
            assert!(rare <= 2.0_f64.powi(1 - DIGITS as i32), "{p}: {rare}");
        }
    }

    #[test]
    fn an_event_that_never_comes_is_skipped_for_ever() {
        // One digit of the 64 is missing: the mean skip is as large as a word.
        let law = Bernoulli::new(Threshold::new(6e-20));
        let mut stream = Stream::at(Key([5, 6]), 0, Purpose::MAIN);
        let mut rare = Rare::default();
        rare.begin(&law, 1, &mut stream);
        for _ in 0..1000 {
            rare.advance(1, &mut stream);
            assert!(rare.bits()[0].0.iter().all(|&word| word == 0));
        }
    }

    #[test]
    fn rare_events_have_their_rate_at_every_place() {
        let law = Bernoulli::new(Threshold::new(1e-4));
        let e = -(-1.0 / law.mean_skip).exp_m1();
        let mut stream = Stream::at(Key([5, 6]), 0, Purpose::MAIN);
        let mut rare = Rare::default();
        rare.begin(&law, 2, &mut stream);
        let rows = 200_000;
        let mut counts = [0_u32; 8];
        for _ in 0..rows {
            rare.advance(2, &mut stream);
            for (k, chunk) in rare.bits().iter().enumerate() {
                for (lane, word) in chunk.0.iter().enumerate() {
                    counts[4 * k + lane / 2] += word.count_ones();
                }
            }
        }
        let mean = f64::from(rows) * 128.0 * e;
        for n in counts {
            let z = (f64::from(n) - mean) / mean.sqrt();
            assert!(z.abs() < 5.0, "{counts:?}, expected {mean}");
        }
    }
}
