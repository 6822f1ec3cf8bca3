//! Inverse trigonometric functions.

use super::{copysign, horner};
use crate::simd::Vector;

/// `(atan(t)/t - 1)/t^2` in powers of `t^2`, `|t| <= tan(pi/8)`: Chebyshev fit, error 5e-18 of the result.
const ATAN: [f64; 11] = [
    -0.3333333333333333,
    0.19999999999995516,
    -0.14285714284665682,
    0.11111111015187018,
    -0.0909090457530649,
    0.07692183125376892,
    -0.06664510525508936,
    0.05858140904866328,
    -0.050854078345894844,
    0.03923044778479309,
    -0.019175404711104935,
];
/// `tan(pi/8)` and `tan(3 pi/8)`: between them the angle is taken from pi/4, beyond from pi/2.
const NEAR: f64 = 0.414_213_562_373_095_03;
const FAR: f64 = 2.414_213_562_373_095;
/// What `FRAC_PI_2` and `FRAC_PI_4` lack.
const HALF_PI_LOW: f64 = 6.123_233_995_736_766e-17;

/// `atan x`. At most 1.5 ulp.
#[inline(always)]
pub fn atan<V: Vector>(x: V::F) -> V::F {
    copysign::<V>(first_quadrant::<V>(V::abs(x), V::splat(1.0)), x)
}

/// The angle of the point `(x, y)` in [-pi, pi], the signs of zeros and the infinities as IEEE 754 asks. At most 2 ulp.
#[inline(always)]
pub fn atan2<V: Vector>(y: V::F, x: V::F) -> V::F {
    let (one, zero) = (V::splat(1.0), V::splat(0.0));
    let (a, b) = (V::abs(x), V::abs(y));
    // Sums of the largest numbers overflow; equal infinities and zeros have no quotient.
    let large = V::splat(1e300);
    let huge = V::mask_or(V::lt(large, a), V::lt(large, b));
    let factor = V::select(huge, V::splat(0.0625), one);
    let (a, b) = (V::mul(a, factor), V::mul(b, factor));
    let same = V::eq(a, b);
    let b = V::select(same, V::select(V::eq(b, zero), zero, one), b);
    let a = V::select(same, one, a);
    let angle = first_quadrant::<V>(b, a);
    let back = V::add(
        V::sub(V::splat(std::f64::consts::PI), angle),
        V::splat(2.0 * HALF_PI_LOW),
    );
    let left = V::lt(copysign::<V>(one, x), zero);
    copysign::<V>(V::select(left, back, angle), y)
}

/// The angle of the point `(x, y)`, both >= 0, not both 0 or infinite.
#[inline(always)]
fn first_quadrant<V: Vector>(y: V::F, x: V::F) -> V::F {
    let zero = V::splat(0.0);
    let far = V::lt(V::mul(x, V::splat(FAR)), y);
    let middle = V::lt(V::mul(x, V::splat(NEAR)), y);
    let above = V::select(far, V::neg(x), V::select(middle, V::sub(y, x), y));
    let below = V::select(far, y, V::select(middle, V::add(y, x), x));
    let t = V::div(above, below);
    let z = V::mul(t, t);
    let bend = V::mul(V::mul(t, z), horner::<V, 11>(z, &ATAN));
    let quarter = V::splat(std::f64::consts::FRAC_PI_4);
    let half = V::splat(std::f64::consts::FRAC_PI_2);
    let base = V::select(far, half, V::select(middle, quarter, zero));
    let low = V::select(
        far,
        V::splat(HALF_PI_LOW),
        V::select(middle, V::splat(HALF_PI_LOW / 2.0), zero),
    );
    V::add(base, V::add(t, V::add(bend, low)))
}

/// `asin x = atan2(x, sqrt((1-x)(1+x)))`; NaN beyond [-1, 1]. At most 3 ulp.
#[inline(always)]
pub fn asin<V: Vector>(x: V::F) -> V::F {
    atan2::<V>(x, other_leg::<V>(x))
}

/// `acos x = atan2(sqrt((1-x)(1+x)), x)`; NaN beyond [-1, 1]. At most 3 ulp.
#[inline(always)]
pub fn acos<V: Vector>(x: V::F) -> V::F {
    atan2::<V>(other_leg::<V>(x), x)
}

/// `sqrt(1 - x^2)` without cancellation.
#[inline(always)]
fn other_leg<V: Vector>(x: V::F) -> V::F {
    let one = V::splat(1.0);
    V::sqrt(V::mul(V::sub(one, x), V::add(one, x)))
}
