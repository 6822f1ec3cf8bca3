//! From graph to an ordered list of (still unplaced) instructions: powers multiplied out, operations fused in pairs,
//! operands that need more registers computed first.

use super::code::{Code, First, Second};
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
}

impl Planned {
    /// The operands that the code reads.
    pub(super) fn reads(&self) -> &[NodeId] {
        &self.operands[..self.code.operands()]
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
    let lone = |id: NodeId| uses[id.index()] == 1 && is_row(id);
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
        let Some(planned) = fused(dag, id, &lone) else {
            done[id.index()] = true;
            continue;
        };
        if expanded {
            done[id.index()] = true;
            order.push(planned);
            continue;
        }
        stack.push((id, true));
        let mut operands = planned.reads().to_vec();
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
    Some(Planned {
        node: id,
        code,
        operands,
    })
}

/// The instruction for a node together with operands that nobody else uses.
fn fused(dag: &Dag, id: NodeId, lone: &impl Fn(NodeId) -> bool) -> Option<Planned> {
    let planned = |code, operands| {
        Some(Planned {
            node: id,
            code,
            operands,
        })
    };
    let first = |m: NodeId| match dag.node(m) {
        Node::Binary(op, a, b) if lone(m) => First::of(op).map(|f| (f, a, b)),
        _ => None,
    };
    match dag.node(id) {
        Node::Select(c, x, y) if lone(c) => {
            if let Node::Binary(op, a, b) = dag.node(c)
                && matches!(op, Binary::Lt | Binary::Le | Binary::Eq | Binary::Ne)
            {
                return planned(Code::Choose(op), [a, b, x, y]);
            }
        }
        Node::Binary(op, l, r) if l != r => {
            let (left, right) = (first(l), first(r));
            if let (Some((f, a, b)), Some((g, c, d)), Some(join)) = (left, right, First::of(op)) {
                return planned(Code::Twin(f, g, join), [a, b, c, d]);
            }
            if let (Some((f, a, b)), Some(second)) = (left, Second::of(op, false)) {
                return planned(Code::Pair(f, second), [a, b, r, r]);
            }
            if let (Some((f, a, b)), Some(second)) = (right, Second::of(op, true)) {
                return planned(Code::Pair(f, second), [a, b, l, l]);
            }
        }
        _ => {}
    }
    plain(dag.node(id), id)
}
