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

// The rows have the length of the loop, so that no index is checked in it.

#[inline(always)]
fn one<V: Vector, O: Operation>(rows: Rows<'_>, i: &Instruction) {
    let (to, a) = (rows.row(i.dst), rows.row(i.src[0]));
    for k in 0..rows.chunks {
        let (a, mut out) = (a[k].get(), Lanes::splat(0.0));
        for p in 0..V::PARTS {
            let a = V::load(&a, p);
            V::store(&mut out, p, O::at::<V>(a, a, a, a));
        }
        to[k].set(out);
    }
}

#[inline(always)]
fn two<V: Vector, O: Operation>(rows: Rows<'_>, i: &Instruction) {
    let (to, a, b) = (rows.row(i.dst), rows.row(i.src[0]), rows.row(i.src[1]));
    for k in 0..rows.chunks {
        let (a, b, mut out) = (a[k].get(), b[k].get(), Lanes::splat(0.0));
        for p in 0..V::PARTS {
            let (a, b) = (V::load(&a, p), V::load(&b, p));
            V::store(&mut out, p, O::at::<V>(a, b, a, b));
        }
        to[k].set(out);
    }
}

#[inline(always)]
fn three<V: Vector, O: Operation>(rows: Rows<'_>, i: &Instruction) {
    let (to, a) = (rows.row(i.dst), rows.row(i.src[0]));
    let (b, c) = (rows.row(i.src[1]), rows.row(i.src[2]));
    for k in 0..rows.chunks {
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
fn four<V: Vector, O: Operation>(rows: Rows<'_>, i: &Instruction) {
    let (to, a, b) = (rows.row(i.dst), rows.row(i.src[0]), rows.row(i.src[1]));
    let (c, d) = (rows.row(i.src[2]), rows.row(i.src[3]));
    for k in 0..rows.chunks {
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

#[inline(always)]
fn unary<V: Vector>(op: Unary, rows: Rows<'_>, i: &Instruction) {
    match op {
        Unary::Neg => one::<V, k::Neg>(rows, i),
        Unary::Abs => one::<V, k::Abs>(rows, i),
        Unary::Sign => one::<V, k::Sign>(rows, i),
        Unary::Floor => one::<V, k::Floor>(rows, i),
        Unary::Ceil => one::<V, k::Ceil>(rows, i),
        Unary::Exp => one::<V, k::Exp>(rows, i),
        Unary::Log => one::<V, k::Log>(rows, i),
        Unary::Sqrt => one::<V, k::Sqrt>(rows, i),
        Unary::Sin => one::<V, k::Sin>(rows, i),
        Unary::Cos => one::<V, k::Cos>(rows, i),
        Unary::Tan => one::<V, k::Tan>(rows, i),
        Unary::Tanh => one::<V, k::Tanh>(rows, i),
        Unary::Atan => one::<V, k::Atan>(rows, i),
        Unary::Erf => one::<V, k::Erf>(rows, i),
        Unary::Not => one::<V, k::Not>(rows, i),
    }
}

#[inline(always)]
fn binary<V: Vector>(op: Binary, rows: Rows<'_>, i: &Instruction) {
    match op {
        Binary::Add => two::<V, k::Add>(rows, i),
        Binary::Sub => two::<V, k::Sub>(rows, i),
        Binary::Mul => two::<V, k::Mul>(rows, i),
        Binary::Div => two::<V, k::Div>(rows, i),
        Binary::Pow => two::<V, k::Pow>(rows, i),
        Binary::Mod => two::<V, k::Mod>(rows, i),
        Binary::Min => two::<V, k::Min>(rows, i),
        Binary::Max => two::<V, k::Max>(rows, i),
        Binary::Lt => two::<V, k::Lt>(rows, i),
        Binary::Le => two::<V, k::Le>(rows, i),
        Binary::Eq => two::<V, k::Eq>(rows, i),
        Binary::Ne => two::<V, k::Ne>(rows, i),
        Binary::And => two::<V, k::And>(rows, i),
        Binary::Or => two::<V, k::Or>(rows, i),
    }
}

#[inline(always)]
fn choose<V: Vector>(op: Binary, rows: Rows<'_>, i: &Instruction) {
    match op {
        Binary::Lt => four::<V, k::ChooseLt>(rows, i),
        Binary::Le => four::<V, k::ChooseLe>(rows, i),
        Binary::Eq => four::<V, k::ChooseEq>(rows, i),
        _ => four::<V, k::ChooseNe>(rows, i),
    }
}

#[inline(always)]
fn pair<V: Vector, F: Operation>(second: Second, rows: Rows<'_>, i: &Instruction) {
    match second {
        Second::Add => three::<V, k::Pair<F, k::Add>>(rows, i),
        Second::Sub => three::<V, k::Pair<F, k::Sub>>(rows, i),
        Second::RSub => three::<V, k::Pair<F, k::RSub>>(rows, i),
        Second::Mul => three::<V, k::Pair<F, k::Mul>>(rows, i),
        Second::Div => three::<V, k::Pair<F, k::Div>>(rows, i),
        Second::RDiv => three::<V, k::Pair<F, k::RDiv>>(rows, i),
    }
}

#[inline(always)]
fn twin<V: Vector, L: Operation>(right: First, join: First, rows: Rows<'_>, i: &Instruction) {
    use First::{Add, Mul, Sub};
    match (right, join) {
        (Add, Add) => four::<V, k::Twin<L, k::Add, k::Add>>(rows, i),
        (Add, Sub) => four::<V, k::Twin<L, k::Add, k::Sub>>(rows, i),
        (Add, Mul) => four::<V, k::Twin<L, k::Add, k::Mul>>(rows, i),
        (Sub, Add) => four::<V, k::Twin<L, k::Sub, k::Add>>(rows, i),
        (Sub, Sub) => four::<V, k::Twin<L, k::Sub, k::Sub>>(rows, i),
        (Sub, Mul) => four::<V, k::Twin<L, k::Sub, k::Mul>>(rows, i),
        (Mul, Add) => four::<V, k::Twin<L, k::Mul, k::Add>>(rows, i),
        (Mul, Sub) => four::<V, k::Twin<L, k::Mul, k::Sub>>(rows, i),
        (Mul, Mul) => four::<V, k::Twin<L, k::Mul, k::Mul>>(rows, i),
    }
}

/// Runs `code` over the first `rows.chunks` chunks of every row.
#[inline(always)]
pub(super) fn execute<V: Vector>(code: &[Instruction], rows: Rows<'_>) {
    for i in code {
        match i.code {
            Code::Copy => one::<V, k::Copy>(rows, i),
            Code::Unary(op) => unary::<V>(op, rows, i),
            Code::Binary(op) => binary::<V>(op, rows, i),
            Code::Select => three::<V, k::Select>(rows, i),
            Code::Choose(op) => choose::<V>(op, rows, i),
            Code::Pair(First::Add, s) => pair::<V, k::Add>(s, rows, i),
            Code::Pair(First::Sub, s) => pair::<V, k::Sub>(s, rows, i),
            Code::Pair(First::Mul, s) => pair::<V, k::Mul>(s, rows, i),
            Code::Twin(First::Add, r, s) => twin::<V, k::Add>(r, s, rows, i),
            Code::Twin(First::Sub, r, s) => twin::<V, k::Sub>(r, s, rows, i),
            Code::Twin(First::Mul, r, s) => twin::<V, k::Mul>(r, s, rows, i),
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
        execute::<V>(self.code, self.rows);
    }
}
