//! Differentiation: one pass over the graph per input, each node once, zeros dropped as they appear.
//!
//! The derivative of a node that does not vary is the number 0 itself, so that structure (additive, diagonal noise)
//! can be read off. Products of slopes are reduced ([`Dag::reduced_product`]). Where a function has a kink or a step, the derivative is that of the branch taken: `abs` has
//! slope 0 at 0, `floor`, `ceil`, `sign` and conditions have slope 0 everywhere.

use std::collections::HashMap;
use std::f64::consts::PI;

use super::arena::Dag;
use super::node::{Binary, Node, NodeId, Unary};

/// Derivatives already found, by (node, input). Belongs to the [`Dag`] it was used with.
#[derive(Clone, Debug, Default)]
pub struct Derivatives {
    /// `None` is a derivative that is 0 by structure.
    known: HashMap<(NodeId, u32), Option<NodeId>>,
}

impl Derivatives {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `d node / d input`, a node of the same graph (the number 0 if it vanishes by structure).
    pub fn of(&mut self, dag: &mut Dag, node: NodeId, input: u32) -> NodeId {
        let slope = self.slope(dag, node, input);
        slope.unwrap_or_else(|| dag.constant(0.0))
    }

    /// The Jacobian: row i holds the derivatives of `nodes[i]`.
    pub fn jacobian(
        &mut self,
        dag: &mut Dag,
        nodes: &[NodeId],
        inputs: &[u32],
    ) -> Vec<Vec<NodeId>> {
        nodes
            .iter()
            .map(|&node| inputs.iter().map(|&i| self.of(dag, node, i)).collect())
            .collect()
    }

    fn slope(&mut self, dag: &mut Dag, node: NodeId, input: u32) -> Option<NodeId> {
        if let Some(&done) = self.known.get(&(node, input)) {
            return done;
        }
        for id in dag.reachable(&[node]) {
            if !self.known.contains_key(&(id, input)) {
                let slope = self.rule(dag, id, input).filter(|&s| !dag.is_zero(s));
                self.known.insert((id, input), slope);
            }
        }
        self.known.get(&(node, input)).copied().flatten()
    }

    fn rule(&self, dag: &mut Dag, id: NodeId, input: u32) -> Option<NodeId> {
        let of = |a: NodeId| self.known.get(&(a, input)).copied().flatten();
        match dag.node(id) {
            Node::Const(_) => None,
            Node::Input(i) => (i == input).then(|| dag.constant(1.0)),
            Node::Unary(op, a) => {
                let da = of(a)?;
                let outer = unary_slope(dag, op, a, id)?;
                Some(dag.reduced_product(outer, da))
            }
            Node::Powi(a, n) => {
                let da = of(a)?;
                let lower = dag.powi(a, n - 1);
                let factor = dag.constant(f64::from(n));
                let outer = dag.mul(factor, lower);
                Some(dag.reduced_product(outer, da))
            }
            Node::Select(c, a, b) => select_slope(dag, c, of(a), of(b)),
            Node::Binary(op, a, b) => binary_slope(dag, op, (a, of(a)), (b, of(b)), id),
        }
    }
}

type Varying = (NodeId, Option<NodeId>);

fn times(dag: &mut Dag, a: NodeId, slope: Option<NodeId>) -> Option<NodeId> {
    slope
        .filter(|_| !dag.is_zero(a))
        .map(|s| dag.reduced_product(a, s))
}

fn plus(dag: &mut Dag, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match (a, b) {
        (Some(a), Some(b)) if a == b => {
            let two = dag.constant(2.0);
            Some(dag.mul(two, a))
        }
        (Some(a), Some(b)) => Some(dag.add(a, b)),
        (one, other) => one.or(other),
    }
}

fn minus(dag: &mut Dag, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match (a, b) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => Some(dag.sub(a, b)),
        (Some(a), None) => Some(a),
        (None, Some(b)) => Some(dag.neg(b)),
        (None, None) => None,
    }
}

