//! Who is next to whom, as fast as each geometry allows.

use std::sync::Arc;

use crate::geometry::{Geometry, Kind};

/// The neighbours of a site, with the slot of each in tables that hold one entry per directed bond.
pub(super) trait Neighbours: Send + Sync + std::fmt::Debug {
    /// Calls `visit(neighbour, slot)` for every bond at `site`.
    fn each(&self, site: usize, visit: impl FnMut(usize, usize));

    /// Largest number of bonds at one site.
    fn most(&self) -> usize;

    /// Whether bonds have signs.
    fn has_signs(&self) -> bool {
        false
    }

    /// Calls `visit(neighbour, sign)` for every bond at `site`; the sign is 1 where bonds have none.
    #[inline(always)]
    fn each_signed(&self, site: usize, mut visit: impl FnMut(usize, i32)) {
        self.each(site, |other, _| visit(other, 1));
    }

    /// The sum of the neighbours' spins, each with the sign of its bond where bonds have signs.
    #[inline(always)]
    fn sum(&self, spins: &[i8], site: usize) -> i32 {
        let mut sum = 0;
        self.each(site, |other, _| sum += i32::from(spins[other]));
        sum
    }

    /// The same without the bonds that lead to `without`.
    #[inline(always)]
    fn sum_without(&self, spins: &[i8], site: usize, without: usize) -> i32 {
        let mut sum = 0;
        self.each(site, |other, _| {
            let spin = i32::from(spins[other]);
            sum += if other == without { 0 } else { spin };
        });
        sum
    }
}

/// Both ends of every bond.
pub(super) trait Bonds: Send + Sync + std::fmt::Debug {
    /// How many there are.
    fn n_bonds(&self) -> usize;

    /// The two sites that a bond joins, in the order of the geometry.
    fn ends(&self, bond: usize) -> [usize; 2];
}

/// The square torus, by arithmetic.
#[derive(Debug, Clone, Copy)]
pub(super) struct SquareTorus {
    sites: usize,
    columns: usize,
    /// `2^64 / columns`, rounded up: remainders of 32-bit numbers by two products (Lemire, Kaser and Kurz 2019).
    inverse: u64,
}

impl SquareTorus {
    #[inline(always)]
    fn column(&self, site: usize) -> usize {
        let fraction = self.inverse.wrapping_mul(site as u64);
        ((u128::from(fraction) * self.columns as u128) >> 64) as usize
    }
}

impl SquareTorus {
    #[inline(always)]
    fn below(&self, site: usize) -> usize {
        let down = site + self.columns;
        if down < self.sites {
            down
        } else {
            down - self.sites
        }
    }

    #[inline(always)]
    fn right_of(&self, site: usize, column: usize) -> usize {
        if column + 1 < self.columns {
            site + 1
        } else {
            site - column
        }
    }
}

impl Bonds for SquareTorus {
    #[inline(always)]
    fn n_bonds(&self) -> usize {
        2 * self.sites
    }

    #[inline(always)]
    fn ends(&self, bond: usize) -> [usize; 2] {
        let site = bond / 2;
        let other = if bond.is_multiple_of(2) {
            self.below(site)
        } else {
            self.right_of(site, self.column(site))
        };
        [site, other]
    }
}

impl Neighbours for SquareTorus {
    #[inline(always)]
    fn each(&self, site: usize, mut visit: impl FnMut(usize, usize)) {
        let (columns, n) = (self.columns, self.sites);
        let y = self.column(site);
        visit(self.below(site), 4 * site);
        visit(self.right_of(site, y), 4 * site + 1);
        let up = if site >= columns {
            site - columns
        } else {
            site + n - columns
        };
        visit(up, 4 * site + 2);
        let left = if y > 0 { site - 1 } else { site + columns - 1 };
        visit(left, 4 * site + 3);
    }

    fn most(&self) -> usize {
        4
    }
}

/// Any geometry, by its neighbour lists. The slot is the place in the lists.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    geometry: Arc<Geometry>,
    most: usize,
}

impl Bonds for Listed {
    #[inline(always)]
    fn n_bonds(&self) -> usize {
        self.geometry.n_bonds()
    }

    #[inline(always)]
    fn ends(&self, bond: usize) -> [usize; 2] {
        self.geometry.bonds()[bond].map(|site| site as usize)
    }
}

impl Neighbours for Listed {
    #[inline(always)]
    fn each(&self, site: usize, mut visit: impl FnMut(usize, usize)) {
        let lists = self.geometry.adjacency();
        let first = lists.offsets()[site] as usize;
        let last = lists.offsets()[site + 1] as usize;
        for (k, &other) in lists.sites()[first..last].iter().enumerate() {
            visit(other as usize, first + k);
        }
    }

    fn most(&self) -> usize {
        self.most
    }
}

impl Listed {
    /// The lists of a geometry.
    pub fn new(geometry: &Arc<Geometry>) -> Self {
        let lists = geometry.adjacency();
        let most = (0..geometry.n_sites()).map(|i| lists.degree(i)).max();
        Self {
            geometry: Arc::clone(geometry),
            most: most.unwrap_or(0),
        }
    }

    /// One value per slot from one per bond.
    pub fn by_slot(&self, per_bond: impl Fn(usize) -> f64) -> Vec<f64> {
        let bonds = self.geometry.adjacency().bonds().iter();
        bonds.map(|&b| per_bond(b as usize)).collect()
    }
}

/// The square torus by arithmetic where it is one.
pub(super) fn square_torus(geometry: &Geometry) -> Option<SquareTorus> {
    match geometry.cells() {
        &[rows, columns] if geometry.kind() == Kind::Square && geometry.is_torus() => {
            Some(SquareTorus {
                sites: rows * columns,
                columns,
                inverse: u64::MAX / columns as u64 + 1,
            })
        }
        _ => None,
    }
}
