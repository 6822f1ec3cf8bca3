//! Sixteen paths side by side: branch-free selection by masks, a finished lane takes the next replica.

use quincunx_core::Result;
use quincunx_core::simd::{Job, LANES, Level, Vector, dispatch};

use super::block::{Block, CHUNKS, Chunk, IDLE, WIDTH};
use super::crew::{Crew, LIMIT};
use super::draws::AHEAD;
use super::lane_network::{CHANGES, FEW, LaneNetwork, MAX_REACTIONS, Shape};
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
            let mut c = 0;
            while c < self.chunks.min(CHUNKS) {
                self.block.chunks[c].draws.fill::<V>();
                c += 1;
            }
            self.block.at = 0;
            while self.block.at < AHEAD {
                self.block.round += 1;
                let mut c = 0;
                while c < self.chunks.min(CHUNKS) {
                    let mut part = 0;
                    while part < V::PARTS {
                        event::<V, R>(self.network, self.block, self.crew, &mut sums, (c, part))?;
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
    let at = block.at;
    let chunk = &mut block.chunks[c];
    let total = propensities::<V, R>(network, chunk, sums, part);
    let (delay, choice) = chunk.draws.pair::<V>(at, part);
    let next = V::add(V::load(&chunk.t, part), V::div(delay, total));
    let threshold = V::mul(choice, total);
    let ready = V::lt(next, V::load(&chunk.stop, part));
    let mut ready = V::bits(V::lt_where(ready, threshold, total));
    let full = (1_u32 << V::N) - 1;
    let idle = (chunk.idle >> (part * V::N)) & full;
    if ready | idle == full {
        // Idle lanes fire too, and their counts mean nothing: so the counts need not wait for `next`.
        V::store(&mut chunk.t, part, next);
        fire::<V, R, true>(network, chunk, part, (sums, threshold), V::mask(full));
    } else {
        V::store(&mut block.next, part, next);
        V::store(&mut block.threshold, part, threshold);
        V::store(&mut block.total, part, total);
        ready = block.pause(c, part * V::N, ready, V::N, crew)?;
        let live = V::mask(ready);
        // Lanes that ended or were replaced keep the time and the counts they have.
        let chunk = &mut block.chunks[c];
        let next = V::select(live, next, V::load(&chunk.t, part));
        V::store(&mut chunk.t, part, next);
        fire::<V, R, false>(network, chunk, part, (sums, threshold), live);
    }
    let chunk = &mut block.chunks[c];
    if !network.growing.is_empty() {
        let mut over = V::mask(0);
        let mut g = 0;
        while g < network.growing.len() {
            let n = V::load(&chunk.n[usize::from(network.growing[g])], part);
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
    chunk: &Chunk,
    sums: &mut [V::F; R],
    part: usize,
) -> V::F {
    let mut sum = V::splat(0.0);
    let mut j = 0;
    while j < count::<R>(network) {
        let r = &network.reactions[j];
        let n = V::load(&chunk.n[usize::from(r.a)], part);
        let first = V::mul(V::splat(r.k), n);
        let rate = match r.shape {
            Shape::Single => first,
            Shape::Product => V::mul(first, V::load(&chunk.n[usize::from(r.b)], part)),
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

/// Fires the first reaction whose running sum exceeds the threshold, in the lanes `live`; `ALL`: that is all of them.
#[inline(always)]
fn fire<V: Vector, const R: usize, const ALL: bool>(
    network: &LaneNetwork,
    chunk: &mut Chunk,
    part: usize,
    (sums, threshold): (&[V::F; R], V::F),
    live: V::M,
) {
    if R <= FEW {
        fire_rows::<V, R, ALL>(network, chunk, part, (sums, threshold), live);
    } else {
        fire_lists::<V, R>(network, chunk, part, (sums, threshold), live);
    }
}

/// Row by row: one sum per species that changes. The last reaction needs no comparison.
#[inline(always)]
fn fire_rows<V: Vector, const R: usize, const ALL: bool>(
    network: &LaneNetwork,
    chunk: &mut Chunk,
    part: usize,
    (sums, threshold): (&[V::F; R], V::F),
    live: V::M,
) {
    let mut below = [live; R];
    let mut j = 0;
    while j < R {
        below[j] = V::lt(threshold, sums[j]);
        j += 1;
    }
    let rows = network.rows.as_slice();
    let mut i = 0;
    while i < rows.len() {
        let row = &rows[i];
        let mut change = V::splat(row.change[R - 1]);
        let mut j = R - 1;
        while j > 0 {
            j -= 1;
            change = V::select(below[j], V::splat(row.change[j]), change);
        }
        let count = &mut chunk.n[usize::from(row.species)];
        let n = V::load(count, part);
        let sum = if ALL {
            V::add(n, change)
        } else {
            V::add_where(live, n, change)
        };
        V::store(count, part, sum);
        i += 1;
    }
}

/// Reaction by reaction: of many, each changes a few species.
#[inline(always)]
fn fire_lists<V: Vector, const R: usize>(
    network: &LaneNetwork,
    chunk: &mut Chunk,
    part: usize,
    (sums, threshold): (&[V::F; R], V::F),
    live: V::M,
) {
    let more = network.more.as_slice();
    let mut open = live;
    let mut j = 0;
    while j < count::<R>(network) {
        let r = &network.reactions[j];
        let hit = V::lt_where(open, threshold, sums[j]);
        open = V::le_where(open, sums[j], threshold);
        let mut i = 0;
        while i < CHANGES {
            add::<V>(chunk, part, r.changes[i], hit);
            i += 1;
        }
        if !more.is_empty() {
            let end = r.end.min(more.len());
            let mut e = r.first;
            while e < end {
                add::<V>(chunk, part, more[e], hit);
                e += 1;
            }
        }
        j += 1;
    }
}

/// Adds a change of a species where `hit` holds.
#[inline(always)]
fn add<V: Vector>(chunk: &mut Chunk, part: usize, (species, change): (u8, f64), hit: V::M) {
    let row = &mut chunk.n[usize::from(species)];
    V::store(
        row,
        part,
        V::add_where(hit, V::load(row, part), V::splat(change)),
    );
}
