//! Samplers chosen by name at run time: for the border, and for the golden values that are checked on both sides.

use super::{Alias, Below, Binomial, Exponential, Gamma, Normal, Poisson, Uniform};
use crate::rng::Stream;
use crate::{Error, Result};

/// A sampler behind its name.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// `uniform(low, high)`
    Uniform(Uniform),
    /// `below(n)`
    Below(Below),
    /// `exponential(rate)`
    Exponential(Exponential),
    /// `normal(mean, sd)`
    Normal(Normal),
    /// `poisson(mean)`
    Poisson(Poisson),
    /// `binomial(n, p)`
    Binomial(Binomial),
    /// `gamma(shape, scale)`
    Gamma(Gamma),
    /// `alias(weight, ...)`
    Alias(Alias),
}

impl Named {
    /// Each name.
    pub const NAMES: [&str; 8] = [
        "uniform",
        "below",
        "exponential",
        "normal",
        "poisson",
        "binomial",
        "gamma",
        "alias",
    ];

    /// The sampler `name` with its parameters in order.
    pub fn new(name: &str, args: &[f64]) -> Result<Self> {
        Ok(match (name, args) {
            ("uniform", &[low, high]) => Self::Uniform(Uniform::new(low, high)?),
            ("below", &[n]) => Self::Below(Below::new(count("n", n)?)?),
            ("exponential", &[rate]) => Self::Exponential(Exponential::new(rate)?),
            ("normal", &[mean, sd]) => Self::Normal(Normal::new(mean, sd)?),
            ("poisson", &[mean]) => Self::Poisson(Poisson::new(mean)?),
            ("binomial", &[n, p]) => Self::Binomial(Binomial::new(count("n", n)?, p)?),
            ("gamma", &[shape, scale]) => Self::Gamma(Gamma::new(shape, scale)?),
            ("alias", weights) => Self::Alias(Alias::new("weights", weights)?),
            _ if Self::NAMES.contains(&name) => {
                let text = format!("{name} does not take {} parameters", args.len());
                return Err(Error::Refused(text));
            }
            _ => {
                let need = format!("must be one of {}", Self::NAMES.join(", "));
                return Err(Error::invalid("sampler", format!("'{name}'"), need));
            }
        })
    }

    /// The next draw; counts and indices as whole numbers.
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Uniform(law) => law.sample(stream),
            Self::Below(law) => law.sample(stream) as f64,
            Self::Exponential(law) => law.sample(stream),
            Self::Normal(law) => law.sample(stream),
            Self::Poisson(law) => law.sample(stream) as f64,
            Self::Binomial(law) => law.sample(stream) as f64,
            Self::Gamma(law) => law.sample(stream),
            Self::Alias(law) => law.sample(stream) as f64,
        }
    }
}

/// A whole number that an f64 holds exactly.
fn count(what: &str, value: f64) -> Result<u64> {
    if (0.0..=9_007_199_254_740_992.0).contains(&value) && value.fract() == 0.0 {
        Ok(value as u64)
    } else {
        let got = crate::error::check::fmt_f64(value);
        Err(Error::invalid(
            what,
            got,
            "must be a whole number in [0, 2^53]",
        ))
    }
}
