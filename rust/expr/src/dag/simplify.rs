//! Smart constructors: constant folding and neutral elements.
//!
//! A rule is used only if it gives the same number for every operand, infinities and NaN included; the one freedom
//! taken is the *sign of a zero* (`x + 0` is x, also for x = -0.0). So `x*0` stays `x*0` (it is NaN for an infinite
//! x), sums and products are never reassociated, and a division becomes a multiplication only for powers of two.
//! Structural zeros are the business of derivatives and of [`Dag::annihilate`], where `0*x` is 0.

use super::arena::Dag;
use super::node::{Binary, Node, NodeId, Unary};
use crate::number;

/// Integer exponents up to this size are multiplied out; beyond it `pow` is both shorter and closer.
pub const POWER_CHAIN_LIMIT: i32 = 64;

impl Dag {
    fn negated(&self, id: NodeId) -> Option<NodeId> {
        match self.node(id) {
            Node::Unary(Unary::Neg, a) => Some(a),
            _ => None,
        }
    }

    fn fold(&mut self, op: Binary, a: NodeId, b: NodeId) -> Option<NodeId> {
        let value = number::binary(op, self.as_const(a)?, self.as_const(b)?);
        Some(self.constant(value))
    }

    /// `op(a)`.
    pub fn unary(&mut self, op: Unary, a: NodeId) -> NodeId {
        if let Some(x) = self.as_const(a) {
            return self.constant(number::unary(op, x));
        }
        match (op, self.node(a)) {
            (Unary::Neg, Node::Unary(Unary::Neg, x)) => x,
            (Unary::Neg, Node::Binary(Binary::Sub, x, y)) => self.sub(y, x),
            (Unary::Abs, Node::Unary(Unary::Neg, x)) => self.unary(Unary::Abs, x),
            (Unary::Abs | Unary::Floor | Unary::Ceil, Node::Unary(inner, _)) if inner == op => a,
            (Unary::Not, Node::Binary(Binary::Eq, x, y)) => {
                self.intern(Node::Binary(Binary::Ne, x, y))
            }
            (Unary::Not, Node::Binary(Binary::Ne, x, y)) => {
                self.intern(Node::Binary(Binary::Eq, x, y))
            }
            (Unary::Not, Node::Unary(Unary::Not, x)) => self.truth(x),
            _ => self.intern(Node::Unary(op, a)),
        }
    }

    /// `-a`.
    pub fn neg(&mut self, a: NodeId) -> NodeId {
        self.unary(Unary::Neg, a)
    }

