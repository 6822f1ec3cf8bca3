//! Sixteen paths side by side: branch-free selection by masks, a finished lane takes the next replica.

use quincunx_core::Result;
use quincunx_core::observe::Status;
use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words};
use quincunx_core::simd::{Job, LANES, Lanes, Level, Vector, dispatch};

use super::crew::{Crew, LIMIT, Path};
use super::lane_network::{LaneNetwork, MAX_REACTIONS, MAX_SPECIES};
use super::scalar::{self, Table};
use crate::propensity::Form;

/// Paths side by side.
pub(super) const WIDTH: usize = CHUNKS * LANES;
const CHUNKS: usize = 2;
/// Rounds between two looks at the pulse.
const TICK_EVERY: u64 = 1024;

impl LaneNetwork {
    /// Runs the replicas of the crew until few are left; those go on path by path.
    pub(super) fn run(&self, crew: &mut Crew<'_, '_>, table: &mut Table) -> Result<()> {
        let Some(few) = handover(Level::detect()).filter(|few| crew.task.slots() > *few) else {
            return Ok(());
        };
        let mut block = Block::new(self);
        for lane in 0..WIDTH {
            block.refill(lane, crew)?;
        }
        dispatch(Rounds {
            network: self,
            block: &mut block,
            crew,
            few,
        })?;
        for lane in 0..WIDTH {
            if block.slots[lane] != IDLE {
                let (slot, events) = (block.slots[lane], block.round - block.born[lane]);
                let path = block.path(lane);
                scalar::advance::<false>(crew, table, slot, path, events)?;
            }
        }
        Ok(())
    }
}

/// With so few paths left, one at a time is faster; `None`: always.
fn handover(level: Level) -> Option<usize> {
    match level {
        Level::Scalar => None,
        Level::Sse2 | Level::Neon => Some(8),
        Level::Avx2 => Some(5),
        Level::Avx512 => Some(3),
    }
}

/// The slot of a lane without a path.
const IDLE: usize = usize::MAX;

#[derive(Debug)]
struct Block {
    n: [[Lanes<f64>; CHUNKS]; MAX_SPECIES],
    t: [Lanes<f64>; CHUNKS],
    stop: [Lanes<f64>; CHUNKS],
    states: [States; CHUNKS],
    /// Rounds so far; the round in which each lane got its path. A path fires in every round but its last.
    round: u64,
    born: [u64; WIDTH],
    slots: [usize; WIDTH],
    /// Bit `l` of chunk `c`: that lane is without a path.
    idle: [u32; CHUNKS],
    active: usize,
    /// Next event time and threshold of the lanes in a rare path.
    next: Lanes<f64>,
    threshold: Lanes<f64>,
    sums: [Lanes<f64>; MAX_REACTIONS],
    total: Lanes<f64>,
    row: Vec<f64>,
}

impl Block {
    fn new(network: &LaneNetwork) -> Self {
        Self {
            n: [[Lanes::splat(0.0); CHUNKS]; MAX_SPECIES],
            t: [Lanes::splat(0.0); CHUNKS],
            stop: [Lanes::splat(f64::NEG_INFINITY); CHUNKS],
            states: [States([Lanes::splat(1); 4]); CHUNKS],
            round: 0,
            born: [0; WIDTH],
            slots: [IDLE; WIDTH],
            idle: [(1 << LANES) - 1; CHUNKS],
            active: 0,
            next: Lanes::splat(0.0),
            threshold: Lanes::splat(0.0),
            sums: [Lanes::splat(0.0); MAX_REACTIONS],
            total: Lanes::splat(0.0),
            row: vec![0.0; network.species],
        }
    }

    /// Puts the next replica on a lane that has none, or leaves it idle.
    fn refill(&mut self, lane: usize, crew: &mut Crew<'_, '_>) -> Result<()> {
        let (c, l) = (lane / LANES, lane % LANES);
        let Some((slot, path)) = crew.enlist()? else {
            self.slots[lane] = IDLE;
            self.idle[c] |= 1 << l;
            self.stop[c][l] = f64::NEG_INFINITY;
            return Ok(());
        };
        self.active += 1;
        self.idle[c] &= !(1 << l);
        self.slots[lane] = slot;
        self.t[c][l] = path.t;
        self.born[lane] = self.round;
        for (row, n) in self.n.iter_mut().zip(&path.n) {
            row[c][l] = *n;
        }
        for (row, word) in self.states[c].0.iter_mut().zip(path.stream.state()) {
            row[l] = word;
        }
        self.stop[c][l] = crew.show(slot, &path.n, f64::NEG_INFINITY);
        Ok(())
    }

    /// The path on a lane.
    fn path(&self, lane: usize) -> Path {
        let (c, l) = (lane / LANES, lane % LANES);
        Path {
            t: self.t[c][l],
            n: self.n[..self.row.len()]
                .iter()
                .map(|row| row[c][l])
                .collect(),
            stream: Stream::from_state(self.states[c].0.map(|row| row[l])),
        }
    }

