//! Powers.

use super::exponential::scale;
use super::stream::split;
use super::{LN2_HI, LN2_LO, ROUND, horner};
use crate::simd::Vector;

/// `(ln((1+s)/(1-s)) - 2s)/s^3` in powers of `s^2`, `|s| <= 3 - 2 sqrt 2`: Chebyshev fit, error 6e-20 of the result.
const LOG: [f64; 8] = [
    0.6666666666666666,
    0.4000000000000088,
    0.2857142857080323,
    0.2222222239180047,
    0.18181795630884753,
    0.15386240205813478,
    0.13268759668560612,
    0.13086767009948175,
];
/// Splits a number of 53 bits into two halves (Veltkamp): `2^27 + 1`.
const HALVES: f64 = 134_217_729.0;

/// `x^y` with the special cases of C99. At most 2.5 ulp for `x > 0`; below 0 and at infinities each such lane by
/// `libm`.
#[inline(always)]
pub fn pow<V: Vector>(x: V::F, y: V::F) -> V::F {
    let zero = V::splat(0.0);
    let normal = V::mask_and(
        V::le(V::splat(f64::MIN_POSITIVE), x),
        V::lt(x, V::splat(f64::INFINITY)),
    );
    // An infinite reciprocal: +0, whose powers are 0, 1 and infinity.
    let nothing = V::mask_and(V::eq(x, zero), V::lt(zero, V::div(V::splat(1.0), x)));
    let tame = V::lt(V::abs(y), V::splat(1e270));
    let here = V::mask_and(V::mask_or(normal, nothing), tame);
    let inside = positive_power::<V>(
        V::select(normal, x, V::splat(1.0)),
        V::select(tame, y, zero),
    );
    let of_nothing = V::select(
        V::lt(zero, y),
        zero,
        V::select(V::eq(y, zero), V::splat(1.0), V::splat(f64::INFINITY)),
    );
    let fast = V::select(nothing, of_nothing, inside);
    if V::all(here) {
        return fast;
    }
    V::select(here, fast, V::map2(x, y, libm::pow))
}

/// `e^(y ln x)`, the logarithm and its product with `y` in two parts each.
#[inline(always)]
fn positive_power<V: Vector>(x: V::F, y: V::F) -> V::F {
    let (ln, ln_low) = ln_in_two::<V>(x);
    let p = V::mul(y, ln);
    let p_low = V::add(product_error::<V>(y, ln, p), V::mul(y, ln_low));
    let (low, high) = (V::splat(-746.0), V::splat(710.0));
    let fits = V::mask_and(V::lt(low, p), V::lt(p, high));
    let p_low = V::select(fits, p_low, V::splat(0.0));
    let p = V::select(V::le(p, low), low, V::select(V::le(high, p), high, p));
    let sum = V::add(
        V::mul(p, V::splat(std::f64::consts::LOG2_E)),
        V::splat(ROUND),
    );
    let k = V::sub(sum, V::splat(ROUND));
    let hi = V::sub(p, V::mul(k, V::splat(LN2_HI)));
    let lo = V::sub(V::mul(k, V::splat(LN2_LO)), p_low);
    let r = V::sub(hi, lo);
    let square = V::mul(V::mul(r, r), super::stream::exp_tail::<V>(r));
    let q = V::sub(hi, V::sub(lo, square));
    scale::<V>(V::add(V::splat(1.0), q), k)
}

/// `ln x = high + low` to about 2^-61 of it, for normal `x > 0`.
#[inline(always)]
fn ln_in_two<V: Vector>(x: V::F) -> (V::F, V::F) {
    let (e, f) = split::<V>(x);
    // s = f / (2 + f) in two parts
    let two = V::splat(2.0);
    let d = V::add(two, f);
    let d_low = V::sub(f, V::sub(d, two));
    let s = V::div(f, d);
    let product = V::mul(s, d);
    let left = V::sub(V::sub(f, product), product_error::<V>(s, d, product));
    let s_low = V::div(V::sub(left, V::mul(s, d_low)), d);
    let z = V::mul(s, s);
    let cubic = V::mul(V::mul(s, z), horner::<V, 8>(z, &LOG));
    // e ln 2 + 2s, exactly in two parts
    let (a, b) = (V::mul(e, V::splat(LN2_HI)), V::add(s, s));
    let sum = V::add(a, b);
    let back = V::sub(sum, a);
    let lost = V::add(V::sub(a, V::sub(sum, back)), V::sub(b, back));
    let low = V::add(
        V::add(lost, V::mul(e, V::splat(LN2_LO))),
        V::add(V::add(s_low, s_low), cubic),
    );
    let high = V::add(sum, low);
    (high, V::sub(low, V::sub(high, sum)))
}

/// `a b - p` for `p` the rounded product (Dekker 1971).
#[inline(always)]
fn product_error<V: Vector>(a: V::F, b: V::F, p: V::F) -> V::F {
    let (a_high, a_low) = halves::<V>(a);
    let (b_high, b_low) = halves::<V>(b);
    let e = V::sub(V::mul(a_high, b_high), p);
    let e = V::add(e, V::mul(a_high, b_low));
    let e = V::add(e, V::mul(a_low, b_high));
    V::add(e, V::mul(a_low, b_low))
}

/// Two numbers of 26 bits whose sum is `x`.
#[inline(always)]
fn halves<V: Vector>(x: V::F) -> (V::F, V::F) {
    let c = V::mul(V::splat(HALVES), x);
    let high = V::sub(c, V::sub(c, x));
    (high, V::sub(x, high))
}
