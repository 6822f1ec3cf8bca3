//! Wolff's clusters (U. Wolff, Phys. Rev. Lett. 62, 361 (1989)): by words on square and cubic lattices, site by site
//! elsewhere, and one for any couplings and fields.

mod alike;
mod frustrated;
mod in_words;

pub(super) use alike::Alike;
pub(super) use frustrated::Frustrated;
pub(super) use in_words::InWords;

use super::chance::Chance;

/// The value a cluster is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Painted {
    /// Ising: the other sign.
    Opposite,
    /// Potts: one of the other `q - 1` colours.
    OneOfTheOthers(usize),
}

impl Painted {
    #[inline]
    fn new_value(self, old: i8, chance: &mut impl Chance) -> i8 {
        match self {
            Painted::Opposite => -old,
            Painted::OneOfTheOthers(q) => {
                let new = usize::from(old as u8) + 1 + chance.below(q as u64 - 1) as usize;
                (if new >= q { new - q } else { new }) as i8
            }
        }
    }
}
