//! From graph to an ordered list of (still unplaced) instructions: powers multiplied out, operations fused in pairs,
//! operands that need more registers computed first.

use super::code::{Code, First, Second, Tail};
use crate::dag::{Binary, Dag, Node, NodeId};
use crate::number::{PowerStep, power_steps};

/// How a node varies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Class {
    /// A number.
    Constant,
    /// The same in every lane: made of uniform inputs alone.
    Uniform,
    /// Different from lane to lane.
    Row,
}

/// An instruction whose operands are still nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub node: NodeId,
    pub code: Code,
    pub operands: [NodeId; 4],
    pub tail: Tail,
    /// Rows, and single numbers, that the tail reads.
    pub ends: [NodeId; 2],
    pub by: [NodeId; 2],
}

impl Planned {
    /// A code without a tail.
    fn bare(node: NodeId, code: Code, operands: [NodeId; 4]) -> Self {
        Self {
            node,
            code,
            operands,
            tail: Tail::Bare,
            ends: [node; 2],
            by: [node; 2],
        }
    }

    /// The operands that are read from rows.
    pub(super) fn reads(&self) -> impl Iterator<Item = NodeId> {
        let operands = &self.operands[..self.code.operands()];
        operands
            .iter()
            .chain(&self.ends[..self.tail.operands()])
            .copied()
    }

    /// The single numbers that are read.
    pub(super) fn scalars(&self) -> &[NodeId] {
        &self.by[..self.tail.operands()]
    }
}

/// A copy of the graph of `roots` in which whole powers are chains of multiplications.
pub(super) fn expand_powers(dag: &Dag, roots: &[NodeId]) -> (Dag, Vec<NodeId>) {
    let mut out = Dag::new();
    let mut image = vec![NodeId(0); dag.len()];
    for id in dag.reachable(roots) {
        let node = dag.node(id);
        image[id.index()] = match node {
            Node::Powi(a, n) => chain(&mut out, image[a.index()], n),
            _ => out.rebuild(node, |a| image[a.index()]),
        };
    }
    let roots = roots.iter().map(|r| image[r.index()]).collect();
    (out, roots)
}

fn chain(dag: &mut Dag, x: NodeId, n: i32) -> NodeId {
    let one = dag.constant(1.0);
    let mut power = one;
    for step in power_steps(n.unsigned_abs()) {
        power = match step {
            PowerStep::Start => x,
            PowerStep::Square => dag.mul(power, power),
            PowerStep::Times => dag.mul(power, x),
        };
    }
    if n < 0 { dag.div(one, power) } else { power }
}

/// The class of every node up to the largest root; `input` gives that of inputs.
pub(super) fn classes(dag: &Dag, roots: &[NodeId], input: impl Fn(u32) -> Class) -> Vec<Class> {
    let mut class = vec![Class::Constant; dag.len()];
    for id in dag.reachable(roots) {
        class[id.index()] = match dag.node(id) {
            Node::Const(_) => Class::Constant,
            Node::Input(i) => input(i),
            node => node
                .operands()
                .map(|a| class[a.index()])
                .max()
                .unwrap_or(Class::Constant),
        };
    }
    class
}

/// The uniform operations in order, each by itself.
pub(super) fn plan_uniform(dag: &Dag, roots: &[NodeId], class: &[Class]) -> Vec<Planned> {
    dag.reachable(roots)
        .into_iter()
        .filter(|id| class[id.index()] == Class::Uniform)
        .filter_map(|id| plain(dag.node(id), id))
        .collect()
}

/// The row operations in the order in which they are to run.
pub(super) fn plan_rows(dag: &Dag, roots: &[NodeId], class: &[Class]) -> Vec<Planned> {
    let live = dag.reachable(roots);
    let is_row = |id: NodeId| class[id.index()] == Class::Row;
    let mut uses = vec![0u32; dag.len()];
    for &id in &live {
        for a in dag.node(id).operands() {
            uses[a.index()] += 1;
        }
    }
    for r in roots {
        // A root has to be there as a value: it is never absorbed.
        uses[r.index()] += 2;
    }
    let fuse = Fuse {
        dag,
        class,
        uses: &uses,
    };
    let mut need = vec![0u32; dag.len()];
    for &id in &live {
        need[id.index()] = registers(dag.node(id), &need);
    }
    let mut done = vec![false; dag.len()];
    let mut order = Vec::new();
    // (node, its operands are already on the stack)
    let mut stack: Vec<(NodeId, bool)> = roots.iter().rev().map(|&r| (r, false)).collect();
    while let Some((id, expanded)) = stack.pop() {
        if done[id.index()] || !is_row(id) {
            continue;
        }
        let Some(planned) = fuse.instruction(id) else {
            done[id.index()] = true;
            continue;
        };
        if expanded {
            done[id.index()] = true;
            order.push(planned);
            continue;
        }
        stack.push((id, true));
        let mut operands: Vec<NodeId> = planned.reads().collect();
        operands.sort_by_key(|a| need[a.index()]);
        stack.extend(operands.into_iter().map(|a| (a, false)));
    }
    order
}

/// Registers needed to compute a node as a tree (Ershov number).
fn registers(node: Node, need: &[u32]) -> u32 {
    let mut operands: Vec<u32> = node.operands().map(|a| need[a.index()]).collect();
    operands.sort_unstable_by(|a, b| b.cmp(a));
    let held = operands.iter().zip(0..).map(|(n, k)| n + k).max();
    held.unwrap_or(0).max(1)
}

