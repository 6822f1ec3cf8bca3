//! The error function and its complement.

use super::exponential::scale;
use super::stream::reduce_exp;
use super::{copysign, horner};
use crate::simd::Vector;

/// `erf(x)/x` in powers of `x^2`, `|x| <= 1`: Chebyshev fit, error 2e-19.
#[allow(clippy::approx_constant)] // a fitted coefficient, not the limit it is close to
const ERF: [f64; 13] = [
    1.1283791670955126,
    -0.3761263890318375,
    0.11283791670954879,
    -0.026866170645076792,
    0.0052239776248180145,
    -0.000854832698083379,
    0.0001205533111164271,
    -1.4925595266831182e-05,
    1.6461000484121368e-06,
    -1.6350312701054695e-07,
    1.4659775274047436e-08,
    -1.1372848856791674e-09,
    5.957176147748911e-11,
];
/// `(1 + 2x) e^(x^2) erfc(x)` in powers of `(x - K)/(x + K)`, `0 <= x <= 28`: Chebyshev fit, error 2e-17 (the variable
/// of Shepherd and Laframboise, Math. Comp. 36, 1981).
const ERFC: [f64; 23] = [
    1.2375126308378275,
    -0.1402405985855467,
    0.003585415485463779,
    0.08227673849011204,
    -0.10880393014171236,
    0.09230432116153116,
    -0.05869339859030941,
    0.028362277400457724,
    -0.009746579553431873,
    0.001755626017152004,
    0.00029371366631088616,
    -0.00029015496529570924,
    5.1648913469599865e-05,
    2.2387259638230133e-05,
    -1.1442990926805438e-05,
    -9.801666755858578e-07,
    1.7481190468391965e-06,
    -4.815839621672849e-08,
    -2.5261465267715506e-07,
    1.5996335215573707e-08,
    3.285083556233316e-08,
    -8.782125734803521e-10,
    -2.4108215365422332e-09,
];
/// See [`ERFC`].
const K: f64 = 3.75;
/// Keeps the high 26 bits of a fraction: the square is exact.
const HIGH: u64 = !((1 << 27) - 1);

/// `erf x = 2/sqrt(pi) int_0^x e^(-t^2) dt`. At most 2 ulp.
#[inline(always)]
pub fn erf<V: Vector>(x: V::F) -> V::F {
    let a = V::abs(x);
    let one = V::splat(1.0);
    let near = V::mul(a, horner::<V, 13>(V::mul(a, a), &ERF));
    let far = V::sub(one, tail::<V>(a));
    copysign::<V>(V::select(V::lt(one, a), far, near), x)
}

/// `erfc x = 1 - erf x`, without cancellation. At most 3.5 ulp.
#[inline(always)]
pub fn erfc<V: Vector>(x: V::F) -> V::F {
    let (a, one) = (V::abs(x), V::splat(1.0));
    let near = V::sub(one, V::mul(x, horner::<V, 13>(V::mul(a, a), &ERF)));
    let right = tail::<V>(a);
    let left = V::sub(V::splat(2.0), right);
    let far = V::select(V::lt(x, V::splat(0.0)), left, right);
    V::select(V::lt(a, V::splat(0.5)), near, far)
}

/// `erfc x` for `x >= 0`; NaN passes.
#[inline(always)]
fn tail<V: Vector>(x: V::F) -> V::F {
    let (one, top) = (V::splat(1.0), V::splat(28.0));
    let x = V::select(V::lt(top, x), top, x);
    let q = V::div(V::sub(x, V::splat(K)), V::add(x, V::splat(K)));
    let ratio = V::div(horner::<V, 23>(q, &ERFC), V::add(one, V::add(x, x)));
    // e^(-x^2) = e^(-high^2) e^(-rest), the square exact, the rest below 3e-5
    let high = V::from_bits(V::and(V::to_bits(x), V::splat_u(HIGH)));
    let rest = V::mul(V::sub(x, high), V::add(x, high));
    let small = horner::<V, 3>(rest, &[1.0, -0.5, 1.0 / 6.0]);
    let corrected = V::sub(ratio, V::mul(ratio, V::mul(rest, small)));
    let (k, _, exp) = reduce_exp::<V>(V::neg(V::mul(high, high)));
    scale::<V>(V::add(corrected, V::mul(corrected, exp)), k)
}
