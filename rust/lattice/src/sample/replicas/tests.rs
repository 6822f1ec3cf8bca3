#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use quincunx_core::observe::{Fold, Observable, Observer, Output, Part, Plan, Reduce};
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Set, Starts};
use quincunx_core::simd::{LANES, Level, force};

use super::columns::Columns;
use super::kernel::ReplicaKernel;
use super::rules::{Draws, Rules, Spins, WIDTH};
use crate::sample::{Law, Start};
use crate::{Geometry, Ising, Values};

const KEY: Key = Key([1, 2]);

/// A graph whose colours have unequal sizes and whose sites have none to eight neighbours, one of them twice.
fn uneven() -> Geometry {
    let mut edges = vec![[0, 1], [0, 1]];
    for even in 1..30 {
        for _ in 0..even % 9 {
            let odd = 13 * edges.len() as i64 % 35;
            edges.push([2 * even, 1 + 2 * odd]);
        }
    }
    Geometry::graph(&edges, Some(75)).unwrap()
}

/// A ring of four with a tail: small enough for its whole matrix.
fn tadpole() -> Geometry {
    Geometry::graph(
        &[[0, 1], [1, 2], [2, 3], [3, 0], [0, 1], [0, 4], [4, 5]],
        Some(7),
    )
    .unwrap()
}

fn signs(geometry: &Geometry) -> Values {
    let sign = |bond| [0.7, -0.7, 0.7, 0.0, -0.7][bond % 5];
    Values::Each((0..geometry.n_bonds()).map(sign).collect())
}

fn models(beta: f64) -> Vec<Ising> {
    let square = || Geometry::square([8, 10], [true; 2]).unwrap();
    let open = Geometry::square([9, 9], [false; 2]).unwrap();
    let cubic = Geometry::cubic([4, 4, 6], [true; 3]).unwrap();
    let honeycomb = Geometry::honeycomb([6, 6], [true; 2]).unwrap();
    let (glass, knot) = (signs(&cubic), signs(&uneven()));
    let all: Vec<(Geometry, Values)> = vec![
        (square(), 1.0.into()),
        (square(), (-1.0).into()),
        (open, 0.8.into()),
        (cubic, glass),
        (honeycomb, 1.0.into()),
        (uneven(), 1.0.into()),
        (uneven(), knot),
        (tadpole(), 1.0.into()),
    ];
    all.into_iter()
        .map(|(geometry, couplings)| Ising::new(geometry, beta, couplings, 0.0).unwrap())
        .collect()
}

fn rules(model: &Ising) -> Rules {
    Rules::new(model).unwrap().unwrap()
}

/// Sixty-four states, each from its own number.
fn random(n: usize) -> Vec<Vec<i8>> {
    let state = |replica| {
        let mut stream = Stream::at(KEY, replica, Purpose::START);
        (0..n)
            .map(|_| 2 * (stream.word() >> 63) as i8 - 1)
            .collect()
    };
    (0..WIDTH as u64).map(state).collect()
}

fn packed(rules: &Rules, states: &[Vec<i8>]) -> Spins {
    let mut spins = Spins::default();
    spins.words.resize(rules.layout.chunks[1], [0; LANES]);
    for (bit, state) in states.iter().enumerate() {
        rules.layout.pack(state, bit, &mut spins.words);
    }
    spins
}

fn unpacked(rules: &Rules, spins: &Spins) -> Vec<Vec<i8>> {
    let state = |bit| rules.layout.unpack(&spins.words, bit);
    (0..WIDTH).map(state).collect()
}

fn sweep(rules: &Rules, spins: &mut Spins, draws: &mut Draws, count: u64) {
    rules.sweeps(spins, draws, count, &mut || Ok(())).unwrap();
}

/// By how much the neighbours that are satisfied outnumber the others.
fn excess(model: &Ising, state: &[i8], site: usize) -> i32 {
    let around = model.geometry().adjacency().neighbours(site);
    let term = |(other, bond)| match model.couplings().at(bond) {
        0.0 => 0,
        j => i32::from(state[other]) * if j > 0.0 { 1 } else { -1 },
    };
    i32::from(state[site]) * around.map(term).sum::<i32>()
}

