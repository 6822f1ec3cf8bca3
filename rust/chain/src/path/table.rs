//! Alias tables of all rows of a chain.

use quincunx_core::Result;
use quincunx_core::rng::samplers::fill_table;

use crate::matrix::{MarkovChain, MarkovJump};

/// One cell of a row's table: the word's fraction decides between two successors.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    threshold: u64,
    own: u32,
    other: u32,
}

/// Where the cells of the rows lie.
#[derive(Clone, Debug, PartialEq)]
enum Rows {
    /// Rows of one width, as a full matrix has them: the place of a row is computed, not looked up. In a single path each
    /// look-up waits for the one before.
    Equal { n: usize, width: u32 },
    /// The start and the width of each.
    Each(Vec<(usize, u32)>),
}

impl Rows {
    fn new(each: Vec<(usize, u32)>) -> Self {
        match each.first() {
            Some(&(_, width)) if each.iter().all(|row| row.1 == width) => Self::Equal {
                n: each.len(),
                width,
            },
            _ => Self::Each(each),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Equal { n, .. } => *n,
            Self::Each(rows) => rows.len(),
        }
    }

    /// First cell and number of cells of a row.
    #[inline]
    fn get(&self, state: u32) -> Option<(usize, u32)> {
        match self {
            Self::Equal { width, .. } => Some((state as usize * *width as usize, *width)),
            Self::Each(rows) => rows.get(state as usize).copied(),
        }
    }
}

/// For each state the alias table of its successors, in one array.
///
/// Walker, ACM Trans. Math. Softw. 3 (1977) 253-256; Vose, IEEE Trans. Softw. Eng. 17 (1991) 972-975.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    rows: Rows,
    cells: Vec<Cell>,
}

impl Tables {
    /// Tables of the rows `weights(i)`: (successor, weight > 0) each.
    fn build<I: Iterator<Item = (usize, f64)>>(
        n: usize,
        nnz: usize,
        weights: impl Fn(usize) -> I,
    ) -> Result<Self> {
        let mut rows = Vec::with_capacity(n);
        let mut cells = Vec::with_capacity(nnz);
        let (mut to, mut weight) = (Vec::new(), Vec::new());
        let (mut thresholds, mut others) = (Vec::new(), Vec::new());
        for i in 0..n {
            to.clear();
            weight.clear();
            for (j, w) in weights(i) {
                to.push(j as u32);
                weight.push(w);
            }
            if to.is_empty() {
                to.push(i as u32);
                weight.push(1.0);
            }
            rows.push((cells.len(), to.len() as u32));
            thresholds.clear();
            thresholds.resize(to.len(), 0);
            others.clear();
            others.resize(to.len(), 0);
            fill_table("row", &weight, &mut thresholds, &mut others)?;
            for ((&own, &threshold), &other) in to.iter().zip(&thresholds).zip(&others) {
                cells.push(Cell {
                    threshold,
                    own,
                    other: to[other as usize],
                });
            }
        }
        Ok(Self {
            rows: Rows::new(rows),
            cells,
        })
    }

    /// Number of states.
    pub fn n(&self) -> usize {
        self.rows.len()
    }

    /// The successor of `state` for a word. A state without successors stays.
    #[inline]
    pub fn next(&self, state: u32, word: u64) -> u32 {
        let Some((start, width)) = self.rows.get(state) else {
            return state;
        };
        let product = u128::from(word) * u128::from(width);
        let Some(cell) = self.cells.get(start + (product >> 64) as usize) else {
            return state;
        };
        // Without a branch: a coin cannot be predicted.
        let other = 0u32.wrapping_sub(u32::from(product as u64 >= cell.threshold));
        cell.own ^ ((cell.own ^ cell.other) & other)
    }

    /// True if no word leads away from `state`.
    pub fn absorbs(&self, state: u32) -> bool {
        self.rows.get(state).is_some_and(|(start, width)| {
            width == 1 && self.cells.get(start).is_some_and(|c| c.own == state)
        })
    }

    /// The probabilities that the table of `state` realises, as (successor, mass).
    pub fn mass(&self, state: usize) -> Vec<(u32, f64)> {
        let (start, width) = self.rows.get(state as u32).unwrap_or_default();
        let cells = &self.cells[start..start + width as usize];
        let mut units: Vec<(u32, u128)> = cells.iter().map(|c| (c.own, 0)).collect();
        for cell in cells {
            for (to, unit) in &mut units {
                if *to == cell.own {
                    *unit += u128::from(cell.threshold);
                }
                if *to == cell.other {
                    *unit += (1 << 64) - u128::from(cell.threshold);
                }
            }
        }
        let whole = 2f64.powi(64) * cells.len() as f64;
        units
            .into_iter()
            .map(|(to, unit)| (to, unit as f64 / whole))
            .collect()
    }
}

impl MarkovChain {
    /// Tables of the steps, staying included.
    pub fn tables(&self) -> Result<Tables> {
        let n = self.n();
        Tables::build(n, self.edges().nnz() + n, |i| {
            let stay = self.diagonal()[i];
            self.edges()
                .entries(i)
                .chain((stay > 0.0).then_some((i, stay)))
        })
    }
}

impl MarkovJump {
    /// Tables of the embedded chain of jumps; absorbing states stay.
    pub fn tables(&self) -> Result<Tables> {
        Tables::build(self.n(), self.edges().nnz(), |i| self.edges().entries(i))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::matrix::Input;

    #[test]
    fn tables_reproduce_the_rows() {
        let n = 40;
        let mut p: Vec<f64> = (0..n * n)
            .map(|k| {
                if k % 3 == 0 {
                    0.0
                } else {
                    ((k * 7919) % 101) as f64 + 1e-7
                }
            })
            .collect();
        for row in p.chunks_mut(n) {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|v| *v /= sum);
        }
        let chain = MarkovChain::new(Input::Dense {
            rows: n,
            columns: n,
            values: &p,
        })
        .unwrap();
        let tables = chain.tables().unwrap();
        for i in 0..n {
            let mass = tables.mass(i);
            assert_eq!(
                mass.len(),
                p[i * n..(i + 1) * n].iter().filter(|&&v| v > 0.0).count()
            );
            for (j, m) in mass {
                assert!((m - p[i * n + j as usize]).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn a_row_slightly_under_one_never_leaves_the_states() {
        let p = [
            0.5,
            0.5 - 4e-10,
            0.0,
            0.0,
            0.5,
            0.5 - 4e-10,
            0.5,
            0.0,
            0.5 - 4e-10,
        ];
        let chain = MarkovChain::new(Input::Dense {
            rows: 3,
            columns: 3,
            values: &p,
        })
        .unwrap();
        let tables = chain.tables().unwrap();
        assert_eq!(tables.next(0, u64::MAX), 0);
        for word in [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
            for i in 0..3u32 {
                let j = tables.next(i, word);
                assert!(p[(i * 3 + j) as usize] > 0.0);
            }
        }
    }
}
