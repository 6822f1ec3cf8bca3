//! Aggregates of up to four states by two rounds of pairwise matching along the largest flows.

use quincunx_core::markov::Csr;

const FREE: u32 = u32::MAX;

/// A chain by its rates out of and into each state, diagonal left out.
pub(super) struct Level {
    pub out: Csr,
    pub into: Csr,
    pub exit: Vec<f64>,
}

impl Level {
    pub fn new(out: Csr) -> Self {
        let into = out.transpose();
        let exit = out.row_sums();
        Self { out, into, exit }
    }

    pub fn n(&self) -> usize {
        self.exit.len()
    }

    /// Pairs in index order: a state joins its free neighbour of largest flow, `x_i q_ij` or `x_j q_ji`.
    /// Returns the pair of each state and the number of pairs (single states count as one).
    fn pairs(&self, x: &[f64]) -> (Vec<u32>, usize) {
        let n = self.n();
        let mut pair = vec![FREE; n];
        let mut count = 0u32;
        for i in 0..n {
            if pair[i] != FREE {
                continue;
            }
            let mut best: Option<(usize, f64)> = None;
            let mut consider = |j: usize, flow: f64| {
                if pair[j] == FREE && j != i && best.is_none_or(|(_, b)| flow > b) {
                    best = Some((j, flow));
                }
            };
            for (j, q) in self.out.entries(i) {
                consider(j, x[i] * q);
            }
            for (j, q) in self.into.entries(i) {
                consider(j, x[j] * q);
            }
            pair[i] = count;
            if let Some((j, _)) = best {
                pair[j] = count;
            }
            count += 1;
        }
        (pair, count as usize)
    }

    /// The chain between aggregates, `q_IJ = sum_{i in I} (x_i / X_I) sum_{j in J} q_ij`, and `X_I = sum x_i`.
    fn merged(&self, group: &[u32], count: usize, x: &[f64]) -> (Csr, Vec<f64>) {
        let n = self.n();
        let mut mass = vec![0.0; count];
        let mut start = vec![0usize; count + 1];
        for (&g, &v) in group.iter().zip(x) {
            mass[g as usize] += v;
            start[g as usize + 1] += 1;
        }
        for c in 0..count {
            start[c + 1] += start[c];
        }
        let mut place = start.clone();
        let mut members = vec![0u32; n];
        for (i, &g) in group.iter().enumerate() {
            members[place[g as usize]] = i as u32;
            place[g as usize] += 1;
        }
        let mut coarse = Csr::with_capacity(count, self.out.nnz() / 2);
        let mut weight = vec![0.0; count];
        let mut row: Vec<u32> = Vec::new();
        for c in 0..count {
            let inside = &members[start[c]..start[c + 1]];
            for &i in inside {
                let share = share(x[i as usize], mass[c], inside.len());
                for (j, q) in self.out.entries(i as usize) {
                    let g = group[j];
                    if g as usize != c && share * q > 0.0 {
                        if weight[g as usize] == 0.0 {
                            row.push(g);
                        }
                        weight[g as usize] += share * q;
                    }
                }
            }
            row.sort_unstable();
            for &g in &row {
                coarse.push(g, std::mem::take(&mut weight[g as usize]));
            }
            row.clear();
            coarse.end_row();
        }
        (coarse, mass)
    }

    /// The next coarser chain, its start from x, and the aggregate of each state.
    pub fn coarsen(&self, x: &[f64]) -> (Self, Vec<f64>, Vec<u32>) {
        let (first, pairs) = self.pairs(x);
        let (half, mass) = self.merged(&first, pairs, x);
        let half = Self::new(half);
        let (second, count) = half.pairs(&mass);
        let (coarse, total) = half.merged(&second, count, &mass);
        let group = first.iter().map(|&g| second[g as usize]).collect();
        (Self::new(coarse), total, group)
    }
}

/// `x / mass`, equal shares where the mass has underflowed.
pub(super) fn share(x: f64, mass: f64, members: usize) -> f64 {
    if mass > 0.0 {
        x / mass
    } else {
        1.0 / members as f64
    }
}
