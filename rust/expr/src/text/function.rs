//! The operators and functions a formula may use, by the names they have in text.

use quincunx_core::{Error, Result};

use super::suggest::{nearest, quoted};
use crate::dag::{Binary, Dag, NodeId, Unary};

/// An operator or function with its number of operands settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// A function of one number.
    Unary(Unary),
    /// A function of two numbers.
    Binary(Binary),
    /// `+x`: nothing.
    Plus,
    /// `a > b`, which is `b < a`.
    Gt,
    /// `a >= b`, which is `b <= a`.
    Ge,
    /// `a if c else b`, operands (c, a, b).
    Select,
    /// `x in (a, b, ...)`, the number of operands given.
    In(usize),
    /// `min` or `max` of several numbers, left to right.
    Extremum(Binary, usize),
    /// `heaviside(x)` with 1/2 at 0, or `heaviside(x, h)` with h at 0.
    Heaviside(usize),
}

/// Functions that are called by name, with the least and the greatest number of arguments.
const CALLS: &[(&str, usize, usize)] = &[
    ("where", 3, 3),
    ("min", 1, usize::MAX),
    ("max", 1, usize::MAX),
    ("abs", 1, 1),
    ("sign", 1, 1),
    ("floor", 1, 1),
    ("ceil", 1, 1),
    ("mod", 2, 2),
    ("exp", 1, 1),
    ("log", 1, 1),
    ("sqrt", 1, 1),
    ("sin", 1, 1),
    ("cos", 1, 1),
    ("tan", 1, 1),
    ("tanh", 1, 1),
    ("atan", 1, 1),
    ("erf", 1, 1),
    ("heaviside", 1, 2),
];

/// Names of other languages, and what they are called here.
const ALIASES: &[(&str, &str)] = &[
    ("ln", "log"),
    ("log2", "log(x)/log(2)"),
    ("log10", "log(x)/log(10)"),
    ("sgn", "sign"),
    ("fabs", "abs"),
    ("arctan", "atan"),
    ("pow", "a**b"),
    ("power", "a**b"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("Piecewise", "a if c else b"),
    ("ifelse", "a if c else b"),
    ("sinh", "(exp(x) - exp(-x))/2"),
    ("cosh", "(exp(x) + exp(-x))/2"),
];

/// The names of all functions, in the order of the documentation.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|&(name, ..)| name)
}

/// The operation called `name` in text, for this many operands.
pub(crate) fn operation(name: &str, operands: usize) -> Result<Operation> {
    if let Some(operator) = operator(name, operands) {
        let need = arity(operator);
        return if operands == need {
            Ok(operator)
        } else {
            Err(Error::Refused(format!(
                "operator '{name}' with {operands} operands instead of {need}"
            )))
        };
    }
    if name == "in" && operands >= 1 {
        return Ok(Operation::In(operands));
    }
    let Some(&(_, least, most)) = CALLS.iter().find(|&&(known, ..)| known == name) else {
        return Err(unknown_function(name));
    };
    if operands < least || operands > most {
        let need = match (least, most) {
            (1, 1) => "one argument".to_owned(),
            (1, usize::MAX) => "at least one argument".to_owned(),
            (a, b) if a == b => format!("{a} arguments"),
            (a, b) => format!("{a} or {b} arguments"),
        };
        return Err(Error::Refused(format!(
            "{name}() takes {need}, not {operands}"
        )));
    }
    Ok(call(name, operands))
}

fn operator(name: &str, operands: usize) -> Option<Operation> {
    use Operation::{Binary as B, Ge, Gt, Plus, Select, Unary as U};
    Some(match name {
        "+" if operands == 1 => Plus,
        "-" if operands == 1 => U(Unary::Neg),
        "+" => B(Binary::Add),
        "-" => B(Binary::Sub),
        "*" => B(Binary::Mul),
        "/" => B(Binary::Div),
        "**" => B(Binary::Pow),
        "%" => B(Binary::Mod),
        "<" => B(Binary::Lt),
        "<=" => B(Binary::Le),
        ">" => Gt,
        ">=" => Ge,
        "==" => B(Binary::Eq),
        "!=" => B(Binary::Ne),
        "and" => B(Binary::And),
        "or" => B(Binary::Or),
        "not" => U(Unary::Not),
        "if" => Select,
        _ => return None,
    })
}

