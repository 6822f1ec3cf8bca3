#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quincunx_core::run::Pulse;

use super::*;
use crate::{Geometry, Ising, Potts, Values};

fn close(got: f64, want: f64, relative: f64) {
    assert!(
        (got - want).abs() <= relative * want.abs().max(1e-300),
        "{got:.15} instead of {want:.15}"
    );
}

fn torus(l: i64, m: i64) -> Geometry {
    Geometry::square([l, m], [true, true]).unwrap()
}

fn critical() -> f64 {
    critical_beta(&torus(4, 4), None).unwrap()
}

/// lnZ, e, Var E / n by summing over all states directly.
fn brute_force(model: Model<'_>) -> (f64, f64, f64) {
    let (n, values): (usize, Vec<i8>) = match model {
        Model::Ising(m) => (m.geometry().n_sites(), vec![-1, 1]),
        Model::Potts(m) => (m.geometry().n_sites(), (0..m.q() as i8).collect()),
        Model::Transverse(_) => unreachable!("no classical states"),
    };
    let (mut z, mut first, mut second) = (0.0, 0.0, 0.0);
    for code in 0..values.len().pow(n as u32) {
        let mut rest = code;
        let state: Vec<i8> = (0..n)
            .map(|_| {
                let value = values[rest % values.len()];
                rest /= values.len();
                value
            })
            .collect();
        let (energy, beta) = match model {
            Model::Ising(m) => (m.energy(&state), m.beta()),
            Model::Potts(m) => (m.energy(&state), m.beta()),
            Model::Transverse(_) => unreachable!("no classical states"),
        };
        let w = (-beta * energy).exp();
        z += w;
        first += w * energy;
        second += w * energy * energy;
    }
    let (mean, n) = (first / z, n as f64);
    (z.ln(), mean / n, (second / z - mean * mean) / n)
}

/// Every method that holds agrees with the sum over all states; returns what is answered.
fn same_as_brute_force<'a>(model: impl Into<Model<'a>>, beta: f64) -> Thermodynamics {
    let model = model.into();
    let (log_z, energy, variance) = brute_force(model);
    let n = model.geometry().n_sites() as f64;
    let offers = [
        route::enumeration(model),
        route::elimination(model, &Pulse::new()).unwrap(),
        route::rows(model, route::Question::Averages),
    ];
    assert!(offers[..2].iter().all(Result::is_ok));
    for offer in offers.into_iter().flatten() {
        let (jet, _) = offer.route.jet(model.beta(), &Pulse::new()).unwrap();
        close(jet.value, log_z, 1e-12);
        assert!((jet.first / n + energy).abs() < 1e-12 * (1.0 + energy.abs()));
        // the direct variance is a difference of large sums
        let difference = jet.second / n - variance;
        assert!(difference.abs() < 1e-10 * variance + 1e-12);
    }
    let found = thermodynamics(model, &Pulse::new()).unwrap();
    let heat = beta * beta * variance;
    assert!((found.specific_heat - heat).abs() < 1e-10 * heat + 1e-12 * beta * beta);
    found
}

#[test]
fn kaufman_numbers() {
    let table = [
        (4, None, 0.97011971617221, -1.5656237876383, 0.783266825929),
        (8, None, 0.93971532482921, -1.4915891074397, 1.14555923989),
        (16, None, 0.93219631498099, -1.4530648528135, 1.4987049594),
        (32, None, 0.93032039018412, -1.4336584661462, 1.84676759004),
        (64, None, 0.92985163169429, -1.423938389833, 2.19221139314),
        (128, None, 0.92973445577019, -1.419076272085, 2.53633133511),
        (
            8,
            Some(2.0),
            1.0366340918629,
            -1.7456831702932,
            0.714122602855,
        ),
        (
            8,
            Some(2.5),
            0.88436544938165,
            -1.2223206432509,
            1.10047588936,
        ),
        (
            32,
            Some(2.5),
            0.87937334742494,
            -1.1072916609775,
            0.885812501066,
        ),
    ];
    for (l, temperature, log_z, energy, heat) in table {
        let beta = temperature.map_or(critical(), |t: f64| 1.0 / t);
        let model = Ising::new(torus(l, l), beta, 1.0, 0.0).unwrap();
        let found = thermodynamics(&model, &Pulse::new()).unwrap();
        assert_eq!(found.method, Method::Torus);
        close(found.log_partition / (l * l) as f64, log_z, 5e-14);
        close(found.energy, energy, 5e-14);
        close(found.specific_heat, heat, 5e-12);
    }
}

