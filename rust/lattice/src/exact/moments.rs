//! Moments of narrow square lattices with open columns: what stands above and below a site or a bond.

use std::ops::Range;

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use quincunx_core::simd::dispatch;

use super::strip::Strip;
use super::transfer::{Down, Row};

/// Probabilities row by row.
#[derive(Debug, Default)]
pub(super) struct Moments {
    /// That the ends of a bond within a row are equal.
    pub across: Vec<f64>,
    /// That the ends of a bond from row to row are equal.
    pub down: Vec<f64>,
    /// That a site has the highest colour.
    pub up: Vec<f64>,
}

/// Forward through the rows and back.
pub(super) fn open(strip: &Strip, pulse: &Pulse) -> Result<Moments> {
    pulse.expect(2 * strip.height as u64);
    let row = Row::new(strip);
    let between = Between {
        own: row.own(1.0).iter().map(|own| own.value).collect(),
        row,
        pulse,
    };
    between.moments()
}

struct Between<'a> {
    row: Row<'a>,
    own: Vec<f64>,
    pulse: &'a Pulse,
}

impl Between<'_> {
    fn down(&self, columns: Range<usize>, v: &mut [f64]) -> Result<()> {
        dispatch(Down {
            v,
            q: self.row.strip.q,
            columns,
            same: self.row.same.value,
            diff: self.row.diff.value,
            pulse: self.pulse,
        })?;
        Ok(())
    }

    fn weigh(&self, v: &mut [f64]) {
        v.iter_mut().zip(&self.own).for_each(|(v, own)| *v *= own);
    }

    fn moments(&self) -> Result<Moments> {
        let Strip { height, width, .. } = *self.row.strip;
        // Above row r, the row's own weights included.
        let mut above = vec![vec![1.0; self.own.len()]];
        self.weigh(&mut above[0]);
        for row in 1..height {
            let mut v = above[row - 1].clone();
            self.down(0..width, &mut v)?;
            self.weigh(&mut v);
            scale(&mut v);
            above.push(v);
            self.pulse.add(1);
        }
        let mut rows = Vec::with_capacity(height);
        let mut below = vec![1.0; self.own.len()];
        for above in above.iter().rev() {
            let mut found = Moments::default();
            if !rows.is_empty() {
                self.weigh(&mut below);
                found.down = self.pairs_down(above, &mut below)?;
                scale(&mut below);
            }
            self.within(above, &below, &mut found);
            rows.push(found);
            self.pulse.add(1);
        }
        rows.reverse();
        let joined = |part: fn(&Moments) -> &[f64]| rows.iter().flat_map(part).copied().collect();
        Ok(Moments {
            across: joined(|row| &row.across),
            down: joined(|row| &row.down),
            up: joined(|row| &row.up),
        })
    }

    /// `P(equal)` of the vertical bonds under a row; `below` goes up through them.
    fn pairs_down(&self, above: &[f64], below: &mut [f64]) -> Result<Vec<f64>> {
        let width = self.row.strip.width;
        let mut before = vec![above.to_vec()];
        for column in 0..width {
            let mut v = before[column].clone();
            self.down(column..column + 1, &mut v)?;
            before.push(v);
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut found = vec![0.0; width];
        for column in (0..width).rev() {
            let equal = self.row.same.value * dot(&before[column], below);
            found[column] = equal / dot(&before[column + 1], below);
            self.down(column..column + 1, below)?;
        }
        Ok(found)
    }

    /// What is asked of the bonds and sites within a row.
    fn within(&self, above: &[f64], below: &[f64], found: &mut Moments) {
        let Strip { width, q, ring, .. } = *self.row.strip;
        let weights: Vec<f64> = above.iter().zip(below).map(|(a, b)| a * b).collect();
        let total: f64 = weights.iter().sum();
        let digit = |state: usize, c: usize| state / q.pow(c as u32) % q;
        let probability = |event: &dyn Fn(usize) -> bool| {
            let those = weights.iter().enumerate().filter(|&(s, _)| event(s));
            those.map(|(_, w)| w).sum::<f64>() / total
        };
        found.across = (0..width - usize::from(!ring))
            .map(|c| probability(&|s| digit(s, c) == digit(s, (c + 1) % width)))
            .collect();
        found.up = (0..width)
            .map(|c| probability(&|s| digit(s, c) == q - 1))
            .collect();
    }
}

fn scale(v: &mut [f64]) {
    let total: f64 = v.iter().sum();
    v.iter_mut().for_each(|v| *v /= total);
}
