//! Laws that do not change.

use quincunx_chain::stationary::{self, Route};
use quincunx_chain::{Input, MarkovChain, MarkovJump, transient};
use quincunx_core::run::Pulse;

use crate::{ROUTES, chain, close, jump, options};

/// Players 0..=N who revise towards the best reply with mistakes of size eps (threshold 1/3).
fn kmr(n: usize, eps: f64) -> MarkovChain {
    let size = n + 1;
    let third = 1.0 / 3.0;
    let up = |x: f64| {
        if (x - third).abs() < 1e-12 {
            0.5
        } else if x > third {
            1.0 - eps / 2.0
        } else {
            eps / 2.0
        }
    };
    let mut p = vec![0.0; size * size];
    let total = n as f64;
    for k in 0..size {
        let share = k as f64 / total;
        let mut leave = 0.0;
        if k > 0 {
            let down = share * (1.0 - up((k as f64 - 1.0) / (total - 1.0)));
            // 1 - (1 - eps/2) loses eps: write the mistake itself.
            let down = if up((k as f64 - 1.0) / (total - 1.0)) == 1.0 - eps / 2.0 {
                share * (eps / 2.0)
            } else {
                down
            };
            p[k * size + k - 1] = down;
            leave += down;
        }
        if k < n {
            let rise = (total - k as f64) / total * up(k as f64 / (total - 1.0));
            p[k * size + k + 1] = rise;
            leave += rise;
        }
        p[k * size + k] = 1.0 - leave;
    }
    chain(size, &p)
}

#[test]
fn nearly_decoupled_birth_death() {
    for route in ROUTES {
        let law = |eps| {
            kmr(27, eps)
                .stationary(options(route), &Pulse::new())
                .unwrap()
                .laws
        };
        let pi = law(0.01);
        close(
            &[pi[0], pi[27]],
            &[1.784618917993346e-21, 0.8734200960253871],
            1e-13,
        );
        let mean: f64 = pi.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
        close(&[mean], &[26.865], 1e-4);
        let pi = law(1e-14);
        close(
            &[pi[0], pi[27]],
            &[1.9531249999998244e-129, 0.999999999999865],
            1e-13,
        );
    }
}

#[test]
fn courtois() {
    #[rustfmt::skip]
    let p = [
        0.85, 0.0, 0.149, 0.0009, 0.0, 0.00005, 0.0, 0.00005,
        0.1, 0.65, 0.249, 0.0, 0.0009, 0.00005, 0.0, 0.00005,
        0.1, 0.8, 0.0996, 0.0003, 0.0, 0.0, 0.0001, 0.0,
        0.0, 0.0004, 0.0, 0.7, 0.2995, 0.0, 0.0001, 0.0,
        0.0005, 0.0, 0.0004, 0.399, 0.6, 0.0001, 0.0, 0.0,
        0.0, 0.00005, 0.0, 0.0, 0.00005, 0.6, 0.2499, 0.15,
        0.00003, 0.0, 0.00003, 0.00004, 0.0, 0.1, 0.8, 0.0999,
        0.0, 0.00005, 0.0, 0.0, 0.00005, 0.1999, 0.25, 0.55,
    ];
    let exact = [
        0.089282652754502,
        0.092757637505133,
        0.040488312016364,
        0.158533190819826,
        0.118938206904175,
        0.120385481106053,
        0.277795252449273,
        0.101819266444674,
    ];
    for route in ROUTES {
        let got = chain(8, &p)
            .stationary(options(route), &Pulse::new())
            .unwrap();
        // One unit of the last printed digit is the looser tolerance for some entries.
        for (x, y) in got.laws.iter().zip(&exact) {
            assert!((x - y).abs() <= (1e-12 * y).max(1e-15), "{x} {y}");
        }
        assert!(got.residual < 1e-15);
    }
}