    /// The rare path of lanes whose next event does not come before their stop: shows what is to be
    /// shown, ends and replaces what ends. Gives the lanes whose event takes place after all.
    #[cold]
    #[inline(never)]
    fn pause(
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
            for (x, row) in self.row.iter_mut().zip(&self.n) {
                *x = row[c][l];
            }
            let stop = crew.show(slot, &self.row, next);
            let total = self.total[l];
            let events = self.round - self.born[lane] - 1;
            if next > crew.task.until() {
                crew.finish(slot, &self.path(lane), events, total)?;
            } else if self.threshold[l] >= total {
                crew.fail(slot, Status::Overflow, self.t[c][l], &self.row, events);
            } else {
                self.stop[c][l] = stop;
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
    fn overflow(
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
            let path = self.path(lane);
            let events = self.round - self.born[lane];
            crew.fail(self.slots[lane], Status::Overflow, path.t, &path.n, events);
            self.active -= 1;
            self.refill(lane, crew)?;
        }
        Ok(())
    }
}

struct Rounds<'a, 'c, 't> {
    network: &'a LaneNetwork,
    block: &'a mut Block,
    crew: &'a mut Crew<'c, 't>,
    few: usize,
}

impl Job for Rounds<'_, '_, '_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Result<()> {
        while self.block.active > self.few {
            self.block.round += 1;
            let mut c = 0;
            while c < CHUNKS {
                let mut part = 0;
                while part < V::PARTS {
                    event::<V>(self.network, self.block, self.crew, c, part)?;
                    part += 1;
                }
                c += 1;
            }
            if self.block.round.is_multiple_of(TICK_EVERY) {
                self.crew.tick()?;
            }
        }
        Ok(())
    }
}

/// One event of `V::N` lanes. The order of operations is part of the stream version.
#[inline(always)]
fn event<V: Vector>(
    network: &LaneNetwork,
    block: &mut Block,
    crew: &mut Crew<'_, '_>,
    c: usize,
    part: usize,
) -> Result<()> {
    let total = propensities::<V>(network, block, c, part);
    let mut words = Words::<V>::load(&block.states[c], part);
    let delay = words.exponential();
    let choice = words.uniform();
    let mut next = V::add(V::load(&block.t[c], part), V::div(delay, total));
    let threshold = V::mul(choice, total);
    let ready = V::lt(next, V::load(&block.stop[c], part));
    let mut live = V::mask_and(ready, V::lt(threshold, total));
    let full = (1_u32 << V::N) - 1;
    let idle = (block.idle[c] >> (part * V::N)) & full;
    if V::bits(live) | idle != full {
        V::store(&mut block.next, part, next);
        V::store(&mut block.threshold, part, threshold);
        V::store(&mut block.total, part, total);
        let bits = block.pause(c, part * V::N, V::bits(live), V::N, crew)?;
        live = V::mask(bits);
        // Lanes that ended or were replaced keep the words and the time they have.
        let kept = Words::<V>::load(&block.states[c], part);
        words.restore(live, &kept);
        next = V::select(live, next, V::load(&block.t[c], part));
    }
    words.store(&mut block.states[c], part);
    // What an idle lane is given here means nothing: its stop keeps it from ever firing.
    V::store(&mut block.t[c], part, next);
    fire::<V>(network, block, c, part, threshold, live);
    if !network.growing.is_empty() {
        let mut over = V::mask(0);
        let mut g = 0;
        while g < network.growing.len() {
            let n = V::load(&block.n[network.growing[g] % MAX_SPECIES][c], part);
            over = V::mask_or(over, V::ge(n, V::splat(LIMIT)));
            g += 1;
        }
        let over = V::bits(V::mask_and(over, live));
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
fn propensities<V: Vector>(
    network: &LaneNetwork,
    block: &mut Block,
    c: usize,
    part: usize,
) -> V::F {
    let count = network.rates.len().min(MAX_REACTIONS);
    let rates = &network.rates[..count];
    let mut sum = V::splat(0.0);
    let mut j = 0;
    while j < count {
        let r = &rates[j];
        let n = V::load(&block.n[r.a % MAX_SPECIES][c], part);
        let k = V::splat(r.k);
        let rate = match r.form {
            Form::Single => V::mul(k, n),
            Form::Product => {
                let other = V::load(&block.n[r.b % MAX_SPECIES][c], part);
                V::mul(V::mul(k, n), other)
            }
            Form::Pair => V::mul(V::mul(k, n), V::sub(n, V::splat(1.0))),
            _ => k,
        };
        sum = V::add(sum, rate);
        V::store(&mut block.sums[j], part, sum);
        j += 1;
    }
    sum
}

/// Fires the first reaction whose running sum exceeds the threshold, in live lanes.
#[inline(always)]
fn fire<V: Vector>(
    network: &LaneNetwork,
    block: &mut Block,
    c: usize,
    part: usize,
    threshold: V::F,
    live: V::M,
) {
    let count = network.rates.len().min(MAX_REACTIONS);
    let rates = &network.rates[..count];
    let entries = network.entries.as_slice();
    let zero = V::splat(0.0);
    let mut open = live;
    let mut j = 0;
    while j < count {
        let below = V::lt(threshold, V::load(&block.sums[j], part));
        let hit = V::mask_and(open, below);
        open = V::mask_and(open, V::mask_not(below));
        let end = rates[j].end.min(entries.len());
        let mut e = rates[j].first;
        while e < end {
            let (i, v) = entries[e];
            let row = &mut block.n[i % MAX_SPECIES][c];
            let n = V::add(V::load(row, part), V::select(hit, V::splat(v), zero));
            V::store(row, part, n);
            e += 1;
        }
        j += 1;
    }
}
