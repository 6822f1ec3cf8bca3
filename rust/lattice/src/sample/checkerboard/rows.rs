//! One attempt at every site of one colour in some rows, all instruction sets alike.

use std::ops::Range;

use quincunx_core::rng::Words;
use quincunx_core::rng::lanes::States;
use quincunx_core::simd::{Job, LANES, Lanes, Vector};

use super::bernoulli::DIGITS;
use super::packed::Packed;

/// One colour of some rows.
pub(super) struct Rows<'a> {
    pub rules: &'a Packed,
    pub rows: Range<usize>,
    pub colour: usize,
    pub mine: &'a mut [Lanes<u64>],
    pub theirs: &'a [Lanes<u64>],
    pub lanes: &'a mut States,
    /// Rare events of the two probabilities, from the first row on.
    pub rare: [&'a [Lanes<u64>]; 2],
}

/// Place `s` of the result is place `s + 1` of `x`.
#[inline(always)]
fn next_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] >> 1 | x[(k + 1) % LANES] << 63
    }))
}

/// Place `s` of the result is place `s - 1` of `x`.
#[inline(always)]
fn previous_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] << 1 | x[(k + LANES - 1) % LANES] >> 63
    }))
}

impl Job for Rows<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(mut self) {
        for part in 0..V::PARTS {
            let mut words = Words::<V>::load(self.lanes, part);
            for row in self.rows.clone() {
                self.move_row::<V>(row, part, &mut words);
            }
            words.store(self.lanes, part);
        }
    }
}

impl Rows<'_> {
    /// One part of every chunk of a row.
    #[inline(always)]
    fn move_row<V: Vector>(&mut self, row: usize, part: usize, words: &mut Words<V>) {
        let (rows, chunks) = (self.rules.rows, self.rules.chunks);
        let theirs = |row: usize| &self.theirs[row * chunks..(row + 1) * chunks];
        let (above, below) = (theirs((row + rows - 1) % rows), theirs((row + 1) % rows));
        let beside = theirs(row);
        let from = (row - self.rows.start) * chunks;
        let rare = self.rare.map(|rare| &rare[from..from + chunks]);
        let mine = &mut self.mine[row * chunks..(row + 1) * chunks];
        // Columns of even parity have their second sideways neighbour to the left, the others to the right.
        let to_left = (row + self.colour).is_multiple_of(2);
        let edge = if to_left {
            previous_place(&beside[chunks - 1])
        } else {
            next_place(&beside[0])
        };
        for k in 0..chunks {
            let side = match (to_left, k) {
                (true, 0) => &edge,
                (true, _) => &beside[k - 1],
                (false, _) if k + 1 == chunks => &edge,
                (false, _) => &beside[k + 1],
            };
            // No closures here: what is not inlined loses the instruction set.
            let around = [
                V::load_u(&above[k], part),
                V::load_u(&below[k], part),
                V::load_u(&beside[k], part),
                V::load_u(side, part),
            ];
            let rare = [V::load_u(&rare[0][k], part), V::load_u(&rare[1][k], part)];
            let spins = V::load_u(&mine[k], part);
            let flipped = attempt::<V>(self.rules, spins, around, rare, words);
            V::store_u(&mut mine[k], part, flipped);
        }
    }
}

/// The spins after one attempt each.
#[inline(always)]
fn attempt<V: Vector>(
    rules: &Packed,
    spins: V::U,
    around: [V::U; 4],
    rare: [V::U; 2],
    words: &mut Words<V>,
) -> V::U {
    let reference = V::xor(spins, V::splat_u(rules.antiferromagnetic));
    let (a, b) = (V::xor(reference, around[0]), V::xor(reference, around[1]));
    let (c, d) = (V::xor(reference, around[2]), V::xor(reference, around[3]));
    let (ab, cd) = (V::or(a, b), V::or(c, d));
    let any = V::or(ab, cd);
    let two = V::or(V::and(ab, cd), V::or(V::and(a, b), V::and(c, d)));
    let (mut one, mut none) = (rules.one.begin::<V>(), rules.none.begin::<V>());
    let mut k = 0;
    while k < DIGITS {
        let u = words.word();
        one = rules.one.digit::<V>(k, one, u);
        none = rules.none.digit::<V>(k, none, u);
        k += 1;
    }
    let one = rules.one.events::<V>(one, rare[0]);
    let none = rules.none.events::<V>(none, rare[1]);
    // A site uses one of the two events only, so that they may share their random words.
    let accept = V::or(two, V::or(V::and(any, one), V::and_not(none, any)));
    V::xor(spins, accept)
}
