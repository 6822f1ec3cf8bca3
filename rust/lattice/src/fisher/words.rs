//! Colourings up to relabelling: each orbit once, by the word whose colours appear in the order 0, 1, 2, ..

/// A canonical word and the number of colourings it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub colours: Vec<u8>,
    /// Colours used.
    pub used: usize,
    /// `q (q - 1) .. (q - used + 1)`.
    pub orbit: f64,
}

/// All canonical words of `length` sites in `q` colours.
pub(super) fn canonical(length: usize, q: usize) -> Vec<Word> {
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
pub(super) fn count(length: usize, q: usize) -> f64 {
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
}