fn sites(model: &Ising, colour: usize) -> Vec<usize> {
    let colours = super::super::checkerboard::two_colours(model.geometry()).unwrap();
    colours[colour].iter().map(|&site| site as usize).collect()
}

#[test]
fn words_know_their_neighbours() {
    for model in models(f64::INFINITY) {
        let rules = rules(&model);
        let mut expected = random(model.geometry().n_sites());
        let mut spins = packed(&rules, &expected);
        assert_eq!(unpacked(&rules, &spins), expected);
        let mut flipped = [0; WIDTH];
        for (state, flipped) in expected.iter_mut().zip(&mut flipped) {
            for site in [0, 1, 0, 1, 0, 1]
                .iter()
                .flat_map(|&colour| sites(&model, colour))
            {
                if excess(&model, state, site) <= 0 {
                    state[site] *= -1;
                    *flipped += 1;
                }
            }
        }
        sweep(&rules, &mut spins, &mut rules.draws(KEY, 0), 3);
        assert_eq!(unpacked(&rules, &spins), expected, "{model:?}");
        assert_eq!(spins.flipped.take(), flipped);
    }
}

#[test]
fn what_is_observed_is_what_the_law_says() {
    for model in models(0.5) {
        let (rules, law) = (rules(&model), Law::from(model));
        let states = random(law.geometry().n_sites());
        let spins = packed(&rules, &states);
        let state = Observable::Columns(0..2 + states[0].len());
        let part = Part::new(
            Observer::Grid {
                times: vec![0.0].into(),
            },
            vec![state],
        )
        .unwrap();
        let plan = Plan::new(vec![part], 0.0);
        let mut seen = 0;
        Columns::new(&rules, &plan).show(&spins.words, &(3..60), |lanes, view| {
            for (lane, slot) in lanes.enumerate() {
                let state = &states[3 + slot];
                assert!((view.get(0, lane) - law.energy_per_site(state)).abs() < 1e-14);
                assert_eq!(view.get(1, lane), law.magnetization(state));
                let spin = |(k, &spin): (usize, &i8)| view.get(2 + k, lane) == f64::from(spin);
                assert!(state.iter().enumerate().all(spin));
                seen += 1;
            }
        });
        assert_eq!(seen, 57);
    }
}

/// One half sweep from a state after another, the same in all replicas: per excess the flips, the attempts, and the sum over
/// words of the squared deviation from the mean.
fn flips_by_excess(model: &Ising, rounds: usize) -> [[f64; 3]; 9] {
    let rules = rules(model);
    let mut draws = rules.draws(KEY, 5);
    let mut found = [[0.0; 3]; 9];
    // Three of four spins are up, so that all excesses appear.
    let (mut states, other) = (random(model.geometry().n_sites()), random(1_000));
    for (state, other) in states.iter_mut().zip(other) {
        let pairs = state.iter_mut().zip(other.iter().rev());
        pairs.for_each(|(spin, &other)| *spin = other.max(*spin));
    }
    for state in states.iter().cycle().take(rounds) {
        let mut spins = packed(&rules, &vec![state.clone(); WIDTH]);
        let before = spins.words.clone();
        sweep(&rules, &mut spins, &mut draws, 1);
        for site in sites(model, 0) {
            let Ok(m) = usize::try_from(excess(model, state, site)) else {
                continue;
            };
            let place = rules.layout.places[site] as usize;
            let flips = f64::from(
                (before.as_flattened()[place] ^ spins.words.as_flattened()[place]).count_ones(),
            );
            let p = (-2.0 * model.beta() * rules.size * m as f64).exp();
            found[m][0] += flips;
            found[m][1] += WIDTH as f64;
            found[m][2] += (flips - WIDTH as f64 * p).powi(2);
        }
    }
    found
}

