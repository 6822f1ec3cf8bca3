//! Formulas over named quantities: graph, derivatives, vector machine.
#![forbid(unsafe_code)]
