//! Sojourn laws: how long a process stays.

use quincunx_core::error::check;
use quincunx_core::rng::{Stream, samplers::Gamma};
use quincunx_core::{Error, Result};

/// The law of a sojourn time T > 0, validated.
#[derive(Clone, Debug)]
pub enum Law {
    /// P(T > t) = exp(-t/scale).
    Exponential {
        /// Mean.
        scale: f64,
    },
    /// Density t^(k-1) exp(-t/scale) / (Gamma(k) scale^k).
    Gamma {
        /// The draws themselves.
        draw: Gamma,
        /// Draws of shape k + 1: the length-biased law.
        biased: Gamma,
        /// Shape k times scale.
        mean: f64,
    },
    /// P(T > t) = exp(-(t/scale)^k).
    Weibull {
        /// Shape k.
        shape: f64,
        /// Scale.
        scale: f64,
        /// (T/scale)^k under the length-biased law: Gamma(1 + 1/k, 1).
        biased: Gamma,
    },
}

impl Law {
    /// Exponential law with a rate (1/mean).
    pub fn exponential(what: &str, rate: f64) -> Result<Self> {
        let rate = check::positive(&format!("{what}.rate"), rate)?;
        Ok(Self::Exponential {
            scale: in_range(what, "rate", rate, 1.0 / rate)?,
        })
    }

    /// Gamma law with a shape and a rate; whole shapes are Erlang's.
    pub fn gamma(what: &str, shape: f64, rate: f64) -> Result<Self> {
        let shape = check::positive(&format!("{what}.shape"), shape)?;
        let scale = in_range(
            what,
            "rate",
            rate,
            1.0 / check::positive(&format!("{what}.rate"), rate)?,
        )?;
        Ok(Self::Gamma {
            draw: Gamma::new(shape, scale)?,
            biased: Gamma::new(shape + 1.0, scale)?,
            mean: in_range(what, "shape", shape, shape * scale)?,
        })
    }

    /// Weibull law with a shape and a scale.
    pub fn weibull(what: &str, shape: f64, scale: f64) -> Result<Self> {
        let shape = check::positive(&format!("{what}.shape"), shape)?;
        let scale = check::positive(&format!("{what}.scale"), scale)?;
        let law = Self::Weibull {
            shape,
            scale,
            biased: Gamma::new(1.0 + 1.0 / shape, 1.0)?,
        };
        in_range(what, "scale", scale, law.mean())?;
        Ok(law)
    }

    /// E T.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Exponential { scale } => *scale,
            Self::Gamma { mean, .. } => *mean,
            Self::Weibull { shape, scale, .. } => scale * libm::tgamma(1.0 + 1.0 / shape),
        }
    }

    /// A sojourn.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Exponential { scale } => scale * stream.exponential(),
            Self::Gamma { draw, .. } => draw.sample(stream),
            Self::Weibull { shape, scale, .. } => {
                scale * libm::pow(stream.exponential(), 1.0 / shape)
            }
        }
    }

    /// What is left of the sojourn that a stationary observer meets: density P(T > t)/E T. A length-biased sojourn
    /// times a uniform number.
    pub fn residual(&self, stream: &mut Stream) -> f64 {
        match self {
            // Memoryless: the residual life is a sojourn.
            Self::Exponential { .. } => self.sample(stream),
            Self::Gamma { biased, .. } => biased.sample(stream) * stream.uniform(),
            Self::Weibull {
                shape,
                scale,
                biased,
            } => scale * libm::pow(biased.sample(stream), 1.0 / shape) * stream.uniform(),
        }
    }
}

/// Refuses a parameter by which times leave the range of numbers.
fn in_range(what: &str, name: &str, value: f64, mean: f64) -> Result<f64> {
    if mean.is_finite() && mean > f64::MIN_POSITIVE {
        return Ok(mean);
    }
    Err(Error::invalid(
        format!("{what}.{name}"),
        check::fmt_f64(value),
        "must give a mean time that is finite and > 0 in double precision",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quincunx_core::rng::{Key, Purpose};

    /// Sample mean of `draw` and its standard error.
    fn mean(draw: impl Fn(&mut Stream) -> f64) -> (f64, f64) {
        let mut stream = Stream::at(Key([1, 2]), 0, Purpose::MAIN);
        let n = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draw(&mut stream);
            sum += x;
            squares += x * x;
        }
        let m = sum / f64::from(n);
        (m, ((squares / f64::from(n) - m * m) / f64::from(n)).sqrt())
    }

    #[test]
    fn residual_life_has_mean_half_the_second_moment_over_the_mean() {
        // E T^2 / (2 E T): Gamma (k + 1) scale / 2; Weibull by gamma functions.
        let weibull = |k: f64| libm::tgamma(1.0 + 2.0 / k) / (2.0 * libm::tgamma(1.0 + 1.0 / k));
        let cases = [
            (Law::exponential("up", 2.0).unwrap(), 0.5),
            (Law::gamma("up", 2.0, 1.5).unwrap(), 3.0 / 1.5 / 2.0),
            (Law::weibull("up", 1.7, 0.8).unwrap(), 0.8 * weibull(1.7)),
        ];
        for (law, exact) in cases {
            let (got, error) = mean(|s| law.residual(s));
            assert!(
                (got - exact).abs() < 5.5 * error,
                "{law:?}: {got} {exact} {error}"
            );
            let (got, error) = mean(|s| law.sample(s));
            assert!((got - law.mean()).abs() < 5.5 * error, "{law:?}: {got}");
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        let text = |r: Result<Law>| r.map(|_| ()).map_err(|e| e.to_string());
        assert_eq!(
            text(Law::exponential("up", -1.0)),
            Err("up.rate = -1.0: must be finite and > 0".into())
        );
        assert_eq!(
            text(Law::gamma("down", 0.0, 1.0)),
            Err("down.shape = 0.0: must be finite and > 0".into())
        );
        assert_eq!(
            text(Law::weibull("up", f64::NAN, 1.0)),
            Err("up.shape = NaN: must be finite and > 0".into())
        );
    }
}