/// The instruction for one node alone; none for constants and inputs.
fn plain(node: Node, id: NodeId) -> Option<Planned> {
    let (code, operands) = match node {
        Node::Const(_) | Node::Input(_) | Node::Powi(..) => return None,
        Node::Unary(op, a) => (Code::Unary(op), [a; 4]),
        Node::Binary(op, a, b) => (Code::Binary(op), [a, b, b, b]),
        Node::Select(c, a, b) => (Code::Select, [c, a, b, b]),
    };
    Some(Planned::bare(id, code, operands))
}

/// What decides which operations share an instruction.
struct Fuse<'a> {
    dag: &'a Dag,
    class: &'a [Class],
    uses: &'a [u32],
}

impl Fuse<'_> {
    fn is_row(&self, id: NodeId) -> bool {
        self.class[id.index()] == Class::Row
    }

    /// A value that nobody else uses.
    fn lone(&self, id: NodeId) -> bool {
        self.uses[id.index()] == 1 && self.is_row(id)
    }

    /// The instruction for a node together with operands that nobody else uses.
    fn instruction(&self, id: NodeId) -> Option<Planned> {
        self.ended(id).or_else(|| self.joined(id))
    }

    /// `a . b`, used here only.
    fn lone_binary(&self, id: NodeId) -> Option<(Binary, NodeId, NodeId)> {
        match self.dag.node(id) {
            Node::Binary(op, a, b) if self.lone(id) => Some((op, a, b)),
            _ => None,
        }
    }

    /// `a . b`, used here only, as the first half of an instruction.
    fn first(&self, id: NodeId) -> Option<(First, NodeId, NodeId)> {
        let (op, a, b) = self.lone_binary(id)?;
        First::of(op).map(|f| (f, a, b))
    }

    /// `(a . b) . c`, used here only, without divisions.
    fn pair(&self, id: NodeId) -> Option<(First, Second, [NodeId; 3])> {
        let (op, l, r) = self.lone_binary(id)?;
        [(l, r, false), (r, l, true)]
            .into_iter()
            .find_map(|(m, c, reversed)| {
                let second = Second::of(op, reversed).filter(|s| !s.divides())?;
                let (f, a, b) = self.first(m)?;
                Some((f, second, [a, b, c]))
            })
    }

    /// The operands of a lone product of a row and a single number.
    fn scaled(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        let (Binary::Mul, a, b) = self.lone_binary(id)? else {
            return None;
        };
        match (self.is_row(a), self.is_row(b)) {
            (true, false) => Some((a, b)),
            (false, true) => Some((b, a)),
            _ => None,
        }
    }

    /// Both orders of the operands of a sum.
    fn sum(&self, id: NodeId) -> Option<[(NodeId, NodeId); 2]> {
        match self.dag.node(id) {
            Node::Binary(Binary::Add, a, b) if a != b => Some([(a, b), (b, a)]),
            _ => None,
        }
    }

    /// `e + r h`, r the result of a code.
    fn drift(&self, id: NodeId) -> Option<Planned> {
        self.sum(id)?.into_iter().find_map(|(e, rh)| {
            let (r, h) = self.scaled(rh)?;
            let inner = if self.lone(r) { self.joined(r) } else { None };
            let inner = inner.filter(|i| i.code.takes_tail());
            let base = inner.unwrap_or(Planned::bare(id, Code::Copy, [r; 4]));
            Some(Planned {
                node: id,
                tail: Tail::Drift,
                ends: [e; 2],
                by: [h; 2],
                ..base
            })
        })
    }

    /// A code and the update that its result ends in.
    fn ended(&self, id: NodeId) -> Option<Planned> {
        let kick = self.sum(id)?.into_iter().find_map(|(sum, sf)| {
            let (f, s) = self.scaled(sf)?;
            let drift = if self.lone(sum) {
                self.drift(sum)
            } else {
                None
            };
            drift.map(|d| Planned {
                node: id,
                tail: Tail::Kick,
                ends: [d.ends[0], f],
                by: [d.by[0], s],
                ..d
            })
        });
        // Over a row as it is, a tail of one operand is a pair, and that is no longer.
        kick.or_else(|| self.drift(id).filter(|d| d.code != Code::Copy))
    }

    /// A node joined with operands that are themselves simple operations.
    fn joined(&self, id: NodeId) -> Option<Planned> {
        let planned = |code, operands| Some(Planned::bare(id, code, operands));
        match self.dag.node(id) {
            Node::Select(c, x, y) => {
                if let Some((op, a, b)) = self.lone_binary(c)
                    && matches!(op, Binary::Lt | Binary::Le | Binary::Eq | Binary::Ne)
                {
                    return planned(Code::Choose(op), [a, b, x, y]);
                }
            }
            Node::Binary(op, l, r) if l != r => {
                let (left, right) = (self.first(l), self.first(r));
                if let (Some((f, a, b)), Some((g, c, d)), Some(join)) = (left, right, First::of(op))
                {
                    return planned(Code::Twin(f, g, join), [a, b, c, d]);
                }
                for (m, n, reversed) in [(l, r, false), (r, l, true)] {
                    let Some(last) = Second::of(op, reversed) else {
                        continue;
                    };
                    if let Some((f, second, [a, b, c])) = self.pair(m) {
                        return planned(Code::Chain(f, second, last), [a, b, c, n]);
                    }
                    if let Some((f, a, b)) = self.first(m) {
                        return planned(Code::Pair(f, last), [a, b, n, n]);
                    }
                }
            }
            _ => {}
        }
        plain(self.dag.node(id), id)
    }
}
