//! Moments over replicas: fixed blocks, merged in a fixed tree, so that the sums have the same bits however the
//! blocks were computed. Merging follows Pebay, "Formulas for robust, one-pass parallel computation of
//! covariances and arbitrary-order statistical moments" (SAND2008-6212).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Count, means, central power sums and cross sums of a row of variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Replicas in it.
    pub count: u64,
    /// Mean of each variable.
    pub mean: Vec<f64>,
    /// `central[k - 2][v]` = sum of (x - mean)^k, k = 2..=order.
    pub central: Vec<Vec<f64>>,
    /// With covariances: for each group of `group` neighbouring variables the matrix of sums of products of deviations.
    pub cross: Vec<f64>,
    /// Variables per group of `cross`; 0 without covariances.
    pub group: usize,
}

impl Moments {
    /// Moments of `rows` (each of the same length) up to `order`, with the cross sums of groups of `group` variables.
    pub fn of<'a>(
        rows: impl Iterator<Item = &'a [f64]> + Clone,
        width: usize,
        order: usize,
        group: usize,
    ) -> Self {
        let mut mean = vec![0.0; width];
        let mut count = 0_u64;
        for row in rows.clone() {
            count += 1;
            mean.iter_mut().zip(row).for_each(|(m, x)| *m += x);
        }
        mean.iter_mut().for_each(|m| *m /= count.max(1) as f64);
        let mut central = vec![vec![0.0; width]; order.saturating_sub(1)];
        let mut cross = vec![0.0; width * group];
        let mut deviation = vec![0.0; width];
        for row in rows {
            for v in 0..width {
                deviation[v] = row[v] - mean[v];
                let mut power = deviation[v];
                for sums in &mut central {
                    power *= deviation[v];
                    sums[v] += power;
                }
            }
            add_products(&mut cross, &deviation, group, 1.0);
        }
        Self {
            count,
            mean,
            central,
            cross,
            group,
        }
    }

    /// The moments of both sets together.
    fn merge(mut self, right: &Self) -> Self {
        if right.count == 0 {
            return self;
        }
        if self.count == 0 {
            return right.clone();
        }
        let (a, b) = (self.count as f64, right.count as f64);
        let n = a + b;
        let delta: Vec<f64> = self
            .mean
            .iter()
            .zip(&right.mean)
            .map(|(l, r)| r - l)
            .collect();
        for (l, r) in self.cross.iter_mut().zip(&right.cross) {
            *l += r;
        }
        add_products(&mut self.cross, &delta, self.group, a * b / n);
        for (v, &d) in delta.iter().enumerate() {
            // From the highest order down: each uses the lower ones from before the merge.
            for p in (2..self.central.len() + 2).rev() {
                let mut sum = self.central[p - 2][v] + right.central[p - 2][v];
                let mut binomial = 1.0;
                let (mut left_power, mut right_power) = (1.0, 1.0);
                for k in 1..=p.saturating_sub(2) {
                    binomial = binomial * (p - k + 1) as f64 / k as f64;
                    left_power *= -b / n * d;
                    right_power *= a / n * d;
                    sum += binomial
                        * (self.central[p - k - 2][v] * left_power
                            + right.central[p - k - 2][v] * right_power);
                }
                let mut tail = a * b / n * d;
                let (mut over_b, mut over_a) = (1.0, 1.0);
                for _ in 1..p {
                    over_b /= b;
                    over_a /= -a;
                }
                let base = tail;
                for _ in 1..p {
                    tail *= base;
                }
                self.central[p - 2][v] = sum + tail * (over_b - over_a);
            }
            self.mean[v] += d * (b / n);
        }
        self.count += right.count;
        self
    }
}

/// `cross += weight * d d^T` for every group of `group` neighbouring variables.
fn add_products(cross: &mut [f64], d: &[f64], group: usize, weight: f64) {
    if group == 0 {
        return;
    }
    for (block, part) in cross
        .chunks_exact_mut(group * group)
        .zip(d.chunks_exact(group))
    {
        for (row, &x) in block.chunks_exact_mut(group).zip(part) {
            row.iter_mut()
                .zip(part)
                .for_each(|(c, &y)| *c += weight * x * y);
        }
    }
}

/// Merges numbered blocks in a fixed binary tree as soon as neighbours are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MomentTree {
    nodes: BTreeMap<(u32, u64), Moments>,
}

impl MomentTree {
    /// Adds block number `index`.
    pub fn insert(&mut self, index: u64, block: Moments) {
        let (mut level, mut index, mut node) = (0, index, block);
        while let Some(sibling) = self.nodes.remove(&(level, index ^ 1)) {
            node = if index & 1 == 0 {
                node.merge(&sibling)
            } else {
                sibling.merge(&node)
            };
            level += 1;
            index >>= 1;
        }
        self.nodes.insert((level, index), node);
    }

    /// The moments of everything inserted; None without a block.
    pub fn total(&self) -> Option<Moments> {
        // What is left are the full subtrees of the binary expansion of the count: the largest is the leftmost.
        self.nodes
            .values()
            .rev()
            .cloned()
            .reduce(|left, right| left.merge(&right))
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn data(n: usize) -> Vec<[f64; 2]> {
        (0..n)
            .map(|i| {
                let x = (i as f64 * 0.7).sin();
                [10.0 + x, x * x + i as f64 * 0.01]
            })
            .collect()
    }

    fn block(rows: &[[f64; 2]]) -> Moments {
        Moments::of(rows.iter().map(|r| &r[..]), 2, 4, 2)
    }

    #[test]
    fn merged_blocks_give_the_moments_of_all() {
        let rows = data(100);
        let mut tree = MomentTree::default();
        for (i, chunk) in rows.chunks(13).enumerate() {
            tree.insert(i as u64, block(chunk));
        }
        let (merged, all) = (tree.total().expect("blocks"), block(&rows));
        assert_eq!(merged.count, 100);
        for (m, a) in merged.mean.iter().zip(&all.mean) {
            assert!((m - a).abs() < 1e-13 * a.abs());
        }
        for (m, a) in merged
            .central
            .iter()
            .flatten()
            .zip(all.central.iter().flatten())
        {
            assert!((m - a).abs() < 1e-9 * a.abs().max(1.0), "{m} {a}");
        }
        for (m, a) in merged.cross.iter().zip(&all.cross) {
            assert!((m - a).abs() < 1e-11 * a.abs().max(1.0));
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_change_the_bits() {
        let rows = data(91);
        let blocks: Vec<Moments> = rows.chunks(7).map(block).collect();
        let (mut forward, mut shuffled) = (MomentTree::default(), MomentTree::default());
        for (i, b) in blocks.iter().enumerate() {
            forward.insert(i as u64, b.clone());
        }
        for i in [5, 0, 12, 3, 1, 2, 11, 4, 10, 6, 9, 7, 8] {
            shuffled.insert(i, blocks[i as usize].clone());
        }
        assert_eq!(forward.total(), shuffled.total());
    }
}
