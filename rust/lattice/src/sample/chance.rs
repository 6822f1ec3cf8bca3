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
