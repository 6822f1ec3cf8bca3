//! A formula as text that has been read: postfix tokens, checked for form, not yet tied to names.

use quincunx_core::{Error, Result};

use super::function::{Operation, apply, arity, operation};
use super::scope::Scope;
use crate::dag::{Dag, NodeId};

/// One step of a postfix program, as the reader of the text hands it over.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// A number: put on the stack.
    Number(f64),
    /// A name: its value is put on the stack.
    Name(String),
    /// An operator or function by its name in text, and the number of operands it takes off the stack.
    Apply(String, usize),
}

#[derive(Clone, PartialEq, Debug)]
enum Step {
    Number(f64),
    Name(usize),
    Apply(Operation),
}

/// A formula whose operators are known and balance; the names are resolved by [`lower`](Self::lower).
#[derive(Clone, PartialEq, Debug)]
pub struct Formula {
    source: String,
    steps: Vec<Step>,
    names: Vec<String>,
}

/// Longest text accepted, and longest part of it repeated in a message.
const SOURCE_LIMIT: usize = 100_000;
const SHOWN: usize = 72;

impl Formula {
    /// Checks a postfix program: known functions, right numbers of arguments, exactly one value left.
    ///
    /// `source` is the text for messages and printing.
    pub fn from_postfix(source: &str, tokens: &[Token]) -> Result<Self> {
        let mut formula = Self {
            source: source.to_owned(),
            steps: Vec::with_capacity(tokens.len()),
            names: Vec::new(),
        };
        if source.chars().count() > SOURCE_LIMIT || tokens.len() > 4 * SOURCE_LIMIT {
            return Err(formula.error(format!("longer than {SOURCE_LIMIT} characters")));
        }
        let mut depth = 0usize;
        for token in tokens {
            let step = formula.step(token)?;
            let taken = match step {
                Step::Apply(op) => arity(op),
                Step::Number(_) | Step::Name(_) => 0,
            };
            depth = match depth.checked_sub(taken) {
                Some(left) => left + 1,
                None => return Err(formula.error("an operand is missing".into())),
            };
            formula.steps.push(step);
        }
        match depth {
            1 => Ok(formula),
            0 => Err(formula.error("is empty".into())),
            _ => Err(formula.error("an operator is missing".into())),
        }
    }

    /// The formula that is this number.
    pub fn number(value: f64) -> Result<Self> {
        Self::from_postfix(&format!("{value:?}"), &[Token::Number(value)])
    }

    fn step(&mut self, token: &Token) -> Result<Step> {
        match token {
            Token::Number(value) if value.is_finite() => Ok(Step::Number(*value)),
            Token::Number(value) => Err(self.error(format!("{value}: numbers must be finite"))),
            Token::Apply(name, operands) => match operation(name, *operands) {
                Ok(op) => Ok(Step::Apply(op)),
                Err(Error::Refused(why)) => Err(self.error(why)),
                Err(other) => Err(other),
            },
            Token::Name(name) => {
                let known = self.names.iter().position(|n| n == name);
                Ok(Step::Name(known.unwrap_or_else(|| {
                    self.names.push(name.clone());
                    self.names.len() - 1
                })))
            }
        }
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names used, in order of appearance, `pi` left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|&n| n != "pi")
    }

    /// Builds the formula in `dag` over the inputs of `scope`. Unknown names are refused with the nearest known ones.
    pub fn lower(&self, dag: &mut Dag, scope: &Scope) -> Result<NodeId> {
        let mut values = Vec::with_capacity(self.names.len());
        for name in &self.names {
            values.push(match scope.get(name) {
                Some(i) => dag.input(i),
                None if name == "pi" => dag.constant(std::f64::consts::PI),
                None => return Err(self.error(scope.unknown(name))),
            });
        }
        let mut stack: Vec<NodeId> = Vec::new();
        for step in &self.steps {
            let node = match *step {
                Step::Number(value) => dag.constant(value),
                Step::Name(k) => values[k],
                Step::Apply(op) => {
                    let at = stack.len().saturating_sub(arity(op));
                    let node = apply(dag, op, &stack[at..]);
                    stack.truncate(at);
                    node.ok_or_else(|| Error::Internal("postfix program out of step".into()))?
                }
            };
            stack.push(node);
        }
        stack
            .pop()
            .ok_or_else(|| Error::Internal("postfix program left no value".into()))
    }

    /// `formula '...': why`.
    #[must_use]
    pub fn error(&self, why: String) -> Error {
        let short: String = self.source.chars().take(SHOWN).collect();
        let dots = if short.len() < self.source.len() {
            "..."
        } else {
            ""
        };
        Error::Refused(format!("formula '{short}{dots}': {why}"))
    }
}
