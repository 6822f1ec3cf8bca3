//! States at times between two steps: a Brownian bridge from a stream of its own, which never touches the path.
//!
//! Between x0 and x1 the bridge has a linear mean and the covariance `r (1 - r) h g g^T` with g at the beginning of
//! the step. Several times in one step are drawn in order, each given the one before. The numbers of step k come
//! from block k of the replica's [`Purpose::FILL`], so that they depend on the times in this step alone.

use quincunx_core::observe::View;
use quincunx_core::rng::{Address, Purpose, Stream};
use quincunx_core::run::Task;

use super::block::Block;
use super::diffusion::Diffusion;

/// The bridge over one step of one block.
#[derive(Debug)]
pub(super) struct Fill {
    d: usize,
    lanes: usize,
    /// Where the bridge stands, column after column.
    at: Vec<f64>,
    time: f64,
    end: f64,
    streams: Vec<Stream>,
}

impl Fill {
    /// A bridge over step `k` (from `start` to `end`) that `block` has just made.
    pub fn new(task: &Task<'_>, block: &Block, d: usize, k: u64, (start, end): (f64, f64)) -> Self {
        let before = block.view_before();
        let streams = (0..block.lanes).map(|lane| {
            let replica = task.replica(block.first + lane);
            let address = Address::new(task.key, replica, Purpose::FILL);
            Stream::from_state(address.block(k))
        });
        Self {
            d,
            lanes: block.lanes,
            at: (0..d).flat_map(|i| before.column(i).to_vec()).collect(),
            time: start,
            end,
            streams: streams.collect(),
        }
    }

    /// Moves the bridge to `time`. `diffusion` holds g at the beginning of the step, `after` the states at its end.
    pub fn advance(&mut self, time: f64, diffusion: &Diffusion, processes: usize, after: View<'_>) {
        let (done, left) = (time - self.time, self.end - time);
        let part = done / (done + left);
        let spread = (part * left).max(0.0).sqrt();
        let mut xi = vec![0.0; processes];
        for lane in 0..self.lanes {
            let stream = &mut self.streams[lane];
            xi.iter_mut().for_each(|z| *z = stream.normal());
            for i in 0..self.d {
                let x = &mut self.at[i * self.lanes + lane];
                *x += part * (after.get(i, lane) - *x);
            }
            for (e, &(i, c)) in diffusion.entries().iter().enumerate() {
                self.at[i * self.lanes + lane] += diffusion.get(e, lane) * spread * xi[c];
            }
        }
        self.time = time;
    }

    /// The states at the time reached.
    pub fn view(&self) -> View<'_> {
        View::new(&self.at, self.lanes, self.lanes)
    }
}
