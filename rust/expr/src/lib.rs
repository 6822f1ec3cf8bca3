//! Formulas over named quantities: graph, derivatives, vector machine.
//!
//! ```
//! use quincunx_expr::{Dag, Derivatives, Formula, Place, Program, Scope, Token};
//!
//! // x - x**3, as the reader of the text hands it over
//! let name = |s: &str| Token::Name(s.into());
//! let op = |s: &str| Token::Apply(s.into(), 2);
//! let postfix = [name("x"), name("x"), Token::Number(3.0), op("**"), op("-")];
//! let drift = Formula::from_postfix("x - x**3", &postfix)?;
//!
//! let scope = Scope::of(&["x"], &[] as &[&str])?;
//! let mut dag = Dag::new();
//! let f = drift.lower(&mut dag, &scope)?;
//! let slope = Derivatives::new().of(&mut dag, f, 0);
//! let program = Program::compile(&dag, &[Place::Row(0), Place::Uniform(0)], &[f, slope])?;
//! assert_eq!(program.eval(&[2.0], &[0.0]), [-6.0, -11.0]);
//! # Ok::<(), quincunx_core::Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod dag;
pub mod number;
pub mod text;
pub mod vm;

pub use dag::{
    Binary, Dag, Derivatives, Node, NodeId, Noise, POWER_CHAIN_LIMIT, Unary, noise_structure,
};
pub use text::{Formula, Role, Scope, Token, function_names};
pub use vm::{Frame, Observed, Place, Program, Solo};
