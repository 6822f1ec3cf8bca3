//! Neighbours of spins whose couplings are +J, -J or zero: a glass whose local fields are whole numbers.

use super::neighbours::Neighbours;
use crate::geometry::Geometry;
use crate::model::Values;

/// Neighbour lists that hold the sign of every bond; bonds without coupling are left out.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    offsets: Vec<u32>,
    /// Twice the neighbour, plus one if the coupling is negative.
    entries: Vec<u32>,
    most: usize,
}

/// The spin of an entry, with its sign.
#[inline(always)]
fn term(spins: &[i8], entry: u32) -> i32 {
    let turned = (entry & 1) as i32;
    (i32::from(spins[(entry >> 1) as usize]) ^ -turned) + turned
}

impl Signed {
    /// For couplings of one |J|.
    pub fn new(geometry: &Geometry, couplings: &Values) -> Self {
        let lists = geometry.adjacency();
        let (mut offsets, mut entries, mut most) = (vec![0], Vec::new(), 0);
        for site in 0..geometry.n_sites() {
            let bonds = lists.neighbours(site).map(|(s, b)| (s, couplings.at(b)));
            let coupled = bonds.filter(|&(_, j)| j != 0.0);
            let first = entries.len();
            entries.extend(coupled.map(|(other, j)| (other as u32) << 1 | u32::from(j < 0.0)));
            most = most.max(entries.len() - first);
            offsets.push(entries.len() as u32);
        }
        Self {
            offsets,
            entries,
            most,
        }
    }

    #[inline(always)]
    fn row(&self, site: usize) -> &[u32] {
        &self.entries[self.offsets[site] as usize..self.offsets[site + 1] as usize]
    }
}

impl Neighbours for Signed {
    #[inline(always)]
    fn each(&self, site: usize, mut visit: impl FnMut(usize, usize)) {
        let first = self.offsets[site] as usize;
        for (k, &entry) in self.row(site).iter().enumerate() {
            visit((entry >> 1) as usize, first + k);
        }
    }

    fn most(&self) -> usize {
        self.most
    }

    fn has_signs(&self) -> bool {
        true
    }

    #[inline(always)]
    fn each_signed(&self, site: usize, mut visit: impl FnMut(usize, i32)) {
        for &entry in self.row(site) {
            visit((entry >> 1) as usize, 1 - 2 * (entry & 1) as i32);
        }
    }

    #[inline(always)]
    fn sum(&self, spins: &[i8], site: usize) -> i32 {
        self.row(site).iter().map(|&entry| term(spins, entry)).sum()
    }

    #[inline(always)]
    fn sum_without(&self, spins: &[i8], site: usize, other: usize) -> i32 {
        let others = self
            .row(site)
            .iter()
            .filter(|&&e| (e >> 1) as usize != other);
        others.map(|&entry| term(spins, entry)).sum()
    }
}
