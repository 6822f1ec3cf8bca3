//! Names and what they stand for.

use std::collections::HashMap;

use quincunx_core::{Error, Result};

use super::function::function_names;
use super::suggest::{nearest, quoted};

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A quantity of the model: varies from replica to replica.
    Quantity,
    /// A parameter: one number per run and set of a sweep.
    Parameter,
    /// The time `t`.
    Time,
}

impl Role {
    fn noun(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Parameter => "parameter",
            Self::Time => "time",
        }
    }
}

/// Python's reserved words: `ast` would never hand them over as names.
const RESERVED: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Ordered names; the position of a name is the index of its input.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    entries: Vec<(String, Role)>,
    index: HashMap<String, u32>,
}

impl Scope {
    /// No names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Quantities, then parameters, then `t`: the usual order.
    pub fn of<Q: AsRef<str>, P: AsRef<str>>(quantities: &[Q], parameters: &[P]) -> Result<Self> {
        let mut scope = Self::new();
        for name in quantities {
            scope.declare(name.as_ref(), Role::Quantity)?;
        }
        for name in parameters {
            scope.declare(name.as_ref(), Role::Parameter)?;
        }
        scope.declare("t", Role::Time)?;
        Ok(scope)
    }

    /// Adds a name and returns the index of its input. A name that is taken, reserved or no identifier is refused.
    pub fn declare(&mut self, name: &str, role: Role) -> Result<u32> {
        let refuse = |why: String| Err(Error::Refused(format!("{} '{name}': {why}", role.noun())));
        if !is_identifier(name) {
            return refuse("must be a letter or _ followed by letters, digits and _".into());
        }
        if RESERVED.contains(&name) {
            return refuse(format!(
                "is a reserved word of Python; write '{name}_' or another name"
            ));
        }
        if name == "pi" {
            return refuse("is the constant 3.14159...; choose another name".into());
        }
        if (name == "t") != (role == Role::Time) {
            return refuse("'t' is the time and nothing else; choose another name".into());
        }
        if function_names().any(|f| f == name) {
            return refuse("is the name of a function; choose another name".into());
        }
        if let Some(&i) = self.index.get(name) {
            let other = self.entries[i as usize].1;
            return refuse(if other == role {
                format!(
                    "is declared twice; each {} needs a name of its own",
                    role.noun()
                )
            } else {
                format!(
                    "is already the name of a {}; choose another name",
                    other.noun()
                )
            });
        }
        let i = self.entries.len() as u32;
        self.entries.push((name.to_owned(), role));
        self.index.insert(name.to_owned(), i);
        Ok(i)
    }

    /// The index of the input called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The role of input `i`.
    #[must_use]
    pub fn role(&self, i: u32) -> Option<Role> {
        self.entries.get(i as usize).map(|&(_, role)| role)
    }

    /// The number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Are there no names?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// `unknown name 'beat'; did you mean 'beta'? known names: ...`.
    pub(crate) fn unknown(&self, name: &str) -> String {
        if function_names().any(|f| f == name) {
            return format!("'{name}' is a function: write {name}(...)");
        }
        let known = || self.names().chain(["pi"]);
        let near = nearest(name, known());
        let hint = match near.as_slice() {
            [] => ";".to_owned(),
            some => format!("; did you mean {}?", quoted(some, " or ")),
        };
        let all: Vec<&str> = known().collect();
        format!(
            "unknown name '{name}'{hint} known names: {}",
            all.join(", ")
        )
    }
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
}
