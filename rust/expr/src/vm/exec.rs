//! The interpreter: one dispatch per instruction, then a loop over the chunks of the block.

use std::cell::Cell;

use quincunx_core::simd::{Job, Lanes, Vector};

use super::code::{Code, First, Instruction, Second, Tail};
use super::kernel::{self as k, Ending, Operation};
use crate::dag::{Binary, Unary};

/// The rows of a frame as cells: an instruction may write the row that it reads, since each chunk is read in full
/// before it is written.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub cells: &'a [Cell<Lanes<f64>>],
    pub at: &'a [u32],
    pub chunks: usize,
    pub scalars: &'a [f64],
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn row(self, row: u32) -> &'a [Cell<Lanes<f64>>] {
        let start = self.at[row as usize] as usize;
        &self.cells[start..start + self.chunks]
    }
}

/// Where the operands of instructions are and their results go.
pub(super) trait Memory: Copy {
    fn apply<V: Vector, O: Operation, E: Ending>(self, i: &Instruction);
}

impl Memory for Rows<'_> {
    // The rows have the length of the loop, so that no index is checked in it. Operands that are not there are the
    // first one, which is read anyway.
    #[inline(always)]
    fn apply<V: Vector, O: Operation, E: Ending>(self, i: &Instruction) {
        let (to, a) = (self.row(i.dst), self.row(i.src[0]));
        let other = |k: usize| {
            if k < O::OPERANDS {
                self.row(i.src[k])
            } else {
                a
            }
        };
        let (b, c, d) = (other(1), other(2), other(3));
        let end = |k: usize| {
            if k < E::OPERANDS {
                self.row(i.ends[k])
            } else {
                a
            }
        };
        let (e, f) = (end(0), end(1));
        let scalar = |k: usize| {
            if k < E::OPERANDS {
                self.scalars[i.by[k] as usize]
            } else {
                0.0
            }
        };
        let by = [V::splat(scalar(0)), V::splat(scalar(1))];
        for k in 0..self.chunks {
            let (a, b, c, d) = (a[k].get(), b[k].get(), c[k].get(), d[k].get());
            let (e, f) = (e[k].get(), f[k].get());
            let mut out = Lanes::splat(0.0);
            for p in 0..V::PARTS {
                let (a, b) = (V::load(&a, p), V::load(&b, p));
                let (c, d) = (V::load(&c, p), V::load(&d, p));
                let result = O::at::<V>(a, b, c, d);
                let ends = [V::load(&e, p), V::load(&f, p)];
                V::store(&mut out, p, E::at::<V>(result, ends, by));
            }
            to[k].set(out);
        }
    }
}

#[inline(always)]
fn unary<V: Vector, M: Memory>(op: Unary, rows: M, i: &Instruction) {
    match op {
        Unary::Neg => rows.apply::<V, k::Neg, k::Bare>(i),
        Unary::Abs => rows.apply::<V, k::Abs, k::Bare>(i),
        Unary::Sign => rows.apply::<V, k::Sign, k::Bare>(i),
        Unary::Floor => rows.apply::<V, k::Floor, k::Bare>(i),
        Unary::Ceil => rows.apply::<V, k::Ceil, k::Bare>(i),
        Unary::Exp => rows.apply::<V, k::Exp, k::Bare>(i),
        Unary::Log => rows.apply::<V, k::Log, k::Bare>(i),
        Unary::Sqrt => rows.apply::<V, k::Sqrt, k::Bare>(i),
        Unary::Sin => rows.apply::<V, k::Sin, k::Bare>(i),
        Unary::Cos => rows.apply::<V, k::Cos, k::Bare>(i),
        Unary::Tan => rows.apply::<V, k::Tan, k::Bare>(i),
        Unary::Tanh => rows.apply::<V, k::Tanh, k::Bare>(i),
        Unary::Atan => rows.apply::<V, k::Atan, k::Bare>(i),
        Unary::Erf => rows.apply::<V, k::Erf, k::Bare>(i),
        Unary::Not => rows.apply::<V, k::Not, k::Bare>(i),
    }
}

#[inline(always)]
fn binary<V: Vector, M: Memory>(op: Binary, rows: M, i: &Instruction) {
    match op {
        Binary::Add => ended::<V, M, k::Add>(rows, i),
        Binary::Sub => ended::<V, M, k::Sub>(rows, i),
        Binary::Mul => ended::<V, M, k::Mul>(rows, i),
        Binary::Div => rows.apply::<V, k::Div, k::Bare>(i),
        Binary::Pow => rows.apply::<V, k::Pow, k::Bare>(i),
        Binary::Mod => rows.apply::<V, k::Mod, k::Bare>(i),
        Binary::Min => rows.apply::<V, k::Min, k::Bare>(i),
        Binary::Max => rows.apply::<V, k::Max, k::Bare>(i),
        Binary::Lt => rows.apply::<V, k::Lt, k::Bare>(i),
        Binary::Le => rows.apply::<V, k::Le, k::Bare>(i),
        Binary::Eq => rows.apply::<V, k::Eq, k::Bare>(i),
        Binary::Ne => rows.apply::<V, k::Ne, k::Bare>(i),
        Binary::And => rows.apply::<V, k::And, k::Bare>(i),
        Binary::Or => rows.apply::<V, k::Or, k::Bare>(i),
    }
}

