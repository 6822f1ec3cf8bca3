//! The noise matrix at the beginning of a step: what bridges between two steps need.

use quincunx_core::Result;
use quincunx_core::observe::View;
use quincunx_core::simd::{LANES, Level};
use quincunx_expr::{Frame, NodeId, Place, Program};

use crate::law::{Equation, Graph};

/// The non-zero entries of g, and `|g_i|^2` of chosen states, as a program over lanes.
#[derive(Clone, Debug)]
pub(super) struct Diffusion {
    program: Program,
    frame: Option<Frame>,
    /// (state, Wiener process) of output e.
    entries: Vec<(usize, usize)>,
}

impl Diffusion {
    /// All entries of g.
    pub fn matrix(equation: &Equation) -> Result<Self> {
        let Graph { dag, noise, .. } = equation.graph();
        let mut entries = Vec::new();
        let mut nodes = Vec::new();
        for (i, row) in noise.iter().enumerate() {
            for (c, &g) in row.iter().enumerate() {
                if !dag.is_zero(g) {
                    entries.push((i, c));
                    nodes.push(g);
                }
            }
        }
        Ok(Self {
            program: compile(equation, &dag, &nodes)?,
            frame: None,
            entries,
        })
    }

    /// `|g_i|^2 = sum_c g_ic^2` for the states `columns`; output e belongs to `columns[e]`.
    pub fn variances(equation: &Equation, columns: &[usize]) -> Result<Self> {
        let Graph { mut dag, noise, .. } = equation.graph();
        let mut nodes = Vec::new();
        for &i in columns {
            let mut sum = dag.constant(0.0);
            for &g in noise.get(i).into_iter().flatten() {
                let square = dag.powi(g, 2);
                sum = dag.add(sum, square);
            }
            nodes.push(sum);
        }
        Ok(Self {
            program: compile(equation, &dag, &nodes)?,
            frame: None,
            entries: columns.iter().map(|&i| (i, i)).collect(),
        })
    }

    /// (state, Wiener process) of each output.
    pub fn entries(&self) -> &[(usize, usize)] {
        &self.entries
    }

    /// Evaluates at time `t` in the states shown.
    pub fn evaluate(&mut self, t: f64, view: View<'_>) {
        let chunks = view.lanes().div_ceil(LANES);
        let program = &self.program;
        let frame = self.frame.get_or_insert_with(|| program.frame(chunks, 0));
        for i in 0..program.inputs() {
            for (chunk, x) in frame
                .row_mut(i)
                .iter_mut()
                .zip(view.column(i).chunks(LANES))
            {
                chunk.0[..x.len()].copy_from_slice(x);
            }
        }
        frame.set_uniform(0, t);
        program.run(Level::detect(), frame, chunks);
    }

    /// Output `e` of a lane, after [`Diffusion::evaluate`].
    pub fn get(&self, e: usize, lane: usize) -> f64 {
        self.frame.as_ref().map_or(f64::NAN, |frame| {
            frame.row(self.program.output_row(e))[lane / LANES][lane % LANES]
        })
    }
}

fn compile(equation: &Equation, dag: &quincunx_expr::Dag, nodes: &[NodeId]) -> Result<Program> {
    let mut places: Vec<Place> = (0..equation.dimension()).map(Place::Row).collect();
    places.push(Place::Uniform(0));
    Program::compile(dag, &places, nodes)
}
