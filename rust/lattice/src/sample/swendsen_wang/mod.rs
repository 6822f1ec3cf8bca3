//! Clusters of the whole lattice at once (R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987)): by words on
//! square and cubic lattices, by sites elsewhere.

mod by_sites;
mod in_words;

pub(super) use by_sites::{BySites, EachCoupling, OneCoupling};
pub(super) use in_words::InWords;

/// What a cluster is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// Ising: all its spins stay or all flip, one half each.
    Sign,
    /// Potts: one of the `q` colours.
    Colour(usize),
}