#[inline(always)]
fn choose<V: Vector, M: Memory>(op: Binary, rows: M, i: &Instruction) {
    match op {
        Binary::Lt => rows.apply::<V, k::ChooseLt, k::Bare>(i),
        Binary::Le => rows.apply::<V, k::ChooseLe, k::Bare>(i),
        Binary::Eq => rows.apply::<V, k::ChooseEq, k::Bare>(i),
        _ => rows.apply::<V, k::ChooseNe, k::Bare>(i),
    }
}

/// A code with any tail.
#[inline(always)]
fn ended<V: Vector, M: Memory, O: Operation>(rows: M, i: &Instruction) {
    match i.tail {
        Tail::Bare => rows.apply::<V, O, k::Bare>(i),
        Tail::Drift => rows.apply::<V, O, k::Drift>(i),
        Tail::Kick => rows.apply::<V, O, k::Kick>(i),
    }
}

#[inline(always)]
fn pair<V: Vector, M: Memory, F: Operation>(second: Second, rows: M, i: &Instruction) {
    match second {
        Second::Add => ended::<V, M, k::Pair<F, k::Add>>(rows, i),
        Second::Sub => ended::<V, M, k::Pair<F, k::Sub>>(rows, i),
        Second::RSub => ended::<V, M, k::Pair<F, k::RSub>>(rows, i),
        Second::Mul => ended::<V, M, k::Pair<F, k::Mul>>(rows, i),
        Second::Div => rows.apply::<V, k::Pair<F, k::Div>, k::Bare>(i),
        Second::RDiv => rows.apply::<V, k::Pair<F, k::RDiv>, k::Bare>(i),
    }
}

#[inline(always)]
fn twin<V: Vector, M: Memory, L: Operation>(right: First, join: First, rows: M, i: &Instruction) {
    use First::{Add, Mul, Sub};
    match (right, join) {
        (Add, Add) => ended::<V, M, k::Twin<L, k::Add, k::Add>>(rows, i),
        (Add, Sub) => ended::<V, M, k::Twin<L, k::Add, k::Sub>>(rows, i),
        (Add, Mul) => ended::<V, M, k::Twin<L, k::Add, k::Mul>>(rows, i),
        (Sub, Add) => ended::<V, M, k::Twin<L, k::Sub, k::Add>>(rows, i),
        (Sub, Sub) => ended::<V, M, k::Twin<L, k::Sub, k::Sub>>(rows, i),
        (Sub, Mul) => ended::<V, M, k::Twin<L, k::Sub, k::Mul>>(rows, i),
        (Mul, Add) => ended::<V, M, k::Twin<L, k::Mul, k::Add>>(rows, i),
        (Mul, Sub) => ended::<V, M, k::Twin<L, k::Mul, k::Sub>>(rows, i),
        (Mul, Mul) => ended::<V, M, k::Twin<L, k::Mul, k::Mul>>(rows, i),
    }
}

/// Runs `code` in `rows`.
#[inline(always)]
pub(super) fn execute<V: Vector, M: Memory>(code: &[Instruction], rows: M) {
    for i in code {
        match i.code {
            Code::Copy => ended::<V, M, k::Copy>(rows, i),
            Code::Unary(op) => unary::<V, M>(op, rows, i),
            Code::Binary(op) => binary::<V, M>(op, rows, i),
            Code::Select => rows.apply::<V, k::Select, k::Bare>(i),
            Code::Choose(op) => choose::<V, M>(op, rows, i),
            Code::Pair(First::Add, s) => pair::<V, M, k::Add>(s, rows, i),
            Code::Pair(First::Sub, s) => pair::<V, M, k::Sub>(s, rows, i),
            Code::Pair(First::Mul, s) => pair::<V, M, k::Mul>(s, rows, i),
            Code::Twin(First::Add, r, s) => twin::<V, M, k::Add>(r, s, rows, i),
            Code::Twin(First::Sub, r, s) => twin::<V, M, k::Sub>(r, s, rows, i),
            Code::Twin(First::Mul, r, s) => twin::<V, M, k::Mul>(r, s, rows, i),
        }
    }
}

/// The one compiled copy of the interpreter per instruction set; see [`Program::run`](super::Program::run).
pub(super) struct Execute<'a> {
    pub code: &'a [Instruction],
    pub rows: Rows<'a>,
}

impl Job for Execute<'_> {
    type Out = ();
    #[inline(always)]
    fn run<V: Vector>(self) {
        execute::<V, _>(self.code, self.rows);
    }
}
