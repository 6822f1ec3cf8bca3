//! Where paths start.

use quincunx_core::error::check::fmt_f64;
use quincunx_core::rng::samplers::Alias;
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::Task;
use quincunx_core::{Error, Result};

/// How a replica gets its first state.
#[derive(Clone, Debug, PartialEq)]
pub enum Begin {
    /// From the start column of the run.
    Given,
    /// Drawn from a law, by a stream of the replica's own for this purpose.
    Law(Alias),
}

impl Begin {
    /// Drawn from `law` over `n` states: entries >= 0 with sum 1 within 1e-9.
    pub fn from_law(law: &[f64], n: usize) -> Result<Self> {
        if law.len() != n {
            return Err(Error::invalid(
                "start",
                format!("{} probabilities", law.len()),
                format!("must have one per state, {n}"),
            ));
        }
        let alias = Alias::new("start", law)?;
        let sum: f64 = law.iter().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(Error::invalid(
                "start",
                format!("a law with sum {}", fmt_f64(sum)),
                "must sum to 1 within 1e-9",
            ));
        }
        Ok(Self::Law(alias))
    }

    /// The first state of a slot of a fresh task, one of `n`.
    pub(super) fn state(&self, task: &Task<'_>, slot: usize, n: usize) -> Result<u32> {
        match self {
            Self::Law(alias) => {
                let mut stream = Stream::at(task.key, task.replica(slot), Purpose::START);
                Ok(alias.sample(&mut stream) as u32)
            }
            Self::Given => {
                let given = task.start(slot).and_then(|row| row.first().copied());
                let value = given.unwrap_or(0.0);
                if value >= 0.0 && value < n as f64 && value.fract() == 0.0 {
                    Ok(value as u32)
                } else {
                    Err(Error::invalid(
                        "start",
                        value,
                        format!("must be a state in [0, {n})"),
                    ))
                }
            }
        }
    }
}
