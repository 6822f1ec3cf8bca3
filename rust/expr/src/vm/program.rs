//! A compiled set of formulas.

use std::collections::HashMap;

use quincunx_core::simd::Level;
use quincunx_core::{Error, Result};

use super::allocate::{Fixed, allocate};
use super::code::Instruction;
use super::exec::{Ready, prepare};
use super::schedule::{Class, Planned, classes, expand_powers, plan_rows, plan_uniform};
use crate::dag::{Dag, Node, NodeId};

/// Where the value of an input comes from at run time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A row of the frame: one value per lane.
    Row(usize),
    /// A uniform of the frame: one value for all lanes (the time, a step size).
    Uniform(usize),
}

/// Formulas compiled for blocks of lanes: a prelude on single numbers for what depends on uniforms alone, then
/// instructions over rows.
///
/// Rows of a frame, in order: inputs, outputs, constants and uniforms spread over the lanes, temporaries.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) prelude: Vec<Instruction>,
    /// Initial scalars: uniform inputs (0), constants of the prelude, its temporaries (0).
    pub(super) scalars: Vec<f64>,
    pub(super) uniforms: usize,
    /// (row, scalar): rows refilled at each execution.
    pub(super) spread: Vec<(u32, u32)>,
    /// (row, value): rows filled once.
    pub(super) constants: Vec<(u32, f64)>,
    pub(super) code: Vec<Instruction>,
    /// The code for each level.
    pub(super) ready: [Vec<Ready>; Level::ALL.len()],
    pub(super) rows: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// (input row, output row): exchanged at the end of each execution.
    pub(super) assigned: Vec<(u32, u32)>,
}

impl Program {
    /// Compiles `outputs`. `places[i]` says where input i is found; bind parameters first ([`Dag::bind`]).
    pub fn compile(dag: &Dag, places: &[Place], outputs: &[NodeId]) -> Result<Self> {
        Self::step(dag, places, &[], outputs)
    }

    /// Compiles a whole step: after an execution, row r holds the new value for each `(r, node)` of `assigned`; all
    /// nodes, `outputs` too, are computed from the old values. Nothing is copied: rows change places.
    pub fn step(
        dag: &Dag,
        places: &[Place],
        assigned: &[(usize, NodeId)],
        outputs: &[NodeId],
    ) -> Result<Self> {
        let roots: Vec<NodeId> = assigned
            .iter()
            .map(|&(_, node)| node)
            .chain(outputs.iter().copied())
            .collect();
        let inputs = places
            .iter()
            .filter_map(|p| match p {
                Place::Row(r) => Some(r + 1),
                Place::Uniform(_) => None,
            })
            .max()
            .unwrap_or(0);
        if let Some(&(row, _)) = assigned.iter().find(|&&(r, _)| r >= inputs) {
            return Err(Error::Internal(format!(
                "row {row} is assigned but no input"
            )));
        }
        if let Some(i) = dag
            .inputs_of(&roots)
            .into_iter()
            .find(|&i| i as usize >= places.len())
        {
            return Err(Error::Internal(format!("input {i} has no place")));
        }
        let (dag, roots) = expand_powers(dag, &roots);
        let class = classes(&dag, &roots, |i| match places[i as usize] {
            Place::Row(_) => Class::Row,
            Place::Uniform(_) => Class::Uniform,
        });
        let mut build = Build::new(&dag, places, &class, inputs, roots.len());
        let prelude = build.prelude(&roots);
        let plan = plan_rows(&dag, &roots, &class);
        let (code, rows) = build.rows(&plan, &roots);
        Ok(Self {
            prelude,
            scalars: build.scalars,
            uniforms: build.uniforms,
            spread: build.spread,
            constants: build.constants,
            ready: prepare(&code),
            code,
            rows,
            inputs,
            outputs: roots.len(),
            assigned: (assigned.iter().zip(inputs..))
                .map(|(&(row, _), out)| (row as u32, out as u32))
                .collect(),
        })
    }

    /// The number of input rows.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of uniforms.
    #[must_use]
    pub fn uniforms(&self) -> usize {
        self.uniforms
    }

    /// The number of outputs, assigned ones first.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The row in which output k is found after an execution. For assigned outputs that is the input row itself.
    #[must_use]
    pub fn output_row(&self, k: usize) -> usize {
        match self.assigned.get(k) {
            Some(&(input, _)) => input as usize,
            None => self.inputs + k,
        }
    }

