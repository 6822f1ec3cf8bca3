//! Log-likelihood of observed paths, given their first state. Nats.

use quincunx_core::{Error, Result, error::check::fmt_f64};

use crate::matrix::{MarkovChain, MarkovJump};

fn state(index: usize, value: i64, n: usize) -> Result<usize> {
    match usize::try_from(value) {
        Ok(i) if i < n => Ok(i),
        _ => Err(Error::invalid_at(
            "path",
            [index],
            value,
            format!("must be a state in [0, {n})"),
        )),
    }
}

impl MarkovChain {
    /// `sum_t ln P[x_t, x_{t+1}]` given `x_0`; minus infinity for an impossible step, 0 for a path without steps.
    pub fn log_likelihood(&self, path: &[i64]) -> Result<f64> {
        let mut total = 0.0;
        let mut last: Option<usize> = None;
        for (k, &x) in path.iter().enumerate() {
            let j = state(k, x, self.n())?;
            if let Some(i) = last {
                let p = if i == j {
                    self.diagonal()[i]
                } else {
                    self.edges().get(i, j)
                };
                total += libm::log(p);
            }
            last = Some(j);
        }
        Ok(total)
    }
}

impl MarkovJump {
    /// `sum ln Q[x_k, x_{k+1}] - sum of exit rate x dwell time` given `x_0`: jump k leads to `states[k]` at
    /// `times[k]` (`times[0]` is the start), and the path was watched until `end`.
    pub fn log_likelihood(&self, times: &[f64], states: &[i64], end: f64) -> Result<f64> {
        if times.len() != states.len() {
            return Err(Error::invalid(
                "path",
                format!("{} times and {} states", times.len(), states.len()),
                "must have as many times as states",
            ));
        }
        let mut total = 0.0;
        for (k, (&t, &x)) in times.iter().zip(states).enumerate() {
            let i = state(k, x, self.n())?;
            let until = times.get(k + 1).copied().unwrap_or(end);
            if !t.is_finite() {
                return Err(Error::invalid_at(
                    "times",
                    [k],
                    fmt_f64(t),
                    "must be finite",
                ));
            }
            if !until.is_finite() || until < t {
                return Err(if k + 1 < times.len() {
                    Error::invalid_at("times", [k + 1], fmt_f64(until), "must not decrease")
                } else {
                    Error::invalid(
                        "t",
                        fmt_f64(end),
                        "must be finite and not before the last jump",
                    )
                });
            }
            total -= self.exit()[i] * (until - t);
            if let Some(&next) = states.get(k + 1) {
                let j = state(k + 1, next, self.n())?;
                if i == j {
                    return Err(Error::invalid_at(
                        "path",
                        [k + 1],
                        next,
                        "must differ from the state before",
                    ));
                }
                total += libm::log(self.edges().get(i, j));
            }
        }
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::matrix::Input;

    #[test]
    fn reference_path() {
        let chain = MarkovChain::new(Input::Dense {
            rows: 3,
            columns: 3,
            values: &[0.5, 0.3, 0.2, 0.2, 0.6, 0.2, 0.1, 0.3, 0.6],
        })
        .unwrap();
        let path = [0, 1, 1, 0, 2, 2, 1, 0, 0, 2, 1];
        let value = chain.log_likelihood(&path).unwrap();
        assert!((value + 11.764468490806134).abs() < 1e-13);
        assert_eq!(chain.log_likelihood(&[]).unwrap(), 0.0);
        assert_eq!(
            chain.log_likelihood(&[0, 3]).unwrap_err().to_string(),
            "path[1] = 3: must be a state in [0, 3)"
        );
    }

    #[test]
    fn jumps() {
        let chain = MarkovJump::new(Input::Dense {
            rows: 2,
            columns: 2,
            values: &[-2.0, 2.0, 3.0, -3.0],
        })
        .unwrap();
        let value = chain
            .log_likelihood(&[0.0, 0.5, 1.5], &[0, 1, 0], 2.0)
            .unwrap();
        let exact = libm::log(2.0) + libm::log(3.0) - (2.0 * 0.5 + 3.0 * 1.0 + 2.0 * 0.5);
        assert!((value - exact).abs() < 1e-14);
        assert!(chain.log_likelihood(&[0.0, 1.0], &[0, 1], 0.5).is_err());
    }
}
