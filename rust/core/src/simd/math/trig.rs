//! Sine and cosine of any number.

use super::stream::sin_cos_kernel;
use super::{ROUND, SIGN};
use crate::simd::Vector;

/// `pi/2` in three parts; `k` times the first two is exact for the quadrants that occur.
const HALF_PI: [f64; 3] = [
    1.5707963267341256,
    6.077100506303966e-11,
    2.0222662487959506e-21,
];
/// Beyond this the reduction would lose digits; such lanes are taken one at a time by `libm`.
const LARGEST: f64 = 1e5;

/// `(sin x, cos x)`. At most 2.2 ulp (absolute 1.5e-16) below 1e5, 1 ulp beyond.
#[inline(always)]
pub fn sin_cos<V: Vector>(x: V::F) -> (V::F, V::F) {
    let near = V::lt(V::abs(x), V::splat(LARGEST));
    let held = V::select(near, x, V::splat(0.0));
    let (s, c) = near_sin_cos::<V>(held);
    // The kernel's sum loses the sign of -0.
    let s = V::select(V::eq(x, V::splat(0.0)), x, s);
    if V::all(near) {
        return (s, c);
    }
    (
        V::select(near, s, V::map(x, libm::sin)),
        V::select(near, c, V::map(x, libm::cos)),
    )
}

#[inline(always)]
fn near_sin_cos<V: Vector>(x: V::F) -> (V::F, V::F) {
    let sum = V::add(
        V::mul(x, V::splat(std::f64::consts::FRAC_2_PI)),
        V::splat(ROUND),
    );
    let k = V::sub(sum, V::splat(ROUND));
    let r = V::sub(x, V::mul(k, V::splat(HALF_PI[0])));
    let r = V::sub(r, V::mul(k, V::splat(HALF_PI[1])));
    let r = V::sub(r, V::mul(k, V::splat(HALF_PI[2])));
    let (s, c) = sin_cos_kernel::<V>(r);
    let (s, c) = (V::to_bits(s), V::to_bits(c));
    let quadrant = V::to_bits(sum);
    let odd = V::sub_u(V::splat_u(0), V::and(quadrant, V::splat_u(1)));
    let change = V::and(V::xor(s, c), odd);
    let (s, c) = (V::xor(s, change), V::xor(c, change));
    let sign = V::splat_u(SIGN);
    let sin_sign = V::and(V::shl::<62>(quadrant), sign);
    let cos_sign = V::and(V::shl::<62>(V::add_u(quadrant, V::splat_u(1))), sign);
    (
        V::from_bits(V::xor(s, sin_sign)),
        V::from_bits(V::xor(c, cos_sign)),
    )
}

/// `sin x`; see [`sin_cos`].
#[inline(always)]
pub fn sin<V: Vector>(x: V::F) -> V::F {
    sin_cos::<V>(x).0
}

/// `cos x`; see [`sin_cos`].
#[inline(always)]
pub fn cos<V: Vector>(x: V::F) -> V::F {
    sin_cos::<V>(x).1
}

/// `tan x = sin x / cos x`. At most 3 ulp away from multiples of pi/2.
#[inline(always)]
pub fn tan<V: Vector>(x: V::F) -> V::F {
    let (s, c) = sin_cos::<V>(x);
    V::div(s, c)
}