    /// The number of instructions per execution and block, the prelude left out.
    #[must_use]
    pub fn instructions(&self) -> usize {
        self.code.len()
    }

    /// The number of rows a frame needs.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }
}

struct Build<'a> {
    dag: &'a Dag,
    places: &'a [Place],
    class: &'a [Class],
    inputs: usize,
    outputs: usize,
    uniforms: usize,
    scalars: Vec<f64>,
    scalar_of: HashMap<NodeId, u32>,
    spread: Vec<(u32, u32)>,
    constants: Vec<(u32, f64)>,
}

impl<'a> Build<'a> {
    fn new(
        dag: &'a Dag,
        places: &'a [Place],
        class: &'a [Class],
        inputs: usize,
        outputs: usize,
    ) -> Self {
        let uniforms = places
            .iter()
            .filter_map(|p| match p {
                Place::Uniform(u) => Some(u + 1),
                Place::Row(_) => None,
            })
            .max()
            .unwrap_or(0);
        Self {
            dag,
            places,
            class,
            inputs,
            outputs,
            uniforms,
            scalars: vec![0.0; uniforms],
            scalar_of: HashMap::new(),
            spread: Vec::new(),
            constants: Vec::new(),
        }
    }

    /// The scalar that holds a constant or uniform node.
    fn scalar(&mut self, id: NodeId) -> u32 {
        if let Some(&s) = self.scalar_of.get(&id) {
            return s;
        }
        let s = match self.dag.node(id) {
            Node::Input(i) => match self.places[i as usize] {
                Place::Uniform(u) | Place::Row(u) => u as u32,
            },
            node => {
                self.scalars.push(node.as_const().unwrap_or(0.0));
                self.scalars.len() as u32 - 1
            }
        };
        self.scalar_of.insert(id, s);
        s
    }

    fn prelude(&mut self, roots: &[NodeId]) -> Vec<Instruction> {
        plan_uniform(self.dag, roots, self.class)
            .iter()
            .map(|planned| Instruction {
                code: planned.code,
                src: planned.operands.map(|a| self.scalar(a)),
                dst: self.scalar(planned.node),
                ..Instruction::COPY
            })
            .collect()
    }

    /// Settles the rows of inputs, outputs, constants and uniforms, then places the plan.
    fn rows(&mut self, plan: &[Planned], roots: &[NodeId]) -> (Vec<Instruction>, usize) {
        let mut row: HashMap<NodeId, u32> = HashMap::new();
        let mut next = (self.inputs + self.outputs) as u32;
        let operands = plan.iter().flat_map(Planned::reads);
        for id in operands.chain(roots.iter().copied()) {
            if row.contains_key(&id) {
                continue;
            }
            match (self.class[id.index()], self.dag.node(id)) {
                (Class::Row, Node::Input(i)) => {
                    if let Place::Row(r) = self.places[i as usize] {
                        row.insert(id, r as u32);
                    }
                }
                (Class::Row, _) => {}
                (Class::Constant, node) => {
                    self.constants
                        .push((next, node.as_const().unwrap_or(f64::NAN)));
                    row.insert(id, next);
                    next += 1;
                }
                (Class::Uniform, _) => {
                    let scalar = self.scalar(id);
                    self.spread.push((next, scalar));
                    row.insert(id, next);
                    next += 1;
                }
            }
        }
        // An output that is computed once goes straight to its row; anything else is copied there.
        let mut copies = Vec::new();
        for (k, root) in roots.iter().enumerate() {
            let to = (self.inputs + k) as u32;
            match row.get(root) {
                Some(&from) => copies.push((from, to)),
                None => {
                    row.insert(*root, to);
                }
            }
        }
        let fixed = Fixed {
            row,
            first_free: next,
        };
        for &id in plan.iter().flat_map(Planned::scalars) {
            self.scalar(id);
        }
        let (mut code, rows) = allocate(plan, &fixed, &self.scalar_of);
        code.extend(copies.into_iter().map(|(from, to)| Instruction {
            dst: to,
            src: [from; 4],
            ..Instruction::COPY
        }));
        (code, rows as usize)
    }
}