#[test]
fn kaufman_far_from_criticality() {
    // beta = 0: 2^n states; every bond has variance 1, a doubled bond 4.
    let free = torus_log_partition([4, 2], [0.0, 0.0], [1.0, 1.0]).unwrap();
    close(free.value, 8.0 * 2.0_f64.ln(), 1e-15);
    assert!(free.first.abs() < 1e-14);
    close(free.second, 8.0 + 4.0 * 4.0, 1e-14);
    // high temperature: lnZ = n ln 2 + m K^2/2 + O(K^4)
    let hot = torus_log_partition([6, 5], [1e-6, 1e-6], [1.0, 1.0]).unwrap();
    close(hot.first, 60e-6, 1e-9);
    // zero temperature: two states of energy -2n
    let cold = torus_log_partition([64, 48], [200.0, 200.0], [1.0, 1.0]).unwrap();
    close(cold.value, 64.0 * 48.0 * 400.0 + 2.0_f64.ln(), 1e-15);
    // both orders agree, also for large lattices
    for k in [0.2, critical(), 0.6] {
        let a = torus_log_partition([512, 300], [k, k], [1.0, 1.0]).unwrap();
        let b = torus_log_partition([300, 512], [k, k], [1.0, 1.0]).unwrap();
        close(a.value, b.value, 1e-13);
        close(a.first, b.first, 1e-13);
        close(a.second, b.second, 1e-10);
    }
}

#[test]
fn the_zero_mode_is_crossed_without_a_jump() {
    // The value near J_c by two expansions from both sides of the switch to the plain factor.
    for k in [critical() - 1e-9, critical(), critical() + 1e-9] {
        let here = torus_log_partition([64, 64], [k, k], [1.0, 1.0]).unwrap();
        for step in [-0.02, 0.02] {
            let there = torus_log_partition([64, 64], [k + step * 1e-3; 2], [1.0, 1.0]).unwrap();
            let dk = step * 1e-3;
            let taylor = here.value + here.first * dk + 0.5 * here.second * dk * dk;
            assert!((there.value - taylor).abs() < 1e-8);
        }
    }
}

#[test]
fn onsager_and_yang_numbers() {
    let table = [
        (1.5, -1.9511165730784, 0.98649960262149),
        (2.0, -1.7455645753126, 0.9113193778775),
        (2.2, -1.5464891440985, 0.78475513138392),
        (2.5, -1.1060792037458, 0.0),
        (3.0, -0.81730959250242, 0.0),
    ];
    for (t, energy, m) in table {
        close(onsager_energy(1.0 / t).unwrap(), energy, 3e-14);
        close(yang_magnetization(1.0 / t).unwrap(), m, 3e-14);
    }
    close(
        onsager_energy(critical()).unwrap(),
        -(2.0_f64.sqrt()),
        1e-14,
    );
    assert!(yang_magnetization(critical()).unwrap() < 0.02);
    close(onsager_energy(1e-5).unwrap(), -2e-5, 1e-9);
    close(onsager_energy(f64::INFINITY).unwrap(), -2.0, 1e-15);
    close(yang_magnetization(f64::INFINITY).unwrap(), 1.0, 1e-15);
    assert!(onsager_energy(f64::NAN).is_err());
}

#[test]
fn critical_temperatures() {
    let temperature = |g: &Geometry, q| 1.0 / critical_beta(g, q).unwrap();
    let triangular = Geometry::triangular([3, 3], [true; 2]).unwrap();
    let honeycomb = Geometry::honeycomb([3, 3], [true; 2]).unwrap();
    let cubic = Geometry::cubic([3; 3], [true; 3]).unwrap();
    close(temperature(&torus(3, 3), None), 2.269185314213022, 1e-15);
    close(temperature(&triangular, None), 3.6409569065, 1e-10);
    close(temperature(&honeycomb, None), 1.5186514350, 3e-10);
    close(critical_beta(&cubic, None).unwrap(), 0.221654626, 1e-15);
    close(temperature(&torus(3, 3), Some(3)), 0.9949729, 1e-7);
    close(temperature(&torus(3, 3), Some(4)), 0.9102392, 1e-7);
    for g in [&torus(3, 3), &triangular, &honeycomb, &cubic] {
        close(2.0 * temperature(g, Some(2)), temperature(g, None), 1e-14);
    }
    // the duality of the triangular and the honeycomb lattice: v v* = q
    for q in [2, 3, 4, 10] {
        let v = |g| critical_beta(g, Some(q)).unwrap().exp_m1();
        close(v(&triangular) * v(&honeycomb), q as f64, 1e-13);
    }
    assert!(critical_beta(&cubic, Some(3)).is_err());
    assert!(critical_beta(&torus(3, 3), Some(1)).is_err());
    assert!(critical_beta(&Geometry::graph(&[[0, 1]], None).unwrap(), None).is_err());
}

