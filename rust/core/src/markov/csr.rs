//! Compressed sparse rows.

/// A square sparse matrix by rows: columns ascending, no duplicates, no stored zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr {
    start: Vec<usize>,
    column: Vec<u32>,
    value: Vec<f64>,
}

impl Csr {
    /// An empty matrix that rows are pushed to, with room for `n` rows and `nnz` entries.
    pub fn with_capacity(n: usize, nnz: usize) -> Self {
        let mut start = Vec::with_capacity(n + 1);
        start.push(0);
        Self {
            start,
            column: Vec::with_capacity(nnz),
            value: Vec::with_capacity(nnz),
        }
    }

    /// Adds an entry to the row being built. The caller keeps columns ascending.
    #[inline]
    pub fn push(&mut self, column: u32, value: f64) {
        self.column.push(column);
        self.value.push(value);
    }

    /// Ends the row being built.
    #[inline]
    pub fn end_row(&mut self) {
        self.start.push(self.column.len());
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.start.len() - 1
    }

    /// Number of stored entries.
    pub fn nnz(&self) -> usize {
        self.column.len()
    }

    /// Columns and values of row `i`.
    #[inline]
    pub fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let range = self.start[i]..self.start[i + 1];
        (&self.column[range.clone()], &self.value[range])
    }

    /// Entries of row `i` as (column, value).
    #[inline]
    pub fn entries(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (columns, values) = self.row(i);
        columns
            .iter()
            .map(|&j| j as usize)
            .zip(values.iter().copied())
    }

    /// The entry (i, j), 0 where none is stored.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        let (columns, values) = self.row(i);
        match columns.binary_search_by(|&c| (c as usize).cmp(&j)) {
            Ok(k) => values[k],
            Err(_) => 0.0,
        }
    }

    /// Sums of the rows; 0 (not -0) for an empty one.
    pub fn row_sums(&self) -> Vec<f64> {
        (0..self.n())
            .map(|i| self.row(i).1.iter().sum::<f64>() + 0.0)
            .collect()
    }

    /// The transpose; O(n + nnz).
    pub fn transpose(&self) -> Self {
        let n = self.n();
        let mut start = vec![0usize; n + 1];
        for &j in &self.column {
            start[j as usize + 1] += 1;
        }
        for j in 0..n {
            start[j + 1] += start[j];
        }
        let mut place = start.clone();
        let mut column = vec![0u32; self.nnz()];
        let mut value = vec![0.0; self.nnz()];
        for i in 0..n {
            for (j, v) in self.entries(i) {
                let k = place[j];
                column[k] = i as u32;
                value[k] = v;
                place[j] += 1;
            }
        }
        Self {
            start,
            column,
            value,
        }
    }

    /// The square part on `states` (ascending), renumbered 0, 1, ... in their order.
    pub fn restrict(&self, states: &[u32]) -> Self {
        if states.len() == self.n() {
            return self.clone();
        }
        let mut place = vec![u32::MAX; self.n()];
        for (k, &i) in states.iter().enumerate() {
            place[i as usize] = k as u32;
        }
        let mut part = Self::with_capacity(states.len(), 0);
        for &i in states {
            for (j, v) in self.entries(i as usize) {
                if place[j] != u32::MAX {
                    part.push(place[j], v);
                }
            }
            part.end_row();
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Csr {
        let mut m = Csr::with_capacity(3, 4);
        m.push(1, 2.0);
        m.push(2, 3.0);
        m.end_row();
        m.end_row();
        m.push(0, 5.0);
        m.push(1, 7.0);
        m.end_row();
        m
    }

    #[test]
    fn transpose_and_restriction() {
        let m = sample();
        let t = m.transpose();
        assert_eq!(t.get(1, 0), 2.0);
        assert_eq!(t.get(0, 2), 5.0);
        assert_eq!(t.get(2, 2), 0.0);
        assert_eq!(t.transpose(), m);
        let part = m.restrict(&[0, 2]);
        assert_eq!((part.n(), part.nnz()), (2, 2));
        assert_eq!(part.get(0, 1), 3.0);
        assert_eq!(part.get(1, 0), 5.0);
        assert_eq!(m.row_sums(), vec![5.0, 0.0, 12.0]);
    }
}
