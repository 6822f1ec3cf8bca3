//! The exact method against its law, and its bits in pieces.
#![allow(clippy::unwrap_used)]

use super::{Exact, Law};
use crate::testing::{run, run_in_pieces};

fn ou() -> Law {
    Law::ornstein_uhlenbeck(1.5, 0.5, 0.8).unwrap()
}

/// |sum - exact| in standard errors.
fn z(values: impl Iterator<Item = f64> + Clone, exact: f64) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let var = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean - exact).abs() / (var / n).sqrt()
}

#[test]
fn moments_of_the_transitions() {
    for (law, x0) in [
        (ou(), 2.0),
        (Law::ornstein_uhlenbeck(0.0, 0.0, 1.0).unwrap(), 0.0),
        (Law::ornstein_uhlenbeck(-0.5, 1.0, 0.3).unwrap(), 1.5),
        (Law::geometric_brownian(0.3, 0.4).unwrap(), 1.2),
    ] {
        let paths = run(Exact::new(law), &[x0], 1.3, &[0.4, 1.3], 20_000);
        for (k, t) in [0.4, 1.3].into_iter().enumerate() {
            let (mean, var) = (law.mean(t, x0), law.variance(t, x0));
            let x = paths.iter().map(|p| p[k]);
            assert!(z(x.clone(), mean) < 5.0, "{law:?} mean at {t}");
            let squares = x.map(|x| (x - mean) * (x - mean));
            assert!(z(squares, var) < 5.0, "{law:?} variance at {t}");
        }
    }
}

#[test]
fn pieces_make_the_bits_of_one_run() {
    let looks = [0.0, 0.25, 0.5, 0.7, 1.0];
    let whole = run(Exact::new(ou()), &[2.0], 1.0, &looks, 150);
    for stops in [&[0.5][..], &[0.1, 0.3], &[0.7, 0.8]] {
        let pieces = run_in_pieces(Exact::new(ou()), &[2.0], 1.0, &looks, 150, stops);
        assert_eq!(pieces, whole, "stops {stops:?}");
    }
    let alone = run(Exact::new(ou()), &[2.0], 1.0, &looks, 1);
    assert_eq!(alone[0], whole[0]);
}

#[test]
fn closed_forms() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14 * b.abs().max(1.0), "{a} {b}");
    let law = ou();
    close(law.mean(1e3, 9.0), 0.5);
    close(law.variance(1e3, 9.0), 0.64 / 3.0);
    close(
        Law::ornstein_uhlenbeck(0.0, 3.0, 2.0)
            .unwrap()
            .variance(0.5, 1.0),
        2.0,
    );
    let gbm = Law::geometric_brownian(0.1, 0.2).unwrap();
    close(gbm.mean(2.0, 3.0), 3.0 * 0.2_f64.exp());
    close(
        gbm.variance(2.0, 3.0),
        9.0 * 0.4_f64.exp() * (0.08_f64.exp() - 1.0),
    );
    assert_eq!(
        Law::ornstein_uhlenbeck(1.0, 0.0, -1.0)
            .unwrap_err()
            .to_string(),
        "sigma = -1.0: must be finite and >= 0"
    );
}
