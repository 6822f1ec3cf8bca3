//! What all moves share: the parts of a sweep, the order of sites, room to work in.

use quincunx_core::Result;
use quincunx_core::rng::Stream;

use super::checkerboard::Words64;
use super::method::Order;

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
    /// One weight per colour.
    pub weights: Vec<f64>,
    /// Spins as bits.
    pub words: Words64,
}

/// Called between the parts of a sweep: looks at the pulse.
pub(crate) type Beat<'a> = &'a mut dyn FnMut() -> Result<()>;

/// A Markov chain on spins; one sweep is one unit of time.
pub(crate) trait Move: Send + Sync + std::fmt::Debug {
    /// Moves the chain by one sweep.
    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<()>;

    /// Moves the chain by `count` sweeps between which nobody looks: the same as one after another.
    fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<()> {
        (0..count).try_for_each(|_| self.sweep(chain, scratch, beat))
    }
}

/// Attempts between two beats: well below a millisecond.
pub(super) const STRIDE: usize = 1 << 14;

/// One attempt per site: `n` sites drawn with replacement, or each in turn.
#[inline(always)]
pub(super) fn visit_sites(
    order: &Order,
    chain: &mut Chain,
    beat: Beat<'_>,
    mut attempt: impl FnMut(&mut [i8], &mut Stream, usize),
) -> Result<()> {
    let Chain { spins, stream } = chain;
    let n = spins.len();
    let mut first = 0;
    while first < n {
        let last = (first + STRIDE).min(n);
        match order {
            Order::Random => {
                for _ in first..last {
                    let site = stream.below(n as u64) as usize;
                    attempt(spins, stream, site);
                }
            }
            Order::Sequential => {
                for site in first..last {
                    attempt(spins, stream, site);
                }
            }
            Order::Listed(sites) => {
                for &site in &sites[first..last] {
                    attempt(spins, stream, site as usize);
                }
            }
        }
        first = last;
        beat()?;
    }
    Ok(())
}
