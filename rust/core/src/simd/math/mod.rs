//! Elementary functions over [`Vector`](super::Vector), from basic operations in a fixed order: the same bits at each level.
//!
//! Two kinds, never mixed up:
//! - [`stream`]: what the samplers use. Restricted domain, no special cases; their order of operations is part of
//!   the stream version.
//! - the functions of this module: what formulas use. Whole domain with the IEEE special cases; where both are
//!   defined their bits are the same as those of [`stream`].
//!
//! [`scalar`] has the same functions of one `f64`, for folding constants and for scalar code: same bits again.

mod exponential;
mod inverse_trig;
mod logarithm;
mod power;
mod probability;
mod rounding;
pub mod scalar;
pub mod stream;
mod trig;

pub use exponential::{cosh, exp, expm1, sinh, tanh};
pub use inverse_trig::{acos, asin, atan, atan2};
pub use logarithm::{ln, log1p};
pub use power::pow;
pub use probability::{erf, erfc};
pub use rounding::{ceil, floor, round_even, trunc};
pub use trig::{cos, sin, sin_cos, tan};

/// `c[0] + x (c[1] + x (c[2] + ...))`, one multiplication and one addition at a time.
#[inline(always)]
fn horner<V: super::Vector, const D: usize>(x: V::F, c: &[f64; D]) -> V::F {
    let mut sum = V::splat(c[D - 1]);
    let mut i = D - 1;
    while i > 0 {
        i -= 1;
        sum = V::add(V::mul(sum, x), V::splat(c[i]));
    }
    sum
}

/// The sign bit of `sign` on the magnitude of `x`.
#[inline(always)]
fn copysign<V: super::Vector>(x: V::F, sign: V::F) -> V::F {
    let bit = V::and(V::to_bits(sign), V::splat_u(SIGN));
    V::from_bits(V::or(V::to_bits(V::abs(x)), bit))
}

/// The sign bit.
const SIGN: u64 = 1 << 63;
/// `1.5 * 2^52`: adding and subtracting it rounds to an integer (ties to even); the sum's low bits are that integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// High part of ln 2; its low 21 bits are zero, so `k * LN2_HI` is exact for the exponents that occur.
const LN2_HI: f64 = 0.6931471803691238;
/// `ln 2 - LN2_HI`.
const LN2_LO: f64 = 1.9082149292705877e-10;
