//! One attempt at every site of some chunks in 64 replicas, all instruction sets alike.

use std::ops::Range;

use quincunx_core::rng::Words;
use quincunx_core::rng::lanes::States;
use quincunx_core::simd::{Job, LANES, Lanes, Vector};

use super::super::checkerboard::{Bernoulli, DIGITS};
use super::layout::Group;

/// The attempts at some chunks of a group: acceptance is certain from `K` antiparallel neighbours on.
pub(super) struct Attempts<'a, const K: usize> {
    pub group: &'a Group,
    pub chunks: Range<usize>,
    /// Acceptance with 0, 1, .. antiparallel neighbours, and its rare events from the first chunk on.
    pub laws: [Bernoulli; K],
    pub rare: [&'a [Lanes<u64>]; K],
    pub mine: &'a mut [[u64; LANES]],
    pub theirs: &'a [u64],
    pub lanes: &'a mut States,
    /// Who flips, from the first chunk on.
    pub flips: &'a mut [Lanes<u64>],
}

/// Where a spin and its neighbour number `entry` pull apart.
#[inline(always)]
pub(super) fn unlike<V: Vector>(
    spins: V::U,
    theirs: &[u64],
    group: &Group,
    entry: usize,
    part: usize,
) -> V::U {
    let at = &group.neighbours[entry];
    // No calls here: what is not inlined loses the instruction set.
    let mut other = Lanes([0; LANES]);
    let first = part * V::N;
    let mut k = first;
    while k < first + V::N {
        other[k] = theirs[at[k] as usize];
        k += 1;
    }
    let unlike = V::xor(spins, V::load_u(&other, part));
    match group.signs.get(entry) {
        Some(sign) => V::xor(unlike, V::load_u(sign, part)),
        None => unlike,
    }
}

impl<const K: usize> Job for Attempts<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for part in 0..V::PARTS {
            let mut words = Words::<V>::load(self.lanes, part);
            for (i, k) in self.chunks.clone().enumerate() {
                let place = self.group.first + k;
                let mut both = Lanes(self.mine[place]);
                let spins = V::load_u(&both, part);
                let least = self.least::<V>(spins, k, part);
                let events = self.events::<V>(i, part, &mut words);
                let mut flips = least[K - 1];
                let mut c = K - 1;
                while c > 0 {
                    let exactly = V::and_not(least[c - 1], least[c]);
                    flips = V::or(flips, V::and(exactly, events[c]));
                    c -= 1;
                }
                flips = V::or(flips, V::and_not(events[0], least[0]));
                V::store_u(&mut both, part, V::xor(spins, flips));
                V::store_u(&mut self.flips[i], part, flips);
                self.mine[place] = both.0;
            }
            words.store(self.lanes, part);
        }
    }
}

impl<const K: usize> Attempts<'_, K> {
    /// Whether at least 1, 2, .. neighbours are antiparallel.
    #[inline(always)]
    fn least<V: Vector>(&self, spins: V::U, k: usize, part: usize) -> [V::U; K] {
        let mut least = [V::splat_u(0); K];
        let mut entry = k * self.group.degree;
        while entry < (k + 1) * self.group.degree {
            let unlike = unlike::<V>(spins, self.theirs, self.group, entry, part);
            let mut c = K - 1;
            while c > 0 {
                least[c] = V::or(least[c], V::and(least[c - 1], unlike));
                c -= 1;
            }
            least[0] = V::or(least[0], unlike);
            entry += 1;
        }
        least
    }

    /// The events of every law. A site uses one of them only, so that they may share their random words.
    #[inline(always)]
    fn events<V: Vector>(&self, i: usize, part: usize, words: &mut Words<V>) -> [V::U; K] {
        let mut events = [V::splat_u(0); K];
        let mut c = 0;
        while c < K {
            events[c] = self.laws[c].begin::<V>();
            c += 1;
        }
        let mut digit = 0;
        while digit < DIGITS {
            let u = words.word();
            let mut c = 0;
            while c < K {
                events[c] = self.laws[c].digit::<V>(digit, events[c], u);
                c += 1;
            }
            digit += 1;
        }
        c = 0;
        while c < K {
            let rare = V::load_u(&self.rare[c][i], part);
            events[c] = self.laws[c].events::<V>(events[c], rare);
            c += 1;
        }
        events
    }
}
