//! The error function.

use crate::simd::Vector;

/// `erf x`.
#[inline(always)]
pub fn erf<V: Vector>(x: V::F) -> V::F {
    V::map(x, libm::erf)
}

/// `erfc x`.
#[inline(always)]
pub fn erfc<V: Vector>(x: V::F) -> V::F {
    V::map(x, libm::erfc)
}