#[test]
fn the_torus_agrees_with_all_states_for_any_signs_and_axes() {
    for (shape, jx, jy, beta) in [
        ([3, 3], -1.0, -1.0, 0.3),
        ([3, 4], 0.7, -0.5, 1.0),
        ([4, 3], 0.7, -0.5, 1.0),
        ([3, 3], 1.0, -1.0, 0.4),
        ([3, 3], -1.0, 1.0, 0.4),
        ([4, 4], 0.3, -0.9, 1.0),
        ([2, 5], 1.0, 1.0, 0.44),
        ([3, 4], 0.0, 0.8, 1.0),
        ([3, 4], 0.8, 0.0, 1.0),
    ] {
        let geometry = torus(shape[0], shape[1]);
        let couplings = [jx, jy].repeat(geometry.n_sites());
        let model = Ising::new(geometry, beta, couplings, 0.0).unwrap();
        assert_eq!(same_as_brute_force(&model, beta).method, Method::Torus);
        // bond by bond against enumeration, which a vanishing field forces
        let mut fields = vec![0.0; model.geometry().n_sites()];
        fields[0] = 1e-300;
        let forced = Ising::new(
            model.geometry().clone(),
            beta,
            model.couplings().clone(),
            fields,
        )
        .unwrap();
        let by_torus = bond_moments(&model, &Pulse::new()).unwrap();
        let by_states = bond_moments(&forced, &Pulse::new()).unwrap();
        for (a, b) in by_torus.iter().zip(by_states) {
            assert!((a - b).abs() < 1e-12, "{shape:?} {a} {b}");
        }
    }
}

#[test]
fn enumeration_agrees_with_all_states() {
    let honeycomb = Geometry::honeycomb([2, 2], [true, false]).unwrap();
    let m = honeycomb.n_bonds();
    let couplings: Vec<f64> = (0..m).map(|b| (b as f64 * 1.7).sin()).collect();
    let fields: Vec<f64> = (0..8).map(|i| (i as f64 * 2.3).cos()).collect();
    let glass = Ising::new(honeycomb, 0.8, couplings, fields.clone()).unwrap();
    let found = same_as_brute_force(&glass, 0.8);
    assert_eq!(found.method, Method::Elimination);
    let triangular = Geometry::triangular([3, 3], [true; 2]).unwrap();
    same_as_brute_force(
        &Ising::new(triangular.clone(), 0.3, -1.0, 0.2).unwrap(),
        0.3,
    );
    same_as_brute_force(&Potts::new(triangular, 3, 0.6, -1.0).unwrap(), 0.6);
    same_as_brute_force(
        &Potts::new(torus(3, 3), 4, 3.0_f64.ln(), 1.0).unwrap(),
        3.0_f64.ln(),
    );
    // many tasks, and weights far from those of the first state of a task
    same_as_brute_force(&Potts::new(torus(2, 5), 4, 300.0, -1.0).unwrap(), 300.0);
    let lonely = Geometry::graph(&[], Some(3)).unwrap();
    let free = Ising::new(lonely, 2.0, 1.0, 0.3).unwrap();
    close(
        log_partition(&free, &Pulse::new()).unwrap(),
        3.0 * (2.0 * 0.6_f64.cosh()).ln(),
        1e-14,
    );
    let (p, _) = marginals(&free, &Pulse::new()).unwrap();
    close(p[1] - p[0], 0.6_f64.tanh(), 1e-14);
}

#[test]
fn ising_and_potts_of_two_colours_are_one_law() {
    let cubic = Geometry::cubic([2, 2, 3], [true; 3]).unwrap();
    let ising = Ising::new(cubic.clone(), 0.5, 0.4, 0.0).unwrap();
    let potts = Potts::new(cubic, 2, 0.5, 0.8).unwrap();
    let pulse = Pulse::new();
    let a = bond_moments(&ising, &pulse).unwrap();
    let b = bond_moments(&potts, &pulse).unwrap();
    for (spin, delta) in a.iter().zip(&b) {
        close(*spin, 2.0 * delta - 1.0, 1e-12);
    }
    let shift = 0.5 * 0.4 * a.len() as f64;
    close(
        log_partition(&ising, &pulse).unwrap() + shift,
        log_partition(&potts, &pulse).unwrap(),
        1e-14,
    );
}

