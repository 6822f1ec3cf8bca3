//! The five geometries, their checks and their sizes.

use std::sync::OnceLock;

use quincunx_core::{Error, Result};

use super::adjacency::Adjacency;
use super::bonds;

/// The family a geometry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Two axes, bonds `+x`, `+y`; four neighbours.
    Square,
    /// Three axes, bonds `+x`, `+y`, `+z`; six neighbours.
    Cubic,
    /// Two axes, bonds `+x`, `+y`, `+x+y`; six neighbours.
    Triangular,
    /// Two axes of cells with two sites A and B, bonds `A(x, y)` to `B(x, y)`, `B(x-1, y)`, `B(x, y-1)`; three neighbours.
    Honeycomb,
    /// Sites and bonds as given.
    Graph,
}

impl Kind {
    /// Bonds of each cell of the periodic lattice; 0 for a graph, which has no cells.
    pub fn bonds_per_cell(self) -> usize {
        match self {
            Kind::Square => 2,
            Kind::Cubic | Kind::Triangular | Kind::Honeycomb => 3,
            Kind::Graph => 0,
        }
    }

    /// Sites of each cell.
    pub fn sites_per_cell(self) -> usize {
        if self == Kind::Honeycomb { 2 } else { 1 }
    }
}

/// Sites `0..n_sites` (row-major, last axis fastest; honeycomb: `2 cell` is A, `2 cell + 1` is B) and bonds in a fixed
/// order (cell-major, then axis). Bond and neighbour tables are built when first asked for.
///
/// ```
/// use quincunx_lattice::Geometry;
/// let square = Geometry::square([3, 4], [true, true])?;
/// assert_eq!((square.n_sites(), square.n_bonds()), (12, 24));
/// assert_eq!(square.bonds()[..3], [[0, 4], [0, 1], [1, 5]]);
/// # Ok::<(), quincunx_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Geometry {
    kind: Kind,
    cells: Vec<usize>,
    periodic: Vec<bool>,
    shape: Vec<usize>,
    n_sites: usize,
    n_bonds: usize,
    bonds: OnceLock<Vec<[u32; 2]>>,
    adjacency: OnceLock<Adjacency>,
}

impl PartialEq for Geometry {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.cells, &self.periodic, self.n_bonds)
            == (other.kind, &other.cells, &other.periodic, other.n_bonds)
            && (self.kind != Kind::Graph || self.bonds() == other.bonds())
    }
}

impl Eq for Geometry {}

/// Sites and bonds are numbered by `u32`; neighbour tables hold two entries per bond.
const LARGEST: usize = (u32::MAX / 2) as usize;

impl Geometry {
    /// `Lx x Ly` sites, site `(x, y) = x Ly + y`, bonds `+x`, `+y` of each site. An axis of length 2 that is periodic
    /// has each of its bonds twice.
    pub fn square(lengths: [i64; 2], periodic: [bool; 2]) -> Result<Self> {
        Self::regular(Kind::Square, &lengths, &periodic)
    }

    /// `Lx x Ly x Lz` sites, bonds `+x`, `+y`, `+z` of each site.
    pub fn cubic(lengths: [i64; 3], periodic: [bool; 3]) -> Result<Self> {
        Self::regular(Kind::Cubic, &lengths, &periodic)
    }

    /// `Lx x Ly` sites, bonds `+x`, `+y`, `+x+y` of each site; a diagonal exists where it crosses no open end.
    pub fn triangular(lengths: [i64; 2], periodic: [bool; 2]) -> Result<Self> {
        Self::regular(Kind::Triangular, &lengths, &periodic)
    }

    /// `Lx x Ly` cells of two sites, `2 cell` (A) and `2 cell + 1` (B); the shape is `(Lx, Ly, 2)`.
    pub fn honeycomb(lengths: [i64; 2], periodic: [bool; 2]) -> Result<Self> {
        Self::regular(Kind::Honeycomb, &lengths, &periodic)
    }

    /// Bonds as given, in the order given; a repeated pair is two bonds. `n_sites = None` is the largest index plus one.
    pub fn graph(edges: &[[i64; 2]], n_sites: Option<i64>) -> Result<Self> {
        let largest = edges.iter().flatten().copied().max().unwrap_or(-1);
        let n_sites = n_sites.unwrap_or(largest.saturating_add(1));
        if n_sites < 1 || n_sites > LARGEST as i64 {
            return Err(Error::invalid(
                "n_sites",
                n_sites,
                format!("must be >= 1 and <= {LARGEST}"),
            ));
        }
        let n_bonds = within_reach("edges", edges.len())?;
        let bonds = bonds::of_graph(edges, n_sites)?;
        Ok(Self {
            kind: Kind::Graph,
            cells: vec![n_sites as usize],
            periodic: Vec::new(),
            shape: vec![n_sites as usize],
            n_sites: n_sites as usize,
            n_bonds,
            bonds: OnceLock::from(bonds),
            adjacency: OnceLock::new(),
        })
    }

