//! Rounding to integers, exact, by adding and subtracting 2^52.

use super::copysign;
use crate::simd::Vector;

/// The nearest integer, ties to even; keeps the sign of zero, passes NaN and infinities.
#[inline(always)]
pub fn round_even<V: Vector>(x: V::F) -> V::F {
    let whole = V::splat(4_503_599_627_370_496.0);
    let a = V::abs(x);
    let rounded = copysign::<V>(V::sub(V::add(a, whole), whole), x);
    V::select(V::lt(a, whole), rounded, x)
}

/// The largest integer `<= x`.
#[inline(always)]
pub fn floor<V: Vector>(x: V::F) -> V::F {
    let r = round_even::<V>(x);
    let down = copysign::<V>(V::sub(r, V::splat(1.0)), x);
    V::select(V::lt(x, r), down, r)
}

/// The smallest integer `>= x`.
#[inline(always)]
pub fn ceil<V: Vector>(x: V::F) -> V::F {
    V::neg(floor::<V>(V::neg(x)))
}

/// The integer part, towards zero.
#[inline(always)]
pub fn trunc<V: Vector>(x: V::F) -> V::F {
    copysign::<V>(floor::<V>(V::abs(x)), x)
}
