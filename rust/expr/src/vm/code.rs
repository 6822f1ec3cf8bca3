//! The instructions of the vector machine.

use crate::dag::{Binary, Unary};

/// First half of a fused instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum First {
    Add,
    Sub,
    Mul,
}

/// Second half of a fused instruction, applied to (first result, operand); `R` has them the other way round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Second {
    Add,
    Sub,
    RSub,
    Mul,
    Div,
    RDiv,
}

/// What an instruction computes from its operands a, b, c, d. Fused ones round after each operation, like their
/// parts: they save dispatches, loads and stores, and change no bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Code {
    /// a
    Copy,
    /// op(a)
    Unary(Unary),
    /// op(a, b)
    Binary(Binary),
    /// b if a else c
    Select,
    /// c if op(a, b) else d, op a comparison
    Choose(Binary),
    /// (a . b) . c
    Pair(First, Second),
    /// ((a . b) . c) . d, the second no division
    Chain(First, Second, Second),
    /// (a . b) . (c . d)
    Twin(First, First, First),
}

/// What happens to the result r of a code before it is stored: the update by which explicit schemes end. Operands e
/// and f are rows, h and s single numbers. Two or four more roundings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tail {
    /// r
    Bare,
    /// e + r h
    Drift,
    /// (e + r h) + s f
    Kick,
}

/// One instruction: `row[dst] = tail(code(row[src[0]], ...), ...)`, lane by lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Instruction {
    pub code: Code,
    pub tail: Tail,
    pub dst: u32,
    /// Rows of the operands a, b, c, d of the code.
    pub src: [u32; 4],
    /// Rows e and f of the tail.
    pub ends: [u32; 2],
    /// Scalars h and s of the tail.
    pub by: [u32; 2],
}

impl Instruction {
    /// Row 0 as it is.
    pub(crate) const COPY: Self = Self {
        code: Code::Copy,
        tail: Tail::Bare,
        dst: 0,
        src: [0; 4],
        ends: [0; 2],
        by: [0; 2],
    };
}

impl Code {
    /// The number of operands.
    pub(crate) fn operands(self) -> usize {
        match self {
            Self::Copy | Self::Unary(_) => 1,
            Self::Binary(_) => 2,
            Self::Select | Self::Pair(..) => 3,
            Self::Choose(_) | Self::Twin(..) | Self::Chain(..) => 4,
        }
    }

    /// Can it have a tail? Only short codes gain.
    pub(crate) fn takes_tail(self) -> bool {
        match self {
            Self::Copy | Self::Twin(..) => true,
            Self::Binary(op) => First::of(op).is_some(),
            Self::Pair(_, last) | Self::Chain(_, _, last) => !last.divides(),
            Self::Unary(_) | Self::Select | Self::Choose(_) => false,
        }
    }
}

impl Tail {
    /// The number of rows and of scalars that it reads.
    pub(crate) fn operands(self) -> usize {
        match self {
            Self::Bare => 0,
            Self::Drift => 1,
            Self::Kick => 2,
        }
    }
}

impl First {
    pub(crate) fn of(op: Binary) -> Option<Self> {
        match op {
            Binary::Add => Some(Self::Add),
            Binary::Sub => Some(Self::Sub),
            Binary::Mul => Some(Self::Mul),
            _ => None,
        }
    }

    pub(crate) fn binary(self) -> Binary {
        match self {
            Self::Add => Binary::Add,
            Self::Sub => Binary::Sub,
            Self::Mul => Binary::Mul,
        }
    }
}

impl Second {
    /// Is it a division? Those take so long that nothing is gained by what else the instruction does.
    pub(crate) fn divides(self) -> bool {
        matches!(self, Self::Div | Self::RDiv)
    }

    /// The operation on numbers.
    #[inline]
    pub(crate) fn at(self, first: f64, c: f64) -> f64 {
        match self {
            Self::Add => first + c,
            Self::Sub => first - c,
            Self::RSub => c - first,
            Self::Mul => first * c,
            Self::Div => first / c,
            Self::RDiv => c / first,
        }
    }

    /// `op(first, operand)`, or `op(operand, first)` where `reversed`.
    pub(crate) fn of(op: Binary, reversed: bool) -> Option<Self> {
        match (op, reversed) {
            (Binary::Add, _) => Some(Self::Add),
            (Binary::Mul, _) => Some(Self::Mul),
            (Binary::Sub, false) => Some(Self::Sub),
            (Binary::Sub, true) => Some(Self::RSub),
            (Binary::Div, false) => Some(Self::Div),
            (Binary::Div, true) => Some(Self::RDiv),
            _ => None,
        }
    }
}
