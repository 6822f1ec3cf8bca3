//! The nodes of a formula graph: constants, inputs and the operations on them.

/// The place of a node in its [`Dag`](crate::Dag). Operands always have smaller ids than what is made of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The position in the arena.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Functions of one number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// `-x`, exact.
    Neg,
    /// `|x|`, exact.
    Abs,
    /// 1, -1, or x itself where x is 0 or NaN.
    Sign,
    /// The largest whole number <= x.
    Floor,
    /// The smallest whole number >= x.
    Ceil,
    /// `e^x`.
    Exp,
    /// Natural logarithm: -inf at 0, NaN below.
    Log,
    /// Square root, correctly rounded, NaN below 0.
    Sqrt,
    /// Sine of an angle in radians.
    Sin,
    /// Cosine of an angle in radians.
    Cos,
    /// Tangent of an angle in radians.
    Tan,
    /// Hyperbolic tangent.
    Tanh,
    /// Inverse tangent in (-pi/2, pi/2).
    Atan,
    /// Error function `2/sqrt(pi) int_0^x exp(-s^2) ds`.
    Erf,
    /// 1 where x is 0, else 0 (NaN is true, as in Python).
    Not,
}

/// Functions of two numbers. Truth is any number but 0; conditions give 1 or 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a b`.
    Mul,
    /// `a / b`.
    Div,
    /// `a ** b` for exponents that are no small constant.
    Pow,
    /// Remainder with the sign of the divisor, as Python's `%` on floats; NaN for b = 0.
    Mod,
    /// `b if b < a else a`, as Python's `min(a, b)`.
    Min,
    /// `b if b > a else a`, as Python's `max(a, b)`.
    Max,
    /// `a < b`; false where either is NaN.
    Lt,
    /// `a <= b`; false where either is NaN.
    Le,
    /// `a == b`; false where either is NaN.
    Eq,
    /// `a != b`; true where either is NaN.
    Ne,
    /// Both are true.
    And,
    /// At least one is true.
    Or,
}

impl Binary {
    /// Does the exchange of the operands leave every bit of the value as it is?
    #[must_use]
    pub fn commutes(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Mul | Self::Eq | Self::Ne | Self::And | Self::Or
        )
    }

    /// Is the value always 0 or 1?
    #[must_use]
    pub fn is_condition(self) -> bool {
        matches!(
            self,
            Self::Lt | Self::Le | Self::Eq | Self::Ne | Self::And | Self::Or
        )
    }
}

/// One operation on earlier nodes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A number, by its bits: 0.0 and -0.0 differ, all NaN are one.
    Const(u64),
    /// The input of this index: a quantity, a parameter, or the time.
    Input(u32),
    /// A function of one number.
    Unary(Unary, NodeId),
    /// A function of two numbers.
    Binary(Binary, NodeId, NodeId),
    /// `a ** n` with 2 <= |n| <= [`POWER_CHAIN_LIMIT`](crate::POWER_CHAIN_LIMIT), by squarings and multiplications.
    Powi(NodeId, i32),
    /// `a if c else b`, written (c, a, b); both sides are evaluated.
    Select(NodeId, NodeId, NodeId),
}

impl Node {
    /// The nodes this one is made of, in order.
    pub fn operands(self) -> impl Iterator<Item = NodeId> {
        let three = match self {
            Self::Const(_) | Self::Input(_) => [None; 3],
            Self::Unary(_, a) | Self::Powi(a, _) => [Some(a), None, None],
            Self::Binary(_, a, b) => [Some(a), Some(b), None],
            Self::Select(c, a, b) => [Some(c), Some(a), Some(b)],
        };
        three.into_iter().flatten()
    }

    /// The value, if the node is a number.
    #[must_use]
    pub fn as_const(self) -> Option<f64> {
        match self {
            Self::Const(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }
}
