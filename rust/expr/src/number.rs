//! Every operation on plain numbers: the one definition of what a formula means.
//!
//! The vector machine must give these bits in every lane; constants are folded with these functions. Transcendental
//! functions are those of the vector layer, never the platform's.

use quincunx_core::simd::math::scalar as math;

use crate::dag::{Binary, Unary};

fn flag(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

/// `op(x)`.
#[must_use]
pub fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Sign => sign(x),
        Unary::Floor => math::floor(x),
        Unary::Ceil => math::ceil(x),
        Unary::Exp => math::exp(x),
        Unary::Log => math::ln(x),
        Unary::Sqrt => x.sqrt(),
        Unary::Sin => math::sin(x),
        Unary::Cos => math::cos(x),
        Unary::Tan => math::tan(x),
        Unary::Tanh => math::tanh(x),
        Unary::Atan => math::atan(x),
        Unary::Erf => math::erf(x),
        Unary::Not => flag(x == 0.0),
    }
}

/// `op(a, b)`.
#[must_use]
pub fn binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => math::pow(a, b),
        Binary::Mod => modulo(a, b),
        Binary::Min => {
            if b < a {
                b
            } else {
                a
            }
        }
        Binary::Max => {
            if b > a {
                b
            } else {
                a
            }
        }
        Binary::Lt => flag(a < b),
        Binary::Le => flag(a <= b),
        Binary::Eq => flag(a == b),
        Binary::Ne => flag(a != b),
        Binary::And => flag(a != 0.0 && b != 0.0),
        Binary::Or => flag(a != 0.0 || b != 0.0),
    }
}

/// `a if c else b`.
#[must_use]
pub fn select(c: f64, a: f64, b: f64) -> f64 {
    if c != 0.0 { a } else { b }
}

/// 1, -1, or x itself where x is 0 or NaN.
#[must_use]
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// Remainder with the sign of the divisor: exact, as CPython's float `%`; NaN for b = 0.
#[must_use]
pub fn modulo(a: f64, b: f64) -> f64 {
    let r = libm::fmod(a, b);
    if r == 0.0 {
        libm::copysign(0.0, b)
    } else if (r < 0.0) != (b < 0.0) {
        r + b
    } else {
        r
    }
}

/// `x ** n` by left-to-right binary powering, `1/x**|n|` for negative n: the order of multiplications is part of
/// the meaning.
#[must_use]
pub fn powi(x: f64, n: i32) -> f64 {
    let mut power = 1.0;
    for step in power_steps(n.unsigned_abs()) {
        power = match step {
            PowerStep::Start => x,
            PowerStep::Square => power * power,
            PowerStep::Times => power * x,
        };
    }
    if n < 0 { 1.0 / power } else { power }
}

/// One step of a power chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PowerStep {
    /// The base itself.
    Start,
    /// The power so far times itself.
    Square,
    /// The power so far times the base.
    Times,
}

/// The multiplications for exponent n, first to last; none for n = 0.
pub(crate) fn power_steps(n: u32) -> impl Iterator<Item = PowerStep> {
    let bits = u32::BITS - n.leading_zeros();
    let start = (n > 0).then_some(PowerStep::Start);
    let rest = (0..bits.saturating_sub(1)).rev().flat_map(move |bit| {
        let times = (n >> bit) & 1 == 1;
        [Some(PowerStep::Square), times.then_some(PowerStep::Times)]
    });
    start.into_iter().chain(rest.flatten())
}

/// `1/c` where it is exact: c a power of two and both normal.
#[must_use]
pub fn exact_inverse(c: f64) -> Option<f64> {
    let mantissa = c.to_bits() & ((1 << 52) - 1);
    let inverse = 1.0 / c;
    (mantissa == 0 && c.is_normal() && inverse.is_normal()).then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_have_the_sign_of_the_divisor() {
        for (a, b, r) in [
            (5.5, 2.0, 1.5),
            (-5.5, 2.0, 0.5),
            (5.5, -2.0, -0.5),
            (-4.0, 2.0, 0.0),
        ] {
            assert_eq!(modulo(a, b), r);
        }
        assert!(modulo(-4.0, 2.0).is_sign_positive());
        assert!(modulo(4.0, -2.0).is_sign_negative());
        assert_eq!(modulo(3.0, f64::INFINITY), 3.0);
        assert_eq!(modulo(-3.0, f64::INFINITY), f64::INFINITY);
        assert!(modulo(1.0, 0.0).is_nan() && modulo(f64::INFINITY, 1.0).is_nan());
    }

    #[test]
    fn power_chains_are_short_and_right() {
        assert_eq!(powi(3.0, 5), 243.0);
        assert_eq!(powi(2.0, -3), 0.125);
        assert_eq!(powi(f64::NAN, 0), 1.0);
        assert_eq!(power_steps(15).count(), 7);
        assert_eq!(power_steps(64).count(), 7);
        assert_eq!(powi(1.1, 3), 1.1 * 1.1 * 1.1);
    }

    #[test]
    fn only_powers_of_two_have_an_exact_inverse() {
        assert_eq!(exact_inverse(-4.0), Some(-0.25));
        assert_eq!(exact_inverse(1.0), Some(1.0));
        for c in [3.0, 0.0, f64::INFINITY, f64::NAN, 2f64.powi(-1040), 1.5] {
            assert_eq!(exact_inverse(c), None);
        }
    }
}
