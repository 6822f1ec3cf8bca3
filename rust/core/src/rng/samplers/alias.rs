//! One of finitely many outcomes in constant time: Walker's alias table, built as Vose does (IEEE Trans. Software
//! Engineering 17, 1991) but in integers, so that the masses add up exactly.

use crate::error::check;
use crate::rng::Stream;
use crate::{Error, Result};

/// One cell's mass: 1, in units of 2^-64.
const FULL: u128 = 1 << 64;

/// Outcome `i` with probability `weights[i] / sum(weights)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    thresholds: Vec<u64>,
    others: Vec<u32>,
}

impl Alias {
    /// At least one weight; all finite and >= 0, not all 0. `what` is their public name.
    pub fn new(what: &str, weights: &[f64]) -> Result<Self> {
        let mut thresholds = vec![0; weights.len()];
        let mut others = vec![0; weights.len()];
        fill_table(what, weights, &mut thresholds, &mut others)?;
        Ok(Self { thresholds, others })
    }

    /// One word.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> usize {
        pick(&self.thresholds, &self.others, stream.word())
    }

    /// Number of outcomes.
    pub fn len(&self) -> usize {
        self.thresholds.len()
    }

    /// Never: a table has at least one outcome.
    pub fn is_empty(&self) -> bool {
        self.thresholds.is_empty()
    }

    /// The probabilities that the table realises.
    pub fn mass(&self) -> Vec<f64> {
        let mut units = vec![0_u128; self.len()];
        for (i, (&own, &other)) in self.thresholds.iter().zip(&self.others).enumerate() {
            units[i] += u128::from(own);
            units[other as usize] += FULL - u128::from(own);
        }
        let whole = (FULL * self.len() as u128) as f64;
        units.into_iter().map(|u| u as f64 / whole).collect()
    }
}

/// The outcome of a word: the integer part of `n word / 2^64` is the cell, the fraction decides between its two
/// outcomes. For tables kept in slices; an empty one gives 0.
#[inline]
pub fn pick(thresholds: &[u64], others: &[u32], word: u64) -> usize {
    let product = u128::from(word) * thresholds.len() as u128;
    let cell = (product >> 64) as usize;
    match (thresholds.get(cell), others.get(cell)) {
        (Some(&own), Some(&other)) if product as u64 >= own => other as usize,
        _ => cell,
    }
}

/// Builds the table of `weights` into slices of the same length, for callers that keep many tables in one array.
pub fn fill_table(
    what: &str,
    weights: &[f64],
    thresholds: &mut [u64],
    others: &mut [u32],
) -> Result<()> {
    let n = weights.len();
    if n == 0 || u32::try_from(n).is_err() {
        return Err(Error::invalid(
            what,
            format!("{n} weights"),
            "must have 1 to 2^32 - 1",
        ));
    }
    if thresholds.len() != n || others.len() != n {
        return Err(Error::Internal(
            "alias table: slices of unequal length".into(),
        ));
    }
    check::all(what, weights, "must be finite and >= 0", |w| {
        w.is_finite() && w >= 0.0
    })?;
    let mut quotas = quotas(what, weights)?;
    let (mut small, mut large): (Vec<usize>, Vec<usize>) =
        (0..n).rev().partition(|&i| quotas[i] < FULL);
    while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
        small.pop();
        thresholds[s] = quotas[s] as u64;
        others[s] = l as u32;
        quotas[l] -= FULL - quotas[s];
        if quotas[l] < FULL {
            large.pop();
            small.push(l);
        }
    }
    // What remains holds exactly its own cell.
    for i in small.into_iter().chain(large) {
        thresholds[i] = u64::MAX;
        others[i] = i as u32;
    }
    Ok(())
}

/// `n weights / sum` in units of 2^-64, adding up to exactly `n`.
fn quotas(what: &str, weights: &[f64]) -> Result<Vec<u128>> {
    let n = weights.len();
    let largest = weights
        .iter()
        .fold(0.0, |a: f64, &w| if w > a { w } else { a });
    if largest == 0.0 {
        return Err(Error::invalid(what, "all 0", "must have a positive sum"));
    }
    let sum: f64 = weights.iter().map(|w| w / largest).sum();
    // Exact: a power of two times a number of 53 bits.
    let unit = FULL as f64;
    let share = |w: f64| (w / largest) * (n as f64 / sum);
    let mut quotas: Vec<u128> = weights.iter().map(|&w| (share(w) * unit) as u128).collect();
    let whole = FULL * n as u128;
    let total: u128 = quotas.iter().sum();
    let gap = (whole as i128 - total as i128) as f64;
    for quota in &mut quotas {
        let part = (gap * (*quota as f64 / total as f64)) as i128;
        *quota = quota.saturating_add_signed(part);
    }
    let top = (0..n).fold(0, |a, i| if quotas[i] > quotas[a] { i } else { a });
    let left = whole as i128 - quotas.iter().sum::<u128>() as i128;
    quotas[top] = quotas[top].saturating_add_signed(left);
    Ok(quotas)
}