/// `pi_n` proportional to the product of `up_{k-1} / down_k`, sparse, through every route.
pub(crate) fn birth_death(n: usize) -> (MarkovJump, Vec<f64>) {
    let up = |k: usize| 1.0 + (k % 7) as f64 / 3.0;
    let down = |k: usize| 1.1 + (k % 5) as f64 / 4.0;
    let (mut start, mut column, mut value) = (vec![0i64], vec![], vec![]);
    let mut law = vec![1.0; n];
    for k in 0..n {
        let mut diagonal = 0.0;
        if k > 0 {
            column.push(k as i64 - 1);
            value.push(down(k));
            diagonal -= down(k);
            law[k] = law[k - 1] * up(k - 1) / down(k);
        }
        if k + 1 < n {
            column.push(k as i64 + 1);
            value.push(up(k));
            diagonal -= up(k);
        }
        column.push(k as i64);
        value.push(diagonal);
        start.push(column.len() as i64);
    }
    let sum: f64 = law.iter().rev().sum();
    law.iter_mut().for_each(|v| *v /= sum);
    let q = MarkovJump::new(Input::Sparse {
        rows: n,
        columns: n,
        start: &start,
        column: &column,
        value: &value,
    })
    .unwrap();
    (q, law)
}

#[test]
fn birth_death_products() {
    for n in [2usize, 17, 300] {
        let (q, law) = birth_death(n);
        for route in ROUTES {
            let got = q.stationary(options(route), &Pulse::new()).unwrap();
            close(&got.laws, &law, 1e-13);
        }
    }
    let (q, law) = birth_death(2000);
    let got = q
        .stationary(options(Some(Route::Multilevel)), &Pulse::new())
        .unwrap();
    let worst = got
        .laws
        .iter()
        .zip(&law)
        .map(|(a, b)| (a - b).abs())
        .sum::<f64>();
    assert!(
        worst < 1e-9 && got.residual <= 1e-13,
        "{worst} {}",
        got.residual
    );
}

#[test]
fn ehrenfest() {
    let n = 20;
    let size = n + 1;
    let mut p = vec![0.0; size * size];
    for k in 0..size {
        if k > 0 {
            p[k * size + k - 1] = k as f64 / n as f64;
        }
        if k < n {
            p[k * size + k + 1] = (n - k) as f64 / n as f64;
        }
    }
    let mut law = vec![1.0 / (1u64 << n) as f64; size];
    for k in 1..size {
        law[k] = law[k - 1] * (n - k + 1) as f64 / k as f64;
    }
    let urn = chain(size, &p);
    assert_eq!(urn.periods(), vec![2]);
    assert!(urn.is_reversible());
    for route in ROUTES {
        let got = urn.stationary(options(route), &Pulse::new()).unwrap();
        close(&got.laws, &law, 1e-13);
    }
}

#[test]
fn several_recurrent_classes_and_absorption() {
    let p = [
        1.0, 0.0, 0.0, 0.0, 0.25, 0.25, 0.25, 0.25, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.25, 0.75,
    ];
    let got = chain(4, &p)
        .stationary(options(None), &Pulse::new())
        .unwrap();
    assert_eq!(got.count, 2);
    let mut laws: Vec<&[f64]> = got.laws.chunks(4).collect();
    laws.sort_by(|a, b| b[0].total_cmp(&a[0]));
    close(laws[0], &[1.0, 0.0, 0.0, 0.0], 0.0);
    close(laws[1], &[0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0], 1e-15);
    let single = stationary::Options {
        all: false,
        ..options(None)
    };
    let refused = chain(4, &p).stationary(single, &Pulse::new()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the stationary law is not unique: the chain has 2 recurrent classes, {2, 3}, {0}; stationary(all=True) gives \
         one law per class"
    );
    let one = chain(1, &[1.0])
        .stationary(options(None), &Pulse::new())
        .unwrap();
    assert_eq!((one.laws, one.residual), (vec![1.0], 0.0));
    let mut iterations = 0;
    let far = jump(2, &[0.0, 0.0, 1.0, -1.0])
        .transient(
            &[0.0, 1.0],
            &[1e9],
            transient::Options::default(),
            &Pulse::new(),
        )
        .map(|t| {
            iterations = t.products;
            t.laws
        })
        .unwrap();
    close(&far, &[1.0, 0.0], 1e-12);
    assert!(iterations < 1000);
}

#[test]
fn cancelled() {
    let (q, _) = birth_death(3000);
    let pulse = Pulse::new();
    pulse.cancel();
    assert!(
        q.stationary(stationary::Options::default(), &pulse)
            .is_err()
    );
}
