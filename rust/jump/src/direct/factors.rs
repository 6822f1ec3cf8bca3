//! Few reactions in registers: a burst of rounds reads and writes nothing but random pairs.
//!
//! What the propensities are made of is kept instead of the counts: `(k_j A_j) B_j` with `A_j` and `B_j` a count, a count
//! less one, or 1. A firing adds a constant to each. The counts are made up at the end of the burst, from how often each
//! reaction fired. Every round draws a pair for a later one as well: two long chains of operations that do not wait for each
//! other fill the time of one.

use quincunx_core::Result;
use quincunx_core::simd::{Vector, dispatch_at};

use super::block::{BATCH, Block, CHUNKS, Chunk};
use super::crew::{Crew, LIMIT};
use super::lane_network::{LaneNetwork, ONES, Row, Shape};
use super::lanes::Single;

/// The most reactions.
pub(super) const FEW: usize = 4;
/// Largest change of a count by one event, so that no batch leaves the exact range unseen.
pub(super) const MAX_CHANGE: f64 = 1e9;
/// Rate constants other than 0 lie in this range: no sum of propensities is infinite or rounds a threshold up to itself.
const RATES: std::ops::Range<f64> = 1e-200..1e200;

/// A rate constant in proportion.
pub(super) fn is_fine(k: f64) -> bool {
    k == 0.0 || RATES.contains(&k)
}

/// What the compiler knows of a propensity, in two bits per reaction: it has no second factor.
pub(super) const SINGLE: u32 = 0;
/// The second factor is kept.
pub(super) const PRODUCT: u32 = 1;
/// The second factor is the first less one.
pub(super) const PAIR: u32 = 2;

/// The form of reaction `j` of `forms`.
#[inline(always)]
const fn form(forms: u32, j: usize) -> u32 {
    (forms >> (2 * j)) & 3
}

/// Can all propensities be -0, as those of pairs are without molecules? Then their sum is -0 too.
#[inline(always)]
const fn may_be_minus_zero(forms: u32, reactions: usize) -> bool {
    let mut j = 0;
    while j < reactions {
        if form(forms, j) == SINGLE {
            return false;
        }
        j += 1;
    }
    true
}

/// The factors of reaction `j` that are kept.
#[inline(always)]
const fn kept(forms: u32, j: usize) -> usize {
    if form(forms, j) == PRODUCT { 2 } else { 1 }
}

/// One of the two factors of a reaction: a row of counts, and what is added to it.
#[derive(Clone, Copy, Debug)]
struct Factor {
    row: u8,
    offset: f64,
    steps: [f64; FEW],
}

/// The changes by each of `count` reactions, as differences to that by the next: the sum of those from reaction `j` on is
/// the change by reaction `j`. As running sums do not decrease, it is taken without asking which reaction fires.
fn steps(change: &[f64; FEW], count: usize) -> [f64; FEW] {
    let next = |j: usize| change.get(j + 1).filter(|_| j + 1 < count);
    std::array::from_fn(|j| change[j] - next(j).unwrap_or(&0.0))
}

/// A network with few reactions.
#[derive(Clone, Debug)]
pub(super) struct Factors {
    k: [f64; FEW],
    pub(super) forms: u32,
    factors: [[Factor; 2]; FEW],
    /// The species that change, and their steps.
    rows: Vec<(u8, [f64; FEW])>,
}

impl Factors {
    /// `None` if there are more reactions, or their numbers are out of all proportion.
    pub(super) fn of(network: &LaneNetwork, rows: Vec<Row>) -> Option<Self> {
        let reactions = network.reactions.get(..network.count.min(FEW))?;
        if network.count > FEW
            || !reactions.iter().all(|r| is_fine(r.k))
            || rows
                .iter()
                .flat_map(|row| row.change)
                .any(|v| v.abs() > MAX_CHANGE)
        {
            return None;
        }
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (row.species, steps(&row.change, network.count)))
            .collect();
        let of = |row: u8, offset: f64| Factor {
            row,
            offset,
            steps: rows.iter().find(|r| r.0 == row).map_or([0.0; FEW], |r| r.1),
        };
        let mut k = [0.0; FEW];
        let mut forms = 0;
        let mut factors = [[of(ONES, 0.0); 2]; FEW];
        for (j, r) in reactions.iter().enumerate() {
            // A sum of -0 would send the next event to the infinite past.
            k[j] = r.k + 0.0;
            let (form, second) = match r.shape {
                Shape::Single => (SINGLE, of(ONES, 0.0)),
                Shape::Product => (PRODUCT, of(r.b, 0.0)),
                Shape::Pair => (PAIR, of(r.a, -1.0)),
            };
            forms |= form << (2 * j);
            factors[j] = [of(r.a, 0.0), second];
        }
        Some(Self {
            k,
            forms,
            factors,
            rows,
        })
    }
}

/// `V::N` lanes in registers.
#[derive(Clone, Copy)]
struct Held<V: Vector, const R: usize, const FORMS: u32> {
    factors: [[V::F; 2]; R],
    /// How often a reaction up to each but the last fired.
    fired: [V::F; R],
    t: V::F,
    stop: V::F,
    idle: V::M,
}

