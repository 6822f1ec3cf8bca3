//! Sixteen paths side by side: branch-free selection by masks, a finished lane takes the next replica.

use quincunx_core::Result;
use quincunx_core::simd::{Job, LANES, Level, Vector, dispatch};

use super::block::{Block, CHUNKS, IDLE, WIDTH};
use super::crew::{Crew, LIMIT};
use super::draws::AHEAD;
use super::lane_network::{CHANGES, LaneNetwork, MAX_REACTIONS, ROWS, Shape};
use super::scalar::{self, Table};

/// Batches of rounds between two looks at the pulse.
const TICK_EVERY: u64 = 128;

impl LaneNetwork {
    /// Runs the replicas of the crew until few are left; those go on path by path.
    pub(super) fn run(&self, crew: &mut Crew<'_, '_>, table: &mut Table) -> Result<()> {
        let Some(few) = handover(Level::detect()).filter(|few| crew.task.slots() > *few) else {
            return Ok(());
        };
        let chunks = if crew.task.slots() < NARROW {
            1
        } else {
            CHUNKS
        };
        let mut block = Block::new(self);
        for lane in 0..chunks * LANES {
            block.refill(lane, crew)?;
        }
        dispatch(Rounds {
            network: self,
            block: &mut block,
            crew,
            few,
            chunks,
        })?;
        for lane in 0..WIDTH {
            if block.slots[lane] != IDLE {
                let (slot, events) = (block.slots[lane], block.round - block.born[lane]);
                let mut path = block.path(lane);
                scalar::advance::<false>(crew, table, slot, &mut path, events)?;
            }
        }
        Ok(())
    }
}

/// With so few paths left, one at a time is faster; `None`: always.
fn handover(level: Level) -> Option<usize> {
    match level {
        Level::Scalar => None,
        Level::Sse2 | Level::Neon => Some(4),
        Level::Avx2 => Some(3),
        Level::Avx512 => Some(2),
    }
}

/// Fewer replicas than this run on one chunk of lanes: the lanes of a wider block would run empty too soon.
const NARROW: usize = 64;

struct Rounds<'a, 'c, 't> {
    network: &'a LaneNetwork,
    block: &'a mut Block,
    crew: &'a mut Crew<'c, 't>,
    few: usize,
    chunks: usize,
}

impl Job for Rounds<'_, '_, '_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Result<()> {
        // With the number of reactions known the running sums stay in registers.
        match self.network.count {
            1 => self.rounds::<V, 1>(),
            2 => self.rounds::<V, 2>(),
            3 => self.rounds::<V, 3>(),
            4 => self.rounds::<V, 4>(),
            _ => self.rounds::<V, MAX_REACTIONS>(),
        }
    }
}

impl Rounds<'_, '_, '_> {
    #[inline(always)]
    fn rounds<V: Vector, const R: usize>(self) -> Result<()> {
        let mut sums = [V::splat(0.0); R];
        let mut batch = 0_u64;
        while self.block.active > self.few {
            self.block.draws.fill::<V>(self.chunks);
            self.block.at = 0;
            while self.block.at < AHEAD {
                self.block.round += 1;
                let mut c = 0;
                while c < self.chunks.min(CHUNKS) {
                    let mut part = 0;
                    while part < V::PARTS {
                        let place = (c, part);
                        event::<V, R>(self.network, self.block, self.crew, &mut sums, place)?;
                        part += 1;
                    }
                    c += 1;
                }
                self.block.at += 1;
            }
            batch += 1;
            if batch.is_multiple_of(TICK_EVERY) {
                self.crew.tick()?;
            }
        }
        Ok(())
    }
}