#[test]
fn every_excess_flips_with_its_exact_probability() {
    for (beta, rounds) in [(0.02, 500), (0.21, 1_000), (0.6, 2_000)] {
        let model = Ising::new(uneven(), beta, 1.0, 0.0).unwrap();
        for (m, [flips, attempts, spread]) in
            flips_by_excess(&model, rounds).into_iter().enumerate()
        {
            let p = (-2.0 * beta * m as f64).exp();
            assert!(
                attempts > 1e3 && (m > 0 || flips == attempts),
                "{m}: {attempts}"
            );
            let z = (flips - attempts * p) / (attempts * p * (1.0 - p)).sqrt();
            assert!(m == 0 || z.abs() < 5.0, "beta {beta}, excess {m}: z = {z}");
            // Replicas that share words are independent: the spread of words is binomial.
            let (words, variance) = (attempts / WIDTH as f64, WIDTH as f64 * p * (1.0 - p));
            let z = (spread / words / variance - 1.0) * (words / (2.0 + 1.0 / variance)).sqrt();
            assert!(
                m == 0 || z.abs() < 5.0,
                "beta {beta}, excess {m}: spread {z}"
            );
        }
    }
}

/// The law of what one colour makes of a state.
fn half_sweep(model: &Ising, law: &[f64], colour: usize) -> Vec<f64> {
    let n = model.geometry().n_sites();
    let mut law = law.to_vec();
    for site in sites(model, colour) {
        let mut after = vec![0.0; law.len()];
        for (code, weight) in law.iter().enumerate() {
            let state: Vec<i8> = (0..n).map(|i| 2 * (code >> i & 1) as i8 - 1).collect();
            let m = f64::from(excess(model, &state, site));
            let j = model.couplings().magnitude().unwrap();
            let p = (-2.0 * model.beta() * j * m).exp().min(1.0);
            after[code ^ 1 << site] += weight * p;
            after[code] += weight * (1.0 - p);
        }
        law = after;
    }
    law
}

#[test]
fn a_sweep_has_its_exact_law_and_leaves_the_weights_alone() {
    let geometry = tadpole();
    let couplings = signs(&geometry);
    let model = Ising::new(geometry, 0.5, couplings, 0.0).unwrap();
    let n = model.geometry().n_sites();
    let state =
        |code: usize| -> Vec<i8> { (0..n).map(|i| 2 * (code >> i & 1) as i8 - 1).collect() };
    let swept = |law: &[f64]| half_sweep(&model, &half_sweep(&model, law, 0), 1);

    let weights = (0..1 << n).map(|code| (-0.5 * model.energy(&state(code))).exp());
    let weights: Vec<f64> = weights.collect();
    let total: f64 = weights.iter().sum();
    let after = swept(&weights);
    let change = weights.iter().zip(&after).map(|(a, b)| (a - b).abs());
    assert!(change.fold(0.0, f64::max) < 1e-14 * total);

    let rules = rules(&model);
    let mut draws = rules.draws(KEY, 9);
    let (first, rounds) = (0b0010110, 4_000);
    let mut counts = vec![0.0; 1 << n];
    for _ in 0..rounds {
        let mut spins = packed(&rules, &vec![state(first); WIDTH]);
        sweep(&rules, &mut spins, &mut draws, 1);
        for state in unpacked(&rules, &spins) {
            let bits = state.iter().rev();
            counts[bits.fold(0, |code, &s| code << 1 | usize::from(s > 0))] += 1.0;
        }
    }
    let distance = |model: &Ising| {
        let mut law = vec![0.0; 1 << n];
        law[first] = 1.0;
        let law = half_sweep(model, &half_sweep(model, &law, 0), 1);
        let (mut sum, mut cells) = (0.0, -1.0_f64);
        for (p, count) in law.iter().zip(&counts) {
            let mean = p * (rounds * WIDTH) as f64;
            assert!(*p > 0.0 || *count == 0.0);
            if mean > 5.0 {
                sum += (count - mean).powi(2) / mean;
                cells += 1.0;
            }
        }
        (sum - cells) / (2.0 * cells).sqrt()
    };
    assert!(distance(&model).abs() < 5.0, "{}", distance(&model));
    // the planted error: a temperature two percent off
    assert!(distance(&model.at(0.51).unwrap()) > 8.0);
}

