//! Normals and exponentials of one word each by ziggurats (Marsaglia and Tsang 2000).
//!
//! The area under the density is cut into 2,048 layers of equal area, all but a sliver of each a rectangle. Eleven bits
//! of the word choose a layer, 52 others a place in it and one the sign, none for two purposes (Doornik 2005). Where the
//! place falls outside the rectangle (1 word in 400 for normals, 1 in 280 for exponentials) the usual method draws further words; here a generator of their
//! own, which the word seeds, gives them. So a draw is a function of its word: lanes, read-ahead and checkpoints give
//! the same bits, and each draw uses one word.

mod exponential;
mod normal;

use crate::simd::math::scalar::stream::{exp, ln, unit};
use crate::simd::{LANES, Lanes, Vector, X1};

/// Layers under a density: a power of two.
const LAYERS: usize = 2048;
/// The bits of a word above its fraction choose the layer.
const LAYER: u32 = 52;
/// The fraction field.
const FRACTION: u64 = (1 << 52) - 1;
/// The exponent field of 1.0.
const ONE: u64 = 0x3ff0 << 48;
/// Low bits of a width that hold a bound.
const BOUND: u32 = 12;

/// Layer `i` lies between the heights `height[i]` and `height[i + 1]`. `layer[i]` holds both its width, which is enlarged
/// by at most a part in 5e11, and in the last bits the part of it, in 1/4096, up to which all places are under the
/// density: one number to look up.
struct Ziggurat {
    layer: [u64; LAYERS],
    height: [f64; LAYERS + 1],
}

impl Ziggurat {
    /// Of the right ends of the layers, falling to 0, and the height of the base.
    const fn of(edges: &[f64; LAYERS + 1], base: f64) -> Self {
        let mut all = Self {
            layer: [0; LAYERS],
            height: [0.0; LAYERS + 1],
        };
        let (area, steps) = (edges[0] * base, (1_u64 << BOUND) as f64);
        // The bound refers to a width that is enlarged.
        let less = 1.0 - 1e-11;
        let mut i = 0;
        while i < LAYERS {
            let bound = (edges[i + 1] / edges[i] * less * steps) as u64;
            all.layer[i] = (((edges[i].to_bits() >> BOUND) + 1) << BOUND) | bound;
            all.height[i + 1] = all.height[i] + area / edges[i];
            i += 1;
        }
        all
    }

    /// The number at the place of a word in its layer, and where it is not surely under the density.
    #[inline(always)]
    fn place<V: Vector>(&self, word: V::U) -> (V::F, V::M) {
        let place = fraction::<V>(word);
        let layer = V::lookup(&self.layer, V::shr::<LAYER>(word));
        let bound = fraction::<V>(V::shl::<{ LAYER - BOUND }>(layer));
        // Less 1 - 2^-53: (k + 1/2) 2^-52, never 0.
        let x = V::sub(place, V::splat(1.0 - f64::EPSILON / 2.0));
        (V::mul(x, V::from_bits(layer)), V::le(bound, place))
    }

    /// [`Ziggurat::place`] with the layer itself.
    #[inline(always)]
    fn point(&self, word: u64) -> (usize, f64, bool) {
        let (x, outside) = self.place::<X1>(word);
        ((word >> LAYER) as usize % LAYERS, x, outside)
    }

    /// The magnitude for a word that fell outside; the density is `exp(-exponent(x))`.
    #[inline(always)]
    fn outside(
        &self,
        word: u64,
        exponent: impl Fn(f64) -> f64,
        tail: fn(&mut Beside) -> f64,
    ) -> f64 {
        let mut words = Beside(word);
        let (mut layer, mut x, mut outside) = self.point(word);
        loop {
            let under = self.under(layer, x, unit(words.word()), &exponent);
            let (other_layer, other, other_outside) = self.point(words.word());
            if outside & (layer == 0) {
                return tail(&mut words);
            }
            let here = under | !outside;
            if here | !other_outside {
                // By bits: a branch would be mispredicted half of the time.
                return f64::from_bits(if here { x.to_bits() } else { other.to_bits() });
            }
            (layer, x, outside) = (other_layer, other, other_outside);
        }
    }

    /// Is the place, at height `u` between the bottom and the top of its layer, under the density?
    ///
    /// The density is taken only where `1 + d + d^2/2` is not close enough to `e^d`, its part over the bottom: on
    /// `0 <= d <= 1` the rest is below `d^3/4`. More than the rounding of both is left undecided too.
    #[inline(always)]
    fn under(&self, layer: usize, x: f64, u: f64, exponent: impl Fn(f64) -> f64) -> bool {
        let (low, high) = (self.height[layer], self.height[layer + 1]);
        let y = low + u * (high - low);
        let d = exponent(f64::from_bits(self.layer[layer])) - exponent(x);
        let off = y - low * (1.0 + d + 0.5 * (d * d));
        if off.abs() > low * (0.25 * (d * d * d) + 1e-9) {
            off < 0.0
        } else {
            y < exp(-exponent(x))
        }
    }
}