    /// `a + b`.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(done) = self.fold(Binary::Add, a, b) {
            return done;
        }
        if self.as_const(a) == Some(0.0) {
            return b;
        }
        if self.as_const(b) == Some(0.0) {
            return a;
        }
        match (self.negated(a), self.negated(b)) {
            (_, Some(y)) => self.sub(a, y),
            (Some(x), None) => self.sub(b, x),
            (None, None) => self.intern(Node::Binary(Binary::Add, a, b)),
        }
    }

    /// `a - b`.
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(done) = self.fold(Binary::Sub, a, b) {
            return done;
        }
        if self.as_const(b) == Some(0.0) {
            return a;
        }
        if self.as_const(a) == Some(0.0) {
            return self.neg(b);
        }
        match self.negated(b) {
            Some(y) => self.add(a, y),
            None => self.intern(Node::Binary(Binary::Sub, a, b)),
        }
    }

    /// `a b`.
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(done) = self.fold(Binary::Mul, a, b) {
            return done;
        }
        for (x, y) in [(a, b), (b, a)] {
            match self.as_const(x) {
                Some(1.0) => return y,
                Some(-1.0) => return self.neg(y),
                Some(c) => {
                    if let Some(y) = self.negated(y) {
                        let c = self.constant(-c);
                        return self.mul(c, y);
                    }
                }
                None => {}
            }
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => self.mul(x, y),
            (Some(x), None) => {
                let product = self.mul(x, b);
                self.neg(product)
            }
            (None, Some(y)) => {
                let product = self.mul(a, y);
                self.neg(product)
            }
            (None, None) => self.intern(Node::Binary(Binary::Mul, a, b)),
        }
    }

    /// `a / b`.
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let Some(done) = self.fold(Binary::Div, a, b) {
            return done;
        }
        if let Some(c) = self.as_const(b)
            && let Some(inverse) = number::exact_inverse(c)
        {
            let inverse = self.constant(inverse);
            return self.mul(a, inverse);
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => self.div(x, y),
            (Some(x), None) => {
                let quotient = self.div(x, b);
                self.neg(quotient)
            }
            (None, Some(y)) => {
                let quotient = self.div(a, y);
                self.neg(quotient)
            }
            (None, None) => self.intern(Node::Binary(Binary::Div, a, b)),
        }
    }

    /// `a ** b`: a chain of multiplications for whole b up to [`POWER_CHAIN_LIMIT`], with a square root for
    /// half-integers, else `pow`.
    pub fn pow(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.as_const(a) == Some(1.0) {
            return a;
        }
        let Some(e) = self.as_const(b) else {
            return self
                .fold(Binary::Pow, a, b)
                .unwrap_or_else(|| self.intern(Node::Binary(Binary::Pow, a, b)));
        };
        let limit = f64::from(POWER_CHAIN_LIMIT);
        if e.abs() <= limit && e == e.trunc() {
            return self.powi(a, e as i32);
        }
        if e.abs() <= limit && 2.0 * e == (2.0 * e).trunc() {
            let whole = self.powi(a, e.abs().trunc() as i32);
            let root = self.unary(Unary::Sqrt, a);
            let power = self.mul(whole, root);
            if e > 0.0 {
                return power;
            }
            let one = self.constant(1.0);
            return self.div(one, power);
        }
        self.fold(Binary::Pow, a, b)
            .unwrap_or_else(|| self.intern(Node::Binary(Binary::Pow, a, b)))
    }

    /// `a ** n` for a whole n with |n| <= [`POWER_CHAIN_LIMIT`].
    pub fn powi(&mut self, a: NodeId, n: i32) -> NodeId {
        if let Some(x) = self.as_const(a) {
            return self.constant(number::powi(x, n));
        }
        match (n, self.negated(a)) {
            (0, _) => self.constant(1.0),
            (1, _) => a,
            (-1, _) => {
                let one = self.constant(1.0);
                self.div(one, a)
            }
            (_, Some(x)) if n % 2 == 0 => self.powi(x, n),
            (_, Some(x)) => {
                let power = self.powi(x, n);
                self.neg(power)
            }
            _ => self.intern(Node::Powi(a, n)),
        }
    }

    /// Minimum, maximum, remainder and comparisons: nothing but constants is folded.
    pub(crate) fn compare_or_fold(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        if let Some(done) = self.fold(op, a, b) {
            return done;
        }
        match op {
            Binary::Min | Binary::Max if a == b => a,
            _ => self.intern(Node::Binary(op, a, b)),
        }
    }

    /// 1 where `a` is true (not 0), else 0.
    pub fn truth(&mut self, a: NodeId) -> NodeId {
        if self.is_condition(a) {
            return a;
        }
        let zero = self.constant(0.0);
        self.compare_or_fold(Binary::Ne, a, zero)
    }

    /// `a and b`, as 0 or 1.
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (x, y) in [(a, b), (b, a)] {
            match self.as_const(x) {
                Some(0.0) => return self.constant(0.0),
                Some(_) => return self.truth(y),
                None => {}
            }
        }
        if a == b {
            return self.truth(a);
        }
        self.intern(Node::Binary(Binary::And, a, b))
    }

    /// `a or b`, as 0 or 1.
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (x, y) in [(a, b), (b, a)] {
            match self.as_const(x) {
                Some(0.0) => return self.truth(y),
                Some(_) => return self.constant(1.0),
                None => {}
            }
        }
        if a == b {
            return self.truth(a);
        }
        self.intern(Node::Binary(Binary::Or, a, b))
    }

    /// `a if c else b`.
    pub fn select(&mut self, c: NodeId, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return a;
        }
        if let Some(value) = self.as_const(c) {
            return if value != 0.0 { a } else { b };
        }
        match self.node(c) {
            Node::Unary(Unary::Not, inner) => self.select(inner, b, a),
            _ => self.intern(Node::Select(c, a, b)),
        }
    }
}