/// One event of `V::N` lanes. The order of operations is part of the stream version.
#[inline(always)]
fn event<V: Vector, const R: usize>(
    network: &LaneNetwork,
    block: &mut Block,
    crew: &mut Crew<'_, '_>,
    sums: &mut [V::F; R],
    (c, part): (usize, usize),
) -> Result<()> {
    let total = propensities::<V, R>(network, block, sums, (c, part));
    let at = block.at;
    let (delay, choice) = block.draws.pair::<V>(at, (c, part));
    let mut next = V::add(V::load(&block.t[c], part), V::div(delay, total));
    let mut threshold = V::mul(choice, total);
    let ready = V::lt(next, V::load(&block.stop[c], part));
    let mut ready = V::bits(V::lt_where(ready, threshold, total));
    let full = (1_u32 << V::N) - 1;
    let idle = (block.idle[c] >> (part * V::N)) & full;
    // Idle lanes fire too, and their counts mean nothing: so the counts need not wait for `next`.
    if ready | idle != full {
        V::store(&mut block.next, part, next);
        V::store(&mut block.threshold, part, threshold);
        V::store(&mut block.total, part, total);
        ready = block.pause(c, part * V::N, ready, V::N, crew)?;
        let live = V::mask(ready);
        // Lanes that ended or were replaced keep the time and the counts they have.
        next = V::select(live, next, V::load(&block.t[c], part));
        threshold = V::select(live, threshold, V::splat(f64::INFINITY));
    }
    V::store(&mut block.t[c], part, next);
    fire::<V, R>(network, block, (c, part), sums, threshold);
    if !network.growing.is_empty() {
        let mut over = V::mask(0);
        let mut g = 0;
        while g < network.growing.len() {
            let n = V::load(&block.n[network.growing[g] % ROWS][c], part);
            over = V::mask_or(over, V::ge(n, V::splat(LIMIT)));
            g += 1;
        }
        let over = V::bits(over) & ready;
        if over != 0 {
            block.overflow(c, part * V::N, over, V::N, crew)?;
        }
    }
    Ok(())
}

/// Running sums of the propensities, in the order of the reactions; gives the last.
///
/// Plain index loops here and below: an iterator adaptor that stays a call loses the instruction set.
#[inline(always)]
fn propensities<V: Vector, const R: usize>(
    network: &LaneNetwork,
    block: &Block,
    sums: &mut [V::F; R],
    (c, part): (usize, usize),
) -> V::F {
    let mut sum = V::splat(0.0);
    let mut j = 0;
    while j < count::<R>(network) {
        let r = &network.reactions[j];
        let n = V::load(&block.n[r.a % ROWS][c], part);
        let first = V::mul(V::splat(r.k), n);
        let rate = match r.shape {
            Shape::Single => first,
            Shape::Product => V::mul(first, V::load(&block.n[r.b % ROWS][c], part)),
            Shape::Pair => V::mul(first, V::sub(n, V::splat(1.0))),
        };
        sum = V::add(sum, rate);
        sums[j] = sum;
        j += 1;
    }
    sum
}

/// The number of reactions: known to the compiler where `R` is below its maximum.
#[inline(always)]
fn count<const R: usize>(network: &LaneNetwork) -> usize {
    if R == MAX_REACTIONS {
        network.count.min(MAX_REACTIONS)
    } else {
        R
    }
}

/// Fires the first reaction whose running sum exceeds the threshold; none where no sum does.
#[inline(always)]
fn fire<V: Vector, const R: usize>(
    network: &LaneNetwork,
    block: &mut Block,
    (c, part): (usize, usize),
    sums: &[V::F; R],
    threshold: V::F,
) {
    let more = network.more.as_slice();
    let mut open = V::mask((1 << V::N) - 1);
    let mut j = 0;
    while j < count::<R>(network) {
        let r = &network.reactions[j];
        let hit = V::lt_where(open, threshold, sums[j]);
        open = V::le_where(open, sums[j], threshold);
        let mut i = 0;
        while i < CHANGES {
            add::<V>(block, (c, part), r.changes[i], hit);
            i += 1;
        }
        let end = r.end.min(more.len());
        let mut e = r.first;
        while e < end {
            add::<V>(block, (c, part), more[e], hit);
            e += 1;
        }
        j += 1;
    }
}

/// Adds a change of a species where `hit` holds.
#[inline(always)]
fn add<V: Vector>(
    block: &mut Block,
    (c, part): (usize, usize),
    (species, change): (usize, f64),
    hit: V::M,
) {
    let row = &mut block.n[species % ROWS][c];
    V::store(
        row,
        part,
        V::add_where(hit, V::load(row, part), V::splat(change)),
    );
}
