//! The exponential and its hyperbolic relatives on the whole line.

use super::stream::reduce_exp;
use super::{ROUND, copysign};
use crate::simd::Vector;

/// `x`, held inside `[low, high]`; NaN passes.
#[inline(always)]
fn clamp<V: Vector>(x: V::F, low: f64, high: f64) -> V::F {
    let (low, high) = (V::splat(low), V::splat(high));
    let x = V::select(V::lt(x, low), low, x);
    V::select(V::lt(high, x), high, x)
}

/// `2^k` for integer `k` in [-1022, 1023].
#[inline(always)]
fn power_of_two<V: Vector>(k: V::F) -> V::F {
    let bits = V::to_bits(V::add(k, V::splat(ROUND)));
    V::from_bits(V::shl::<52>(V::add_u(bits, V::splat_u(1023))))
}

/// `y 2^k` for integer `|k| <= 1100`: by two exact factors, so that it overflows to infinity and rounds once to a
/// subnormal.
#[inline(always)]
pub(super) fn scale<V: Vector>(y: V::F, k: V::F) -> V::F {
    let half = V::sub(
        V::add(V::mul(k, V::splat(0.5)), V::splat(ROUND)),
        V::splat(ROUND),
    );
    let rest = V::sub(k, half);
    V::mul(V::mul(y, power_of_two::<V>(rest)), power_of_two::<V>(half))
}

/// `e^x`: inf above 709.78, subnormal and then 0 below -708.4. At most 0.82 ulp (1 in the subnormals).
#[inline(always)]
pub fn exp<V: Vector>(x: V::F) -> V::F {
    let (k, _, q) = reduce_exp::<V>(clamp::<V>(x, -746.0, 710.0));
    scale::<V>(V::add(V::splat(1.0), q), k)
}

/// `e^x - 1` without loss at small `x`. At most 1.5 ulp.
#[inline(always)]
pub fn expm1<V: Vector>(x: V::F) -> V::F {
    let held = clamp::<V>(x, -60.0, 700.0);
    let (k, _, q) = reduce_exp::<V>(held);
    let factor = power_of_two::<V>(k);
    let near = V::add(V::mul(factor, q), V::sub(factor, V::splat(1.0)));
    // Where no power of two is involved `q` is the answer, also for -0.0 and subnormals.
    let near = V::select(V::eq(k, V::splat(0.0)), q, near);
    let near = V::select(V::lt(V::abs(x), V::splat(1e-290)), x, near);
    V::select(V::lt(V::splat(60.0), x), exp::<V>(x), near)
}

/// `tanh x = E / (E + 2)`, `E = e^(2|x|) - 1`. At most 2 ulp.
#[inline(always)]
pub fn tanh<V: Vector>(x: V::F) -> V::F {
    let twice = V::add(V::abs(x), V::abs(x));
    let e = expm1::<V>(clamp::<V>(twice, 0.0, 60.0));
    copysign::<V>(V::div(e, V::add(e, V::splat(2.0))), x)
}

/// `sinh x = (E + E/(E+1)) / 2`, `E = e^|x| - 1`; beyond 40 `(e^(|x|/2) / 2) e^(|x|/2)`. At most 3 ulp.
#[inline(always)]
pub fn sinh<V: Vector>(x: V::F) -> V::F {
    let a = V::abs(x);
    let e = expm1::<V>(clamp::<V>(a, 0.0, 60.0));
    let near = V::mul(
        V::splat(0.5),
        V::add(e, V::div(e, V::add(e, V::splat(1.0)))),
    );
    let far = V::lt(V::splat(40.0), a);
    copysign::<V>(V::select(far, half_exp::<V>(a), near), x)
}

/// `cosh x = (e^|x| + e^-|x|) / 2`; beyond 40 as [`sinh`]. At most 3 ulp.
#[inline(always)]
pub fn cosh<V: Vector>(x: V::F) -> V::F {
    let a = V::abs(x);
    let e = exp::<V>(clamp::<V>(a, 0.0, 60.0));
    let near = V::add(V::mul(V::splat(0.5), e), V::div(V::splat(0.5), e));
    V::select(V::lt(V::splat(40.0), a), half_exp::<V>(a), near)
}

/// `e^a / 2` without early overflow.
#[inline(always)]
fn half_exp<V: Vector>(a: V::F) -> V::F {
    let h = exp::<V>(V::mul(V::splat(0.5), a));
    V::mul(V::mul(V::splat(0.5), h), h)
}
