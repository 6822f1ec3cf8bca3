//! A parameter that is one number for all bonds (sites), or one for each.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

/// One number for all, or one for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// The same everywhere.
    Uniform(f64),
    /// One per bond or site, in order.
    Each(Vec<f64>),
}

impl From<f64> for Values {
    fn from(value: f64) -> Self {
        Values::Uniform(value)
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Values::Each(values)
    }
}

impl Values {
    /// Finite, and as many as there are `items` (bonds or sites); equal values become one number.
    pub(super) fn checked(self, what: &str, items: &str, count: usize) -> Result<Self> {
        match self {
            Values::Uniform(value) => check::finite(what, value).map(Values::Uniform),
            Values::Each(values) if values.len() != count => Err(Error::invalid(
                what,
                format!("{} values", values.len()),
                format!("must be one number or one per {items} ({count})"),
            )),
            Values::Each(values) => {
                check::all_finite(what, &values)?;
                let first = values.first().copied().unwrap_or(0.0);
                if values.iter().all(|&v| v == first) {
                    Ok(Values::Uniform(first))
                } else {
                    Ok(Values::Each(values))
                }
            }
        }
    }

    /// The value at `index`.
    #[inline]
    pub fn at(&self, index: usize) -> f64 {
        match self {
            Values::Uniform(value) => *value,
            Values::Each(values) => values[index],
        }
    }

    /// The one value of all, if they are equal.
    pub fn uniform(&self) -> Option<f64> {
        match self {
            Values::Uniform(value) => Some(*value),
            Values::Each(_) => None,
        }
    }

    /// The one size of all values but zeros, whatever their signs; zero if all are zero.
    pub fn magnitude(&self) -> Option<f64> {
        let values = match self {
            Values::Uniform(value) => std::slice::from_ref(value),
            Values::Each(values) => values,
        };
        let sizes = || values.iter().map(|v| v.abs()).filter(|&v| v != 0.0);
        let first = sizes().next().unwrap_or(0.0);
        sizes().all(|size| size == first).then_some(first)
    }

    /// Whether every value is zero.
    pub fn is_zero(&self) -> bool {
        self.uniform() == Some(0.0)
    }

    /// The first value below zero, with its index (none for a single number).
    pub(crate) fn first_negative(&self) -> Option<(Option<usize>, f64)> {
        match self {
            Values::Uniform(value) => (*value < 0.0).then_some((None, *value)),
            Values::Each(values) => {
                let i = values.iter().position(|&v| v < 0.0)?;
                Some((Some(i), values[i]))
            }
        }
    }
}
