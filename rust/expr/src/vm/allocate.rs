//! Linear-scan register allocation: each value has a row from its instruction to its last use.

use std::collections::HashMap;

use super::code::Instruction;
use super::schedule::Planned;
use crate::dag::NodeId;

/// Rows that are settled beforehand (inputs, outputs, constants), and the first one that is free.
pub(super) struct Fixed {
    pub row: HashMap<NodeId, u32>,
    pub first_free: u32,
}

/// Places the plan, whose single numbers are in the scalars `scalar`; returns the instructions and the number of rows
/// in all.
pub(super) fn allocate(
    plan: &[Planned],
    fixed: &Fixed,
    scalar: &HashMap<NodeId, u32>,
) -> (Vec<Instruction>, u32) {
    let mut last_use: HashMap<NodeId, usize> = HashMap::new();
    for (at, planned) in plan.iter().enumerate() {
        for a in planned.reads() {
            last_use.insert(a, at);
        }
    }
    let mut row = fixed.row.clone();
    let mut free: Vec<u32> = Vec::new();
    let mut rows = fixed.first_free;
    let mut code = Vec::with_capacity(plan.len());
    for (at, planned) in plan.iter().enumerate() {
        let place = |a| row.get(&a).copied().unwrap_or(0);
        let (src, ends) = (planned.operands.map(place), planned.ends.map(place));
        // Operands seen for the last time give their row back before the result asks for one: in place if possible.
        for a in planned.reads() {
            if last_use.get(&a) == Some(&at)
                && !fixed.row.contains_key(&a)
                && let Some(r) = row.remove(&a)
            {
                free.push(r);
            }
        }
        let dst = match fixed.row.get(&planned.node) {
            Some(&r) => r,
            None => free.pop().unwrap_or_else(|| {
                rows += 1;
                rows - 1
            }),
        };
        row.insert(planned.node, dst);
        code.push(Instruction {
            code: planned.code,
            tail: planned.tail,
            dst,
            src,
            ends,
            by: planned.by.map(|n| scalar.get(&n).copied().unwrap_or(0)),
        });
    }
    (code, rows)
}
