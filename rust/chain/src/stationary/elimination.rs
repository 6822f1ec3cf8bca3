//! Sparse state reduction without subtraction, in a fill-reducing order.

use quincunx_core::markov::Csr;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::gth::{LARGE, normalise};
use super::order::{Order, minimum_degree};

/// The stationary law of an irreducible chain by the elimination of [`gth`](super::gth::gth), one state after the other in
/// an order of small fill. None where it would take more than `work` multiplications.
pub(super) fn eliminate(
    edges: &Csr,
    reverse: &Csr,
    work: u64,
    pulse: &Pulse,
) -> Result<Option<Vec<f64>>> {
    let Some(order) = minimum_degree(edges, reverse, work, pulse)? else {
        return Ok(None);
    };
    let factors = Factors::new(edges, order, pulse)?;
    factors.solve().map(Some)
}

/// The reduced matrix. States are renumbered in the order of elimination.
struct Factors {
    sequence: Vec<u32>,
    /// For each state the later ones it meets, ascending: positions `start[k]..start[k + 1]`.
    start: Vec<usize>,
    later: Vec<u32>,
    /// `a_ik / s_k` for each later i of k.
    inflow: Vec<f64>,
}

impl Factors {
    fn new(edges: &Csr, order: Order, pulse: &Pulse) -> Result<Self> {
        let Order { sequence, mut fill } = order;
        let n = sequence.len();
        let mut place = vec![0u32; n];
        for (k, &i) in sequence.iter().enumerate() {
            place[i as usize] = k as u32;
        }
        let mut start = Vec::with_capacity(n + 1);
        start.push(0);
        let mut later: Vec<u32> = Vec::with_capacity(fill.iter().map(Vec::len).sum());
        for &i in &sequence {
            let list = std::mem::take(&mut fill[i as usize]);
            later.extend(list.iter().map(|&j| place[j as usize]));
            later[start[start.len() - 1]..].sort_unstable();
            start.push(later.len());
        }
        drop(fill);
        let mut inflow = vec![0.0; later.len()];
        let mut outflow = vec![0.0; later.len()];
        let mut exit = vec![0.0; n];
        // Rows k that wait for their turn with a given earlier state: the earlier states of k, in order.
        let mut earlier: Vec<Vec<u32>> = vec![Vec::new(); n];
        let mut next = start.clone();
        let mut row = vec![0.0; n];
        for k in 0..n {
            if k % 64 == 0 {
                pulse.check()?;
            }
            for (j, v) in edges.entries(sequence[k] as usize) {
                row[place[j] as usize] = v;
            }
            for i in std::mem::take(&mut earlier[k]) {
                let i = i as usize;
                let f = row[i] / exit[i];
                row[i] = 0.0;
                inflow[next[i]] = f;
                next[i] += 1;
                if f != 0.0 {
                    let range = start[i]..start[i + 1];
                    for (&j, &v) in later[range.clone()].iter().zip(&outflow[range]) {
                        row[j as usize] += f * v;
                    }
                }
            }
            row[k] = 0.0;
            let range = start[k]..start[k + 1];
            let mut sum = 0.0;
            for (&j, v) in later[range.clone()].iter().zip(&mut outflow[range.clone()]) {
                *v = std::mem::take(&mut row[j as usize]);
                sum += *v;
                earlier[j as usize].push(k as u32);
            }
            let last = range.is_empty();
            if !last && (sum <= 0.0 || !sum.is_finite()) {
                return Err(Error::Numerical(format!(
                    "state reduction met a state with exit weight {sum}: entries are beyond the range of float64"
                )));
            }
            exit[k] = sum;
        }
        Ok(Self {
            sequence,
            start,
            later,
            inflow,
        })
    }

    fn solve(&self) -> Result<Vec<f64>> {
        let n = self.sequence.len();
        let mut x = vec![0.0; n];
        x[n - 1] = 1.0;
        for k in (0..n - 1).rev() {
            let range = self.start[k]..self.start[k + 1];
            let sum: f64 = self.later[range.clone()]
                .iter()
                .zip(&self.inflow[range])
                .map(|(&i, &f)| x[i as usize] * f)
                .sum();
            if !sum.is_finite() {
                return Err(Error::Numerical(
                    "the stationary law has entries whose ratio is beyond the range of float64"
                        .into(),
                ));
            }
            x[k] = sum;
            if sum > LARGE {
                x[k..].iter_mut().for_each(|v| *v /= LARGE);
            }
        }
        let mut pi = vec![0.0; n];
        for (&i, &v) in self.sequence.iter().zip(&x) {
            pi[i as usize] = v;
        }
        normalise(&mut pi);
        Ok(pi)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::gth::gth;
    use super::super::square::Square;
    use super::*;

    /// A queue network on an m x m grid with one-way moves.
    fn grid(m: usize) -> Csr {
        let mut q = Csr::with_capacity(m * m, 3 * m * m);
        for i in 0..m {
            for j in 0..m {
                let mut row: Vec<(usize, f64)> = Vec::new();
                if i + 1 < m {
                    row.push(((i + 1) * m + j, 1.0));
                }
                if i > 0 && j + 1 < m {
                    row.push(((i - 1) * m + j + 1, 1.2));
                }
                if j > 0 {
                    row.push((i * m + j - 1, 1.3));
                }
                row.sort_by_key(|e| e.0);
                row.iter().for_each(|&(c, v)| q.push(c as u32, v));
                q.end_row();
            }
        }
        q
    }

    #[test]
    fn agrees_with_the_dense_elimination() {
        for m in [2usize, 5, 13] {
            let q = grid(m);
            let pulse = Pulse::new();
            let x = gth(Square::of(&q), &pulse).unwrap();
            let y = eliminate(&q, &q.transpose(), u64::MAX, &pulse)
                .unwrap()
                .unwrap();
            for (u, v) in x.iter().zip(&y) {
                assert!((u / v - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn gives_up_beyond_the_work_allowed() {
        let q = grid(20);
        assert!(
            eliminate(&q, &q.transpose(), 1000, &Pulse::new())
                .unwrap()
                .is_none()
        );
    }
}
