//! Whole-graph rewrites: binding parameters, and zeros that hide in products.

use super::arena::Dag;
use super::node::{Binary, Node, NodeId};

impl Dag {
    /// Copies `roots` into `target`, with every input mapped by `input` and everything simplified again.
    ///
    /// Binding a parameter to a number is `|dag, i| dag.constant(value)`: products of parameters fold, `x**n` with
    /// n = 2 becomes `x*x`.
    pub fn rewrite_into(
        &self,
        target: &mut Dag,
        roots: &[NodeId],
        mut input: impl FnMut(&mut Dag, u32) -> NodeId,
    ) -> Vec<NodeId> {
        let mut image = vec![NodeId(0); self.len()];
        for id in self.reachable(roots) {
            image[id.index()] = match self.node(id) {
                Node::Input(i) => input(target, i),
                node => target.rebuild(node, |a| image[a.index()]),
            };
        }
        roots.iter().map(|r| image[r.index()]).collect()
    }

    /// The same with inputs replaced by numbers where `values` gives one (and kept where it gives `None`).
    #[must_use]
    pub fn bind(
        &self,
        roots: &[NodeId],
        values: impl Fn(u32) -> Option<f64>,
    ) -> (Dag, Vec<NodeId>) {
        let mut bound = Dag::new();
        let roots = self.rewrite_into(&mut bound, roots, |dag, i| match values(i) {
            Some(value) => dag.constant(value),
            None => dag.input(i),
        });
        (bound, roots)
    }

    /// `node` with `0*x`, `0/x` and `x - x` taken as 0: equal wherever every part is finite. For questions of
    /// structure (is the noise additive?), never for values.
    pub fn annihilate(&mut self, node: NodeId) -> NodeId {
        let mut image = vec![NodeId(0); node.index() + 1];
        for id in self.reachable(&[node]) {
            let zero = self.constant(0.0);
            let rebuilt = self.rebuild(self.node(id), |a| image[a.index()]);
            image[id.index()] = match self.node(rebuilt) {
                Node::Binary(Binary::Mul, a, b) if self.is_zero(a) || self.is_zero(b) => zero,
                Node::Binary(Binary::Div, a, _) if self.is_zero(a) => zero,
                Node::Binary(Binary::Sub, a, b) if a == b => zero,
                _ => rebuilt,
            };
        }
        image[node.index()]
    }

    /// Is `id` the number 0?
    #[must_use]
    pub fn is_zero(&self, id: NodeId) -> bool {
        self.as_const(id) == Some(0.0)
    }

    /// Is `node`, wherever it is finite, the same for every value of the input?
    #[must_use]
    pub fn free_of(&self, node: NodeId, input: u32) -> bool {
        if !self.depends_on(node, input) {
            return true;
        }
        let mut scratch = Dag::new();
        let copy = self.rewrite_into(&mut scratch, &[node], |dag, i| dag.input(i));
        let bare = scratch.annihilate(copy[0]);
        !scratch.depends_on(bare, input)
    }
}
