//! Potts by plain enumeration of colourings up to relabelling: any graph, the oracle of the transfer method.

use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::cells::Cells;
use super::moments::BondMoments;
use super::result::{FisherGeometry, Method};
use crate::words::{self, Word};
use crate::work::Work;

/// The most states `q^(n-1)` to visit.
pub const MOST_STATES: f64 = (1_u64 << 26) as f64;
/// Words of the first sites that share one set of sums.
const TOGETHER: usize = 16;

/// A Potts model as the exact methods see it: weight `exp(sum_b J_b delta_b)`.
#[derive(Debug, Clone)]
pub struct PottsGraph<'a> {
    /// Number of spins.
    pub n_sites: usize,
    /// Number of colours, at least 2.
    pub q: usize,
    /// Both ends of every bond; no pair twice.
    pub bonds: &'a [[u32; 2]],
    /// `beta J` of every bond.
    pub couplings: &'a [f64],
    /// The translations under which the couplings are unchanged.
    pub cells: Cells,
}

impl PottsGraph<'_> {
    /// Number of states with the first spin fixed.
    pub fn states(&self) -> f64 {
        (self.q as f64).powi(self.n_sites as i32 - 1)
    }
}

/// Sums over the colourings that begin with the same words.
struct Sums {
    weight: f64,
    pairs: Vec<f64>,
    triples: Vec<f64>,
}

/// A depth-first walk over colourings.
struct Walk<'a> {
    graph: &'a PottsGraph<'a>,
    /// Earlier neighbours of each site, with their bonds.
    earlier: &'a [Vec<(usize, usize)>],
    /// `exp(J_b - max(J_b, 0))` and `exp(-max(J_b, 0))`.
    factors: &'a [[f64; 2]],
    colours: Vec<u8>,
    satisfied: Vec<usize>,
    sorted: Vec<usize>,
    sums: Sums,
    work: Work<'a>,
}

/// Fisher geometry of any Potts graph with at most [`MOST_STATES`] states.
pub fn enumerate_potts(graph: &PottsGraph, work: Work) -> Result<FisherGeometry> {
    if graph.states() > MOST_STATES {
        return Err(Error::Refused(format!(
            "method \"enumerate\": {}^{} states, at most 2^26: use a smaller geometry, or method=\"monte_carlo\" with rng=",
            graph.q,
            graph.n_sites - 1
        )));
    }
    let (m, d) = (graph.cells.bonds(), graph.cells.per_cell());
    let words = words::canonical(graph.n_sites.min(6), graph.q);
    let groups: Vec<&[Word]> = words.chunks(words.len().div_ceil(TOGETHER)).collect();
    let bytes = 8 * (d * m * m) as u128 * (groups.len() as u128 + 1);
    work.allow(
        "the tensor of third moments",
        bytes,
        "raise max_bytes, or use method=\"monte_carlo\"",
    )?;
    let earlier = earlier_neighbours(graph);
    let factor = |j: &f64| [(j - j.max(0.0)).exp(), (-j.max(0.0)).exp()];
    let factors: Vec<[f64; 2]> = graph.couplings.iter().map(factor).collect();
    work.pulse.expect(groups.len() as u64);
    let parts: Vec<Sums> = work.pool.install(|| {
        let one = |group: &&[Word]| {
            let mut walk = Walk {
                graph,
                earlier: &earlier,
                factors: &factors,
                colours: Vec::with_capacity(graph.n_sites),
                satisfied: Vec::with_capacity(m),
                sorted: Vec::with_capacity(m),
                sums: Sums {
                    weight: 0.0,
                    pairs: vec![0.0; d * m],
                    triples: vec![0.0; d * m * m],
                },
                work,
            };
            for word in group.iter() {
                walk.begin(word)?;
            }
            work.pulse.add(1);
            Ok(walk.sums)
        };
        groups.par_iter().map(one).collect::<Result<_>>()
    })?;
    let mut pairs = vec![0.0; d * m];
    let mut triples = vec![0.0; d * m * m];
    let mut weight = 0.0;
    for part in &parts {
        weight += part.weight;
        pairs.iter_mut().zip(&part.pairs).for_each(|(s, v)| *s += v);
        triples
            .iter_mut()
            .zip(&part.triples)
            .for_each(|(s, v)| *s += v);
    }
    for a in 0..d {
        mirror(&mut triples[a * m * m..][..m * m], m);
    }
    BondMoments::new(graph.cells.clone(), weight, pairs, triples).geometry(Method::Enumerate, work)
}

/// For each site, the neighbours with smaller numbers and the bonds that lead there.
fn earlier_neighbours(graph: &PottsGraph) -> Vec<Vec<(usize, usize)>> {
    let mut earlier = vec![Vec::new(); graph.n_sites];
    for (bond, &[i, j]) in graph.bonds.iter().enumerate() {
        let (first, last) = (i.min(j) as usize, i.max(j) as usize);
        earlier[last].push((first, bond));
    }
    earlier
}

/// Copies the upper triangle to the lower one.
fn mirror(matrix: &mut [f64], m: usize) {
    for b in 0..m {
        for c in b + 1..m {
            matrix[c * m + b] = matrix[b * m + c];
        }
    }
}

impl Walk<'_> {
    /// All colourings that begin with `word`.
    fn begin(&mut self, word: &Word) -> Result<()> {
        self.colours.clear();
        self.satisfied.clear();
        let mut weight = word.orbit;
        for &colour in &word.colours {
            weight *= self.place(colour).0;
        }
        self.below(word.used, weight)
    }

    /// Colours the next site: the factor of its bonds, and how many bonds were satisfied before.
    fn place(&mut self, colour: u8) -> (f64, usize) {
        let before = self.satisfied.len();
        let mut factor = 1.0;
        for &(site, bond) in &self.earlier[self.colours.len()] {
            let same = self.colours[site] == colour;
            factor *= self.factors[bond][usize::from(!same)];
            if same {
                self.satisfied.push(bond);
            }
        }
        self.colours.push(colour);
        (factor, before)
    }

    fn below(&mut self, used: usize, weight: f64) -> Result<()> {
        let left = self.graph.n_sites - self.colours.len();
        if left == 0 {
            self.leaf(weight);
            return Ok(());
        }
        if left == 4 {
            self.work.pulse.check()?;
        }
        let q = self.graph.q;
        for colour in 0..q.min(used + 1) {
            let fresh = colour == used;
            let orbit = if fresh { (q - used) as f64 } else { 1.0 };
            let (factor, before) = self.place(colour as u8);
            self.below(used + usize::from(fresh), weight * orbit * factor)?;
            self.colours.pop();
            self.satisfied.truncate(before);
        }
        Ok(())
    }

    fn leaf(&mut self, weight: f64) {
        let (m, d) = (self.graph.cells.bonds(), self.graph.cells.per_cell());
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.satisfied);
        self.sorted.sort_unstable();
        self.sums.weight += weight;
        for &a in self.sorted.iter().take_while(|&&a| a < d) {
            let triples = &mut self.sums.triples[a * m * m..][..m * m];
            for (i, &b) in self.sorted.iter().enumerate() {
                self.sums.pairs[a * m + b] += weight;
                for &c in &self.sorted[i..] {
                    triples[b * m + c] += weight;
                }
            }
        }
    }
}