    fn regular(kind: Kind, lengths: &[i64], periodic: &[bool]) -> Result<Self> {
        let mut cells = Vec::with_capacity(lengths.len());
        for (name, &length) in ["Lx", "Ly", "Lz"].iter().zip(lengths) {
            if length < 2 {
                return Err(Error::invalid(*name, length, "must be >= 2"));
            }
            cells.push(length as usize);
        }
        let n_cells = cells
            .iter()
            .try_fold(1_usize, |n, &length| n.checked_mul(length))
            .unwrap_or(usize::MAX);
        let sides: Vec<String> = ["Lx", "Ly", "Lz"]
            .iter()
            .zip(lengths)
            .map(|(name, length)| format!("{name} = {length}"))
            .collect();
        let what = format!("a lattice of {}", sides.join(", "));
        within_reach(&what, n_cells.saturating_mul(3))?;
        let mut shape = cells.clone();
        if kind == Kind::Honeycomb {
            shape.push(2);
        }
        Ok(Self {
            kind,
            periodic: periodic.to_vec(),
            n_sites: n_cells * kind.sites_per_cell(),
            n_bonds: bonds::count(kind, &cells, periodic),
            cells,
            shape,
            bonds: OnceLock::new(),
            adjacency: OnceLock::new(),
        })
    }

    /// The family.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Cells along each axis; for a graph the number of sites.
    pub fn cells(&self) -> &[usize] {
        &self.cells
    }

    /// Whether each axis closes on itself; empty for a graph.
    pub fn periodic(&self) -> &[bool] {
        &self.periodic
    }

    /// The shape in which a state is shown: `(Lx, Ly)`, `(Lx, Ly, Lz)`, `(Lx, Ly, 2)` or `(n_sites,)`.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of sites.
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// Number of bonds, doubled ones counted twice.
    pub fn n_bonds(&self) -> usize {
        self.n_bonds
    }

    /// Both ends of every bond, in bond order.
    pub fn bonds(&self) -> &[[u32; 2]] {
        self.bonds
            .get_or_init(|| bonds::of_lattice(self.kind, &self.cells, &self.periodic, self.n_bonds))
    }

    /// Neighbours of every site, with the bond that leads there.
    pub fn adjacency(&self) -> &Adjacency {
        self.adjacency
            .get_or_init(|| Adjacency::new(self.n_sites, self.bonds()))
    }

    /// Whether every axis closes, so that all cells are alike; false for a graph.
    pub fn is_torus(&self) -> bool {
        self.kind != Kind::Graph && self.periodic.iter().all(|&closed| closed)
    }

    /// The number of neighbours if every site has as many, counting doubled bonds twice.
    pub fn coordination(&self) -> Option<usize> {
        if self.is_torus() {
            return Some(2 * self.kind.bonds_per_cell() / self.kind.sites_per_cell());
        }
        let adjacency = self.adjacency();
        let first = adjacency.degree(0);
        (1..self.n_sites)
            .all(|site| adjacency.degree(site) == first)
            .then_some(first)
    }

    /// The first pair of bonds that join the same two sites (a periodic axis of length 2, a repeated edge).
    pub fn repeated_bond(&self) -> Option<(usize, usize)> {
        let adjacency = self.adjacency();
        let mut last = vec![(usize::MAX, 0); self.n_sites];
        let mut first: Option<(usize, usize)> = None;
        for site in 0..self.n_sites {
            for (other, bond) in adjacency.neighbours(site) {
                let (seen_by, earlier) = last[other];
                let pair = (earlier, bond);
                if seen_by == site && first.is_none_or(|found| pair.1 < found.1) {
                    first = Some(pair);
                }
                last[other] = (site, bond);
            }
        }
        first
    }
}

fn within_reach(what: &str, bonds: usize) -> Result<usize> {
    if bonds <= LARGEST {
        return Ok(bonds);
    }
    Err(Error::TooLarge {
        what: what.to_owned(),
        bytes: 16 * bonds as u128,
        limit: 16 * LARGEST as u128,
        remedy: "choose a smaller lattice".to_owned(),
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
