//! The state of a block of lanes, and what happens where a lane must leave the common path.

use quincunx_core::Result;
use quincunx_core::observe::Status;
use quincunx_core::simd::{LANES, Lanes};

use super::crew::{Crew, Path};
use super::draws::{AHEAD, Draws};
use super::lane_network::{LaneNetwork, ONES, ROWS};

/// Paths side by side.
pub(super) const WIDTH: usize = CHUNKS * LANES;
pub(super) const CHUNKS: usize = 2;
/// Rounds in a batch: a multiple of [`AHEAD`], so that places of pairs count from its first.
pub(super) const BATCH: usize = 8 * AHEAD;

/// The slot of a lane without a path.
pub(super) const IDLE: usize = usize::MAX;

/// Eight lanes: all that an event reads and writes.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) n: [Lanes<f64>; ROWS],
    pub(super) t: Lanes<f64>,
    pub(super) stop: Lanes<f64>,
    /// Bit `l`: that lane is without a path.
    pub(super) idle: u32,
    pub(super) draws: Draws,
    /// Half of the exponential and the uniform number of the next event.
    pub(super) delay: Lanes<f64>,
    pub(super) choice: Lanes<f64>,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) chunks: [Chunk; CHUNKS],
    /// The round of the batch.
    pub(super) at: usize,
    /// Rounds so far; the round in which each lane got its path. A path fires in every round but its last.
    pub(super) round: u64,
    pub(super) born: [u64; WIDTH],
    pub(super) slots: [usize; WIDTH],
    pub(super) active: usize,
    /// Next event time and threshold of the lanes in a rare path.
    pub(super) next: Lanes<f64>,
    pub(super) threshold: Lanes<f64>,
    pub(super) total: Lanes<f64>,
    row: Vec<f64>,
    newcomer: Path,
}

impl Chunk {
    fn new() -> Self {
        let mut n = [Lanes::splat(0.0); ROWS];
        n[usize::from(ONES)] = Lanes::splat(1.0);
        Self {
            n,
            t: Lanes::splat(0.0),
            stop: Lanes::splat(f64::NEG_INFINITY),
            idle: (1 << LANES) - 1,
            draws: Draws::new(),
            delay: Lanes::splat(0.0),
            choice: Lanes::splat(0.0),
        }
    }
}

impl Block {
    pub(super) fn new(network: &LaneNetwork) -> Self {
        Self {
            chunks: std::array::from_fn(|_| Chunk::new()),
            at: BATCH - 1,
            round: 0,
            born: [0; WIDTH],
            slots: [IDLE; WIDTH],
            active: 0,
            next: Lanes::splat(0.0),
            threshold: Lanes::splat(0.0),
            total: Lanes::splat(0.0),
            row: vec![0.0; network.species],
            newcomer: Path::empty(),
        }
    }

    /// Puts the next replica on a lane that has none, or leaves it idle. Its first round is the next one.
    pub(super) fn refill(&mut self, lane: usize, crew: &mut Crew<'_, '_>) -> Result<()> {
        let (chunk, l) = (&mut self.chunks[lane / LANES], lane % LANES);
        let Some(slot) = crew.enlist(&mut self.newcomer)? else {
            self.slots[lane] = IDLE;
            chunk.idle |= 1 << l;
            chunk.stop[l] = f64::NEG_INFINITY;
            return Ok(());
        };
        let path = &self.newcomer;
        self.active += 1;
        self.slots[lane] = slot;
        self.born[lane] = self.round;
        chunk.idle &= !(1 << l);
        chunk.t[l] = path.t;
        for (row, n) in chunk.n.iter_mut().zip(&path.n) {
            row[l] = *n;
        }
        chunk.draws.put(l, self.at + 1, path.stream.clone());
        chunk.stop[l] = crew.show(slot, &path.n, f64::NEG_INFINITY);
        Ok(())
    }

    /// The path on a lane, between two batches.
    pub(super) fn path(&self, lane: usize) -> Path {
        let (chunk, l) = (&self.chunks[lane / LANES], lane % LANES);
        let rows = &chunk.n[..self.row.len()];
        Path {
            t: chunk.t[l],
            n: rows.iter().map(|row| row[l]).collect(),
            stream: chunk.draws.stream(l, AHEAD),
        }
    }

    /// Copies the counts of a lane into `row`.
    fn read(&mut self, c: usize, l: usize) {
        for (x, row) in self.row.iter_mut().zip(&self.chunks[c].n) {
            *x = row[l];
        }
    }

    /// The rare path of lanes whose next event does not come before their stop: shows what is to be
    /// shown, ends and replaces what ends. Gives the lanes whose event takes place after all.
    #[cold]
    #[inline(never)]
    pub(super) fn pause(
        &mut self,
        c: usize,
        first: usize,
        live: u32,
        count: usize,
        crew: &mut Crew<'_, '_>,
    ) -> Result<u32> {
        let mut live = live;
        for i in 0..count {
            let l = first + i;
            let lane = c * LANES + l;
            if live & (1 << i) != 0 || self.slots[lane] == IDLE {
                continue;
            }
            let (slot, next) = (self.slots[lane], self.next[l]);
            self.read(c, l);
            let stop = crew.show(slot, &self.row, next);
            let (t, total) = (self.chunks[c].t[l], self.total[l]);
            let events = self.round - self.born[lane] - 1;
            if next > crew.task.until() {
                // The pair of this round is not used.
                let stream = || self.chunks[c].draws.stream(l, AHEAD + 1);
                crew.finish(slot, (t, &self.row), stream, events, total)?;
            } else if self.threshold[l] >= total {
                crew.fail(slot, Status::Overflow, t, &self.row, events);
            } else {
                self.chunks[c].stop[l] = stop;
                live |= 1 << i;
                continue;
            }
            self.active -= 1;
            self.refill(lane, crew)?;
        }
        Ok(live)
    }

    /// Ends lanes whose counts left the exact range.
    #[cold]
    #[inline(never)]
    pub(super) fn overflow(
        &mut self,
        c: usize,
        first: usize,
        over: u32,
        count: usize,
        crew: &mut Crew<'_, '_>,
    ) -> Result<()> {
        for l in (0..count)
            .filter(|i| over & (1 << i) != 0)
            .map(|i| first + i)
        {
            let lane = c * LANES + l;
            if self.slots[lane] == IDLE {
                continue;
            }
            self.read(c, l);
            let events = self.round - self.born[lane];
            let t = self.chunks[c].t[l];
            crew.fail(self.slots[lane], Status::Overflow, t, &self.row, events);
            self.active -= 1;
            self.refill(lane, crew)?;
        }
        Ok(())
    }
}