/// The number in [1, 2) with the fraction field of `bits`.
#[inline(always)]
fn fraction<V: Vector>(bits: V::U) -> V::F {
    V::from_bits(V::or(V::and(bits, V::splat_u(FRACTION)), V::splat_u(ONE)))
}

static NORMAL: Ziggurat = Ziggurat::of(&normal::EDGES, normal::BASE);
static EXPONENTIAL: Ziggurat = Ziggurat::of(&exponential::EDGES, exponential::BASE);

/// A standard normal of a word.
#[inline(always)]
pub fn normal<V: Vector>(word: V::U) -> V::F {
    repaired::<V>(word, signed::<V>(word), normal_outside)
}

/// A standard exponential of a word.
#[inline(always)]
pub fn exponential<V: Vector>(word: V::U) -> V::F {
    repaired::<V>(word, EXPONENTIAL.place::<V>(word), exponential_outside)
}

/// Writes standard normals of words to part `part` of a chunk, best not read at once: nothing waits for those that
/// fell outside.
#[inline(always)]
pub fn normal_into<V: Vector>(to: &mut Lanes<f64>, part: usize, word: V::U) {
    let (x, outside) = signed::<V>(word);
    V::store(to, part, x);
    repair::<V>(to, part, word, outside, normal_outside);
}

/// As [`normal_into`], standard exponentials.
#[inline(always)]
pub fn exponential_into<V: Vector>(to: &mut Lanes<f64>, part: usize, word: V::U) {
    let (x, outside) = EXPONENTIAL.place::<V>(word);
    V::store(to, part, x);
    repair::<V>(to, part, word, outside, exponential_outside);
}

/// The place of a word under the density of a normal, with its sign.
#[inline(always)]
fn signed<V: Vector>(word: V::U) -> (V::F, V::M) {
    let (x, outside) = NORMAL.place::<V>(word);
    let sign = V::and(word, V::splat_u(1 << 63));
    (V::from_bits(V::or(V::to_bits(x), sign)), outside)
}

/// `x`, and `of` the word where `outside` holds.
#[inline(always)]
fn repaired<V: Vector>(word: V::U, (x, outside): (V::F, V::M), of: fn(u64) -> f64) -> V::F {
    if !V::any(outside) {
        return x;
    }
    let mut to = Lanes::splat(0.0);
    V::store(&mut to, 0, x);
    repair::<V>(&mut to, 0, word, outside, of);
    V::load(&to, 0)
}

/// Writes `of` the word where `outside` holds.
#[inline(always)]
fn repair<V: Vector>(
    to: &mut Lanes<f64>,
    part: usize,
    word: V::U,
    outside: V::M,
    of: fn(u64) -> f64,
) {
    if V::any(outside) {
        let mut words = Lanes::splat(0);
        V::store_u(&mut words, part, word);
        repair_lanes(to, &words, V::bits(outside) << (part % V::PARTS * V::N), of);
    }
}

#[cold]
#[inline(never)]
fn repair_lanes(to: &mut Lanes<f64>, words: &Lanes<u64>, outside: u32, of: fn(u64) -> f64) {
    let mut rest = outside;
    while rest != 0 {
        let lane = rest.trailing_zeros() as usize % LANES;
        to[lane] = of(words[lane]);
        rest &= rest - 1;
    }
}

fn normal_outside(word: u64) -> f64 {
    let x = NORMAL.outside(word, |x| 0.5 * (x * x), normal_tail);
    x.copysign(f64::from_bits(word))
}

/// A normal beyond the first edge (Marsaglia 1964).
#[cold]
fn normal_tail(words: &mut Beside) -> f64 {
    let edge = normal::EDGES[1];
    loop {
        let x = -ln(unit(words.word())) / edge;
        let y = -ln(unit(words.word()));
        if x * x < y + y {
            return edge + x;
        }
    }
}

fn exponential_outside(word: u64) -> f64 {
    EXPONENTIAL.outside(word, |x| x, exponential_tail)
}

/// An exponential beyond the first edge: it has no memory.
#[cold]
fn exponential_tail(words: &mut Beside) -> f64 {
    exponential::EDGES[1] - ln(unit(words.word()))
}

/// SplitMix64 (Steele, Lea and Flood 2014), seeded by a word that fell outside.
struct Beside(u64);

impl Beside {
    #[inline(always)]
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests;