#[test]
fn batches_company_and_instruction_sets_do_not_matter() {
    for model in models(0.4) {
        let rules = rules(&model);
        let states = random(model.geometry().n_sites());
        let run = |batches: &[u64]| {
            let (mut spins, mut draws) = (packed(&rules, &states), rules.draws(KEY, 3));
            for &count in batches {
                sweep(&rules, &mut spins, &mut draws, count);
            }
            (unpacked(&rules, &spins), draws)
        };
        let expected = run(&[6]);
        assert!(expected == run(&[1, 3, 2]));
        for level in Level::available() {
            force(Some(level)).unwrap();
            assert!(expected == run(&[6]), "{level:?}");
        }
        force(None).unwrap();
        let mut alone = packed(&rules, &[]);
        rules.layout.pack(&states[17], 17, &mut alone.words);
        sweep(&rules, &mut alone, &mut rules.draws(KEY, 3), 6);
        assert_eq!(rules.layout.unpack(&alone.words, 17), expected.0[17]);
    }
}

fn ensemble(kernel: Arc<dyn Kernel>, times: &[f64], end: f64) -> Ensemble {
    let observer = Observer::Grid {
        times: times.to_vec().into(),
    };
    let what = vec![Observable::Columns(0..2 + 64)];
    let plan = Plan::new(vec![Part::new(observer, what).unwrap()], end);
    let set = Set {
        kernel,
        starts: Arc::new(Starts::Own),
        key: KEY,
        plan: Arc::new(plan),
    };
    let fold = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    Ensemble::new(vec![set], vec![fold], (0.0, end)).unwrap()
}

#[test]
fn a_replica_has_its_bits_in_any_piece() {
    let model = Ising::new(Geometry::cubic([4; 3], [true; 3]).unwrap(), 0.2, 1.0, 0.0).unwrap();
    let kernel = ReplicaKernel::new(&model, Start::Random).unwrap().unwrap();
    let run = ensemble(Arc::new(kernel), &[0.0, 3.0, 7.0], 7.0);
    let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
    let (whole, _) = run.simulate(150, &pool, &pulse).unwrap();
    let cuts = [0, 1, 63, 64, 70, 71, 128, 150];
    let pieces = cuts
        .windows(2)
        .map(|cut| Piece::new(0, cut[0]..cut[1]))
        .collect();
    let mut pieces: Vec<Piece> = pieces;
    for until in [2.0, 3.0, 7.0] {
        pieces = run.advance(pieces, until, &pool, &pulse).unwrap();
        let through_bytes = |piece: &Piece| Piece::from_bytes(&piece.to_bytes().unwrap()).unwrap();
        pieces = pieces.iter().map(through_bytes).collect();
    }
    let (parts, _) = run.collect(150, pieces).unwrap();
    assert_eq!(format!("{:?}", parts), format!("{whole:?}"));
    assert!(matches!(&whole[0], Output::Values(_)));
}

#[test]
fn what_does_not_fit_is_left_to_others() {
    let square = || Geometry::square([8, 8], [true; 2]).unwrap();
    let fits = |model: &Ising| Rules::new(model).unwrap().is_some();
    assert!(fits(&Ising::new(square(), 0.4, 1.0, 0.0).unwrap()));
    assert!(!fits(&Ising::new(square(), 0.4, 1.0, 0.1).unwrap()));
    let mut couplings = vec![1.0; 128];
    couplings[3] = 1.5;
    assert!(!fits(&Ising::new(square(), 0.4, couplings, 0.0).unwrap()));
    let star: Vec<[i64; 2]> = (1..10).map(|leaf| [0, leaf]).collect();
    let star = Geometry::graph(&star, None).unwrap();
    assert!(!fits(&Ising::new(star, 0.4, 1.0, 0.0).unwrap()));
}
