//! The interpreter: one dispatch per instruction, then a loop over the chunks of the block.

use std::cell::Cell;

use quincunx_core::simd::{Job, Lanes, Vector};

use super::code::{Code, First, Instruction, Second};
use super::kernel::{self as k, Operation};
use crate::dag::{Binary, Unary};

/// The rows of a frame as cells: an instruction may write the row that it reads, since each chunk is read in full
/// before it is written.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub cells: &'a [Cell<Lanes<f64>>],
    pub at: &'a [u32],
    pub chunks: usize,
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
    fn one<V: Vector, O: Operation>(self, i: &Instruction);
    fn two<V: Vector, O: Operation>(self, i: &Instruction);
    fn three<V: Vector, O: Operation>(self, i: &Instruction);
    fn four<V: Vector, O: Operation>(self, i: &Instruction);
}

// The rows have the length of the loop, so that no index is checked in it.
impl Memory for Rows<'_> {
    #[inline(always)]
    fn one<V: Vector, O: Operation>(self, i: &Instruction) {
        let (to, a) = (self.row(i.dst), self.row(i.src[0]));
        for k in 0..self.chunks {
            let (a, mut out) = (a[k].get(), Lanes::splat(0.0));
            for p in 0..V::PARTS {
                let a = V::load(&a, p);
                V::store(&mut out, p, O::at::<V>(a, a, a, a));
            }
            to[k].set(out);
        }
    }

    #[inline(always)]
    fn two<V: Vector, O: Operation>(self, i: &Instruction) {
        let (to, a, b) = (self.row(i.dst), self.row(i.src[0]), self.row(i.src[1]));
        for k in 0..self.chunks {
            let (a, b, mut out) = (a[k].get(), b[k].get(), Lanes::splat(0.0));
            for p in 0..V::PARTS {
                let (a, b) = (V::load(&a, p), V::load(&b, p));
                V::store(&mut out, p, O::at::<V>(a, b, a, b));
            }
            to[k].set(out);
        }
    }

    #[inline(always)]
    fn three<V: Vector, O: Operation>(self, i: &Instruction) {
        let (to, a) = (self.row(i.dst), self.row(i.src[0]));
        let (b, c) = (self.row(i.src[1]), self.row(i.src[2]));
        for k in 0..self.chunks {
            let (a, b, c) = (a[k].get(), b[k].get(), c[k].get());
            let mut out = Lanes::splat(0.0);
            for p in 0..V::PARTS {
                let (a, b, c) = (V::load(&a, p), V::load(&b, p), V::load(&c, p));
                V::store(&mut out, p, O::at::<V>(a, b, c, c));
            }
            to[k].set(out);
        }
    }

    #[inline(always)]
    fn four<V: Vector, O: Operation>(self, i: &Instruction) {
        let (to, a, b) = (self.row(i.dst), self.row(i.src[0]), self.row(i.src[1]));
        let (c, d) = (self.row(i.src[2]), self.row(i.src[3]));
        for k in 0..self.chunks {
            let (a, b, c, d) = (a[k].get(), b[k].get(), c[k].get(), d[k].get());
            let mut out = Lanes::splat(0.0);
            for p in 0..V::PARTS {
                let (a, b) = (V::load(&a, p), V::load(&b, p));
                let (c, d) = (V::load(&c, p), V::load(&d, p));
                V::store(&mut out, p, O::at::<V>(a, b, c, d));
            }
            to[k].set(out);
        }
    }
}

#[inline(always)]
fn unary<V: Vector, M: Memory>(op: Unary, rows: M, i: &Instruction) {
    match op {
        Unary::Neg => rows.one::<V, k::Neg>(i),
        Unary::Abs => rows.one::<V, k::Abs>(i),
        Unary::Sign => rows.one::<V, k::Sign>(i),
        Unary::Floor => rows.one::<V, k::Floor>(i),
        Unary::Ceil => rows.one::<V, k::Ceil>(i),
        Unary::Exp => rows.one::<V, k::Exp>(i),
        Unary::Log => rows.one::<V, k::Log>(i),
        Unary::Sqrt => rows.one::<V, k::Sqrt>(i),
        Unary::Sin => rows.one::<V, k::Sin>(i),
        Unary::Cos => rows.one::<V, k::Cos>(i),
        Unary::Tan => rows.one::<V, k::Tan>(i),
        Unary::Tanh => rows.one::<V, k::Tanh>(i),
        Unary::Atan => rows.one::<V, k::Atan>(i),
        Unary::Erf => rows.one::<V, k::Erf>(i),
        Unary::Not => rows.one::<V, k::Not>(i),
    }
}

