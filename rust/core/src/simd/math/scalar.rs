//! The functions of the parent module of one number: same operations, same bits.

use crate::simd::scalar::X1;

macro_rules! of_one {
    ($($name:ident($($a:ident),*): $doc:literal;)*) => {$(
        #[doc = $doc]
        #[inline]
        pub fn $name($($a: f64),*) -> f64 {
            super::$name::<X1>($($a),*)
        }
    )*};
}

of_one! {
    ln(x): "`ln x`";
    log1p(x): "`ln(1 + x)`";
    exp(x): "`e^x`";
    expm1(x): "`e^x - 1`";
    sinh(x): "`sinh x`";
    cosh(x): "`cosh x`";
    tanh(x): "`tanh x`";
    sin(x): "`sin x`";
    cos(x): "`cos x`";
    tan(x): "`tan x`";
    asin(x): "`asin x`";
    acos(x): "`acos x`";
    atan(x): "`atan x`";
    atan2(y, x): "the angle of the point `(x, y)`";
    erf(x): "`erf x`";
    erfc(x): "`erfc x`";
    pow(x, y): "`x^y`";
    floor(x): "the largest integer `<= x`";
    ceil(x): "the smallest integer `>= x`";
    trunc(x): "the integer part, towards zero";
    round_even(x): "the nearest integer, ties to even";
}

/// The functions of [`math::stream`](super::stream) of one word or number.
pub mod stream {
    use super::X1;
    use crate::simd::math::stream as lanes;

    /// A uniform number in (0, 1) of a word.
    #[inline]
    pub fn unit(word: u64) -> f64 {
        lanes::unit::<X1>(word)
    }

    /// `ln x` for normal `x > 0`.
    #[inline]
    pub fn ln(x: f64) -> f64 {
        lanes::ln::<X1>(x)
    }

    /// `e^x`, `x` clamped to [-708, 709].
    #[inline]
    pub fn exp(x: f64) -> f64 {
        lanes::exp::<X1>(x)
    }
}
