//! Vertical bonds: the inner loops, compiled for each instruction set.

use quincunx_core::simd::{Job, Vector};

use super::moduli::Modulus;

/// The vertical bonds under several columns, applied to a block of polynomials: the colour of column `c` is digit `c` of
/// the place in the block.
pub(super) struct Columns<'a> {
    pub block: &'a mut [u64],
    pub q: usize,
    /// Columns; `q^number` polynomials.
    pub number: usize,
    /// Coefficients from one polynomial to the next.
    pub terms: usize,
    /// The largest power in use.
    pub degree: usize,
    /// Packed polynomials hold even or odd powers only: the parity of those at places with an even number of ones.
    pub parity: Option<usize>,
    pub modulus: Modulus,
    /// Bits by which coefficients grow in a column.
    pub growth: u32,
    /// Bits by which they may still grow.
    pub room: u32,
}

impl Job for Columns<'_> {
    /// Bits by which coefficients may still grow.
    type Out = u32;

    #[inline(always)]
    fn run<V: Vector>(mut self) -> u32 {
        let mut scratch = vec![0; (self.q + 1) * self.terms];
        for column in 0..self.number {
            if self.room < self.growth {
                let used = self.used();
                for row in self.block.chunks_exact_mut(self.terms) {
                    self.modulus.reduce_all(&mut row[..used]);
                }
                self.room = self.modulus.room();
            }
            self.room -= self.growth;
            self.degree += 1;
            let stride = self.q.pow(column as u32);
            match self.parity {
                Some(parity) => self.pairs(stride, parity + column, &mut scratch),
                None => self.colours(stride, &mut scratch),
            }
        }
        self.room
    }
}

impl Columns<'_> {
    /// Coefficients in use.
    #[inline(always)]
    fn used(&self) -> usize {
        let packed = 1 + usize::from(self.parity.is_some());
        (self.degree / packed + 1).min(self.terms)
    }

    /// Two values, packed: with `x` the even powers and `y` the odd ones, `x <- x + y` and `y <- x + z y`, for what was
    /// even is odd with one bond more.
    #[inline(always)]
    fn pairs(&mut self, stride: usize, parity: usize, scratch: &mut [u64]) {
        let used = self.used();
        let old = &mut scratch[..used];
        let groups = self.block.chunks_exact_mut(2 * stride * self.terms);
        for (group, pair) in groups.enumerate() {
            let (down, up) = pair.split_at_mut(stride * self.terms);
            let rows = down
                .chunks_exact_mut(self.terms)
                .zip(up.chunks_exact_mut(self.terms));
            for (low, (down, up)) in rows.enumerate() {
                let ones = low.count_ones() + group.count_ones();
                let (even, odd) = if (parity + ones as usize).is_multiple_of(2) {
                    (down, up)
                } else {
                    (up, down)
                };
                old.copy_from_slice(&odd[..used]);
                odd[0] = even[0];
                let below = even[1..used].iter().zip(&old[..used - 1]);
                for (y, (x, z)) in odd[1..used].iter_mut().zip(below) {
                    *y = x.wrapping_add(*z);
                }
                for (x, y) in even[..used].iter_mut().zip(old.iter()) {
                    *x = x.wrapping_add(*y);
                }
            }
        }
    }

    /// Any number of colours: `sum of the others + x times its own` for each.
    #[inline(always)]
    fn colours(&mut self, stride: usize, scratch: &mut [u64]) {
        let (q, terms, used) = (self.q, self.terms, self.used());
        let (sum, old) = scratch.split_at_mut(terms);
        let sum = &mut sum[..used];
        for group in self.block.chunks_exact_mut(q * stride * terms) {
            for low in 0..stride {
                let place = |colour: usize| (colour * stride + low) * terms;
                sum.fill(0);
                for colour in 0..q {
                    let row = &group[place(colour)..][..used];
                    old[colour * terms..][..used].copy_from_slice(row);
                    for (s, v) in sum.iter_mut().zip(row) {
                        *s = s.wrapping_add(*v);
                    }
                }
                for colour in 0..q {
                    let own = &old[colour * terms..][..used];
                    let row = &mut group[place(colour)..][..used];
                    row[0] = sum[0].wrapping_sub(own[0]);
                    let others = sum[1..].iter().zip(&own[1..]);
                    for ((new, (s, v)), below) in row[1..].iter_mut().zip(others).zip(own) {
                        *new = s.wrapping_sub(*v).wrapping_add(*below);
                    }
                }
            }
        }
    }
}
