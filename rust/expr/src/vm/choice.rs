//! From an instruction to the types that stand for it: one match, whatever is done with them.

use super::code::{Code, First, Instruction, Second, Tail};
use super::kernel::{self as k, Ending, Operation};
use crate::dag::{Binary, Unary};

/// What is done with the types of an instruction.
pub(super) trait Choice {
    type Out;
    fn with<O: Operation, E: Ending>(self) -> Self::Out;
}

/// Does it for `i`.
#[inline(always)]
pub(super) fn choose<C: Choice>(i: &Instruction, go: C) -> C::Out {
    let tail = i.tail;
    match i.code {
        Code::Copy => ended::<C, k::Copy>(tail, go),
        Code::Unary(op) => unary(op, go),
        Code::Binary(op) => binary(op, tail, go),
        Code::Select => go.with::<k::Select, k::Bare>(),
        Code::Choose(Binary::Lt) => go.with::<k::ChooseLt, k::Bare>(),
        Code::Choose(Binary::Le) => go.with::<k::ChooseLe, k::Bare>(),
        Code::Choose(Binary::Eq) => go.with::<k::ChooseEq, k::Bare>(),
        Code::Choose(_) => go.with::<k::ChooseNe, k::Bare>(),
        Code::Pair(First::Add, s) => then::<C, k::Add>(s, tail, go),
        Code::Pair(First::Sub, s) => then::<C, k::Sub>(s, tail, go),
        Code::Pair(First::Mul, s) => then::<C, k::Mul>(s, tail, go),
        Code::Chain(First::Add, s, t) => chain::<C, k::Add>(s, t, tail, go),
        Code::Chain(First::Sub, s, t) => chain::<C, k::Sub>(s, t, tail, go),
        Code::Chain(First::Mul, s, t) => chain::<C, k::Mul>(s, t, tail, go),
        Code::Twin(First::Add, r, s) => twin::<C, k::Add>(r, s, tail, go),
        Code::Twin(First::Sub, r, s) => twin::<C, k::Sub>(r, s, tail, go),
        Code::Twin(First::Mul, r, s) => twin::<C, k::Mul>(r, s, tail, go),
    }
}

#[inline(always)]
fn unary<C: Choice>(op: Unary, go: C) -> C::Out {
    match op {
        Unary::Neg => go.with::<k::Neg, k::Bare>(),
        Unary::Abs => go.with::<k::Abs, k::Bare>(),
        Unary::Sign => go.with::<k::Sign, k::Bare>(),
        Unary::Floor => go.with::<k::Floor, k::Bare>(),
        Unary::Ceil => go.with::<k::Ceil, k::Bare>(),
        Unary::Exp => go.with::<k::Exp, k::Bare>(),
        Unary::Log => go.with::<k::Log, k::Bare>(),
        Unary::Sqrt => go.with::<k::Sqrt, k::Bare>(),
        Unary::Sin => go.with::<k::Sin, k::Bare>(),
        Unary::Cos => go.with::<k::Cos, k::Bare>(),
        Unary::Tan => go.with::<k::Tan, k::Bare>(),
        Unary::Tanh => go.with::<k::Tanh, k::Bare>(),
        Unary::Atan => go.with::<k::Atan, k::Bare>(),
        Unary::Erf => go.with::<k::Erf, k::Bare>(),
        Unary::Not => go.with::<k::Not, k::Bare>(),
    }
}

#[inline(always)]
fn binary<C: Choice>(op: Binary, tail: Tail, go: C) -> C::Out {
    match op {
        Binary::Add => ended::<C, k::Add>(tail, go),
        Binary::Sub => ended::<C, k::Sub>(tail, go),
        Binary::Mul => ended::<C, k::Mul>(tail, go),
        Binary::Div => go.with::<k::Div, k::Bare>(),
        Binary::Pow => go.with::<k::Pow, k::Bare>(),
        Binary::Mod => go.with::<k::Mod, k::Bare>(),
        Binary::Min => go.with::<k::Min, k::Bare>(),
        Binary::Max => go.with::<k::Max, k::Bare>(),
        Binary::Lt => go.with::<k::Lt, k::Bare>(),
        Binary::Le => go.with::<k::Le, k::Bare>(),
        Binary::Eq => go.with::<k::Eq, k::Bare>(),
        Binary::Ne => go.with::<k::Ne, k::Bare>(),
        Binary::And => go.with::<k::And, k::Bare>(),
        Binary::Or => go.with::<k::Or, k::Bare>(),
    }
}

/// A code with any tail.
#[inline(always)]
fn ended<C: Choice, O: Operation>(tail: Tail, go: C) -> C::Out {
    match tail {
        Tail::Bare => go.with::<O, k::Bare>(),
        Tail::Drift => go.with::<O, k::Drift>(),
        Tail::Kick => go.with::<O, k::Kick>(),
    }
}

/// F, then another operation.
#[inline(always)]
fn then<C: Choice, F: Operation>(last: Second, tail: Tail, go: C) -> C::Out {
    match last {
        Second::Add => ended::<C, k::Then<F, k::Add>>(tail, go),
        Second::Sub => ended::<C, k::Then<F, k::Sub>>(tail, go),
        Second::RSub => ended::<C, k::Then<F, k::RSub>>(tail, go),
        Second::Mul => ended::<C, k::Then<F, k::Mul>>(tail, go),
        Second::Div => go.with::<k::Then<F, k::Div>, k::Bare>(),
        Second::RDiv => go.with::<k::Then<F, k::RDiv>, k::Bare>(),
    }
}

/// F, then two other operations.
#[inline(always)]
fn chain<C: Choice, F: Operation>(second: Second, last: Second, tail: Tail, go: C) -> C::Out {
    match second {
        Second::Add => then::<C, k::Then<F, k::Add>>(last, tail, go),
        Second::Sub => then::<C, k::Then<F, k::Sub>>(last, tail, go),
        Second::RSub => then::<C, k::Then<F, k::RSub>>(last, tail, go),
        _ => then::<C, k::Then<F, k::Mul>>(last, tail, go),
    }
}

/// L, and another operation on the other operands.
#[inline(always)]
fn twin<C: Choice, L: Operation>(right: First, join: First, tail: Tail, go: C) -> C::Out {
    match right {
        First::Add => joined::<C, L, k::Add>(join, tail, go),
        First::Sub => joined::<C, L, k::Sub>(join, tail, go),
        First::Mul => joined::<C, L, k::Mul>(join, tail, go),
    }
}

#[inline(always)]
fn joined<C: Choice, L: Operation, R: Operation>(join: First, tail: Tail, go: C) -> C::Out {
    match join {
        First::Add => ended::<C, k::Twin<L, R, k::Add>>(tail, go),
        First::Sub => ended::<C, k::Twin<L, R, k::Sub>>(tail, go),
        First::Mul => ended::<C, k::Twin<L, R, k::Mul>>(tail, go),
    }
}
