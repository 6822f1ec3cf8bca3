//! The trait of all moves and what they share: the parts of a sweep, the order of sites, room to work in.

use quincunx_core::Result;
use quincunx_core::observe::Tally;
use quincunx_core::rng::Stream;

use super::checkerboard::Words64;
use super::method::Order;
use super::words::Flood;

/// A replica's spins and its own stream.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Chain {
    pub spins: Vec<i8>,
    pub stream: Stream,
}

/// Memory that moves use again and again; it carries nothing from one sweep to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Sites of the growing cluster.
    pub cluster: Vec<u32>,
    /// The number of the cluster that last held each site.
    pub marks: Vec<u32>,
    pub mark: u32,
    /// A site before each in its cluster, or itself.
    pub parents: Vec<u32>,
    /// Whether a field holds the cluster that begins at a site.
    pub tied: Vec<bool>,
    /// One weight per colour, and their running sums.
    pub weights: Vec<f64>,
    pub sums: Vec<f64>,
    /// How many neighbours have each colour.
    pub counts: Vec<i32>,
    /// Spins as bits.
    pub words: Words64,
    /// Spins as bits, plane by plane.
    pub planes: Vec<u64>,
    /// A cluster in words.
    pub flood: Flood,
}

/// Called between the parts of a sweep: looks at the pulse.
pub(crate) type Beat<'a> = &'a mut dyn FnMut() -> Result<()>;

/// The name of what a move tells of itself, the mean of the tallies of its sweeps; None if they mean nothing.
pub(super) type Told = Option<&'static str>;
/// Of all proposals, how many were accepted.
pub(super) const ACCEPTANCE: Told = Some("acceptance");
/// Spins per cluster: per flipped one where clusters are grown one by one, else per cluster of the lattice.
pub(super) const MEAN_CLUSTER: Told = Some("mean_cluster");

/// A Markov chain on spins; one sweep is one unit of time.
pub(crate) trait Move: Send + Sync + std::fmt::Debug {
    /// What the tallies of sweeps are called.
    fn tells(&self) -> Told;

    /// Refuses spins from which the move would lead nowhere.
    fn check_start(&self, _: &[i8]) -> Result<()> {
        Ok(())
    }

    /// Moves the chain by one sweep.
    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally>;

    /// Moves the chain by `count` sweeps between which nobody looks: the same as one after another.
    fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let mut all = Tally::default();
        for _ in 0..count {
            all.add(self.sweep(chain, scratch, beat)?);
        }
        Ok(all)
    }
}

/// Attempts between two beats: well below a millisecond.
pub(super) const STRIDE: usize = 1 << 14;

/// As many attempts as sites, numbered from 0. Tells how many changed spins.
#[inline(always)]
pub(super) fn attempts(
    chain: &mut Chain,
    beat: Beat<'_>,
    mut attempt: impl FnMut(&mut [i8], &mut Stream, usize) -> bool,
) -> Result<Tally> {
    let Chain { spins, stream } = chain;
    let n = spins.len();
    let (mut changed, mut first) = (0, 0);
    while first < n {
        let last = (first + STRIDE).min(n);
        // A stream of its own, which no spin can be part of, stays in registers.
        let mut own = stream.clone();
        for k in first..last {
            changed += u64::from(attempt(spins, &mut own, k));
        }
        *stream = own;
        first = last;
        beat()?;
    }
    Ok(Tally {
        sum: changed,
        terms: n as u64,
    })
}

/// One attempt per site: `n` sites drawn with replacement, or each in turn. Tells how many changed their spin.
#[inline(always)]
pub(super) fn visit_sites(
    order: &Order,
    chain: &mut Chain,
    beat: Beat<'_>,
    mut attempt: impl FnMut(&mut [i8], &mut Stream, usize) -> bool,
) -> Result<Tally> {
    let n = chain.spins.len() as u64;
    // One call for all orders is inlined.
    attempts(chain, beat, |spins, stream, k| {
        let site = match order {
            Order::Random => stream.below(n) as usize,
            Order::Sequential => k,
            Order::Listed(sites) => sites[k] as usize,
        };
        attempt(spins, stream, site)
    })
}
