//! Milstein (1974) for commutative noise, with the derivatives taken from the graph:
//!
//! `x' = x + f h + sum_k g_k dW_k + 1/2 sum_k (dg_k/dx g_k) (dW_k^2 - h) + sum_{k<l} (dg_l/dx g_k) dW_k dW_l`
//!
//! (Ito; without `- h` in Stratonovich's calculus, where f is the Stratonovich drift). Strong and weak order 1.
//! Noise that does not commute needs Lévy areas beside the increments.

use quincunx_expr::{Derivatives, NodeId};

use super::step::{Draft, StepGraph};
use crate::law::{Calculus, Equation};

/// The step over `h`, with normals of standard deviation `scale` per unit.
pub(super) fn step(equation: &Equation, h: f64, scale: f64) -> StepGraph {
    let mut draft = Draft::new(equation, h, scale);
    let mut next = draft.euler();
    let mut derivatives = Derivatives::new();
    for k in 0..draft.normal.len() {
        for l in k..draft.normal.len() {
            let along: Vec<NodeId> = (0..next.len())
                .map(|i| along(&mut draft, &mut derivatives, i, k, l))
                .collect();
            if along.iter().all(|&a| draft.dag.is_zero(a)) {
                continue;
            }
            let double = double_integral(&mut draft, equation.calculus(), k, l);
            for (next, &along) in next.iter_mut().zip(&along) {
                if !draft.dag.is_zero(along) {
                    let term = draft.dag.mul(along, double);
                    *next = draft.dag.add(*next, term);
                }
            }
        }
    }
    StepGraph {
        dag: draft.dag,
        next,
    }
}

/// `sum_j (d g_il / d x_j) g_jk`: the noise term l of component i along the noise vector k.
fn along(draft: &mut Draft, derivatives: &mut Derivatives, i: usize, k: usize, l: usize) -> NodeId {
    let mut sum = draft.dag.constant(0.0);
    for j in 0..draft.state.len() {
        let slope = derivatives.of(&mut draft.dag, draft.noise[i][l], j as u32);
        let other = draft.noise[j][k];
        if !draft.dag.is_zero(slope) && !draft.dag.is_zero(other) {
            let term = draft.dag.reduced_product(other, slope);
            sum = draft.dag.add(sum, term);
        }
    }
    sum
}

/// `I_(k,k)`, or `I_(k,l) + I_(l,k)`.
fn double_integral(draft: &mut Draft, calculus: Calculus, k: usize, l: usize) -> NodeId {
    let (first, second) = (draft.increment(k), draft.increment(l));
    if k != l {
        return draft.dag.mul(first, second);
    }
    let mut square = draft.dag.powi(first, 2);
    if calculus == Calculus::Ito {
        let h = draft.dag.constant(draft.h);
        square = draft.dag.sub(square, h);
    }
    let half = draft.dag.constant(0.5);
    draft.dag.mul(half, square)
}
