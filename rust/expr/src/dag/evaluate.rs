//! Direct evaluation, node by node: slow, plain, and what the vector machine is checked against.

use super::arena::Dag;
use super::node::{Node, NodeId};
use crate::number;

impl Dag {
    /// The values of `roots` at these inputs; an input beyond the slice is NaN.
    #[must_use]
    pub fn evaluate(&self, roots: &[NodeId], inputs: &[f64]) -> Vec<f64> {
        let mut value = vec![f64::NAN; self.len()];
        for id in self.reachable(roots) {
            value[id.index()] = match self.node(id) {
                Node::Const(bits) => f64::from_bits(bits),
                Node::Input(i) => inputs.get(i as usize).copied().unwrap_or(f64::NAN),
                Node::Unary(op, a) => number::unary(op, value[a.index()]),
                Node::Binary(op, a, b) => number::binary(op, value[a.index()], value[b.index()]),
                Node::Powi(a, n) => number::powi(value[a.index()], n),
                Node::Select(c, a, b) => {
                    number::select(value[c.index()], value[a.index()], value[b.index()])
                }
            };
        }
        roots.iter().map(|r| value[r.index()]).collect()
    }
}