impl<V: Vector, const R: usize, const FORMS: u32> Held<V, R, FORMS> {
    #[inline(always)]
    fn load(few: &Factors, chunk: &Chunk, part: usize) -> Self {
        let zero = V::splat(0.0);
        let mut factors = [[zero; 2]; R];
        let mut j = 0;
        while j < R {
            let mut i = 0;
            while i < kept(FORMS, j) {
                let factor = &few.factors[j][i];
                let n = V::load(&chunk.n[usize::from(factor.row)], part);
                factors[j][i] = V::add(n, V::splat(factor.offset));
                i += 1;
            }
            j += 1;
        }
        let mut stop = V::load(&chunk.stop, part);
        let mut i = 0;
        while i < few.rows.len() {
            // A count that may leave the exact range, if only between two steps, stops every round.
            let n = V::load(&chunk.n[usize::from(few.rows[i].0)], part);
            let far = V::ge(n, V::splat(LIMIT / 2.0));
            stop = V::select(far, V::splat(f64::NEG_INFINITY), stop);
            i += 1;
        }
        Self {
            factors,
            fired: [zero; R],
            t: V::load(&chunk.t, part),
            stop,
            idle: V::mask((chunk.idle >> (part * V::N)) & ((1_u32 << V::N) - 1)),
        }
    }

    /// Writes time and counts back after `rounds` events.
    #[inline(always)]
    fn store(&self, few: &Factors, chunk: &mut Chunk, part: usize, rounds: usize) {
        V::store(&mut chunk.t, part, self.t);
        let rounds = V::splat(rounds as f64);
        let rows = few.rows.as_slice();
        let mut i = 0;
        while i < rows.len() {
            let (species, steps) = &rows[i];
            let count = &mut chunk.n[usize::from(*species)];
            let last = V::splat(steps[R - 1]);
            let mut n = V::add(V::load(count, part), V::mul(rounds, last));
            let mut j = 0;
            while j < R - 1 {
                n = V::add(n, V::mul(self.fired[j], V::splat(steps[j])));
                j += 1;
            }
            V::store(count, part, n);
            i += 1;
        }
    }

    /// Running sums of the propensities, in the order of the reactions.
    #[inline(always)]
    fn sums(&self, few: &Factors) -> [V::F; R] {
        let mut sum = V::splat(0.0);
        let mut sums = [sum; R];
        let mut j = 0;
        while j < R {
            let [a, b] = self.factors[j];
            let first = V::mul(V::splat(few.k[j]), a);
            let rate = match form(FORMS, j) {
                SINGLE => first,
                PAIR => V::mul(first, V::sub(a, V::splat(1.0))),
                _ => V::mul(first, b),
            };
            // The chain of operations that wait for each other has no room for a sum with 0.
            sum = if j == 0 { rate } else { V::add(sum, rate) };
            sums[j] = sum;
            j += 1;
        }
        sums
    }

    /// Fires the first reaction whose running sum exceeds the threshold: the last needs no comparison.
    #[inline(always)]
    fn fire(&mut self, few: &Factors, sums: &[V::F; R], threshold: V::F) {
        let mut below = [self.idle; R];
        let mut r = 0;
        while r < R - 1 {
            below[r] = V::lt(threshold, sums[r]);
            self.fired[r] = V::add_held(below[r], self.fired[r], V::splat(1.0));
            r += 1;
        }
        let mut j = 0;
        while j < R {
            let mut i = 0;
            while i < kept(FORMS, j) {
                let steps = &few.factors[j][i].steps;
                let mut factor = V::add(self.factors[j][i], V::splat(steps[R - 1]));
                let mut r = R - 1;
                while r > 0 {
                    r -= 1;
                    factor = V::add_held(below[r], factor, V::splat(steps[r]));
                }
                self.factors[j][i] = factor;
                i += 1;
            }
            j += 1;
        }
    }
}

/// The rounds of a batch for the lanes of one vector.
#[inline(always)]
pub(super) fn burst<V: Vector, const R: usize, const FORMS: u32>(
    network: &LaneNetwork,
    few: &Factors,
    block: &mut Block,
    crew: &mut Crew<'_, '_>,
    vector: usize,
) -> Result<()> {
    let (c, part) = (vector / V::PARTS % CHUNKS, vector % V::PARTS);
    let begin = block.round;
    let mut held = Held::<V, R, FORMS>::load(few, &block.chunks[c], part);
    let mut words = block.chunks[c].draws.words::<V>(part);
    let (mut at, mut since) = (0, 0);
    while at < BATCH {
        let sums = held.sums(few);
        let total = sums[R - 1];
        let (delay, choice) = block.chunks[c].draws.take::<V>(at, part, &mut words);
        // The next event is not in the infinite past.
        let divisor = if may_be_minus_zero(FORMS, R) {
            V::add(total, V::splat(0.0))
        } else {
            total
        };
        let next = V::add(held.t, V::div(delay, divisor));
        let threshold = V::mul(choice, total);
        let before = V::lt(next, held.stop);
        if V::all(V::mask_or(before, held.idle)) {
            held.t = next;
            held.fire(few, &sums, threshold);
        } else {
            let chunk = &mut block.chunks[c];
            held.store(few, chunk, part, at - since);
            chunk.draws.keep(part, words);
            V::store(&mut block.delay, part, delay);
            V::store(&mut block.choice, part, choice);
            block.at = at;
            block.round = begin + at as u64 + 1;
            dispatch_at(
                V::LEVEL,
                Single {
                    network,
                    block: &mut *block,
                    crew: &mut *crew,
                    place: (c, part),
                },
            )?;
            held = Held::load(few, &block.chunks[c], part);
            words = block.chunks[c].draws.words::<V>(part);
            since = at + 1;
        }
        at += 1;
    }
    let chunk = &mut block.chunks[c];
    held.store(few, chunk, part, BATCH - since);
    chunk.draws.keep(part, words);
    block.round = begin;
    Ok(())
}
