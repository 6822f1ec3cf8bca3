//! Geometric sums: T = V_1 + ... + V_N with N geometric, the sampling side of excursion laws.

use quincunx_core::error::check;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::{Error, Result};

/// Uniform numbers for geometric sums of several samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The uniforms of sample i are `uniforms[offsets[i]..offsets[i + 1]]`.
    pub offsets: Vec<i64>,
    /// One uniform in (0, 1) per term.
    pub uniforms: Vec<f64>,
}

/// Draws N >= `least` with P(N = least + k) = p (1 - p)^k and N uniforms for each of `n` samples; sample i has a stream
/// of its own, so that it does not depend on n.
pub fn geometric_terms(key: Key, n: u64, p: f64, least: u64) -> Result<Terms> {
    check::positive("p", p)?;
    if p > 1.0 {
        return Err(Error::invalid("p", check::fmt_f64(p), "must be at most 1"));
    }
    let mut terms = Terms {
        offsets: vec![0],
        uniforms: Vec::new(),
    };
    for i in 0..n {
        let mut stream = Stream::at(key, i, Purpose::MAIN);
        let mut count = least;
        while p < 1.0 && stream.uniform() >= p {
            count += 1;
        }
        terms.uniforms.extend((0..count).map(|_| stream.uniform()));
        terms.offsets.push(
            i64::try_from(terms.uniforms.len())
                .map_err(|_| Error::Internal("too many terms".into()))?,
        );
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn counts_are_geometric_and_prefixes_agree() {
        let many = geometric_terms(Key([3, 4]), 100_000, 0.5, 1).unwrap();
        let few = geometric_terms(Key([3, 4]), 10, 0.5, 1).unwrap();
        assert_eq!(few.offsets[..], many.offsets[..11]);
        // Mean 2, variance 2.
        let mean = many.uniforms.len() as f64 / 1e5;
        assert!((mean - 2.0).abs() < 5.0 * (2.0_f64 / 1e5).sqrt());
        assert_eq!(
            geometric_terms(Key([0, 0]), 5, 1.0, 1)
                .unwrap()
                .uniforms
                .len(),
            5
        );
        assert!(geometric_terms(Key([0, 0]), 5, 0.0, 1).is_err());
    }
}
