//! Bonds of a torus: cell-major numbering and the translations that leave the law unchanged.

/// Bonds numbered `cell * per_cell + direction` on a torus of cells. A graph without translations is one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    shape: Vec<usize>,
    per_cell: usize,
}

impl Cells {
    /// A torus of `shape` cells (row-major, last axis fastest) with `per_cell` bonds each.
    pub fn torus(shape: &[usize], per_cell: usize) -> Self {
        Self {
            shape: shape.to_vec(),
            per_cell,
        }
    }

    /// No translations: all bonds belong to one cell.
    pub fn single(bonds: usize) -> Self {
        Self {
            shape: Vec::new(),
            per_cell: bonds,
        }
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Bonds of one cell.
    pub fn per_cell(&self) -> usize {
        self.per_cell
    }

    /// Cells along each axis; empty without translations.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of bonds.
    pub fn bonds(&self) -> usize {
        self.count() * self.per_cell
    }

    /// The bond that `bond` becomes under the translation by `by` cells (a cell index).
    pub fn translate(&self, bond: usize, by: usize) -> usize {
        let (mut cell, mut by) = (bond / self.per_cell, by);
        let (mut image, mut stride) = (0, 1);
        for &length in self.shape.iter().rev() {
            image += (cell % length + by % length) % length * stride;
            stride *= length;
            cell /= length;
            by /= length;
        }
        image * self.per_cell + bond % self.per_cell
    }

    /// All images of bonds under the translation `by`.
    pub fn translation(&self, by: usize) -> Vec<usize> {
        (0..self.bonds()).map(|b| self.translate(b, by)).collect()
    }

    /// The whole symmetric matrix from the rows of cell 0.
    pub fn expand(&self, rows: &[f64]) -> Vec<f64> {
        let m = self.bonds();
        if self.shape.is_empty() {
            return rows.to_vec();
        }
        let mut full = vec![0.0; m * m];
        for by in 0..self.count() {
            let image = self.translation(by);
            for a in 0..self.per_cell {
                let row = &mut full[image[a] * m..][..m];
                for (b, &value) in rows[a * m..][..m].iter().enumerate() {
                    row[image[b]] = value;
                }
            }
        }
        full
    }
}
