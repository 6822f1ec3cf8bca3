//! Euler and Maruyama (1955): `x' = x + f h + sum_k g_k dW_k`. Strong order 1/2 (1 for additive noise), weak order 1.

use super::step::{Draft, StepGraph};
use crate::law::Equation;

/// The step over `h`, with normals of standard deviation `scale` per unit.
pub(super) fn step(equation: &Equation, h: f64, scale: f64) -> StepGraph {
    let mut draft = Draft::new(equation, h, scale);
    let next = draft.euler();
    StepGraph {
        dag: draft.dag,
        next,
    }
}
