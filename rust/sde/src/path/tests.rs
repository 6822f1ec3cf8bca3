//! Paths: bits against a plain loop, whatever the block, the looks, the pieces and the instruction set.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use quincunx_core::observe::{Array, Condition, Evaluate, Level, Observer, Output, View};
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::simd;

use super::FixedStep;
use crate::law::{Calculus, Equation};
use crate::scheme::Scheme;
use crate::testing::{equation, run, run_in_pieces, run_with};

fn double_well() -> Equation {
    let p = [("s", 0.5)];
    equation("x", &["x x 3 ** -"], &["s"], &p, Calculus::Ito)
}

/// Time-dependent, three states, two of them with noise of their own.
fn driven() -> Equation {
    equation(
        "x y z",
        &["y x - t sin +", "x z * y -", "x y * z -"],
        &["1 x 2 ** 1 + sqrt *", "0", "0.3 z *"],
        &[],
        Calculus::Ito,
    )
}

fn em(eq: Equation, dt: f64) -> FixedStep {
    FixedStep::new(eq, Scheme::EulerMaruyama, dt, 0).unwrap()
}

/// The definition: one replica, one step after the other, one normal after the other.
fn plain(eq: &Equation, x: &[f64], dt: f64, steps: u32, replica: u64) -> Vec<f64> {
    let step = Scheme::EulerMaruyama.step(eq, dt, dt.sqrt());
    let mut stream = Stream::at(Key([42, 7]), replica, Purpose::NOISE);
    let mut x = x.to_vec();
    for k in 0..steps {
        let mut input = x.clone();
        input.push(f64::from(k) * dt);
        input.extend((0..eq.processes()).map(|_| stream.normal()));
        x = step.dag.evaluate(&step.next, &input);
    }
    x
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn lanes_have_the_bits_of_a_plain_loop() {
    let (eq, start) = (driven(), [0.5, -0.2, 1.0]);
    let all = run(em(eq.clone(), 0.01), &start, 1.0, &[0.37, 1.0], 300);
    for r in [0, 17, 127, 128, 299] {
        let steps = [37, 100].map(|n| plain(&eq, &start, 0.01, n, r));
        assert_eq!(bits(&all[r as usize]), bits(&steps.concat()), "replica {r}");
    }
}

#[test]
fn a_replica_among_few_is_the_replica_among_many() {
    let start = [0.1];
    let many = run(em(double_well(), 0.02), &start, 3.0, &[1.0, 3.0], 200);
    for n in [1, 2, 9, 130] {
        let few = run(em(double_well(), 0.02), &start, 3.0, &[1.0, 3.0], n);
        assert_eq!(few, many[..n as usize]);
    }
}

#[test]
fn looks_between_steps_leave_the_path_alone() {
    let start = [0.5, -0.2, 1.0];
    let few = run(em(driven(), 0.1), &start, 2.05, &[1.0, 2.0, 2.05], 10);
    let looks: Vec<f64> = (0..=41).map(|k| f64::from(k) / 20.0).collect();
    let many = run(em(driven(), 0.1), &start, 2.05, &looks, 10);
    for (few, many) in few.iter().zip(&many) {
        assert_eq!(bits(&few[..3]), bits(&many[3 * 20..3 * 21]));
        assert_eq!(bits(&few[3..6]), bits(&many[3 * 40..3 * 41]));
        assert_eq!(bits(&few[6..9]), bits(&many[3 * 41..3 * 42]));
    }
}

#[test]
fn pieces_make_the_bits_of_one_run() {
    let start = [0.5, -0.2, 1.0];
    let looks = [0.0, 0.25, 0.3, 0.31, 0.7, 1.0];
    let whole = run(em(driven(), 0.1), &start, 1.0, &looks, 150);
    for stops in [&[0.5][..], &[0.3, 0.31, 0.62], &[0.05]] {
        let pieces = run_in_pieces(em(driven(), 0.1), &start, 1.0, &looks, 150, stops);
        for (r, (piece, whole)) in pieces.iter().zip(&whole).enumerate() {
            assert_eq!(bits(piece), bits(whole), "replica {r}, stops {stops:?}");
        }
    }
}

#[test]
fn one_replica_alone_is_that_replica_among_many_in_pieces_too() {
    let (start, looks) = ([0.5, -0.2, 1.0], [0.3, 0.31, 4.0]);
    let many = run(em(driven(), 0.01), &start, 4.0, &looks, 129);
    for n in [1, 2, 129] {
        let stops = [0.3, 1.23, 1.24];
        let few = run_in_pieces(em(driven(), 0.01), &start, 4.0, &looks, n, &stops);
        for (few, many) in few.iter().zip(&many) {
            assert_eq!(bits(few), bits(many));
        }
    }
    let fine = |n| {
        let kernel = FixedStep::new(driven(), Scheme::EulerMaruyama, 0.05, 2).unwrap();
        run(kernel, &start, 1.02, &[0.5, 1.02], n)
    };
    assert_eq!(fine(1)[0], fine(9)[0]);
}

#[test]
fn levels_of_the_processor_agree() {
    let start = [0.5, -0.2, 1.0];
    let all = |_| run(em(driven(), 0.1), &start, 1.0, &[0.55, 1.0], 20);
    let want = all(());
    for level in simd::Level::available() {
        simd::force(Some(level)).unwrap();
        let got = all(());
        simd::force(None).unwrap();
        assert_eq!(got, want, "{level}");
    }
}

#[test]
fn refined_noise_is_one_brownian_path() {
    // dx = dW: the state is the path itself, whatever the step.
    let wiener = || equation("x", &["0"], &["1"], &[], Calculus::Ito);
    let with = |dt: f64, refine| {
        let kernel = FixedStep::new(wiener(), Scheme::EulerMaruyama, dt, refine).unwrap();
        run(kernel, &[0.0], 1.0, &[0.5, 1.0], 9)
    };
    let fine = with(1.0 / 64.0, 0);
    for (dt, refine) in [(1.0 / 32.0, 1), (1.0 / 8.0, 3), (0.25, 4)] {
        for (fine, coarse) in fine.iter().zip(with(dt, refine)) {
            for (fine, coarse) in fine.iter().zip(coarse) {
                assert!((fine - coarse).abs() < 1e-14, "{fine} is not {coarse}");
            }
        }
    }
}

#[test]
fn no_noise_is_eulers_method() {
    let eq = equation("x y", &["y", "0 x - sin"], &[], &[], Calculus::Ito);
    let got = run(em(eq, 0.01), &[1.0, 0.0], 1.0, &[1.0], 1);
    let (mut x, mut y) = (1.0_f64, 0.0_f64);
    for _ in 0..100 {
        (x, y) = (x + 0.01 * y, y + 0.01 * (-x).sin());
    }
    assert!((got[0][0] - x).abs() < 1e-13 && (got[0][1] - y).abs() < 1e-13);
}

#[test]
fn the_last_step_is_shortened() {
    // dx = dt: the state is the time.
    let clock = || equation("x", &["1"], &[], &[], Calculus::Ito);
    for (dt, t) in [(0.28125, 1.0), (0.3, 1.1), (2.0, 0.5)] {
        let end = run(em(clock(), dt), &[0.0], t, &[t], 2)[1][0];
        assert!((end - t).abs() < 1e-14, "{end} is not {t}");
    }
}

#[test]
fn a_replica_that_explodes_stops_alone() {
    // x' = -x^3 from 10 with h = 0.1 overflows; from 1 it does not. The start decides by the noise: use a wide one.
    let eq = equation("x", &["0 x 3 ** -"], &["3"], &[], Calculus::Ito);
    let observer = Observer::Grid {
        times: vec![5.0].into(),
    };
    let (outputs, endings) = run_with(em(eq, 0.1), &[1.0], 5.0, observer, 400);
    let failed = endings.status.iter().filter(|&&s| s == 2).count();
    assert!(failed > 0 && failed < 400, "{failed}");
    assert_eq!(failed as u64, endings.failed);
    let (_, t, state) = endings.failure.unwrap();
    assert!(t < 5.0 && state[0].is_finite() && state[0].abs() > 4.0);
    let Output::Values(arrays) = &outputs[0] else {
        return;
    };
    let Array::Float(x) = &arrays[0] else { return };
    for (x, status) in x.iter().zip(&endings.status) {
        assert_eq!(x.is_nan(), *status == 2);
    }
}

/// `x >= b` as a condition.
#[derive(Debug)]
struct Above(f64);

impl Evaluate for Above {
    fn evaluate(&self, _: &[f64], view: View<'_>, _: &mut Vec<f64>, out: &mut [f64]) {
        for (out, x) in out.iter_mut().zip(view.column(0)) {
            *out = f64::from(u8::from(*x >= self.0));
        }
    }
}

fn passage(b: f64, corrected: bool) -> Observer {
    let level = Level {
        column: 0,
        level: b,
        above: true,
    };
    Observer::FirstPassage {
        conditions: vec![Condition {
            formula: Arc::new(Above(b)),
            level: corrected.then_some(level),
        }],
    }
}

/// Share of 40,000 drifted Brownian paths that have not met 1 by time 2.
fn survival(steps: u32, corrected: bool) -> f64 {
    let eq = equation("x", &["0.5"], &["1"], &[], Calculus::Ito);
    let kernel = em(eq, 2.0 / f64::from(steps));
    let n = 40_000;
    let (outputs, _) = run_with(kernel, &[0.0], 2.0, passage(1.0, corrected), n);
    let Output::Values(arrays) = &outputs[0] else {
        return f64::NAN;
    };
    let Array::Float(time) = &arrays[0] else {
        return f64::NAN;
    };
    time.iter().filter(|t| t.is_infinite()).count() as f64 / n as f64
}

#[test]
fn survival_below_a_level() {
    let se = (0.286_f64 * 0.714 / 40_000.0).sqrt();
    for steps in [20, 80] {
        let with = survival(steps, true);
        assert!((with - 0.286_208_211_9).abs() < 5.0 * se, "{steps}: {with}");
    }
    let without = survival(20, false);
    assert!((without - 0.347_784).abs() < 5.0 * se, "{without}");
}
