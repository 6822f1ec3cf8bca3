//! The random choices that moves make. Paths draw them from a stream; tests walk through all of them.

use quincunx_core::rng::Stream;

use super::threshold::Threshold;

/// A source of choices.
pub(super) trait Chance {
    /// One of `0..n`, uniformly.
    fn below(&mut self, n: u64) -> u64;

    /// True with the probability of the threshold.
    fn hit(&mut self, threshold: Threshold) -> bool;

    /// `condition` and an event; what is drawn for a false condition is of no consequence.
    fn hit_if(&mut self, condition: bool, threshold: Threshold) -> bool;

    /// At each set bit of `which` an event of its own.
    fn hits(&mut self, which: u64, threshold: Threshold) -> u64 {
        let (mut left, mut hits) = (which, 0);
        while left != 0 {
            let lowest = left & left.wrapping_neg();
            hits |= if self.hit(threshold) { lowest } else { 0 };
            left ^= lowest;
        }
        hits
    }

    /// Announces a new site: what was left of the last word is dropped.
    fn begin_site(&mut self) {}

    /// An index chosen by cumulative weights, the last of which is their sum.
    fn pick(&mut self, cumulative: &[f64]) -> usize;

    /// An index chosen by its distribution function, of which the last value, 1, is left out.
    fn pick_by(&mut self, distribution: &[Threshold]) -> usize;
}

impl Chance for Stream {
    #[inline(always)]
    fn below(&mut self, n: u64) -> u64 {
        Stream::below(self, n)
    }

    #[inline(always)]
    fn hit(&mut self, threshold: Threshold) -> bool {
        threshold.hit(self.word())
    }

    /// Always draws: a word costs less than a mispredicted branch.
    #[inline(always)]
    fn hit_if(&mut self, condition: bool, threshold: Threshold) -> bool {
        threshold.hit(self.word()) & condition
    }

    /// Compares 64 numbers with the threshold, digit by digit until all are decided.
    #[inline(always)]
    fn hits(&mut self, which: u64, threshold: Threshold) -> u64 {
        if threshold.value() == u64::MAX || which == 0 {
            return which;
        }
        let (mut digits, mut equal, mut hits) = (threshold.value(), which, 0);
        let mut compare = |word: u64| {
            let digit = ((digits as i64) >> 63) as u64;
            hits |= equal & digit & !word;
            equal &= !(word ^ digit);
            digits <<= 1;
            // Where no digit is left a number that was equal so far is not below.
            (equal != 0) & (digits != 0)
        };
        // Hardly ever do fewer decide: asking each time would cost more than the words.
        for _ in 0..6 {
            compare(self.word());
        }
        while compare(self.word()) {}
        hits
    }

    #[inline]
    fn pick(&mut self, cumulative: &[f64]) -> usize {
        let Some((total, others)) = cumulative.split_last() else {
            return 0;
        };
        let mark = self.uniform() * total;
        others.iter().filter(|&&c| c <= mark).count()
    }

    #[inline(always)]
    fn pick_by(&mut self, distribution: &[Threshold]) -> usize {
        let word = self.word();
        distribution.iter().filter(|edge| !edge.hit(word)).count()
    }
}

/// Two choices from each word of a stream: a path that tests many bonds draws half as often.
pub(super) struct Halves<'a> {
    stream: &'a mut Stream,
    word: u64,
    half_left: bool,
}

impl<'a> Halves<'a> {
    pub fn of(stream: &'a mut Stream) -> Self {
        Self {
            stream,
            word: 0,
            half_left: false,
        }
    }
}

impl Chance for Halves<'_> {
    #[inline(always)]
    fn below(&mut self, n: u64) -> u64 {
        self.stream.below(n)
    }

    #[inline(always)]
    fn hit(&mut self, threshold: Threshold) -> bool {
        if self.half_left {
            self.word >>= 32;
        } else {
            self.word = self.stream.word();
        }
        self.half_left = !self.half_left;
        threshold.hit_half(self.word as u32, || self.stream.word() as u32)
    }

    #[inline(always)]
    fn hit_if(&mut self, condition: bool, threshold: Threshold) -> bool {
        self.hit(threshold) & condition
    }

    #[inline(always)]
    fn begin_site(&mut self) {
        self.half_left = false;
    }

    fn pick(&mut self, cumulative: &[f64]) -> usize {
        self.stream.pick(cumulative)
    }

    fn pick_by(&mut self, distribution: &[Threshold]) -> usize {
        self.stream.pick_by(distribution)
    }
}

#[cfg(test)]
mod tests {
    use quincunx_core::rng::{Key, Purpose};

    use super::*;

    #[test]
    fn each_bit_is_hit_with_the_whole_probability() {
        let mut stream = Stream::at(Key([8, 1]), 0, Purpose::MAIN);
        let which = 0xf0f0_0000_ffff_0001_u64;
        for p in [0.0, 0.001, 0.25, 0.5858, 0.75, 0.9999, 1.0] {
            let threshold = Threshold::new(p);
            let rounds = 20_000;
            let (mut each, mut pairs) = ([0_u32; 64], 0_u32);
            for _ in 0..rounds {
                let hits = stream.hits(which, threshold);
                assert_eq!(hits & !which, 0);
                for (bit, count) in each.iter_mut().enumerate() {
                    *count += (hits >> bit & 1) as u32;
                }
                pairs += (hits & hits >> 1 & 0xffff_0000).count_ones();
            }
            let z = |count: u32, n: f64, p: f64| {
                let spread = (n * p * (1.0 - p)).sqrt();
                let off = f64::from(count) - n * p;
                if spread > 0.0 { off / spread } else { off }
            };
            let rounds = f64::from(rounds);
            for (bit, &count) in each.iter().enumerate() {
                let p = if which >> bit & 1 == 1 { p } else { 0.0 };
                assert!(z(count, rounds, p).abs() < 5.0, "{p} {bit}: {count}");
            }
            // Fifteen neighbouring pairs, which overlap: their spread is at most sqrt(3) times that of independent ones.
            assert!(z(pairs, 15.0 * rounds, p * p).abs() < 9.0, "{p}: {pairs}");
        }
    }
}
