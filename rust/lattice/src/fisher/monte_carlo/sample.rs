//! Samples for the estimator: independent chains of cluster moves, from ordered starts, far apart.

use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::estimate::{Chain, Estimate, estimate};
use crate::fisher::model::SpinModel;
use crate::sample::{Chain as Walker, Law, Method, Move, Order, Scratch};
use crate::work::Work;

/// Warm-up, in flips of the whole lattice; once to find the size of the clusters, once more at a fixed number of them.
const WARM_UP: f64 = 20.0;
/// Flips of the whole lattice between samples.
const SPACING: f64 = 3.0;
/// Sweeps between samples where clusters do not help (a field, or antiferromagnetic colours), and of the warm-up.
const SWEEPS: usize = 5;
const WARM_UP_SWEEPS: usize = 1000;
/// Multiply-adds for the third cumulants beyond which they use every second, third, .. sample: they carry little of the noise.
const THIRD_CUMULANTS: f64 = 1e11;

/// How much to draw.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// Where the randomness comes from.
    pub key: Key,
    /// Samples in all.
    pub samples: usize,
    /// Independent chains among which they are divided.
    pub chains: usize,
}

impl Sampling {
    /// Refuses fewer than two chains, and fewer samples than chains.
    pub fn new(key: Key, samples: i64, chains: i64) -> Result<Self> {
        if !(2..=100_000).contains(&chains) {
            return Err(Error::invalid(
                "chains",
                chains,
                "must be >= 2 and <= 100000",
            ));
        }
        if samples < chains || samples > i64::from(u32::MAX) {
            let need = format!("must be >= chains = {chains} and < 2^32");
            return Err(Error::invalid("n", samples, need));
        }
        Ok(Self {
            key,
            samples: samples as usize,
            chains: chains as usize,
        })
    }

    /// Samples of chain `g`: as even as possible.
    fn length(&self, g: usize) -> usize {
        self.samples / self.chains + usize::from(g < self.samples % self.chains)
    }
}

/// Fisher geometry of any periodic lattice by Monte Carlo. The bits depend on the key alone.
pub fn monte_carlo(law: &Law, sampling: Sampling, work: Work) -> Result<Estimate> {
    let model = SpinModel::of(law)?;
    let n = model.geometry.n_sites();
    let bytes = (n * sampling.samples) as u128;
    work.allow(
        "the table of samples",
        bytes,
        "draw fewer samples, or raise max_bytes",
    )?;
    let cells = model.cells();
    let (modes, d) = (cells.count() as f64, cells.per_cell() as f64);
    let cost = 11.0 * d.powi(3) * modes.powi(2) / 12.0;
    let stride = (cost * sampling.samples as f64 / THIRD_CUMULANTS).ceil() as usize;
    let planes = 16.0 * modes * d * sampling.samples as f64 / work.max_bytes as f64;
    let stride = stride.max(planes.ceil() as usize).max(1);
    if sampling.length(sampling.chains - 1) < stride {
        return Err(Error::Refused(format!(
            "method \"monte_carlo\": the third cumulants of {} bonds take {:.0e} multiply-adds per sample; use a smaller \
             lattice",
            cells.bonds(),
            cost
        )));
    }
    work.pulse.expect((2 * cells.count()) as u64);
    let portion = (cells.count() / sampling.chains) as u64;
    let chains = work.pool.install(|| {
        (0..sampling.chains)
            .into_par_iter()
            .map(|g| {
                let chain = draw(law, sampling.key, g, sampling.length(g), work)?;
                work.pulse.add(portion);
                Ok(chain)
            })
            .collect::<Result<Vec<_>>>()
    })?;
    estimate(&model, &chains, stride, work)
}

/// One chain.
fn draw(law: &Law, key: Key, g: usize, samples: usize, work: Work) -> Result<Chain> {
    let n = law.geometry().n_sites();
    let mut runner = Runner {
        moves: sampler(law).bind(law)?,
        walker: Walker {
            spins: vec![law.ground(); n],
            stream: Stream::at(key, g as u64, Purpose::MAIN),
        },
        scratch: Scratch::default(),
        work,
    };
    let sweeps = if uses_clusters(law) {
        let clusters = runner.warm_up()?;
        (clusters as f64 * SPACING / WARM_UP).ceil() as usize
    } else {
        runner.sweep(WARM_UP_SWEEPS)?;
        SWEEPS
    };
    let mut chain = Chain {
        spins: Vec::with_capacity(n * samples),
        weights: Vec::new(),
    };
    for _ in 0..samples {
        runner.sweep(sweeps)?;
        chain.spins.extend_from_slice(&runner.walker.spins);
    }
    Ok(chain)
}

fn uses_clusters(law: &Law) -> bool {
    match law {
        Law::Ising(model) => model.fields().is_zero(),
        Law::Potts(model) => model.check_ferromagnetic().is_ok(),
    }
}

fn sampler(law: &Law) -> Method {
    if uses_clusters(law) {
        Method::Wolff { clusters: 1 }
    } else {
        Method::HeatBath(Order::Random)
    }
}

/// A chain on its way.
struct Runner<'a> {
    moves: Box<dyn Move>,
    walker: Walker,
    scratch: Scratch,
    work: Work<'a>,
}

impl Runner<'_> {
    fn sweep(&mut self, times: usize) -> Result<()> {
        let pulse = self.work.pulse;
        for _ in 0..times {
            self.moves
                .sweep(&mut self.walker, &mut self.scratch, &mut || pulse.check())?;
        }
        Ok(())
    }

    /// Clusters until `WARM_UP` lattices have flipped, then as many again, so that where the chain stands does not
    /// depend on a stopping rule. Returns that number.
    fn warm_up(&mut self) -> Result<usize> {
        let n = self.walker.spins.len();
        let (mut flipped, mut clusters) = (0, 0);
        while (flipped as f64) < WARM_UP * n as f64 {
            let before = self.walker.spins.clone();
            self.sweep(1)?;
            let pairs = before.iter().zip(&self.walker.spins);
            flipped += pairs.filter(|(x, y)| x != y).count();
            clusters += 1;
        }
        self.sweep(clusters)?;
        Ok(clusters)
    }
}
