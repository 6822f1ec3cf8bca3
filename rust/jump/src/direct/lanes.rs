//! Eight or sixteen paths side by side: branch-free selection by masks, a finished lane takes the next replica.

use quincunx_core::Result;
use quincunx_core::simd::{Job, LANES, Level, Vector, dispatch};

use super::block::{BATCH, Block, CHUNKS, Chunk, IDLE, WIDTH};
use super::crew::{Crew, LIMIT};
use super::draws::AHEAD;
use super::factors::{FEW, Factors, PAIR, PRODUCT, SINGLE, burst};
use super::lane_network::{CHANGES, LaneNetwork, MAX_REACTIONS, Shape};
use super::scalar::{self, Table};

/// Batches of rounds between two looks at the pulse.
const TICK_EVERY: u64 = 16;

impl LaneNetwork {
    /// Runs the replicas of the crew until few are left; those go on path by path.
    pub(super) fn run(&self, crew: &mut Crew<'_, '_>, table: &mut Table<'_>) -> Result<()> {
        let Some(few) =
            handover(Level::detect(), self.few.is_some()).filter(|few| crew.task.slots() > *few)
        else {
            return Ok(());
        };
        // A burst moves one vector at a time: a second chunk would only run empty at the end.
        let chunks = if self.few.is_some() || crew.task.slots() < NARROW {
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
            batch: 0,
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
fn handover(level: Level, bursts: bool) -> Option<usize> {
    match (level, bursts) {
        (Level::Scalar, _) => None,
        (Level::Sse2 | Level::Neon, _) => Some(4),
        (Level::Avx2, false) => Some(3),
        (Level::Avx2, true) | (Level::Avx512, false) => Some(2),
        (Level::Avx512, true) => Some(1),
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
    batch: u64,
}

impl Job for Rounds<'_, '_, '_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Result<()> {
        let Some(few) = self.network.few.as_ref() else {
            return self.rounds::<V>();
        };
        // With the number and the forms of the reactions known all that an event needs stays in registers.
        const ALL: u32 = PRODUCT * 0b0101_0101;
        match (self.network.count, few.forms) {
            (1, SINGLE) => self.bursts::<V, 1, SINGLE>(few),
            (1, PAIR) => self.bursts::<V, 1, PAIR>(few),
            (1, _) => self.bursts::<V, 1, PRODUCT>(few),
            (2, 0b0000) => self.bursts::<V, 2, 0b0000>(few),
            (2, 0b0001) => self.bursts::<V, 2, 0b0001>(few),
            (2, 0b0010) => self.bursts::<V, 2, 0b0010>(few),
            (2, 0b0100) => self.bursts::<V, 2, 0b0100>(few),
            (2, 0b1000) => self.bursts::<V, 2, 0b1000>(few),
            (2, _) => self.bursts::<V, 2, ALL>(few),
            (3, 0) => self.bursts::<V, 3, 0>(few),
            (3, _) => self.bursts::<V, 3, ALL>(few),
            (_, 0) => self.bursts::<V, FEW, 0>(few),
            (_, _) => self.bursts::<V, FEW, ALL>(few),
        }
    }
}

impl Rounds<'_, '_, '_> {
    #[inline(always)]
    fn rounds<V: Vector>(mut self) -> Result<()> {
        let mut sums = [V::splat(0.0); MAX_REACTIONS];
        while self.next_batch()? {
            self.block.at = 0;
            while self.block.at < BATCH {
                if self.block.at.is_multiple_of(AHEAD) {
                    self.fill::<V>();
                }
                self.block.round += 1;
                let mut c = 0;
                while c < self.chunks.min(CHUNKS) {
                    let mut part = 0;
                    while part < V::PARTS {
                        let pair = self.block.chunks[c].draws.pair::<V>(self.block.at, part);
                        let place = (c, part);
                        event::<V>(self.network, self.block, self.crew, &mut sums, pair, place)?;
                        part += 1;
                    }
                    c += 1;
                }
                self.block.at += 1;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn bursts<V: Vector, const R: usize, const FORMS: u32>(mut self, few: &Factors) -> Result<()> {
        while self.next_batch()? {
            let vectors = self.chunks.min(CHUNKS) * V::PARTS;
            let mut first = 0;
            while first < vectors {
                burst::<V, R, FORMS>(self.network, few, self.block, self.crew, first)?;
                first += 1;
            }
            self.block.round += BATCH as u64;
        }
        Ok(())
    }

    /// Draws for the next rounds.
    #[inline(always)]
    fn fill<V: Vector>(&mut self) {
        let mut c = 0;
        while c < self.chunks.min(CHUNKS) {
            let draws = &mut self.block.chunks[c].draws;
            let mut part = 0;
            while part < V::PARTS {
                let mut words = draws.words::<V>(part);
                draws.fill(part, &mut words);
                draws.keep(part, words);
                part += 1;
            }
            c += 1;
        }
    }

    /// Begins a batch of rounds; false when few paths are left.
    #[inline(always)]
    fn next_batch(&mut self) -> Result<bool> {
        if self.block.active <= self.few {
            return Ok(false);
        }
        self.batch += 1;
        if self.batch.is_multiple_of(TICK_EVERY) {
            self.crew.tick()?;
        }
        Ok(true)
    }
}

/// One event of the lanes in one place, for the bursts: their own code stays small.
pub(super) struct Single<'a, 'c, 't> {
    pub(super) network: &'a LaneNetwork,
    pub(super) block: &'a mut Block,
    pub(super) crew: &'a mut Crew<'c, 't>,
    pub(super) place: (usize, usize),
}

impl Job for Single<'_, '_, '_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Result<()> {
        let mut sums = [V::splat(0.0); MAX_REACTIONS];
        let pair = (
            V::load(&self.block.delay, self.place.1),
            V::load(&self.block.choice, self.place.1),
        );
        event::<V>(
            self.network,
            self.block,
            self.crew,
            &mut sums,
            pair,
            self.place,
        )
    }
}

/// One event of `V::N` lanes. The order of operations is part of the stream version.
#[inline(always)]
fn event<V: Vector>(
    network: &LaneNetwork,
    block: &mut Block,
    crew: &mut Crew<'_, '_>,
    sums: &mut [V::F; MAX_REACTIONS],
    (delay, choice): (V::F, V::F),
    (c, part): (usize, usize),
) -> Result<()> {
    let chunk = &mut block.chunks[c];
    let total = propensities::<V>(network, chunk, sums, part);
    let next = V::add(V::load(&chunk.t, part), V::div(delay, total));
    let threshold = V::mul(choice, total);
    let ready = V::lt(next, V::load(&chunk.stop, part));
    let mut live = V::bits(V::lt_where(ready, threshold, total));
    let full = (1_u32 << V::N) - 1;
    let idle = (chunk.idle >> (part * V::N)) & full;
    if live | idle == full {
        // Idle lanes fire too, and their counts mean nothing: so the counts need not wait for `next`.
        V::store(&mut chunk.t, part, next);
        fire::<V>(network, chunk, part, (sums, threshold), V::mask(full));
    } else {
        V::store(&mut block.next, part, next);
        V::store(&mut block.threshold, part, threshold);
        V::store(&mut block.total, part, total);
        live = block.pause(c, part * V::N, live, V::N, crew)?;
        // Lanes that ended or were replaced keep the time and the counts they have.
        let chunk = &mut block.chunks[c];
        let lanes = V::mask(live);
        let next = V::select(lanes, next, V::load(&chunk.t, part));
        V::store(&mut chunk.t, part, next);
        fire::<V>(network, chunk, part, (sums, threshold), lanes);
    }
    let chunk = &block.chunks[c];
    let mut over = V::mask(0);
    let mut g = 0;
    while g < network.growing.len() {
        let n = V::load(&chunk.n[usize::from(network.growing[g])], part);
        over = V::mask_or(over, V::ge(n, V::splat(LIMIT)));
        g += 1;
    }
    let over = V::bits(over) & live;
    if over != 0 {
        block.overflow(c, part * V::N, over, V::N, crew)?;
    }
    Ok(())
}

/// Running sums of the propensities, in the order of the reactions; gives the last.
///
/// Plain index loops here and below: an iterator adaptor that stays a call loses the instruction set.
#[inline(always)]
fn propensities<V: Vector>(
    network: &LaneNetwork,
    chunk: &Chunk,
    sums: &mut [V::F; MAX_REACTIONS],
    part: usize,
) -> V::F {
    let mut sum = V::splat(0.0);
    let mut j = 0;
    while j < network.count.min(MAX_REACTIONS) {
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

/// Fires the first reaction whose running sum exceeds the threshold, in the lanes `live`.
#[inline(always)]
fn fire<V: Vector>(
    network: &LaneNetwork,
    chunk: &mut Chunk,
    part: usize,
    (sums, threshold): (&[V::F; MAX_REACTIONS], V::F),
    live: V::M,
) {
    let more = network.more.as_slice();
    let mut open = live;
    let mut j = 0;
    while j < network.count.min(MAX_REACTIONS) {
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
