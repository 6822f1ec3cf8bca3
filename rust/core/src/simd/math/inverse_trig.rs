//! Inverse trigonometric functions.

use crate::simd::Vector;

/// `atan x`.
#[inline(always)]
pub fn atan<V: Vector>(x: V::F) -> V::F {
    V::map(x, libm::atan)
}

/// The angle of the point `(x, y)`.
#[inline(always)]
pub fn atan2<V: Vector>(y: V::F, x: V::F) -> V::F {
    V::map2(y, x, libm::atan2)
}

/// `asin x`.
#[inline(always)]
pub fn asin<V: Vector>(x: V::F) -> V::F {
    V::map(x, libm::asin)
}

/// `acos x`.
#[inline(always)]
pub fn acos<V: Vector>(x: V::F) -> V::F {
    V::map(x, libm::acos)
}
