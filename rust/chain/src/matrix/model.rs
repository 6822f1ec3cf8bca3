//! The two models: a transition matrix per step, a generator in continuous time.

use quincunx_core::markov::Csr;
use quincunx_core::{Error, Result, error::check::fmt_f64};

use super::Input;
use super::input::split;

/// How far a row sum may be from its value.
const ROW_TOLERANCE: f64 = 1e-9;

/// A chain in discrete time: `p_{k+1} = p_k P`, rows of P sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovChain {
    edges: Csr,
    diagonal: Vec<f64>,
}

impl MarkovChain {
    /// Checks and reads `P`: square, finite, entries >= 0, rows that sum to 1 within 1e-9.
    pub fn new(p: Input<'_>) -> Result<Self> {
        let parts = split("P", p)?;
        for (i, &d) in parts.diagonal.iter().enumerate() {
            if d < 0.0 {
                return Err(Error::invalid_at(
                    "P",
                    [i, i],
                    fmt_f64(d),
                    "must be finite and >= 0",
                ));
            }
            let sum = d + parts.edges.row(i).1.iter().sum::<f64>();
            if (sum - 1.0).abs() > ROW_TOLERANCE {
                return Err(Error::invalid_at(
                    "P",
                    [i],
                    format!("a row with sum {}", fmt_f64(sum)),
                    "must sum to 1 within 1e-9",
                ));
            }
        }
        Ok(Self {
            edges: parts.edges,
            diagonal: parts.diagonal,
        })
    }

    /// Number of states.
    pub fn n(&self) -> usize {
        self.diagonal.len()
    }

    /// The entries `P[i, j]`, `i != j`.
    pub fn edges(&self) -> &Csr {
        &self.edges
    }

    /// The entries `P[i, i]` as given.
    pub fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    /// Rows with the sum 1 to the last bit or two, as edges and diagonal: a positive diagonal takes what the
    /// edges leave; a row without one is divided by its sum. The edges that exist stay the same.
    pub(crate) fn stochastic(&self) -> (Csr, Vec<f64>) {
        let mut edges = Csr::with_capacity(self.n(), self.edges.nnz());
        let mut diagonal = self.diagonal.clone();
        for (i, d) in diagonal.iter_mut().enumerate() {
            let sum: f64 = self.edges.row(i).1.iter().sum();
            let scale = if *d > 0.0 && sum < 1.0 {
                *d = 1.0 - sum;
                1.0
            } else {
                let total = sum + *d;
                *d /= total;
                1.0 / total
            };
            for (j, v) in self.edges.entries(i) {
                edges.push(j as u32, v * scale);
            }
            edges.end_row();
        }
        (edges, diagonal)
    }
}

/// A chain in continuous time: `dp/dt = p Q`, rows of Q sum to 0. A zero row is an absorbing state.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovJump {
    edges: Csr,
    exit: Vec<f64>,
}

impl MarkovJump {
    /// Checks and reads `Q`: square, finite, off-diagonals >= 0, rows that sum to 0 within 1e-9 of their exit
    /// rate (of 1 if that is larger). The diagonal is then recomputed from the off-diagonals.
    pub fn new(q: Input<'_>) -> Result<Self> {
        let parts = split("Q", q)?;
        let exit = parts.edges.row_sums();
        for (i, (&out, &d)) in exit.iter().zip(&parts.diagonal).enumerate() {
            if !out.is_finite() {
                return Err(Error::invalid_at(
                    "Q",
                    [i],
                    format!("a row with exit rate {}", fmt_f64(out)),
                    "must be finite",
                ));
            }
            if d > 0.0 {
                return Err(Error::invalid_at("Q", [i, i], fmt_f64(d), "must be <= 0"));
            }
            let sum = out + d;
            if sum.abs() > ROW_TOLERANCE * out.max(1.0) {
                return Err(Error::invalid_at(
                    "Q",
                    [i],
                    format!("a row with sum {}", fmt_f64(sum)),
                    "must sum to 0 within 1e-9",
                ));
            }
        }
        Ok(Self {
            edges: parts.edges,
            exit,
        })
    }

