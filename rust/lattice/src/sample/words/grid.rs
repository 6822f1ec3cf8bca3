//! Square and cubic lattices in words: 64 sites of a row to a word, whose neighbours are whole words too.

use super::spelling::{Spelling, gathered, scattered};
use crate::geometry::{Geometry, Kind};

/// Axes of a cubic lattice.
pub(crate) const AXES: usize = 3;

/// The words of a lattice, row by row. A row is a line of sites along the last axis of the lattice; its site `c` is bit
/// `c % 64` of its word `c / 64`. Axis 0 of the words leads along the row, the others to the same place of other rows.
#[derive(Debug)]
pub(crate) struct Grid {
    columns: usize,
    words_per_row: usize,
    axes: usize,
    places: Vec<Place>,
}

/// A word among the others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The next word along each axis; at the end the first one.
    pub after: [u32; AXES],
    /// The word before it along each axis.
    pub before: [u32; AXES],
    /// The last bit that is a site.
    pub last: u32,
    /// By axis, the sites that a bond joins to the next one along it.
    pub bonds: [u64; AXES],
}

impl Place {
    /// The bits that are sites.
    #[inline(always)]
    pub fn sites(&self) -> u64 {
        u64::MAX >> (63 - self.last)
    }
}

impl Grid {
    /// `None` for lattices of another kind.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        if !matches!(geometry.kind(), Kind::Square | Kind::Cubic) {
            return None;
        }
        let (&columns, rows) = geometry.cells().split_last()?;
        // Words along a row, then rows along the other axes, the fastest first.
        let words_per_row = columns.div_ceil(64);
        let lengths: Vec<usize> = [words_per_row]
            .into_iter()
            .chain(rows.iter().rev().copied())
            .collect();
        let closed: Vec<bool> = geometry.periodic().iter().rev().copied().collect();
        let place = |word: usize| {
            let last = (columns - 1 - word % words_per_row * 64).min(63) as u32;
            let sites = u64::MAX >> (63 - last);
            let mut place = Place {
                after: [word as u32; AXES],
                before: [word as u32; AXES],
                last,
                bonds: [0; AXES],
            };
            let mut stride = 1;
            for (axis, (&length, &closed)) in lengths.iter().zip(&closed).enumerate() {
                let at = word / stride % length;
                let first = word - at * stride;
                place.after[axis] = (first + (at + 1) % length * stride) as u32;
                place.before[axis] = (first + (at + length - 1) % length * stride) as u32;
                place.bonds[axis] = match (axis, closed || at + 1 < length) {
                    (_, true) => sites,
                    (0, false) => sites >> 1,
                    (_, false) => 0,
                };
                stride *= length;
            }
            place
        };
        Some(Self {
            columns,
            words_per_row,
            axes: lengths.len(),
            places: (0..lengths.iter().product()).map(place).collect(),
        })
    }

    /// Whether words pay: on narrower lattices the sites are faster one by one at the critical point (measured).
    pub fn is_wide(&self) -> bool {
        self.columns >= if self.axes == 2 { 8 } else { 32 }
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.places.len() / self.words_per_row * self.columns
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn axes(&self) -> usize {
        self.axes
    }

    #[inline(always)]
    pub fn place(&self, word: usize) -> &Place {
        &self.places[word]
    }

    /// The sites of a word that a bond joins to a site of the same value, the next along an axis.
    #[inline(always)]
    pub fn equal(&self, planes: &[u64], word: usize, axis: usize) -> u64 {
        let place = &self.places[word];
        let after = place.after[axis] as usize;
        let unequal = planes.chunks_exact(self.len()).fold(0, |unequal, plane| {
            let (here, there) = (plane[word], plane[after]);
            let next = match axis {
                0 => here >> 1 | (there & 1) << place.last,
                _ => there,
            };
            unequal | (here ^ next)
        });
        place.bonds[axis] & !unequal
    }

    /// The word and the bit of a site.
    pub fn word_of(&self, site: usize) -> (usize, u32) {
        let (row, column) = (site / self.columns, site % self.columns);
        (row * self.words_per_row + column / 64, column as u32 % 64)
    }

    /// The bits of every site's value, plane by plane and word by word.
    pub fn pack(&self, spelling: Spelling, values: &[i8], planes: &mut Vec<u64>) {
        planes.clear();
        for plane in 0..spelling.planes() {
            let bit = spelling.bit(plane);
            for row in values.chunks(self.columns) {
                planes.extend(row.chunks(64).map(|sites| {
                    let bytes = sites.chunks(8).enumerate();
                    bytes.fold(0, |word, (k, eight)| word | gathered(eight, bit) << (8 * k))
                }));
            }
        }
    }

    /// Every site's value from its bits.
    pub fn unpack(&self, spelling: Spelling, planes: &[u64], values: &mut [i8]) {
        let words = values
            .chunks_mut(self.columns)
            .flat_map(|row| row.chunks_mut(64));
        for (word, sites) in words.enumerate() {
            for (byte, eight) in sites.chunks_mut(8).enumerate() {
                let bits = |plane| planes[plane * self.len() + word] >> (8 * byte);
                let made = spelling.eight(|plane| scattered(bits(plane) as u8));
                for (site, byte) in eight.iter_mut().zip(made.to_le_bytes()) {
                    *site = byte as i8;
                }
            }
        }
    }
}
