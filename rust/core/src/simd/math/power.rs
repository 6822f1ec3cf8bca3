//! Powers.

use crate::simd::Vector;

/// `x^y`, each lane by `libm` (below 1 ulp). Whole and half powers are cheaper as products and roots.
#[inline(always)]
pub fn pow<V: Vector>(x: V::F, y: V::F) -> V::F {
    V::map2(x, y, libm::pow)
}
