//! The interpreter: one call per instruction, which loops over the chunks of the block.

use std::cell::Cell;
use std::marker::PhantomData;

use quincunx_core::simd::{Job, Lanes, Level, Vector, dispatch_at};

use super::choice::{Choice, choose};
use super::code::Instruction;
use super::kernel::{Ending, Operation};

/// The rows of a frame as cells: an instruction may write the row that it reads, since each chunk is read in full
/// before it is written.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub cells: &'a [Cell<Lanes<f64>>],
    pub at: &'a [u32],
    pub chunks: u32,
    pub scalars: &'a [f64],
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn row(&self, row: u32) -> &'a [Cell<Lanes<f64>>] {
        let start = self.at[row as usize] as usize;
        &self.cells[start..start + self.chunks as usize]
    }
}

/// The code of one instruction: it may be called wherever the instruction set is that it was chosen for.
pub(super) type Kernel = for<'a, 'r> fn(&'r Rows<'a>, &'r Instruction);

/// An instruction and its code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    kernel: Kernel,
    instruction: Instruction,
}

/// Chooses the code of instructions for one instruction set.
struct Prepare<'a>(&'a [Instruction]);

impl Job for Prepare<'_> {
    type Out = Vec<Ready>;
    #[inline(always)]
    fn run<V: Vector>(self) -> Vec<Ready> {
        let mut ready = Vec::with_capacity(self.0.len());
        for &instruction in self.0 {
            let kernel = choose(&instruction, Pick(PhantomData::<V>));
            ready.push(Ready {
                kernel,
                instruction,
            });
        }
        ready
    }
}

/// `code` for each level, in the order of their numbers. One that the processor has not got runs as plain code.
pub(super) fn prepare(code: &[Instruction]) -> [Vec<Ready>; Level::ALL.len()] {
    Level::ALL.map(|level| {
        let level = if level.is_available() {
            level
        } else {
            Level::Scalar
        };
        dispatch_at(level, Prepare(code))
    })
}

/// Runs instructions in `rows`.
#[inline]
pub(super) fn execute(code: &[Ready], rows: Rows<'_>) {
    for ready in code {
        (ready.kernel)(&rows, &ready.instruction);
    }
}

/// The loop of an instruction over the chunks of its rows.
struct Apply<'r, 'a, O, E> {
    rows: &'r Rows<'a>,
    i: &'r Instruction,
    what: PhantomData<(O, E)>,
}

impl<O: Operation, E: Ending> Job for Apply<'_, '_, O, E> {
    type Out = ();

    // The rows have the length of the loop, so that no index is checked in it. Operands that are not there are the
    // first one, which is read anyway.
    #[inline(always)]
    fn run<V: Vector>(self) {
        let (rows, i) = (*self.rows, self.i);
        let (to, a) = (rows.row(i.dst), rows.row(i.src[0]));
        let other = |k: usize| {
            if k < O::OPERANDS {
                rows.row(i.src[k])
            } else {
                a
            }
        };
        let (b, c, d) = (other(1), other(2), other(3));
        let end = |k: usize| {
            if k < E::OPERANDS {
                rows.row(i.ends[k])
            } else {
                a
            }
        };
        let (e, f) = (end(0), end(1));
        let scalar = |k: usize| {
            if k < E::OPERANDS {
                rows.scalars[i.by[k] as usize]
            } else {
                0.0
            }
        };
        let by = [V::splat(scalar(0)), V::splat(scalar(1))];
        for k in 0..rows.chunks as usize {
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

fn apply<V: Vector, O: Operation, E: Ending>(rows: &Rows<'_>, i: &Instruction) {
    V::apart(Apply::<O, E> {
        rows,
        i,
        what: PhantomData,
    });
}

/// Tells the address of the loop over rows.
struct Pick<V>(PhantomData<V>);

impl<V: Vector> Choice for Pick<V> {
    type Out = Kernel;
    #[inline(always)]
    fn with<O: Operation, E: Ending>(self) -> Kernel {
        apply::<V, O, E>
    }
}
