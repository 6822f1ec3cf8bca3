//! Detailed balance without the stationary law: Kolmogorov's criterion by potentials on a spanning tree.

use quincunx_core::markov::Csr;

use crate::matrix::{MarkovChain, MarkovJump};

/// How far the logarithm of a cycle's product may be from 0.
const TOLERANCE: f64 = 1e-10;

/// True iff a positive law pi with `pi_i a_ij = pi_j a_ji` exists: every edge has a reverse, and the potentials
/// `u_j = u_i + ln(a_ij / a_ji)` of a breadth-first tree agree with every other edge.
fn reversible(edges: &Csr) -> bool {
    let n = edges.n();
    let mut potential = vec![f64::NAN; n];
    let mut queue: Vec<u32> = Vec::new();
    for root in 0..n {
        if !potential[root].is_nan() {
            continue;
        }
        potential[root] = 0.0;
        queue.clear();
        queue.push(root as u32);
        let mut head = 0;
        while head < queue.len() {
            let i = queue[head] as usize;
            head += 1;
            for (j, forward) in edges.entries(i) {
                let back = edges.get(j, i);
                if back == 0.0 {
                    return false;
                }
                let u = potential[i] + libm::log(forward) - libm::log(back);
                if potential[j].is_nan() {
                    potential[j] = u;
                    queue.push(j as u32);
                } else if (u - potential[j]).abs() > TOLERANCE + 4.0 * f64::EPSILON * u.abs() {
                    return false;
                }
            }
        }
    }
    true
}

impl MarkovChain {
    /// True iff some law with every entry positive satisfies `pi_i P_ij = pi_j P_ji` (relative 1e-10).
    /// A chain with a one-way edge is not reversible.
    pub fn is_reversible(&self) -> bool {
        reversible(self.edges())
    }
}

impl MarkovJump {
    /// True iff some law with every entry positive satisfies `pi_i Q_ij = pi_j Q_ji` (relative 1e-10).
    /// A chain with a one-way edge is not reversible.
    pub fn is_reversible(&self) -> bool {
        reversible(self.edges())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::matrix::Input;

    fn ring(n: usize, p: f64) -> MarkovChain {
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            values[i * n + (i + 1) % n] = p;
            values[i * n + (i + n - 1) % n] = 1.0 - p;
        }
        MarkovChain::new(Input::Dense {
            rows: n,
            columns: n,
            values: &values,
        })
        .unwrap()
    }

    #[test]
    fn rings() {
        assert!(ring(5, 0.5).is_reversible());
        assert!(!ring(5, 0.7).is_reversible());
        assert!(!ring(5, 0.5 + 1e-9).is_reversible());
        assert!(!ring(5, 1.0).is_reversible());
    }
}
