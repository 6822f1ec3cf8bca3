//! The order of bonds: cell-major, then axis (lattice.md section 0).

use quincunx_core::{Error, Result};

use super::Kind;

/// Where bond number `bond` of a cell ends: the step along each axis, and the sublattices of its two ends.
struct Step {
    along: &'static [i8],
    sublattices: [usize; 2],
}

const fn step(along: &'static [i8]) -> Step {
    Step {
        along,
        sublattices: [0, 0],
    }
}

const fn from_a_to_b(along: &'static [i8]) -> Step {
    Step {
        along,
        sublattices: [0, 1],
    }
}

const SQUARE: [Step; 2] = [step(&[1, 0]), step(&[0, 1])];
const CUBIC: [Step; 3] = [step(&[1, 0, 0]), step(&[0, 1, 0]), step(&[0, 0, 1])];
const TRIANGULAR: [Step; 3] = [step(&[1, 0]), step(&[0, 1]), step(&[1, 1])];
const HONEYCOMB: [Step; 3] = [
    from_a_to_b(&[0, 0]),
    from_a_to_b(&[-1, 0]),
    from_a_to_b(&[0, -1]),
];

fn steps(kind: Kind) -> &'static [Step] {
    match kind {
        Kind::Square => &SQUARE,
        Kind::Cubic => &CUBIC,
        Kind::Triangular => &TRIANGULAR,
        Kind::Honeycomb => &HONEYCOMB,
        Kind::Graph => &[],
    }
}

/// Number of bonds: a step along an open axis is missing from the `L^(d-1)` cells at its end.
pub(super) fn count(kind: Kind, cells: &[usize], periodic: &[bool]) -> usize {
    let bonds_of = |s: &Step| -> usize {
        (0..cells.len())
            .map(|axis| cells[axis] - usize::from(!periodic[axis] && s.along[axis] != 0))
            .product()
    };
    steps(kind).iter().map(bonds_of).sum()
}

/// The cell one step away from `cell`, or nothing beyond an open end.
fn target(s: &Step, cell: &[usize], cells: &[usize], periodic: &[bool]) -> Option<usize> {
    let mut index = 0;
    for axis in 0..cells.len() {
        let (length, here) = (cells[axis], cell[axis]);
        let there = match s.along[axis] {
            1 if here + 1 < length => here + 1,
            1 if periodic[axis] => 0,
            -1 if here > 0 => here - 1,
            -1 if periodic[axis] => length - 1,
            0 => here,
            _ => return None,
        };
        index = index * length + there;
    }
    Some(index)
}

/// All bonds of a regular lattice.
pub(super) fn of_lattice(
    kind: Kind,
    cells: &[usize],
    periodic: &[bool],
    n_bonds: usize,
) -> Vec<[u32; 2]> {
    let per_cell = kind.sites_per_cell();
    let mut bonds = Vec::with_capacity(n_bonds);
    let mut cell = vec![0; cells.len()];
    for index in 0..cells.iter().product() {
        for s in steps(kind) {
            if let Some(there) = target(s, &cell, cells, periodic) {
                bonds.push([
                    (index * per_cell + s.sublattices[0]) as u32,
                    (there * per_cell + s.sublattices[1]) as u32,
                ]);
            }
        }
        next_cell(&mut cell, cells);
    }
    bonds
}

fn next_cell(cell: &mut [usize], cells: &[usize]) {
    for (here, &length) in cell.iter_mut().zip(cells).rev() {
        *here += 1;
        if *here < length {
            return;
        }
        *here = 0;
    }
}

/// The edges of a user's graph, each end checked, self loops refused.
pub(super) fn of_graph(edges: &[[i64; 2]], n_sites: i64) -> Result<Vec<[u32; 2]>> {
    let mut bonds = Vec::with_capacity(edges.len());
    for (row, &[i, j]) in edges.iter().enumerate() {
        for (column, site) in [i, j].into_iter().enumerate() {
            if site < 0 || site >= n_sites {
                let need = format!("must be >= 0 and < n_sites = {n_sites}");
                return Err(Error::invalid_at("edges", [row, column], site, need));
            }
        }
        if i == j {
            let need = "must join two different sites";
            return Err(Error::invalid_at(
                "edges",
                [row],
                format!("({i}, {j})"),
                need,
            ));
        }
        bonds.push([i as u32, j as u32]);
    }
    Ok(bonds)
}
