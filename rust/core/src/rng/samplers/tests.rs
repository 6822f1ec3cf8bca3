#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::rng::{Key, Purpose, Stream};

fn stream(k: u64) -> Stream {
    Stream::at(Key([k, 0]), 0, Purpose::MAIN)
}

fn refusal<T: std::fmt::Debug>(result: crate::Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn bad_parameters_are_named() {
    let cases = [
        (
            refusal(Uniform::new(2.0, 1.0)),
            "high = 1.0: must be >= low = 2.0 and not infinitely far",
        ),
        (
            refusal(Uniform::new(f64::NAN, 1.0)),
            "low = NaN: must be finite",
        ),
        (refusal(Below::new(0)), "n = 0: must be >= 1"),
        (
            refusal(Exponential::new(0.0)),
            "rate = 0.0: must be finite and > 0",
        ),
        (
            refusal(Normal::new(0.0, -1.0)),
            "sd = -1.0: must be finite and >= 0",
        ),
        (
            refusal(Poisson::new(-0.5)),
            "mean = -0.5: must be in [0, 4.5e15]",
        ),
        (
            refusal(Poisson::new(f64::NAN)),
            "mean = NaN: must be in [0, 4.5e15]",
        ),
        (
            refusal(Binomial::new(1 << 53, 0.5)),
            "n = 9007199254740992: must be <= 2^52",
        ),
        (refusal(Binomial::new(3, 1.5)), "p = 1.5: must be in [0, 1]"),
        (
            refusal(Gamma::new(0.0, 1.0)),
            "shape = 0.0: must be finite and > 0",
        ),
        (
            refusal(Gamma::new(1.0, f64::INFINITY)),
            "scale = inf: must be finite and > 0",
        ),
        (
            refusal(Alias::new("p", &[])),
            "p = 0 weights: must have 1 to 2^32 - 1",
        ),
        (
            refusal(Alias::new("p", &[0.0, 0.0])),
            "p = all 0: must have a positive sum",
        ),
        (
            refusal(Alias::new("p", &[1.0, -2.0])),
            "p[1] = -2.0: must be finite and >= 0",
        ),
    ];
    for (got, want) in cases {
        assert_eq!(got, want);
    }
}

#[test]
fn certain_outcomes_take_no_word() {
    let mut s = stream(1);
    let before = s.clone();
    assert_eq!(Poisson::new(0.0).unwrap().sample(&mut s), 0);
    assert_eq!(Binomial::new(0, 0.5).unwrap().sample(&mut s), 0);
    assert_eq!(Binomial::new(7, 0.0).unwrap().sample(&mut s), 0);
    assert_eq!(Binomial::new(7, 1.0).unwrap().sample(&mut s), 7);
    assert_eq!(s, before);
}

#[test]
fn large_counts_have_the_right_size() {
    let mut s = stream(2);
    for mean in [1e6, 1e12, 4e15] {
        let k = Poisson::new(mean).unwrap().sample(&mut s) as f64;
        assert!((k - mean).abs() < 7.0 * mean.sqrt(), "{mean}: {k}");
        let law = Binomial::new(2 * mean as u64 / 2, 0.25).unwrap();
        let k = law.sample(&mut s) as f64;
        assert!((k - mean / 4.0).abs() < 4.0 * mean.sqrt(), "{mean}: {k}");
    }
    let tiny = Gamma::new(1e-3, 1.0).unwrap();
    for _ in 0..1000 {
        let x = tiny.sample(&mut s);
        assert!(x >= 0.0 && x.is_finite());
    }
}

#[test]
fn an_alias_table_never_draws_what_has_no_weight() {
    let mut s = stream(3);
    let table = Alias::new("p", &[0.0, 1e-300, 0.0, 3e-300]).unwrap();
    for _ in 0..1000 {
        assert!([1, 3].contains(&table.sample(&mut s)));
    }
    assert_eq!(table.mass(), [0.0, 0.25, 0.0, 0.75]);
    assert_eq!(Alias::new("p", &[5.0]).unwrap().sample(&mut s), 0);
    for word in [0, u64::MAX, 1 << 63] {
        assert_eq!(pick(&[u64::MAX], &[0], word), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_table_reproduces_its_probabilities(weights in prop::collection::vec(prop_oneof![0.0..1.0, 1e-12..1e-9, Just(0.0)], 1..300)) {
        prop_assume!(weights.iter().any(|&w| w > 0.0));
        let table = Alias::new("p", &weights).unwrap();
        let sum: f64 = weights.iter().sum();
        for (got, w) in table.mass().iter().zip(&weights) {
            prop_assert!((got - w / sum).abs() <= 1e-15, "{} {}", got, w / sum);
            prop_assert_eq!(*got == 0.0, *w == 0.0);
        }
    }

    #[test]
    fn every_sampler_stays_in_its_range(k in any::<u64>(), x in 1e-6..1e6_f64, p in 0.0..=1.0_f64, n in 0..100_000_u64) {
        let mut s = stream(k);
        let (poisson, binomial) = (Poisson::new(x).unwrap(), Binomial::new(n, p).unwrap());
        let (gamma, exponential) = (Gamma::new(x, 2.0).unwrap(), Exponential::new(x).unwrap());
        let uniform = Uniform::new(-x, x).unwrap();
        for _ in 0..50 {
            prop_assert!(binomial.sample(&mut s) <= n);
            let count = poisson.sample(&mut s) as f64;
            prop_assert!((count - x).abs() < 10.0 * x.sqrt() + 30.0);
            prop_assert!(gamma.sample(&mut s).is_finite());
            prop_assert!(exponential.sample(&mut s) > 0.0);
            prop_assert!((-x..=x).contains(&uniform.sample(&mut s)));
        }
    }
}