    /// Number of states.
    pub fn n(&self) -> usize {
        self.exit.len()
    }

    /// The rates `Q[i, j]`, `i != j`.
    pub fn edges(&self) -> &Csr {
        &self.edges
    }

    /// The exit rates `-Q[i, i]`.
    pub fn exit(&self) -> &[f64] {
        &self.exit
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn dense(n: usize, values: &[f64]) -> Input<'_> {
        Input::Dense {
            rows: n,
            columns: values.len() / n.max(1),
            values,
        }
    }

    fn text<T: std::fmt::Debug>(r: Result<T>) -> String {
        r.unwrap_err().to_string()
    }

    #[test]
    fn bad_transition_matrices_are_named() {
        let p = |n, v: &[f64]| text(MarkovChain::new(dense(n, v)));
        assert_eq!(
            p(0, &[]),
            "P = a 0 x 0 matrix: must have at least one state"
        );
        assert_eq!(p(1, &[0.5, 0.5]), "P = a 1 x 2 matrix: must be square");
        assert_eq!(
            p(2, &[0.5, 0.5, 1.1, -0.1]),
            "P[1, 1] = -0.1: must be finite and >= 0"
        );
        assert_eq!(
            p(2, &[1.1, -0.1, 0.5, 0.5]),
            "P[0, 1] = -0.1: must be finite and >= 0"
        );
        assert_eq!(
            p(2, &[0.5, 0.5, f64::NAN, 1.0]),
            "P[1, 0] = NaN: must be finite and >= 0"
        );
        assert_eq!(
            p(2, &[0.5, 0.5, 0.5, f64::INFINITY]),
            "P[1, 1] = inf: must be finite"
        );
        assert_eq!(
            p(2, &[0.5, 0.5, 0.5, 0.25]),
            "P[1] = a row with sum 0.75: must sum to 1 within 1e-9"
        );
        assert!(MarkovChain::new(dense(1, &[1.0])).is_ok());
    }

    #[test]
    fn bad_generators_are_named() {
        let q = |n, v: &[f64]| text(MarkovJump::new(dense(n, v)));
        assert_eq!(
            q(2, &[-1.0, 2.0, 0.0, 0.0]),
            "Q[0] = a row with sum 1.0: must sum to 0 within 1e-9"
        );
        assert_eq!(
            q(2, &[1.0, -1.0, 0.0, 0.0]),
            "Q[0, 1] = -1.0: must be finite and >= 0"
        );
        assert_eq!(q(1, &[1.0]), "Q[0, 0] = 1.0: must be <= 0");
        let absorbing = MarkovJump::new(dense(2, &[-1.0, 1.0, 0.0, 0.0])).unwrap();
        assert_eq!(absorbing.exit(), &[1.0, 0.0]);
    }

    #[test]
    fn sparse_duplicates_are_summed_and_zeros_dropped() {
        let chain = MarkovChain::new(Input::Sparse {
            rows: 2,
            columns: 2,
            start: &[0, 3, 5],
            column: &[1, 0, 1, 1, 0],
            value: &[0.25, 0.5, 0.25, 1.0, 0.0],
        })
        .unwrap();
        assert_eq!(chain.edges().get(0, 1), 0.5);
        assert_eq!(chain.edges().nnz(), 1);
        assert_eq!(chain.diagonal(), &[0.5, 1.0]);
        let bad = |start: &[i64], column: &[i64]| {
            text(MarkovChain::new(Input::Sparse {
                rows: 2,
                columns: 2,
                start,
                column,
                value: &[1.0, 1.0],
            }))
        };
        assert_eq!(
            bad(&[0, 1, 2], &[0, 2]),
            "P.indices[1] = 2: must be in [0, 2)"
        );
        assert_eq!(
            bad(&[0, 3, 2], &[0, 1]),
            "P.indptr[2] = 2: must not decrease"
        );
        assert_eq!(
            bad(&[0, 1], &[0, 1]),
            "P.indptr = 2 positions: must be 3 positions from 0 to 2"
        );
    }
}
