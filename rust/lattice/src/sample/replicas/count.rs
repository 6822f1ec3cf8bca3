//! How often each of 64 bits was set in many words: counters whose digits are words.

use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

use super::attempts::unlike;
use super::layout::Group;

/// Digits of the counters: more than there is time to count.
const DIGITS: usize = 64;

/// 64 counters for each of eight lanes. A digit is a word and, where bit `d` of `added` is set, one more that waits for its
/// pair: adding a word costs two full adders in the mean.
#[derive(Debug)]
pub(super) struct Counters {
    digits: Vec<Lanes<u64>>,
    waiting: Vec<Lanes<u64>>,
    added: u64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            digits: vec![Lanes::splat(0); DIGITS],
            waiting: vec![Lanes::splat(0); DIGITS],
            added: 0,
        }
    }
}

impl Counters {
    /// Counts the bits of chunks.
    pub fn add(&mut self, chunks: &[Lanes<u64>]) {
        dispatch(AddChunks {
            counters: self,
            chunks,
        });
        self.added += chunks.len() as u64;
    }

    /// Counts the bits of words, eight by eight.
    pub fn add_words(&mut self, words: &[[u64; LANES]]) {
        dispatch(AddWords {
            counters: self,
            words,
        });
        self.added += words.len() as u64;
    }

    /// Counts where the sites of a group and their neighbours pull apart.
    pub fn add_unlike(&mut self, group: &Group, mine: &[[u64; LANES]], theirs: &[u64]) {
        dispatch(AddUnlike {
            counters: self,
            group,
            mine,
            theirs,
        });
        self.added += group.neighbours.len() as u64;
    }

    /// One word as number `index` of a lane.
    #[inline(always)]
    fn push<V: Vector>(&mut self, index: u64, part: usize, word: V::U) {
        let (mut carry, mut d) = (word, 0);
        while index >> d & 1 == 1 {
            let a = V::load_u(&self.digits[d], part);
            let b = V::load_u(&self.waiting[d], part);
            let unlike = V::xor(a, b);
            V::store_u(&mut self.digits[d], part, V::xor(unlike, carry));
            carry = V::or(V::and(a, b), V::and(unlike, carry));
            d += 1;
        }
        V::store_u(&mut self.waiting[d], part, carry);
    }

    /// The counts of all lanes together; begins anew.
    pub fn take(&mut self) -> [u64; 64] {
        // A lane counts to `added` at most, eight of them to as much and three digits more.
        let most = (u64::BITS - self.added.leading_zeros()) as usize;
        let mut sum = [0; DIGITS];
        let sum = &mut sum[..(most + 3).min(DIGITS)];
        for lane in 0..LANES {
            add_number(sum, |d| if d < most { self.digits[d][lane] } else { 0 });
            let waits = |d: usize| d < most && self.added >> d & 1 == 1;
            add_number(sum, |d| if waits(d) { self.waiting[d][lane] } else { 0 });
        }
        for digit in &mut self.digits[..most] {
            *digit = Lanes::splat(0);
        }
        self.added = 0;
        let mut counts = [0; 64];
        for (d, word) in sum.iter().enumerate() {
            for (bit, count) in counts.iter_mut().enumerate() {
                *count += (word >> bit & 1) << d;
            }
        }
        counts
    }
}

/// Adds 64 numbers, given digit by digit, to 64 others.
#[inline(always)]
fn add_number(sum: &mut [u64], number: impl Fn(usize) -> u64) {
    let mut carry = 0;
    for (d, digit) in sum.iter_mut().enumerate() {
        let (a, b) = (*digit, number(d));
        *digit = a ^ b ^ carry;
        carry = a & b | (a ^ b) & carry;
    }
}

struct AddChunks<'a> {
    counters: &'a mut Counters,
    chunks: &'a [Lanes<u64>],
}

impl Job for AddChunks<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for part in 0..V::PARTS {
            let first = self.counters.added;
            for (k, chunk) in self.chunks.iter().enumerate() {
                let word = V::load_u(chunk, part);
                self.counters.push::<V>(first + k as u64, part, word);
            }
        }
    }
}

struct AddWords<'a> {
    counters: &'a mut Counters,
    words: &'a [[u64; LANES]],
}

impl Job for AddWords<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for part in 0..V::PARTS {
            let first = self.counters.added;
            for (k, words) in self.words.iter().enumerate() {
                let words = Lanes(*words);
                let word = V::load_u(&words, part);
                self.counters.push::<V>(first + k as u64, part, word);
            }
        }
    }
}

struct AddUnlike<'a> {
    counters: &'a mut Counters,
    group: &'a Group,
    mine: &'a [[u64; LANES]],
    theirs: &'a [u64],
}

impl Job for AddUnlike<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Group { degree, first, .. } = *self.group;
        for part in 0..V::PARTS {
            let mut index = self.counters.added;
            for k in 0..self.group.chunks() {
                let spins = Lanes(self.mine[first + k]);
                let spins = V::load_u(&spins, part);
                for entry in k * degree..(k + 1) * degree {
                    let word = unlike::<V>(spins, self.theirs, self.group, entry, part);
                    self.counters.push::<V>(index, part, word);
                    index += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use quincunx_core::rng::{Key, Purpose, Stream};
    use quincunx_core::simd::{Level, force};

    use super::*;

    #[test]
    fn every_bit_has_its_count_however_words_come() {
        let mut stream = Stream::at(Key([1, 2]), 3, Purpose::MAIN);
        let mut counters = Counters::default();
        for level in Level::available() {
            assert!(force(Some(level)).is_ok());
            for sizes in [vec![0], vec![1], vec![5, 3], vec![64, 1, 0, 70]] {
                let mut expected = [0; 64];
                for (k, &size) in sizes.iter().enumerate() {
                    let mut word = |_| stream.word() | stream.word();
                    let words: Vec<[u64; LANES]> =
                        (0..size).map(|_| std::array::from_fn(&mut word)).collect();
                    for word in words.as_flattened() {
                        for (bit, count) in expected.iter_mut().enumerate() {
                            *count += word >> bit & 1;
                        }
                    }
                    if k % 2 == 0 {
                        counters.add_words(&words);
                    } else {
                        let chunks: Vec<_> = words.iter().map(|&words| Lanes(words)).collect();
                        counters.add(&chunks);
                    }
                }
                assert_eq!(counters.take(), expected);
            }
        }
        assert!(force(None).is_ok());
    }
}
