//! `x -> x P` with the same bits for any number of threads: each entry of the result is one fixed sum.

use std::ops::Range;

use rayon::prelude::*;

use super::Csr;

/// Entries of the result computed as one piece of work.
const PIECE: usize = 4096;
/// On up to this many states no mass is given up, however small, and every state pays for its own rounding.
pub(super) const SMALL: usize = 4096;
/// Entries of the result kept in the first cache while the diagonals pass.
const STRIP: usize = 1024;

/// A stochastic matrix laid out for products from the left.
#[derive(Clone, Debug)]
pub struct Product {
    n: usize,
    form: Form,
    rounding: Rounding,
    /// Largest i - j and j - i of an entry (i, j).
    reach: (usize, usize),
}

/// What a product costs in units of 2^-53 of the mass, to first order.
#[derive(Clone, Debug)]
struct Rounding {
    /// By the state that the mass leaves; for the sparse forms: inflows in the order of their states, what stays last.
    each: Vec<f64>,
    worst: f64,
    absorption: f64,
    /// For sums in any order.
    any: f64,
}

impl Rounding {
    /// The entries of P are within 2 units each: see [`Uniformised`](super::Uniformised).
    fn of(into: &Csr, diagonal: &[f64]) -> Self {
        let absorbs = |j: usize| diagonal[j] == 1.0;
        // What stays: its entry 2, the product 1, the last sum 1; with P_ii = 1 only the sum.
        let mut each: Vec<f64> = diagonal.iter().map(|&stay| 4.0 * stay).collect();
        let (mut most, mut absorbed) = (0, 0);
        for j in 0..diagonal.len() {
            let (from, p) = into.row(j);
            most = most.max(from.len());
            if absorbs(j) {
                each[j] = 1.0;
                absorbed = absorbed.max(from.len());
                continue;
            }
            for (k, (&i, &p)) in from.iter().zip(p).enumerate() {
                let sums = 1 + from.len() - k.max(1);
                each[i as usize] += p * (3 + sums) as f64;
            }
        }
        Self {
            worst: each.iter().copied().fold(0.0, f64::max),
            each,
            absorption: (absorbed + 3) as f64,
            any: (most + 4) as f64,
        }
    }
}

#[derive(Clone, Debug)]
enum Form {
    /// `values[d * n + j] = P[j - offset_d, j]`: chains on a grid have few diagonals. In falling order, so that sources
    /// rise, and the main one last.
    Diagonals { offsets: Vec<i64>, values: Vec<f64> },
    /// Columns of P (rows of the transpose) and the diagonal.
    Columns { into: Csr, diagonal: Vec<f64> },
    /// Row-major P.
    Dense { values: Vec<f64> },
}

impl Product {
    /// The matrix with the given off-diagonal entries and diagonal.
    pub fn new(edges: &Csr, diagonal: &[f64]) -> Self {
        let n = edges.n();
        let into = edges.transpose();
        let rounding = Rounding::of(&into, diagonal);
        let form = if let Some((offsets, values)) = diagonals(&into, diagonal) {
            Form::Diagonals { offsets, values }
        } else if edges.nnz() > n * n / 4 {
            let mut values = vec![0.0; n * n];
            for i in 0..n {
                values[i * n + i] = diagonal[i];
                edges.entries(i).for_each(|(j, v)| values[i * n + j] = v);
            }
            Form::Dense { values }
        } else {
            Form::Columns {
                into,
                diagonal: diagonal.to_vec(),
            }
        };
        let reach = (0..n).fold((0, 0), |(down, up), i| {
            let columns = edges.row(i).0;
            let least = columns.first().map_or(i, |&j| j as usize);
            let most = columns.last().map_or(i, |&j| j as usize);
            (
                down.max(i.saturating_sub(least)),
                up.max(most.saturating_sub(i)),
            )
        });
        Self {
            n,
            form,
            rounding,
            reach,
        }
    }

    /// Number of states.
    pub fn n(&self) -> usize {
        self.n
    }

    /// A bound on the 1-norm error by rounding of one product with the law `x`, in units of 2^-53; what absorbing states
    /// take in is left to [`Self::absorption`]. For many states by the worst of them.
    pub(super) fn rounding(&self, x: &[f64]) -> f64 {
        match self.form {
            Form::Dense { .. } => self.rounding.any,
            _ if self.n > SMALL => self.rounding.worst,
            _ => x.iter().zip(&self.rounding.each).map(|(x, c)| x * c).sum(),
        }
    }

    /// What absorbing states take in adds up to at most 1 over all products: the bound for all of them together.
    pub(super) fn absorption(&self) -> f64 {
        self.rounding.absorption
    }

    /// Where `x P` can be positive if x is so within `support` only.
    pub fn spread(&self, support: &Range<usize>) -> Range<usize> {
        let (down, up) = self.reach;
        support.start.saturating_sub(down)..(support.end + up).min(self.n)
    }

    /// The entries `part` of `y = x P`; the others are left alone. Uses the threads of the pool it runs on.
    pub fn apply(&self, x: &[f64], y: &mut [f64], part: Range<usize>) {
        let first = part.start;
        let y = &mut y[part];
        if y.len() <= PIECE {
            self.piece(x, y, first);
        } else {
            y.par_chunks_mut(PIECE)
                .enumerate()
                .for_each(|(k, part)| self.piece(x, part, first + k * PIECE));
        }
    }

