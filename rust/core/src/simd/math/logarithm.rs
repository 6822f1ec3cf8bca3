//! Logarithms on the whole line.

use super::stream::{ln_of_parts, split};
use crate::simd::Vector;

/// `ln x`: -inf at 0, NaN below, inf at inf; subnormals by scaling. At most 0.75 ulp.
#[inline(always)]
pub fn ln<V: Vector>(x: V::F) -> V::F {
    let tiny = V::lt(x, V::splat(f64::MIN_POSITIVE));
    // 2^54
    let scaled = V::select(tiny, V::mul(x, V::splat(18_014_398_509_481_984.0)), x);
    let (e, f) = split::<V>(scaled);
    let e = V::select(tiny, V::sub(e, V::splat(54.0)), e);
    let inside = ln_of_parts::<V>(e, f);
    let positive = V::lt(V::splat(0.0), x);
    let finite = V::lt(x, V::splat(f64::INFINITY));
    let outside = V::select(
        V::eq(x, V::splat(0.0)),
        V::splat(f64::NEG_INFINITY),
        V::select(V::eq(x, V::splat(f64::INFINITY)), x, V::splat(f64::NAN)),
    );
    V::select(V::mask_and(positive, finite), inside, outside)
}

/// `ln(1 + x)` without loss at small `x`; -inf at -1, NaN below. At most 2 ulp.
#[inline(always)]
pub fn log1p<V: Vector>(x: V::F) -> V::F {
    let one = V::splat(1.0);
    let u = V::add(one, x);
    // What the sum lost: the larger operand is subtracted first.
    let large = V::lt(one, V::abs(x));
    let lost = V::select(large, V::sub(one, V::sub(u, x)), V::sub(x, V::sub(u, one)));
    let correction = V::div(lost, u);
    let l = ln::<V>(u);
    let usable = V::mask_and(V::lt(V::splat(0.0), u), V::lt(u, V::splat(f64::INFINITY)));
    let sum = V::select(usable, V::add(l, correction), l);
    V::select(V::eq(u, one), x, sum)
}
