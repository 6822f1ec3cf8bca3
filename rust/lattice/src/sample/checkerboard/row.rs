//! One attempt at every site of one colour in one row, all instruction sets alike.

use quincunx_core::rng::Words;
use quincunx_core::rng::lanes::States;
use quincunx_core::simd::{Job, LANES, Lanes, Vector};

use super::bernoulli::DIGITS;
use super::packed::Packed;

/// One colour of one row.
pub(super) struct Row<'a> {
    pub rules: &'a Packed,
    pub row: usize,
    pub colour: usize,
    pub mine: &'a mut [Lanes<u64>],
    pub theirs: &'a [Lanes<u64>],
    pub lanes: &'a mut States,
    /// Rare events of the two probabilities.
    pub rare: [&'a [Lanes<u64>]; 2],
}

/// Place `s` of the result is place `s + 1` of `x`.
fn next_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] >> 1 | x[(k + 1) % LANES] << 63
    }))
}

/// Place `s` of the result is place `s - 1` of `x`.
fn previous_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] << 1 | x[(k + LANES - 1) % LANES] >> 63
    }))
}

impl Job for Row<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let (rows, chunks) = (self.rules.rows, self.rules.chunks);
        let start = self.row * chunks;
        let above = (self.row + rows - 1) % rows * chunks;
        let below = (self.row + 1) % rows * chunks;
        // Columns of even parity have their second sideways neighbour to the left, the others to the right.
        let to_left = (self.row + self.colour).is_multiple_of(2);
        let edge = if to_left {
            previous_place(&self.theirs[start + chunks - 1])
        } else {
            next_place(&self.theirs[start])
        };
        for part in 0..V::PARTS {
            let mut words = Words::<V>::load(self.lanes, part);
            for k in 0..chunks {
                let side = match (to_left, k) {
                    (true, 0) => &edge,
                    (true, _) => &self.theirs[start + k - 1],
                    (false, _) if k + 1 == chunks => &edge,
                    (false, _) => &self.theirs[start + k + 1],
                };
                // No closures here: what is not inlined loses the instruction set.
                let around = [
                    V::load_u(&self.theirs[above + k], part),
                    V::load_u(&self.theirs[below + k], part),
                    V::load_u(&self.theirs[start + k], part),
                    V::load_u(side, part),
                ];
                let rare = [
                    V::load_u(&self.rare[0][k], part),
                    V::load_u(&self.rare[1][k], part),
                ];
                let mine = &mut self.mine[start + k];
                let spins = V::load_u(mine, part);
                let flipped = attempt::<V>(self.rules, spins, around, rare, &mut words);
                V::store_u(mine, part, flipped);
            }
            words.store(self.lanes, part);
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
    let (mut one, mut none) = (V::splat_u(0), V::splat_u(0));
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
