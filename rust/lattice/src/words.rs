//! Colourings up to relabelling: each orbit once, by the word whose colours appear in the order 0, 1, 2, ..

use std::collections::BTreeMap;

/// A canonical word and the number of colourings it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub colours: Vec<u8>,
    /// Colours used.
    pub used: usize,
    /// `q (q - 1) .. (q - used + 1)`.
    pub orbit: f64,
}

/// All canonical words of `length` sites in `q` colours.
pub(crate) fn canonical(length: usize, q: usize) -> Vec<Word> {
    let mut words = vec![Word {
        colours: Vec::new(),
        used: 0,
        orbit: 1.0,
    }];
    for _ in 0..length {
        words = words.iter().flat_map(|word| word.longer(q)).collect();
    }
    words
}

impl Word {
    fn longer(&self, q: usize) -> impl Iterator<Item = Self> + '_ {
        (0..q.min(self.used + 1)).map(move |colour| {
            let fresh = colour == self.used;
            let mut colours = self.colours.clone();
            colours.push(colour as u8);
            Self {
                colours,
                used: self.used + usize::from(fresh),
                orbit: self.orbit * if fresh { (q - self.used) as f64 } else { 1.0 },
            }
        })
    }
}

/// How many canonical words there are.
pub(crate) fn count(length: usize, q: usize) -> f64 {
    let mut with = vec![0.0; q + 2];
    with[0] = 1.0;
    for _ in 0..length {
        for used in (0..=q).rev() {
            let fresh = if used > 0 { with[used - 1] } else { 0.0 };
            with[used] = with[used] * used as f64 + fresh;
        }
    }
    with.iter().sum()
}

/// The colours of a word renamed in the order in which they appear, so that the first is 0.
fn renamed(word: &[u8]) -> Vec<u8> {
    let mut names = BTreeMap::new();
    let rename = |c: &u8| {
        let next = names.len() as u8;
        *names.entry(*c).or_insert(next)
    };
    word.iter().map(rename).collect()
}

/// The rows that a sum over first rows begins from, with the number of rows each stands for: up to relabelling of the
/// colours if `relabel`, and on a `ring` up to rotation and reflection.
pub(crate) fn first_rows(
    length: usize,
    q: usize,
    ring: bool,
    relabel: bool,
) -> Vec<(Vec<u8>, u64)> {
    let words: Vec<(Vec<u8>, u64)> = if relabel {
        let words = canonical(length, q).into_iter();
        words.map(|w| (w.colours, w.orbit as u64)).collect()
    } else {
        every(length, q).into_iter().map(|w| (w, 1)).collect()
    };
    if !ring {
        return words;
    }
    let mut orbits: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for (word, size) in words {
        let turned = (0..length).flat_map(|by| {
            let forward = [&word[by..], &word[..by]].concat();
            let backward = forward.iter().rev().copied().collect();
            [forward, backward]
        });
        let least = turned.map(|w| if relabel { renamed(&w) } else { w }).min();
        *orbits.entry(least.unwrap_or_default()).or_default() += size;
    }
    orbits.into_iter().collect()
}

/// All words.
fn every(length: usize, q: usize) -> Vec<Vec<u8>> {
    let mut words = vec![Vec::with_capacity(length)];
    for _ in 0..length {
        let longer = |word: &Vec<u8>, colour: usize| [word.as_slice(), &[colour as u8]].concat();
        let words_longer = words.iter().flat_map(|w| (0..q).map(move |c| longer(w, c)));
        words = words_longer.collect();
    }
    words
}

/// About how many rows [`first_rows`] gives: fewer are missing than a rotation or a reflection leaves alone.
pub(crate) fn first_row_count(length: usize, q: usize, ring: bool, relabel: bool) -> f64 {
    let words = if relabel {
        count(length, q)
    } else {
        (q as f64).powi(length as i32)
    };
    if ring {
        (words / (2 * length) as f64).max(1.0)
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_all_colourings() {
        for (length, starts) in [(4, 14), (5, 41), (6, 122), (7, 365)] {
            let words = canonical(length, 3);
            assert_eq!(words.len(), starts);
            assert_eq!(count(length, 3), starts as f64);
            let total: f64 = words.iter().map(|w| w.orbit).sum();
            assert_eq!(total, 3_f64.powi(length as i32));
        }
        assert_eq!(canonical(4, 2).len(), 8);
    }

    #[test]
    fn rings_stand_for_all_colourings() {
        for (length, q, orbits) in [(4, 2, 4), (6, 2, 8), (4, 3, 6)] {
            let rings = first_rows(length, q, true, true);
            assert_eq!(rings.len(), orbits, "{length} {q}");
            let total: u64 = rings.iter().map(|(_, size)| size).sum();
            assert_eq!(total, (q as u64).pow(length as u32));
        }
        // Bracelets of six beads in two colours.
        let bracelets = first_rows(6, 2, true, false);
        assert_eq!(bracelets.len(), 13);
        assert_eq!(bracelets.iter().map(|(_, size)| size).sum::<u64>(), 64);
    }
}