#[test]
fn a_tree_factorises() {
    let star = Geometry::graph(&[[0, 1], [0, 2], [0, 3], [3, 4]], None).unwrap();
    let couplings = vec![0.3, -0.8, 1.2, 0.5];
    let model = Ising::new(star, 1.5, couplings.clone(), 0.0).unwrap();
    let expected =
        5.0 * 2.0_f64.ln() + couplings.iter().map(|j| (1.5 * j).cosh().ln()).sum::<f64>();
    close(
        log_partition(&model, &Pulse::new()).unwrap(),
        expected,
        1e-14,
    );
    let moments = bond_moments(&model, &Pulse::new()).unwrap();
    for (moment, j) in moments.iter().zip(couplings) {
        close(*moment, (1.5 * j).tanh(), 1e-13);
    }
}

#[test]
fn what_is_out_of_reach_is_refused_with_the_reason() {
    let refused = |model: &Ising| thermodynamics(model, &Pulse::new()).unwrap_err();
    let message = |model: &Ising| refused(model).to_string();
    let field = Ising::new(torus(17, 17), 0.4, 1.0, 0.1).unwrap();
    assert_eq!(
        message(&field),
        "thermodynamics: 289 spins of 2 values are out of reach: enumeration holds 134217728 configurations; \
         row transfer needs a narrow Square with one J and one h; \
         elimination meets a spin with 25 neighbours in the min-fill order and one with 26 in the order of the sites, \
         the limit is 24; \
         the torus solution needs a periodic Square with h = 0 and one J per axis"
    );
    let frozen = Ising::new(torus(3, 3), f64::INFINITY, 1.0, 0.0).unwrap();
    assert_eq!(
        message(&frozen),
        "beta = inf: must be finite for thermodynamics"
    );
    // An odd antiferromagnet near zero temperature: the closed form cancels, rows answer.
    let odd = Ising::new(torus(5, 5), 8.0, -1.0, 0.0).unwrap();
    let found = thermodynamics(&odd, &Pulse::new()).unwrap();
    assert_eq!(found.method, Method::Transfer);
    let stopped = Pulse::new();
    stopped.cancel();
    assert!(log_partition(&odd, &stopped).is_err());
}

#[test]
fn wrong_parameters_are_named() {
    let message =
        |beta, j: Values, h: Values| Ising::new(torus(3, 3), beta, j, h).unwrap_err().to_string();
    let one = || Values::from(1.0);
    assert_eq!(
        message(-1.0, one(), one()),
        "beta = -1.0: must be >= 0 (inf is zero temperature)"
    );
    assert!(message(f64::NAN, one(), one()).starts_with("beta = NaN: must be"));
    assert_eq!(
        message(1.0, f64::INFINITY.into(), one()),
        "J = inf: must be finite"
    );
    assert_eq!(
        message(1.0, vec![1.0; 9].into(), one()),
        "J = 9 values: must be one number or one per bond (18)"
    );
    let mut h = vec![0.0; 9];
    h[4] = f64::NAN;
    assert_eq!(message(1.0, one(), h.into()), "h[4] = NaN: must be finite");
    assert_eq!(
        Potts::new(torus(3, 3), 1, 1.0, 1.0)
            .unwrap_err()
            .to_string(),
        "q = 1: must be >= 2 and <= 127"
    );
    let mixed = Potts::new(
        torus(3, 3),
        3,
        1.0,
        (0..18).map(|b| 2.0 - f64::from(b)).collect::<Vec<_>>(),
    );
    assert!(
        mixed
            .unwrap()
            .check_ferromagnetic()
            .unwrap_err()
            .to_string()
            .starts_with("J[3] = -1.0: must be >= 0")
    );
}

proptest! {
    #[test]
    fn a_gauge_transformation_changes_nothing_but_signs(seed in 0_u32..512, beta in 0.0..1.5_f64) {
        let geometry = torus(3, 3);
        let flipped = |i: u32| (seed >> i) & 1 == 1;
        let sign: Vec<f64> = geometry.bonds().iter()
            .map(|&[i, j]| if flipped(i) == flipped(j) { 1.0 } else { -1.0 }).collect();
        let plain = Ising::new(geometry.clone(), beta, 1.0, 0.0).unwrap();
        let gauged = Ising::new(geometry, beta, sign.clone(), 0.0).unwrap();
        let pulse = Pulse::new();
        let difference = log_partition(&plain, &pulse).unwrap() - log_partition(&gauged, &pulse).unwrap();
        prop_assert!(difference.abs() < 1e-11);
        let (a, b) = (bond_moments(&plain, &pulse).unwrap(), bond_moments(&gauged, &pulse).unwrap());
        for ((x, y), s) in a.iter().zip(b).zip(sign) {
            prop_assert!((x - s * y).abs() < 1e-11);
        }
    }
}
