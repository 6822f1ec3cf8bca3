//! The functions inside the samplers: their order of operations is part of the streams. Any change here changes
//! streams and asks for a new [`STREAM_VERSION`](crate::STREAM_VERSION).

use super::{LN2_HI, LN2_LO, ROUND, horner};
use crate::simd::Vector;

/// `sqrt(1/2)`, as bits: the mantissa of the logarithm is taken in `[sqrt(1/2), sqrt 2)`.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// The exponent field of 1.0.
const ONE: u64 = 0x3ff0 << 48;

const LN: [f64; 7] = [
    0.666666666666667,
    0.39999999999899505,
    0.28571428625975487,
    0.2222221113479508,
    0.18182889125261723,
    0.15331721600556042,
    0.14616449685043406,
];
const SIN: [f64; 6] = [
    -0.16666666666666666,
    0.008333333333330948,
    -0.0001984126983675857,
    2.755731610255057e-06,
    -2.5051131844614108e-08,
    1.5918129266803394e-10,
];
const COS: [f64; 6] = [
    0.041666666666666664,
    -0.0013888888888887398,
    2.4801587298765686e-05,
    -2.7557317271728623e-07,
    2.087614626815952e-09,
    -1.1382632407965617e-11,
];
const EXP: [f64; 11] = [
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.008333333333326141,
    0.0013888888888883752,
    0.00019841269874800512,
    2.4801587325533377e-05,
    2.7557255425720897e-06,
    2.75572736613304e-07,
    2.510520638458724e-08,
    2.091467938417506e-09,
];

/// A uniform number in (0, 1) of a word: `(k + 1/2) 2^-52`, `k` the high 52 bits. Exact; never 0 or 1.
#[inline(always)]
pub fn unit<V: Vector>(word: V::U) -> V::F {
    let bits = V::or(V::shr::<12>(word), V::splat_u(ONE));
    // 1 - 2^-53
    V::sub(V::from_bits(bits), V::splat(1.0 - f64::EPSILON / 2.0))
}

/// `ln x` for normal `x > 0`; anything else gives an unspecified number. At most 0.74 ulp.
#[inline(always)]
pub fn ln<V: Vector>(x: V::F) -> V::F {
    let (e, f) = split::<V>(x);
    ln_of_parts::<V>(e, f)
}

/// `x = 2^e (1 + f)`, `1 + f` in `[sqrt(1/2), sqrt 2)`, for normal `x > 0`.
#[inline(always)]
pub(super) fn split<V: Vector>(x: V::F) -> (V::F, V::F) {
    let (e, fraction) = V::parts(V::to_bits(x), SQRT_HALF);
    let fraction = V::add_u(fraction, V::splat_u(SQRT_HALF));
    (e, V::sub(V::from_bits(fraction), V::splat(1.0)))
}

/// `e ln 2 + ln(1 + f)`.
#[inline(always)]
pub(super) fn ln_of_parts<V: Vector>(e: V::F, f: V::F) -> V::F {
    let s = V::div(f, V::add(V::splat(2.0), f));
    let z = V::mul(s, s);
    let h = V::mul(V::mul(V::splat(0.5), f), f);
    let r = V::mul(z, horner::<V, 7>(z, &LN));
    let low = V::add(V::mul(s, V::add(h, r)), V::mul(e, V::splat(LN2_LO)));
    V::sub(V::mul(e, V::splat(LN2_HI)), V::sub(V::sub(h, low), f))
}

/// `e^x`, `x` clamped to [-708, 709]; NaN passes. At most 0.82 ulp in between.
#[inline(always)]
pub fn exp<V: Vector>(x: V::F) -> V::F {
    let (low, high) = (V::splat(-708.0), V::splat(709.0));
    let x = V::select(V::lt(x, low), low, x);
    let x = V::select(V::lt(high, x), high, x);
    let (_, sum, q) = reduce_exp::<V>(x);
    let scale = V::shl::<52>(V::add_u(V::to_bits(sum), V::splat_u(1023)));
    V::mul(V::add(V::splat(1.0), q), V::from_bits(scale))
}

/// `x = k ln 2 + r`: gives `k`, `k + ROUND` (whose low bits are `k`) and `e^r - 1`.
#[inline(always)]
pub(super) fn reduce_exp<V: Vector>(x: V::F) -> (V::F, V::F, V::F) {
    let sum = V::add(
        V::mul(x, V::splat(std::f64::consts::LOG2_E)),
        V::splat(ROUND),
    );
    let k = V::sub(sum, V::splat(ROUND));
    let hi = V::sub(x, V::mul(k, V::splat(LN2_HI)));
    let lo = V::mul(k, V::splat(LN2_LO));
    let r = V::sub(hi, lo);
    let tail = V::mul(V::mul(r, r), exp_tail::<V>(r));
    (k, sum, V::sub(hi, V::sub(lo, tail)))
}

/// `(e^r - 1 - r) / r^2`, `|r| <= ln 2 / 2`.
#[inline(always)]
pub(super) fn exp_tail<V: Vector>(r: V::F) -> V::F {
    horner::<V, 11>(r, &EXP)
}

/// `(sin r, cos r)` for `|r| <= pi/4`. At most 0.77 and 0.73 ulp.
#[inline(always)]
pub fn sin_cos_kernel<V: Vector>(r: V::F) -> (V::F, V::F) {
    let z = V::mul(r, r);
    let sin = V::add(r, V::mul(V::mul(r, z), horner::<V, 6>(z, &SIN)));
    let h = V::mul(V::splat(0.5), z);
    let w = V::sub(V::splat(1.0), h);
    let lost = V::sub(V::sub(V::splat(1.0), w), h);
    let tail = V::mul(V::mul(z, z), horner::<V, 6>(z, &COS));
    (sin, V::add(w, V::add(lost, tail)))
}
