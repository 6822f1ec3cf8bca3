//! Products of derived expressions, with equal factors above and below a division cancelled.
//!
//! The Milstein term of `sigma sqrt(x) dW` is `g g' = (sigma sqrt(x)) (sigma 0.5/sqrt(x))`: as it stands it is NaN at
//! x = 0 and costs a root and a division; reduced it is the constant `sigma**2/2`.

use super::arena::Dag;
use super::node::{Binary, Node, NodeId, Unary};

/// A product with more factors than this is left as it is.
const MOST_FACTORS: usize = 64;
/// Conditions inside conditions are followed this far.
const MOST_NESTED: usize = 16;

/// A product taken apart: a number and powers of nodes, in order of appearance.
#[derive(Default)]
struct Factors {
    coefficient: f64,
    powers: Vec<(NodeId, i32)>,
    /// Did the same node turn up above and below, or a root beside its square?
    cancelled: bool,
}

impl Dag {
    /// `a b` where both are parts of a derivative: equal to [`mul`](Self::mul) up to rounding wherever that is finite,
    /// and its limit where equal factors make it 0/0. A factor that is 0 under a condition makes the product 0 there.
    pub fn reduced_product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.reduced(a, b, MOST_NESTED)
    }

    fn reduced(&mut self, a: NodeId, b: NodeId, nested: usize) -> NodeId {
        if self.is_zero(a) || self.is_zero(b) {
            return self.constant(0.0);
        }
        for (x, y) in [(a, b), (b, a)] {
            if let Node::Select(c, p, q) = self.node(x)
                && (self.is_zero(p) || self.is_zero(q))
                && nested > 0
            {
                let (p, q) = (
                    self.reduced(p, y, nested - 1),
                    self.reduced(q, y, nested - 1),
                );
                return self.select(c, p, q);
            }
        }
        match self.factors(a, b) {
            Some(factors) if factors.cancelled => self.assemble(&factors),
            _ => self.mul(a, b),
        }
    }

    fn factors(&self, a: NodeId, b: NodeId) -> Option<Factors> {
        let mut factors = Factors {
            coefficient: 1.0,
            ..Factors::default()
        };
        let mut stack: Vec<(NodeId, i32)> = vec![(b, 1), (a, 1)];
        let mut steps = 0;
        while let Some((id, power)) = stack.pop() {
            steps += 1;
            if steps > MOST_FACTORS {
                return None;
            }
            match self.node(id) {
                Node::Const(bits) if f64::from_bits(bits).abs() == 1.0 || power.abs() == 1 => {
                    let value = f64::from_bits(bits);
                    factors.coefficient *= if power > 0 { value } else { 1.0 / value };
                }
                Node::Unary(Unary::Neg, x) => {
                    if power % 2 != 0 {
                        factors.coefficient = -factors.coefficient;
                    }
                    stack.push((x, power));
                }
                Node::Binary(Binary::Mul, x, y) => stack.extend([(y, power), (x, power)]),
                Node::Binary(Binary::Div, x, y) => stack.extend([(y, -power), (x, power)]),
                Node::Powi(x, n) => stack.push((x, power.checked_mul(n)?)),
                _ => factors.times(id, power)?,
            }
        }
        self.gather_roots(&mut factors);
        factors.powers.retain(|&(_, power)| power != 0);
        factors.coefficient.is_finite().then_some(factors)
    }

    /// `x**f sqrt(x)**e` with only 0 or 1 root left, where both are there.
    fn gather_roots(&self, factors: &mut Factors) {
        for k in 0..factors.powers.len() {
            let (root, e) = factors.powers[k];
            let Node::Unary(Unary::Sqrt, x) = self.node(root) else {
                continue;
            };
            let Some(j) = factors.powers.iter().position(|&(id, _)| id == x) else {
                continue;
            };
            let halves = 2 * factors.powers[j].1 + e;
            factors.powers[j].1 = halves / 2;
            factors.powers[k].1 = halves % 2;
            factors.cancelled = true;
        }
    }

    fn assemble(&mut self, factors: &Factors) -> NodeId {
        let mut above = self.constant(factors.coefficient);
        let mut below = self.constant(1.0);
        for &(id, power) in &factors.powers {
            let factor = self.powi(id, power.abs());
            if power > 0 {
                above = self.mul(above, factor);
            } else {
                below = self.mul(below, factor);
            }
        }
        self.div(above, below)
    }
}

impl Factors {
    fn times(&mut self, id: NodeId, power: i32) -> Option<()> {
        match self.powers.iter_mut().find(|(known, _)| *known == id) {
            Some((_, so_far)) => {
                self.cancelled |= (*so_far > 0) != (power > 0);
                *so_far = so_far.checked_add(power)?;
            }
            None => self.powers.push((id, power)),
        }
        Some(())
    }
}
