//! What all schemes are built from: states, increments, and the sum of a step's terms.

use quincunx_expr::{Dag, NodeId};

use crate::law::{Equation, Graph};

/// One step as a graph. Inputs: the d states, `t`, then the m standard normals of the step.
#[derive(Debug)]
pub(crate) struct StepGraph {
    pub dag: Dag,
    /// The states after the step.
    pub next: Vec<NodeId>,
}

/// A step in the making.
pub(super) struct Draft {
    pub dag: Dag,
    pub drift: Vec<NodeId>,
    pub noise: Vec<Vec<NodeId>>,
    /// The states, as nodes.
    pub state: Vec<NodeId>,
    /// The standard normals (or sums of them), as nodes.
    pub normal: Vec<NodeId>,
    /// The step.
    pub h: f64,
    /// Standard deviation of the increment that one unit of `normal` stands for.
    pub scale: f64,
}

impl Draft {
    pub fn new(equation: &Equation, h: f64, scale: f64) -> Self {
        let Graph {
            mut dag,
            drift,
            noise,
        } = equation.graph();
        let first = equation.time_input() + 1;
        let state = (0..first - 1).map(|i| dag.input(i)).collect();
        let normal = (0..equation.processes() as u32)
            .map(|c| dag.input(first + c))
            .collect();
        Self {
            dag,
            drift,
            noise,
            state,
            normal,
            h,
            scale,
        }
    }

    /// The increment `dW_c`.
    pub fn increment(&mut self, c: usize) -> NodeId {
        let scale = self.dag.constant(self.scale);
        self.dag.mul(scale, self.normal[c])
    }

    /// `x_i + f_i h + sum_c g_ic dW_c`: the beginning of every explicit scheme.
    pub fn euler(&mut self) -> Vec<NodeId> {
        (0..self.state.len()).map(|i| self.euler_of(i)).collect()
    }

    fn euler_of(&mut self, i: usize) -> NodeId {
        let h = self.dag.constant(self.h);
        let change = self.dag.mul(self.drift[i], h);
        let mut next = if self.dag.is_zero(change) {
            self.state[i]
        } else {
            self.dag.add(self.state[i], change)
        };
        for c in 0..self.normal.len() {
            let g = self.noise[i][c];
            if self.dag.is_zero(g) {
                continue;
            }
            let kick = match self.dag.as_const(g) {
                Some(value) => {
                    let scaled = self.dag.constant(value * self.scale);
                    self.dag.mul(scaled, self.normal[c])
                }
                None => {
                    let increment = self.increment(c);
                    self.dag.mul(g, increment)
                }
            };
            next = self.dag.add(next, kick);
        }
        next
    }
}
