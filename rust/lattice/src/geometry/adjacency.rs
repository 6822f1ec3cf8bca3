//! Neighbour lists in compressed rows: for each site its neighbours and the bonds that lead to them.

/// Neighbours of site `i` are `sites[offsets[i]..offsets[i + 1]]`, reached by `bonds[..]` of the same range, in bond order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjacency {
    offsets: Vec<u32>,
    sites: Vec<u32>,
    bonds: Vec<u32>,
}

impl Adjacency {
    /// Lists for `n_sites` sites joined by `bonds`.
    pub(super) fn new(n_sites: usize, bonds: &[[u32; 2]]) -> Self {
        let mut offsets = vec![0_u32; n_sites + 1];
        for &site in bonds.iter().flatten() {
            offsets[site as usize + 1] += 1;
        }
        for site in 0..n_sites {
            offsets[site + 1] += offsets[site];
        }
        let mut next = offsets.clone();
        let mut sites = vec![0; 2 * bonds.len()];
        let mut numbers = sites.clone();
        for (bond, &[i, j]) in bonds.iter().enumerate() {
            for (here, there) in [(i, j), (j, i)] {
                let place = next[here as usize] as usize;
                sites[place] = there;
                numbers[place] = bond as u32;
                next[here as usize] += 1;
            }
        }
        Self {
            offsets,
            sites,
            bonds: numbers,
        }
    }

    /// Where each site's list begins; `n_sites + 1` entries.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// All neighbours, site after site.
    pub fn sites(&self) -> &[u32] {
        &self.sites
    }

    /// The bond that leads to each entry of [`Adjacency::sites`].
    pub fn bonds(&self) -> &[u32] {
        &self.bonds
    }

    fn range(&self, site: usize) -> std::ops::Range<usize> {
        self.offsets[site] as usize..self.offsets[site + 1] as usize
    }

    /// Number of bonds at `site`.
    pub fn degree(&self, site: usize) -> usize {
        self.range(site).len()
    }

    /// Pairs (neighbour, bond) of `site`.
    pub fn neighbours(&self, site: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.range(site)
            .map(|k| (self.sites[k] as usize, self.bonds[k] as usize))
    }
}