    /// The entries `first..first + y.len()` of `x P`.
    fn piece(&self, x: &[f64], y: &mut [f64], first: usize) {
        match &self.form {
            Form::Diagonals { offsets, values } => {
                for (k, part) in y.chunks_mut(STRIP).enumerate() {
                    self.strip(x, part, first + k * STRIP, offsets, values);
                }
            }
            Form::Columns { into, diagonal } => {
                for (k, v) in y.iter_mut().enumerate() {
                    let j = first + k;
                    let (from, p) = into.row(j);
                    let mut sum = 0.0;
                    for (&i, &p) in from.iter().zip(p) {
                        sum += x[i as usize] * p;
                    }
                    // The diagonal last: the bound on rounding counts on it.
                    *v = sum + diagonal[j] * x[j];
                }
            }
            Form::Dense { values } => {
                y.fill(0.0);
                let width = y.len();
                for (row, &x) in values.chunks_exact(self.n).zip(x) {
                    if x != 0.0 {
                        for (v, &p) in y.iter_mut().zip(&row[first..first + width]) {
                            *v += x * p;
                        }
                    }
                }
            }
        }
    }

    fn strip(&self, x: &[f64], y: &mut [f64], first: usize, offsets: &[i64], values: &[f64]) {
        y.fill(0.0);
        let n = self.n as i64;
        for (d, &offset) in offsets.iter().enumerate() {
            // y_j += P[j - offset, j] x[j - offset] where 0 <= j - offset < n
            let low = (first as i64).max(offset);
            let high = (first as i64 + y.len() as i64).min(n + offset);
            if low < high {
                let target = (low - first as i64) as usize..(high - first as i64) as usize;
                let source = (low - offset) as usize..(high - offset) as usize;
                let column = d * self.n + low as usize..d * self.n + high as usize;
                for ((v, &p), &x) in y[target].iter_mut().zip(&values[column]).zip(&x[source]) {
                    *v += p * x;
                }
            }
        }
    }
}

/// The diagonals of the matrix if they are few enough to be stored in full.
fn diagonals(into: &Csr, diagonal: &[f64]) -> Option<(Vec<i64>, Vec<f64>)> {
    let n = into.n();
    let most = (2 * (into.nnz() + n) / n).min(64);
    let mut offsets: Vec<i64> = vec![0];
    for j in 0..n {
        for &i in into.row(j).0 {
            let offset = j as i64 - i64::from(i);
            if let Err(place) = offsets.binary_search(&offset) {
                if offsets.len() == most {
                    return None;
                }
                offsets.insert(place, offset);
            }
        }
    }
    offsets.reverse();
    offsets.retain(|&offset| offset != 0);
    let mut values = vec![0.0; offsets.len() * n];
    let at = |offset: i64| offsets.binary_search_by(|o| offset.cmp(o)).unwrap_or(0);
    for j in 0..n {
        for (i, p) in into.entries(j) {
            values[at(j as i64 - i as i64) * n + j] = p;
        }
    }
    offsets.push(0);
    values.extend_from_slice(diagonal);
    Some((offsets, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows (i, [(j, p)]) of a matrix whose off-diagonal columns are given by `step`.
    fn matrix(n: usize, steps: impl Fn(usize) -> Vec<usize>) -> (Csr, Vec<f64>) {
        let mut edges = Csr::with_capacity(n, n);
        for i in 0..n {
            let mut row: Vec<usize> = steps(i).into_iter().filter(|&j| j != i).collect();
            row.sort_unstable();
            row.dedup();
            for j in row {
                edges.push(j as u32, 1.0 / (2.0 + (i * 31 + j * 17) as f64));
            }
            edges.end_row();
        }
        (edges, (0..n).map(|i| 0.5 / (1.0 + i as f64)).collect())
    }

    #[test]
    fn every_layout_multiplies() {
        let n = 5000;
        let cases: [(usize, (Csr, Vec<f64>)); 3] = [
            (
                0,
                matrix(n, |i| {
                    vec![(i + 1).min(n - 1), i.saturating_sub(1), (i + 70).min(n - 1)]
                }),
            ),
            (1, matrix(n, |i| vec![(i * i + 3) % n, (i * 7 + 1) % n])),
            (2, matrix(90, |_| (0..90).collect())),
        ];
        for (form, (edges, diagonal)) in cases {
            let n = edges.n();
            let product = Product::new(&edges, &diagonal);
            let seen = match product.form {
                Form::Diagonals { .. } => 0,
                Form::Columns { .. } => 1,
                Form::Dense { .. } => 2,
            };
            assert!(seen == form || form == 0, "{seen} {form}");
            let x: Vec<f64> = (0..n).map(|i| ((i * 37) % 11) as f64).collect();
            let mut y = vec![1.0; n];
            product.apply(&x, &mut y, 0..n);
            let mut exact: Vec<f64> = (0..n).map(|j| x[j] * diagonal[j]).collect();
            for (i, x) in x.iter().enumerate() {
                edges.entries(i).for_each(|(j, p)| exact[j] += x * p);
            }
            for (a, b) in y.iter().zip(&exact) {
                assert!((a - b).abs() <= 1e-14 * b.abs());
            }
        }
    }
}