#[inline(always)]
fn binary<V: Vector, M: Memory>(op: Binary, rows: M, i: &Instruction) {
    match op {
        Binary::Add => rows.two::<V, k::Add>(i),
        Binary::Sub => rows.two::<V, k::Sub>(i),
        Binary::Mul => rows.two::<V, k::Mul>(i),
        Binary::Div => rows.two::<V, k::Div>(i),
        Binary::Pow => rows.two::<V, k::Pow>(i),
        Binary::Mod => rows.two::<V, k::Mod>(i),
        Binary::Min => rows.two::<V, k::Min>(i),
        Binary::Max => rows.two::<V, k::Max>(i),
        Binary::Lt => rows.two::<V, k::Lt>(i),
        Binary::Le => rows.two::<V, k::Le>(i),
        Binary::Eq => rows.two::<V, k::Eq>(i),
        Binary::Ne => rows.two::<V, k::Ne>(i),
        Binary::And => rows.two::<V, k::And>(i),
        Binary::Or => rows.two::<V, k::Or>(i),
    }
}

#[inline(always)]
fn choose<V: Vector, M: Memory>(op: Binary, rows: M, i: &Instruction) {
    match op {
        Binary::Lt => rows.four::<V, k::ChooseLt>(i),
        Binary::Le => rows.four::<V, k::ChooseLe>(i),
        Binary::Eq => rows.four::<V, k::ChooseEq>(i),
        _ => rows.four::<V, k::ChooseNe>(i),
    }
}

#[inline(always)]
fn pair<V: Vector, M: Memory, F: Operation>(second: Second, rows: M, i: &Instruction) {
    match second {
        Second::Add => rows.three::<V, k::Pair<F, k::Add>>(i),
        Second::Sub => rows.three::<V, k::Pair<F, k::Sub>>(i),
        Second::RSub => rows.three::<V, k::Pair<F, k::RSub>>(i),
        Second::Mul => rows.three::<V, k::Pair<F, k::Mul>>(i),
        Second::Div => rows.three::<V, k::Pair<F, k::Div>>(i),
        Second::RDiv => rows.three::<V, k::Pair<F, k::RDiv>>(i),
    }
}

#[inline(always)]
fn twin<V: Vector, M: Memory, L: Operation>(right: First, join: First, rows: M, i: &Instruction) {
    use First::{Add, Mul, Sub};
    match (right, join) {
        (Add, Add) => rows.four::<V, k::Twin<L, k::Add, k::Add>>(i),
        (Add, Sub) => rows.four::<V, k::Twin<L, k::Add, k::Sub>>(i),
        (Add, Mul) => rows.four::<V, k::Twin<L, k::Add, k::Mul>>(i),
        (Sub, Add) => rows.four::<V, k::Twin<L, k::Sub, k::Add>>(i),
        (Sub, Sub) => rows.four::<V, k::Twin<L, k::Sub, k::Sub>>(i),
        (Sub, Mul) => rows.four::<V, k::Twin<L, k::Sub, k::Mul>>(i),
        (Mul, Add) => rows.four::<V, k::Twin<L, k::Mul, k::Add>>(i),
        (Mul, Sub) => rows.four::<V, k::Twin<L, k::Mul, k::Sub>>(i),
        (Mul, Mul) => rows.four::<V, k::Twin<L, k::Mul, k::Mul>>(i),
    }
}

/// Runs `code` in `rows`.
#[inline(always)]
pub(super) fn execute<V: Vector, M: Memory>(code: &[Instruction], rows: M) {
    for i in code {
        match i.code {
            Code::Copy => rows.one::<V, k::Copy>(i),
            Code::Unary(op) => unary::<V, M>(op, rows, i),
            Code::Binary(op) => binary::<V, M>(op, rows, i),
            Code::Select => rows.three::<V, k::Select>(i),
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
