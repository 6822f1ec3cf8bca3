//! A cluster that grows over a lattice in words: whole runs of a row, and all steps to another row, at once.

use quincunx_core::Result;

use super::super::scan::{Beat, STRIDE};
use super::grid::{AXES, Grid};

/// Words between two beats.
const BETWEEN_BEATS: usize = STRIDE / 32;

/// What is known of one word while a cluster grows.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// By axis, the sites joined to the next one along it.
    joined: [u64; AXES],
    /// By axis, whether that is known.
    known: [bool; AXES],
    cluster: u64,
    /// Sites that were reached, but whose own bonds nobody has followed yet.
    fresh: u64,
}

/// The cluster, and which of its bonds were drawn.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    nodes: Vec<Node>,
    /// Words with fresh sites, first in, first out: when the turn of a word comes several of its sites are fresh.
    queue: Vec<u32>,
    /// Where the queue ends; the room behind it is written before it is known whether it is needed.
    end: usize,
    /// Words to be cleared before the next cluster.
    used: Vec<u32>,
}

impl Flood {
    /// Forgets the last cluster.
    pub fn clear(&mut self, grid: &Grid) {
        if self.nodes.len() != grid.len() {
            self.nodes = vec![Node::default(); grid.len()];
            self.used.clear();
        }
        for word in self.used.drain(..) {
            self.nodes[word as usize] = Node::default();
        }
    }

    /// Draws all bonds. `draw(word, axis)` tells which sites of a word are joined to the next one along an axis.
    pub fn draw_all<const D: usize>(
        &mut self,
        grid: &Grid,
        mut draw: impl FnMut(usize, usize) -> u64,
        beat: Beat<'_>,
    ) -> Result<()> {
        for word in 0..grid.len() {
            for axis in 0..D {
                self.joined(word as u32, axis, &mut draw);
            }
            if word % BETWEEN_BEATS == 0 {
                beat()?;
            }
        }
        Ok(())
    }

    /// Grows the cluster of bit `seed.1` of word `seed.0`. Bonds that are not known are drawn once they matter; `visit` is
    /// told of sites of a word, of every site once.
    #[inline(always)]
    pub fn grow<const D: usize>(
        &mut self,
        grid: &Grid,
        seed: (usize, u32),
        mut draw: impl FnMut(usize, usize) -> u64,
        mut visit: impl FnMut(usize, u64),
        beat: Beat<'_>,
    ) -> Result<()> {
        let mut next = 0;
        self.end = 0;
        self.queue.resize(self.queue.len().max(2 * D + 1), 0);
        self.reach(seed.0 as u32, 1 << seed.1);
        while next < self.end {
            // A word reaches at most one other in each direction.
            if self.queue.len() < self.end + 2 * D {
                self.queue.resize(2 * (self.end + 2 * D), 0);
            }
            let word = self.queue[next];
            let place = grid.place(word as usize);
            let row = self.joined(word, 0, &mut draw);
            let node = &mut self.nodes[word as usize];
            let run = run(std::mem::take(&mut node.fresh), row & !(1 << place.last));
            node.cluster |= run;
            visit(word as usize, run);
            self.reach(place.after[0], (run & row) >> place.last & 1);
            if run & 1 == 1 {
                let before = place.before[0];
                let last = grid.place(before as usize).last;
                let joined = self.joined(before, 0, &mut draw);
                self.reach(before, joined & 1 << last);
            }
            for axis in 1..D {
                let ahead = run & self.joined(word, axis, &mut draw);
                self.reach(place.after[axis], ahead);
                let before = place.before[axis];
                let behind = run & self.joined(before, axis, &mut draw);
                self.reach(before, behind);
            }
            next += 1;
            if next % BETWEEN_BEATS == 0 {
                beat()?;
            }
        }
        Ok(())
    }

    /// The words of the cluster, each with its sites.
    pub fn cluster(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let words = self.used.iter().map(|&word| word as usize);
        words.map(|word| (word, self.nodes[word].cluster))
    }

    /// The sites of a word that are in no cluster so far.
    #[inline(always)]
    pub fn left(&self, grid: &Grid, word: usize) -> u64 {
        grid.place(word).sites() & !self.nodes[word].cluster
    }

    /// The sites of a word that no drawn bond joins to another; each is its own cluster, now found.
    #[inline(always)]
    pub fn take_alone<const D: usize>(&mut self, grid: &Grid, word: usize) -> u64 {
        let place = grid.place(word);
        let before = place.before[0] as usize;
        let row = self.nodes[word].joined[0];
        let from_before = self.nodes[before].joined[0] >> grid.place(before).last & 1;
        let mut tied = row | row << 1 | from_before;
        for axis in 1..D {
            tied |= self.nodes[word].joined[axis];
            tied |= self.nodes[place.before[axis] as usize].joined[axis];
        }
        let alone = place.sites() & !tied;
        self.nodes[word].cluster |= alone;
        alone
    }

    #[inline(always)]
    fn joined(
        &mut self,
        word: u32,
        axis: usize,
        draw: &mut impl FnMut(usize, usize) -> u64,
    ) -> u64 {
        let node = &mut self.nodes[word as usize];
        if !node.known[axis] {
            if node.known == [false; AXES] {
                self.used.push(word);
            }
            node.joined[axis] = draw(word as usize, axis);
            node.known[axis] = true;
        }
        node.joined[axis]
    }

    #[inline(always)]
    fn reach(&mut self, word: u32, sites: u64) {
        let node = &mut self.nodes[word as usize];
        let new = sites & !node.cluster;
        self.queue[self.end] = word;
        self.end += usize::from((new != 0) & (node.fresh == 0));
        node.fresh |= new;
    }
}

/// All sites of the runs that hold a site of `from`; bit `i` of `joined` joins sites `i` and `i + 1`.
#[inline(always)]
fn run(from: u64, joined: u64) -> u64 {
    // Upwards one addition carries along each run to the site past its last bond.
    let up = ((from & joined).wrapping_add(joined) ^ joined) | from;
    let (mut down, mut through) = (from, joined);
    for step in [1, 2, 4, 8, 16, 32] {
        down |= through & (down >> step);
        through &= through >> step;
    }
    up | down
}
