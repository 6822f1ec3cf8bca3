#![allow(clippy::unwrap_used)]

use quincunx_core::run::{Pool, Pulse};

use super::*;
use quincunx_core::rng::Key;

use crate::fisher::{DEFAULT_MAX_BYTES, SpinModel, Work, fisher_geometry};
use crate::sample::Law;
use crate::{Geometry, Ising, Potts};

fn run<R>(f: impl FnOnce(Work) -> R) -> R {
    let (pool, pulse) = (Pool::of(2).unwrap(), Pulse::new());
    f(Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: DEFAULT_MAX_BYTES,
    })
}

/// Every state once, with its Boltzmann weight.
fn all_states(model: &SpinModel) -> Chain {
    let n = model.geometry.n_sites();
    let q = model.colours.unwrap_or(2);
    let mut chain = Chain::default();
    for code in 0..q.pow(n as u32) {
        let digit = |i: usize| (code / q.pow(i as u32) % q) as i8;
        let spins: Vec<i8> = match model.colours {
            None => (0..n).map(|i| 2 * digit(i) - 1).collect(),
            Some(_) => (0..n).map(digit).collect(),
        };
        let bond = |&[i, j]: &[u32; 2]| {
            let (s, t) = (spins[i as usize], spins[j as usize]);
            match model.colours {
                None => f64::from(s * t),
                Some(_) => f64::from(u8::from(s == t)),
            }
        };
        let bonds = model.geometry.bonds().iter().zip(&model.couplings);
        let energy: f64 = bonds.map(|(ends, j)| j * bond(ends)).sum();
        chain.weights.push(energy.exp());
        chain.spins.extend(spins);
    }
    let total: f64 = chain.weights.iter().sum();
    chain.weights.iter_mut().for_each(|w| *w /= total);
    chain
}

#[test]
fn all_states_as_samples_give_the_exact_geometry() {
    let torus = [true, true];
    for (geometry, coupling, colours) in [
        (Geometry::square([3, 3], torus), 0.2, None),
        (Geometry::triangular([3, 3], torus), 0.1, None),
        (Geometry::honeycomb([2, 2], torus), 0.221654626, None),
        (Geometry::square([3, 3], torus), 0.3, Some(3)),
    ] {
        let geometry = geometry.unwrap();
        let couplings = vec![coupling; geometry.n_bonds()];
        let model = SpinModel::new(&geometry, couplings, Vec::new(), colours).unwrap();
        let chain = all_states(&model);
        let exact = run(|work| fisher_geometry(&model, None, work)).unwrap();
        let found = run(|work| estimate(&model, &[chain.clone(), chain], 1, work)).unwrap();
        let [ours, theirs] = [&found.geometry, &exact].map(|g| g.ricci_terms);
        for (x, y) in ours.iter().zip(theirs) {
            assert!((x - y).abs() <= 1e-9 * y.abs(), "{x} {y}");
        }
        let rows = found.geometry.metric.rows().iter().zip(exact.metric.rows());
        for (x, y) in rows {
            assert!((x - y).abs() < 1e-12, "{x} {y}");
        }
        // The same states in every chain have no variance for the plug-in estimator to add.
        assert!((found.plug_in.t2 / 2.0 - theirs[1]).abs() <= 1e-9 * theirs[1]);
    }
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let geometry = Geometry::square([4, 4], [true, true]).unwrap();
    let model = SpinModel::new(&geometry, vec![0.2; 32], Vec::new(), None).unwrap();
    let chain = Chain {
        spins: vec![1; 16 * 40],
        weights: Vec::new(),
    };
    let text = |chains: &[Chain]| {
        run(|work| estimate(&model, chains, 1, work))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        text(std::slice::from_ref(&chain)),
        "chains = 1: must be >= 2"
    );
    let frozen = text(&[chain.clone(), chain]);
    assert!(frozen.contains("worth 0.0 independent"), "{frozen}");
    let open = Geometry::square([4, 4], [true, false]).unwrap();
    let model = SpinModel::new(&open, vec![0.2; 28], Vec::new(), None).unwrap();
    let refused = run(|work| estimate(&model, &[Chain::default(), Chain::default()], 1, work));
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("periodic lattice")
    );
}

/// 4 standard errors, and a standard error that means something.
fn within_errors(found: &Estimate, [r, r1, r2]: [f64; 3]) {
    let error = found.geometry.standard_error.unwrap();
    assert!(error < 0.15 * r.abs(), "standard error {error} of {r}");
    let ours = [
        (found.geometry.scalar_curvature, error, r),
        (found.geometry.ricci_terms[0], found.ricci_errors[0], r1),
        (found.geometry.ricci_terms[1], found.ricci_errors[1], r2),
    ];
    for (value, error, exact) in ours {
        assert!(
            (value - exact).abs() < 4.0 * error,
            "{value} +- {error} is not {exact}"
        );
    }
}

fn critical(l: i64) -> Law {
    let geometry = Geometry::square([l, l], [true, true]).unwrap();
    Ising::new(geometry, (1.0 + 2_f64.sqrt()).ln() / 2.0, 1.0, 0.0)
        .unwrap()
        .into()
}

fn sampled(law: &Law, samples: i64) -> Estimate {
    sampled_with(16, law, samples)
}

fn sampled_with(key: u64, law: &Law, samples: i64) -> Estimate {
    let sampling = Sampling::new(Key([8, key]), samples, 10).unwrap();
    run(|work| monte_carlo(law, sampling, work)).unwrap()
}

#[test]
fn wolff_samples_give_the_curvature_and_the_plug_in_estimator_does_not() {
    let exact = [-1272.141940854, -3171.766122, 627.4822405];
    let found = sampled(&critical(8), 4000);
    within_errors(&found, exact);
    let worth = found.effective_samples;
    assert!(worth > 2000.0, "{worth} effective samples");
    // The planted error: the squared mean tensor is too large by its variance, about 38,900 / N in R2.
    let runs: Vec<Estimate> = (0..20)
        .map(|key| sampled_with(key, &critical(8), 400))
        .collect();
    let (mean, error) = over_runs(&runs, |run| run.geometry.ricci_terms[1]);
    assert!((mean - exact[2]).abs() < 4.0 * error, "{mean} +- {error}");
    let (plug_in, error) = over_runs(&runs, |run| run.plug_in.t2 / 2.0);
    assert!(plug_in - exact[2] > 8.0 * error, "{plug_in} +- {error}");
}

/// Mean and standard error over independent runs.
fn over_runs(runs: &[Estimate], f: impl Fn(&Estimate) -> f64) -> (f64, f64) {
    let n = runs.len() as f64;
    let values: Vec<f64> = runs.iter().map(f).collect();
    let mean = values.iter().sum::<f64>() / n;
    let sum: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (sum / (n * (n - 1.0))).sqrt())
}

#[test]
fn samples_of_a_cube_and_of_three_colours() {
    let cubic = Geometry::cubic([3; 3], [true; 3]).unwrap();
    let law = Ising::new(cubic, 0.1, 1.0, 0.0).unwrap().into();
    let found = sampled(&law, 3000);
    let error = found.geometry.standard_error.unwrap();
    assert!((found.geometry.scalar_curvature - 44.5366627694).abs() < 4.0 * error);
    let square = Geometry::square([4, 4], [true; 2]).unwrap();
    let law = Potts::new(square, 3, (1.0 + 3_f64.sqrt()).ln(), 1.0)
        .unwrap()
        .into();
    within_errors(
        &sampled(&law, 3000),
        [-208.145683088, -582.634328349, 166.342962173],
    );
}