/// `d op(a) / da`, with `value` = op(a); `None` where it is 0.
fn unary_slope(dag: &mut Dag, op: Unary, a: NodeId, value: NodeId) -> Option<NodeId> {
    let one = dag.constant(1.0);
    match op {
        Unary::Neg => Some(dag.constant(-1.0)),
        Unary::Abs => Some(dag.unary(Unary::Sign, a)),
        Unary::Sign | Unary::Floor | Unary::Ceil | Unary::Not => None,
        Unary::Exp => Some(value),
        Unary::Log => Some(dag.div(one, a)),
        Unary::Sqrt => {
            let half = dag.constant(0.5);
            Some(dag.div(half, value))
        }
        Unary::Sin => Some(dag.unary(Unary::Cos, a)),
        Unary::Cos => {
            let sine = dag.unary(Unary::Sin, a);
            Some(dag.neg(sine))
        }
        Unary::Tan => {
            let square = dag.powi(value, 2);
            Some(dag.add(one, square))
        }
        Unary::Tanh => {
            let square = dag.powi(value, 2);
            Some(dag.sub(one, square))
        }
        Unary::Atan => {
            let square = dag.powi(a, 2);
            let below = dag.add(one, square);
            Some(dag.div(one, below))
        }
        Unary::Erf => {
            let square = dag.powi(a, 2);
            let minus_square = dag.neg(square);
            let bell = dag.unary(Unary::Exp, minus_square);
            let scale = dag.constant(2.0 / PI.sqrt());
            Some(dag.mul(scale, bell))
        }
    }
}

fn binary_slope(
    dag: &mut Dag,
    op: Binary,
    (a, da): Varying,
    (b, db): Varying,
    value: NodeId,
) -> Option<NodeId> {
    match op {
        Binary::Add => plus(dag, da, db),
        Binary::Sub => minus(dag, da, db),
        Binary::Mul => {
            let left = times(dag, b, da);
            let right = times(dag, a, db);
            plus(dag, left, right)
        }
        Binary::Div => {
            // (a/b)' = (a' - (a/b) b') / b
            let carried = times(dag, value, db);
            let above = minus(dag, da, carried)?;
            Some(dag.div(above, b))
        }
        Binary::Pow => pow_slope(dag, (a, da), (b, db), value),
        Binary::Mod => {
            // a mod b = a - b floor(a/b)
            let ratio = dag.div(a, b);
            let whole = dag.unary(Unary::Floor, ratio);
            let carried = times(dag, whole, db);
            minus(dag, da, carried)
        }
        Binary::Min => {
            let second = dag.binary(Binary::Lt, b, a);
            select_slope(dag, second, db, da)
        }
        Binary::Max => {
            let second = dag.binary(Binary::Lt, a, b);
            select_slope(dag, second, db, da)
        }
        Binary::Lt | Binary::Le | Binary::Eq | Binary::Ne | Binary::And | Binary::Or => None,
    }
}

/// `(a**b)' = b a**(b-1) a' + a**b log(a) b'`.
fn pow_slope(dag: &mut Dag, (a, da): Varying, (b, db): Varying, value: NodeId) -> Option<NodeId> {
    let base = da.map(|da| {
        let one = dag.constant(1.0);
        let lower = dag.sub(b, one);
        let power = dag.pow(a, lower);
        let outer = dag.mul(b, power);
        dag.reduced_product(outer, da)
    });
    let exponent = db.map(|db| {
        let log = dag.unary(Unary::Log, a);
        let outer = dag.mul(value, log);
        dag.reduced_product(outer, db)
    });
    plus(dag, base, exponent)
}

fn select_slope(dag: &mut Dag, c: NodeId, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    if a.is_none() && b.is_none() {
        return None;
    }
    let zero = dag.constant(0.0);
    Some(dag.select(c, a.unwrap_or(zero), b.unwrap_or(zero)))
}