fn call(name: &str, operands: usize) -> Operation {
    use Operation::{Binary as B, Unary as U};
    match name {
        "min" => Operation::Extremum(Binary::Min, operands),
        "max" => Operation::Extremum(Binary::Max, operands),
        "mod" => B(Binary::Mod),
        "heaviside" => Operation::Heaviside(operands),
        "abs" => U(Unary::Abs),
        "sign" => U(Unary::Sign),
        "floor" => U(Unary::Floor),
        "ceil" => U(Unary::Ceil),
        "exp" => U(Unary::Exp),
        "log" => U(Unary::Log),
        "sqrt" => U(Unary::Sqrt),
        "sin" => U(Unary::Sin),
        "cos" => U(Unary::Cos),
        "tan" => U(Unary::Tan),
        "tanh" => U(Unary::Tanh),
        "atan" => U(Unary::Atan),
        "erf" => U(Unary::Erf),
        _ => Operation::Select,
    }
}

/// The number of operands an operation takes off the stack.
pub(crate) fn arity(operation: Operation) -> usize {
    match operation {
        Operation::Unary(_) | Operation::Plus => 1,
        Operation::Binary(_) | Operation::Gt | Operation::Ge => 2,
        Operation::Select => 3,
        Operation::In(n) | Operation::Extremum(_, n) | Operation::Heaviside(n) => n,
    }
}

fn unknown_function(name: &str) -> Error {
    if let Some((_, here)) = ALIASES.iter().find(|&&(other, _)| other == name) {
        return Error::Refused(format!("unknown function '{name}': write {here}"));
    }
    let near = nearest(name, function_names());
    let hint = if near.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", quoted(&near, " or "))
    };
    let all: Vec<&str> = function_names().collect();
    Error::Refused(format!(
        "unknown function '{name}'{hint} functions: {}",
        all.join(", ")
    ))
}

/// Applies `operation` to `operands` (as many as its arity).
pub(crate) fn apply(dag: &mut Dag, operation: Operation, operands: &[NodeId]) -> Option<NodeId> {
    Some(match (operation, operands) {
        (Operation::Plus, &[a]) => a,
        (Operation::Unary(op), &[a]) => dag.unary(op, a),
        (Operation::Binary(op), &[a, b]) => dag.binary(op, a, b),
        (Operation::Gt, &[a, b]) => dag.binary(Binary::Lt, b, a),
        (Operation::Ge, &[a, b]) => dag.binary(Binary::Le, b, a),
        (Operation::Select, &[c, a, b]) => dag.select(c, a, b),
        (Operation::In(_), [x, choices @ ..]) => {
            let mut any = dag.constant(0.0);
            for &choice in choices {
                let equal = dag.binary(Binary::Eq, *x, choice);
                any = dag.or(any, equal);
            }
            any
        }
        (Operation::Extremum(op, _), [first, rest @ ..]) => rest
            .iter()
            .fold(*first, |so_far, &next| dag.binary(op, so_far, next)),
        (Operation::Heaviside(_), [x, at_zero @ ..]) => {
            let (zero, half, one) = (dag.constant(0.0), dag.constant(0.5), dag.constant(1.0));
            let at_zero = at_zero.first().copied().unwrap_or(half);
            let (above, below) = (
                dag.binary(Binary::Lt, zero, *x),
                dag.binary(Binary::Lt, *x, zero),
            );
            let there = dag.binary(Binary::Eq, *x, zero);
            let rest = dag.select(there, at_zero, *x);
            let rest = dag.select(below, zero, rest);
            dag.select(above, one, rest)
        }
        _ => return None,
    })
}
