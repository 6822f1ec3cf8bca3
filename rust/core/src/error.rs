//! One error type for the whole core. The Python classes are chosen in `rust/py/src/error.rs`, nowhere else.

use std::fmt;

/// Shorthand for results of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, in the words a user needs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value is wrong: `rates[2] = -1.0: must be finite and >= 0`. Becomes `ValueError`.
    #[error("{what}{} = {got}: {need}", Subscript(.index))]
    Invalid {
        /// The public name of the argument.
        what: String,
        /// Where in the argument; empty for the whole of it.
        index: Vec<usize>,
        /// The value found.
        got: String,
        /// What would be accepted, beginning with "must".
        need: String,
    },
    /// The request as a whole cannot be met; the sentence says why and what to do. Becomes `ValueError`.
    #[error("{0}")]
    Refused(String),
    /// An argument has the wrong kind. Becomes `TypeError`.
    #[error("{0}")]
    Type(String),
    /// More memory than allowed. Becomes `MemoryError`.
    #[error("{what} needs {}, the limit is {}: {remedy}", Bytes(*.bytes), Bytes(*.limit))]
    TooLarge {
        /// What would have been allocated.
        what: String,
        /// Its size in bytes.
        bytes: u128,
        /// The limit in bytes.
        limit: u128,
        /// What to change.
        remedy: String,
    },
    /// An iteration did not reach its tolerance, or a number left its range. Becomes `SimulationError`.
    #[error("{0}")]
    Numerical(String),
    /// The run was cancelled (Ctrl-C). Becomes the exception of the pending signal.
    #[error("cancelled")]
    Cancelled,
    /// An exception of a user's callable, handed on as it is.
    #[error("{0}")]
    Foreign(Box<dyn std::error::Error + Send + Sync>),
    /// A broken promise of our own. Becomes `InternalError`.
    #[error("{0} (this is a bug in quincunx: please report it)")]
    Internal(String),
}

impl Error {
    /// `what = got: need`.
    pub fn invalid(
        what: impl Into<String>,
        got: impl fmt::Display,
        need: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            what: what.into(),
            index: Vec::new(),
            got: got.to_string(),
            need: need.into(),
        }
    }

    /// `what[i, j] = got: need`.
    pub fn invalid_at(
        what: impl Into<String>,
        index: impl Into<Vec<usize>>,
        got: impl fmt::Display,
        need: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            what: what.into(),
            index: index.into(),
            got: got.to_string(),
            need: need.into(),
        }
    }
}

struct Subscript<'a>(&'a [usize]);

impl fmt::Display for Subscript<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            [first, rest @ ..] => {
                write!(f, "[{first}")?;
                rest.iter().try_for_each(|i| write!(f, ", {i}"))?;
                f.write_str("]")
            }
        }
    }
}

struct Bytes(u128);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
        let mut value = self.0 as f64;
        let mut unit = UNITS[0];
        for next in &UNITS[1..] {
            if value < 1000.0 {
                break;
            }
            value /= 1000.0;
            unit = next;
        }
        if unit == "B" {
            write!(f, "{value} B")
        } else {
            write!(f, "{value:.1} {unit}")
        }
    }
}

/// Checks on numbers that come from a user, each with its sentence. `what` is the public argument name.
pub mod check {
    use super::{Error, Result};

    /// Finite, or refused.
    pub fn finite(what: &str, value: f64) -> Result<f64> {
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::invalid(what, value, "must be finite"))
        }
    }

    /// Finite and >= 0, or refused.
    pub fn non_negative(what: &str, value: f64) -> Result<f64> {
        if value.is_finite() && value >= 0.0 {
            Ok(value)
        } else {
            Err(Error::invalid(
                what,
                fmt_f64(value),
                "must be finite and >= 0",
            ))
        }
    }

    /// Finite and > 0, or refused.
    pub fn positive(what: &str, value: f64) -> Result<f64> {
        if value.is_finite() && value > 0.0 {
            Ok(value)
        } else {
            Err(Error::invalid(
                what,
                fmt_f64(value),
                "must be finite and > 0",
            ))
        }
    }

    /// Each element finite, or the first bad one is named with its index.
    pub fn all_finite(what: &str, values: &[f64]) -> Result<()> {
        all(what, values, "must be finite", |v| v.is_finite())
    }

    /// Each element satisfies `rule`, or the first bad one is named with its index.
    pub fn all(what: &str, values: &[f64], need: &str, rule: impl Fn(f64) -> bool) -> Result<()> {
        match values.iter().position(|&v| !rule(v)) {
            None => Ok(()),
            Some(i) => Err(Error::invalid_at(what, [i], fmt_f64(values[i]), need)),
        }
    }

    /// At most `limit` bytes, or refused with what would make it smaller. Every allocation whose size a caller decides is
    /// judged here first: an allocation that fails ends the process.
    pub fn memory(what: impl Into<String>, bytes: u128, limit: u128, remedy: &str) -> Result<()> {
        if bytes <= limit {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: what.into(),
            bytes,
            limit,
            remedy: remedy.into(),
        })
    }

    /// The shortest decimal that reads back as the same number, with `.0` on whole ones.
    pub fn fmt_f64(value: f64) -> String {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_place_the_value_and_the_rule() {
        let bad = check::all("rates", &[1.0, 2.0, -1.0], "must be finite and >= 0", |v| {
            v >= 0.0
        });
        assert_eq!(
            bad.map_err(|e| e.to_string()),
            Err("rates[2] = -1.0: must be finite and >= 0".into())
        );
        let large = Error::TooLarge {
            what: "the result".into(),
            bytes: 8_000_000_000,
            limit: 500,
            remedy: "observe fewer times".into(),
        };
        assert_eq!(
            large.to_string(),
            "the result needs 8.0 GB, the limit is 500 B: observe fewer times"
        );
    }
}
