//! The colours around a site. All others have the same weight: they are drawn as one event, so that a draw costs as much
//! as there are neighbours, not colours.

use super::chance::Chance;

/// So few colours are faster weighed one and all.
pub(super) const FEW: usize = 8;

/// Colours up to 127, each once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen(u128);

impl Seen {
    /// True the first time a colour is seen.
    #[inline(always)]
    pub fn insert(&mut self, colour: usize) -> bool {
        let before = self.0;
        self.0 |= 1 << (colour & 127);
        before != self.0
    }

    /// Whether fewer than `q` were seen.
    #[inline(always)]
    pub fn leaves_some(self, q: usize) -> bool {
        (self.0.count_ones() as usize) < q
    }

    /// Ascending.
    #[inline(always)]
    pub fn colours(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let colour = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (colour < u128::BITS).then_some(colour as usize)
        })
    }

    /// One of `q` colours: those seen by their weights, all others by that of each; `sums` has `q` places.
    #[inline(always)]
    pub fn draw(
        self,
        chance: &mut impl Chance,
        (q, sums): (usize, &mut [f64]),
        weight: impl Fn(usize) -> f64,
        other: impl FnOnce() -> f64,
    ) -> i8 {
        let (mut total, mut number) = (0.0, 0);
        for colour in self.colours() {
            total += weight(colour);
            sums[number] = total;
            number += 1;
        }
        let others = q - number;
        if others > 0 {
            sums[number] = total + others as f64 * other();
            number += 1;
        }
        let place = chance.pick(&sums[..number]);
        if let Some(colour) = self.colours().nth(place) {
            return colour as i8;
        }
        let mut colour = chance.below(others as u64) as usize;
        for seen in self.colours() {
            colour += usize::from(seen <= colour);
        }
        colour as i8
    }
}
