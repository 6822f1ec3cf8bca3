//! The same instructions on single numbers: for time-only parts, one replica, and constants. Equal bits.

use super::code::{Code, Instruction, Second};
use crate::dag::Binary;
use crate::number;

/// Runs `code` on plain registers.
pub(super) fn execute(code: &[Instruction], registers: &mut [f64]) {
    for i in code {
        let [a, b, c, d] = i
            .src
            .map(|r| registers.get(r as usize).copied().unwrap_or(f64::NAN));
        if let Some(to) = registers.get_mut(i.dst as usize) {
            *to = value(i.code, a, b, c, d);
        }
    }
}

#[inline]
fn value(code: Code, a: f64, b: f64, c: f64, d: f64) -> f64 {
    match code {
        Code::Copy => a,
        Code::Unary(op) => number::unary(op, a),
        Code::Binary(op) => number::binary(op, a, b),
        Code::Select => number::select(a, b, c),
        Code::Choose(op) => number::select(number::binary(op, a, b), c, d),
        Code::Pair(first, second) => {
            let first = number::binary(first.binary(), a, b);
            match second {
                Second::Add => first + c,
                Second::Sub => first - c,
                Second::RSub => c - first,
                Second::Mul => first * c,
                Second::Div => first / c,
                Second::RDiv => c / first,
            }
        }
        Code::Twin(left, right, join) => {
            let join: Binary = join.binary();
            let (left, right) = (left.binary(), right.binary());
            number::binary(
                join,
                number::binary(left, a, b),
                number::binary(right, c, d),
            )
        }
    }
}
