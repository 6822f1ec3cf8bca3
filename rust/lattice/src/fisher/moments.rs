//! From raw moments of bond observables with `e^2 = e` (Potts) to the geometry.

use quincunx_core::Result;

use super::cells::Cells;
use super::contract;
use super::result::{FisherGeometry, Method, Metric};
use crate::work::Work;

/// `<e_a e_b>` and `<e_a e_b e_c>` for the bonds `a` of cell 0.
pub(super) struct BondMoments {
    cells: Cells,
    pairs: Vec<f64>,
    triples: Vec<f64>,
}

impl BondMoments {
    /// From sums over states that still carry the partition function `weight`.
    pub fn new(cells: Cells, weight: f64, mut pairs: Vec<f64>, mut triples: Vec<f64>) -> Self {
        for value in pairs.iter_mut().chain(&mut triples) {
            *value /= weight;
        }
        Self {
            cells,
            pairs,
            triples,
        }
    }

    /// Third cumulants by `T_abc = <abc> - <ab><c> - <ac><b> - <bc><a> + 2 <a><b><c>`.
    pub fn geometry(&self, method: Method, work: Work) -> Result<FisherGeometry> {
        let (m, d) = (self.cells.bonds(), self.cells.per_cell());
        let mean = |a: usize| self.pairs[a % d * m + a % d];
        let rows: Vec<f64> = (0..d * m)
            .map(|i| self.pairs[i] - mean(i / m) * mean(i % m))
            .collect();
        let pairs = self.cells.expand(&rows);
        let third = |a: usize, out: &mut [f64]| {
            let triples = &self.triples[a * m * m..][..m * m];
            for (bc, value) in out.iter_mut().enumerate() {
                let (b, c) = (bc / m, bc % m);
                let [x, y, z] = [a, b, c].map(mean);
                *value = triples[bc]
                    - x * y * z
                    - pairs[a * m + b] * z
                    - pairs[a * m + c] * y
                    - pairs[bc] * x;
            }
        };
        let norms = contract::norms(&self.cells, &rows, &third, work)?;
        let metric = Metric::new(self.cells.clone(), rows);
        Ok(FisherGeometry::from_norms(norms, metric, method))
    }
}
