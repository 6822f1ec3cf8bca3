//! The arena: every distinct operation is stored once (hash-consing), so that equal subexpressions are one node.

use std::collections::HashMap;

use super::node::{Binary, Node, NodeId};

/// A directed acyclic graph of operations on numbers, shared by any number of formulas.
///
/// Nodes are made by the smart constructors ([`add`](Self::add), [`mul`](Self::mul), ...), which fold constants and
/// drop neutral elements; see the module documentation for what they may change.
#[derive(Clone, Debug, Default)]
pub struct Dag {
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
}

impl Dag {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of distinct nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Has nothing been built yet?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The operation at `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// A number. All NaN become one node.
    pub fn constant(&mut self, value: f64) -> NodeId {
        let value = if value.is_nan() { f64::NAN } else { value };
        self.intern(Node::Const(value.to_bits()))
    }

    /// The input of index `i`.
    pub fn input(&mut self, i: u32) -> NodeId {
        self.intern(Node::Input(i))
    }

    /// The value of `id`, if it is a number.
    #[must_use]
    pub fn as_const(&self, id: NodeId) -> Option<f64> {
        self.node(id).as_const()
    }

    /// Is the value of `id` always 0 or 1?
    #[must_use]
    pub fn is_condition(&self, id: NodeId) -> bool {
        use super::node::Unary;
        match self.node(id) {
            Node::Unary(Unary::Not, _) => true,
            Node::Binary(op, ..) => op.is_condition(),
            Node::Const(bits) => bits == 0 || bits == 1f64.to_bits(),
            Node::Select(_, a, b) => [a, b].into_iter().all(|id| match self.node(id) {
                Node::Binary(op, ..) => op.is_condition(),
                Node::Const(bits) => bits == 0 || bits == 1f64.to_bits(),
                _ => false,
            }),
            _ => false,
        }
    }

    /// The nodes that `roots` are made of, roots included, operands first.
    #[must_use]
    pub fn reachable(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let top = roots.iter().map(|r| r.index() + 1).max().unwrap_or(0);
        let mut live = vec![false; top];
        for r in roots {
            live[r.index()] = true;
        }
        for i in (0..top).rev() {
            if live[i] {
                for a in self.nodes[i].operands() {
                    live[a.index()] = true;
                }
            }
        }
        (0..top)
            .filter(|&i| live[i])
            .map(|i| NodeId(i as u32))
            .collect()
    }

    /// The inputs that `roots` are made of, in increasing order.
    #[must_use]
    pub fn inputs_of(&self, roots: &[NodeId]) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .reachable(roots)
            .into_iter()
            .filter_map(|id| match self.node(id) {
                Node::Input(i) => Some(i),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found
    }

    /// Is `node` made of the input, as written? (`0*x` depends on x; see [`annihilate`](Self::annihilate).)
    #[must_use]
    pub fn depends_on(&self, node: NodeId, input: u32) -> bool {
        self.inputs_of(&[node]).contains(&input)
    }

    /// The node for this operation, as it stands: no simplification but the order of operands that commute.
    pub(crate) fn intern(&mut self, node: Node) -> NodeId {
        let node = match node {
            Node::Binary(op, a, b) if op.commutes() && b < a => Node::Binary(op, b, a),
            other => other,
        };
        let next = NodeId(self.nodes.len() as u32);
        *self.known.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            next
        })
    }

    /// Build `op(a, b)` again from other operands, with simplification.
    pub(crate) fn rebuild(&mut self, node: Node, map: impl Fn(NodeId) -> NodeId) -> NodeId {
        match node {
            Node::Const(_) | Node::Input(_) => self.intern(node),
            Node::Unary(op, a) => self.unary(op, map(a)),
            Node::Powi(a, n) => self.powi(map(a), n),
            Node::Select(c, a, b) => self.select(map(c), map(a), map(b)),
            Node::Binary(op, a, b) => self.binary(op, map(a), map(b)),
        }
    }

    /// `op(a, b)`, simplified.
    pub fn binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        match op {
            Binary::Add => self.add(a, b),
            Binary::Sub => self.sub(a, b),
            Binary::Mul => self.mul(a, b),
            Binary::Div => self.div(a, b),
            Binary::Pow => self.pow(a, b),
            Binary::And => self.and(a, b),
            Binary::Or => self.or(a, b),
            Binary::Mod
            | Binary::Min
            | Binary::Max
            | Binary::Lt
            | Binary::Le
            | Binary::Eq
            | Binary::Ne => self.compare_or_fold(op, a, b),
        }
    }
}
