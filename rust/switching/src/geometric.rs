//! Geometric sums: T = V_1 + ... + V_N with N geometric, the sampling side of excursion laws.

use quincunx_core::error::check;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

/// Uniform numbers for geometric sums of several samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// The uniforms of sample i are `uniforms[offsets[i]..offsets[i + 1]]`.
    pub offsets: Vec<i64>,
    /// One uniform in (0, 1) per term.
    pub uniforms: Vec<f64>,
}

/// Samples between two looks at the pulse.
const ROUND: u64 = 4096;

/// Draws N >= `least` with P(N = least + k) = p (1 - p)^k and N uniforms for each of `n` samples; sample i has a stream
/// of its own, so that it does not depend on n. More than `max_bytes` for the expected number of terms is refused.
pub fn geometric_terms(
    key: Key,
    n: u64,
    p: f64,
    least: u64,
    max_bytes: u64,
    pulse: &Pulse,
) -> Result<Terms> {
    check::positive("p", p)?;
    if p > 1.0 {
        return Err(Error::invalid("p", check::fmt_f64(p), "must be at most 1"));
    }
    // N - least has mean (1 - p)/p; twice the terms, for a vector that grows holds up to that.
    let each = 8.0 + 16.0 * (least as f64 + (1.0 - p) / p);
    check::memory(
        format!("n = {n}: the terms of the sums"),
        (n as f64 * each) as u128,
        u128::from(max_bytes),
        "draw fewer at a time",
    )?;
    let mut terms = Terms {
        offsets: vec![0],
        uniforms: Vec::new(),
    };
    pulse.expect(n);
    for i in 0..n {
        if i % ROUND == 0 {
            pulse.check()?;
            pulse.add(ROUND.min(n - i));
        }
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

    fn terms(key: [u64; 2], n: u64, p: f64) -> Result<Terms> {
        geometric_terms(Key(key), n, p, 1, 1 << 30, &Pulse::new())
    }

    #[test]
    fn counts_are_geometric_and_prefixes_agree() {
        let many = terms([3, 4], 100_000, 0.5).unwrap();
        let few = terms([3, 4], 10, 0.5).unwrap();
        assert_eq!(few.offsets[..], many.offsets[..11]);
        // Mean 2, variance 2.
        let mean = many.uniforms.len() as f64 / 1e5;
        assert!((mean - 2.0).abs() < 5.0 * (2.0_f64 / 1e5).sqrt());
        assert_eq!(terms([0, 0], 5, 1.0).unwrap().uniforms.len(), 5);
        assert!(terms([0, 0], 5, 0.0).is_err());
    }

    #[test]
    fn too_many_are_refused_before_anything_is_allocated() {
        for (n, p) in [(u64::MAX, 0.5), (1 << 40, 1.0), (5, 1e-300)] {
            let refused = terms([0, 0], n, p).unwrap_err();
            assert!(matches!(refused, Error::TooLarge { .. }));
            assert!(refused.to_string().starts_with("n = "), "{refused}");
        }
    }

    #[test]
    fn a_cancelled_draw_ends() {
        let pulse = Pulse::new();
        pulse.cancel();
        let answer = geometric_terms(Key([0, 0]), 1_000_000, 0.5, 1, 1 << 30, &pulse);
        assert!(matches!(answer, Err(Error::Cancelled)));
    }
}
