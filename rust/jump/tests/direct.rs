//! The direct method: the same bits in either kernel, at every level and however time is cut.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{Side, dimer, ensemble, epidemic, gene, network, simulate};
use quincunx_core::observe::Observer;
use quincunx_core::run::{Piece, Pool, Pulse};
use quincunx_core::simd::{Level, force};
use quincunx_jump::{Direct, Network};

fn grid(t: f64, steps: u32) -> Observer {
    Observer::Grid {
        times: (0..=steps)
            .map(|k| t * f64::from(k) / f64::from(steps))
            .collect(),
    }
}

fn cases() -> Vec<(Network, Vec<f64>, f64)> {
    vec![
        (epidemic(0.002, 0.1), vec![99.0, 1.0, 0.0], 60.0),
        (dimer(0.002, 0.02), vec![80.0, 0.0], 20.0),
        (gene(), vec![1.0, 0.0, 0.0], 3.0),
        (cycle(), vec![40.0, 30.0, 0.0, 2.0], 3.0),
        (swap(), vec![30.0, 20.0, 5.0, 4.0], 3.0),
        (network(&["X"], &[]), vec![5.0], 1.0),
        (network(&["X"], &[(&[], &[(0, 1)], 3.0)]), vec![0.0], 4.0),
    ]
    .into_iter()
    .chain(forms())
    .collect()
}

/// One to four reactions of every form, in places where the kernel in registers has code of its own.
fn forms() -> Vec<(Network, Vec<f64>, f64)> {
    type Terms = &'static [(usize, u64)];
    type Reaction = (Terms, Terms, f64);
    let pair: Reaction = (&[(0, 2)], &[(1, 1)], 0.01);
    let product: Reaction = (&[(0, 1), (1, 1)], &[(0, 3)], 0.02);
    let single: Reaction = (&[(1, 1)], &[(0, 2)], 0.3);
    let leave: Reaction = (&[(0, 1)], &[], 0.2);
    // Rates so small, and counts so large, that the general kernel has to step in.
    let tiny: Reaction = (&[(0, 1)], &[(1, 1)], 1e-250);
    let slow: Reaction = (&[(0, 1)], &[(1, 1)], 5e-16);
    let back: Reaction = (&[(1, 1)], &[(0, 1)], 0.3);
    let birth: Reaction = (&[], &[(0, 3)], 9.0);
    let far = 2_f64.powi(53) - 40.0;
    let all = [
        (vec![pair], [31.0, 0.0]),
        (vec![product], [9.0, 12.0]),
        (vec![leave], [25.0, 0.0]),
        (vec![leave, single], [20.0, 20.0]),
        (vec![leave, pair], [40.0, 1.0]),
        (vec![single, product], [10.0, 9.0]),
        (vec![pair, pair], [41.0, 0.0]),
        (vec![leave, single, leave], [20.0, 25.0]),
        (vec![pair, single, product], [30.0, 3.0]),
        (vec![leave, leave, single, single], [20.0, 30.0]),
        (vec![pair, leave, product, single], [30.0, 8.0]),
        (vec![tiny, single], [20.0, 20.0]),
        (vec![birth, single], [far, 5.0]),
        (vec![slow, back], [far, 5.0]),
    ];
    all.map(|(reactions, start)| (network(&["X", "Y"], &reactions), start.to_vec(), 4.0))
        .into()
}

/// More reactions than the lanes know by number, and one that changes four species.
fn cycle() -> Network {
    network(
        &["A", "B", "C", "D"],
        &[
            (&[(0, 1), (1, 1)], &[(2, 1), (3, 3)], 0.05),
            (&[(2, 1)], &[(0, 1), (1, 1)], 1.0),
            (&[(3, 2)], &[(3, 1)], 0.02),
            (&[], &[(0, 2)], 1.5),
            (&[(3, 1), (2, 1)], &[(2, 1)], 0.01),
        ],
    )
}

/// Two reactions, each of which changes four species.
fn swap() -> Network {
    network(
        &["A", "B", "C", "D"],
        &[
            (&[(0, 1), (1, 1)], &[(2, 1), (3, 2)], 0.05),
            (&[(2, 1), (3, 1)], &[(0, 2), (1, 1)], 0.08),
        ],
    )
}

#[test]
fn lanes_and_single_paths_have_the_same_bits_at_every_level() {
    for (net, start, t) in cases() {
        let net = Arc::new(net);
        let direct = Direct::new(Arc::clone(&net), None).unwrap();
        let alone = direct.clone().without_lanes();
        let (expected, ends) = simulate(&ensemble(alone, &start, t, grid(t, 7), 1), 203);
        for level in Level::available() {
            force(Some(level)).unwrap();
            let (got, also) = simulate(&ensemble(direct.clone(), &start, t, grid(t, 7), 1), 203);
            assert_eq!(got, expected, "{level}");
            assert_eq!(
                (also.events, also.status),
                (ends.events, ends.status.clone()),
                "{level}"
            );
        }
        force(None).unwrap();
        // A prefix, and a replica alone.
        let (few, _) = simulate(&ensemble(direct, &start, t, grid(t, 7), 1), 2);
        assert_eq!(few, expected[..few.len()]);
    }
}

/// One to eight reactions: what foresees several events against one event after another.
#[test]
fn bursts_and_single_events_have_the_same_bits_at_every_level() {
    let all: [(Side, Side, f64); 8] = [
        (&[(0, 1), (1, 1)], &[(1, 2)], 0.02),
        (&[(1, 1)], &[(2, 1)], 1.0),
        (&[(2, 2)], &[(0, 1)], 0.1),
        (&[], &[(0, 1), (2, 1)], 9.0),
        (&[(0, 2)], &[(1, 2)], 0.003),
        (&[(2, 1), (1, 1)], &[(2, 1), (0, 1)], 0.05),
        (&[(2, 1)], &[], 0.3),
        (&[(1, 1)], &[(1, 1), (2, 1)], 0.2),
    ];
    for first in 0..4 {
        for count in 1..=all.len() - first {
            let net = Arc::new(network(&["A", "B", "C"], &all[first..first + count]));
            let start = [60.0, 40.0, 5.0];
            // That many events never come, but they have to be counted.
            let counted = Direct::new(Arc::clone(&net), Some(u64::MAX - 1)).unwrap();
            let (expected, ends) = simulate(&ensemble(counted, &start, 9.0, grid(9.0, 13), 4), 11);
            let alone = Direct::new(net, None).unwrap().without_lanes();
            for level in Level::available() {
                force(Some(level)).unwrap();
                let (got, also) =
                    simulate(&ensemble(alone.clone(), &start, 9.0, grid(9.0, 13), 4), 11);
                assert_eq!(
                    (got, also.events),
                    (expected.clone(), ends.events),
                    "{first} {count} {level}"
                );
            }
            force(None).unwrap();
        }
    }
}

#[test]
fn cutting_time_changes_nothing() {
    for (net, start, t) in cases() {
        let direct = Direct::new(Arc::new(net), None).unwrap();
        let run = ensemble(direct, &start, t, grid(t, 11), 5);
        let (whole, ends) = simulate(&run, 40);
        let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
        let mut pieces = vec![Piece::new(0, 0..40)];
        for k in 1..=4 {
            pieces = run
                .advance(pieces, t * f64::from(k) / 4.0, &pool, &pulse)
                .unwrap();
        }
        let (mut out, again) = run.collect(40, pieces).unwrap();
        assert_eq!((again.events, &again.status), (ends.events, &ends.status));
        let quincunx_core::observe::Output::Values(arrays) = out.remove(0) else {
            unreachable!()
        };
        assert_eq!(arrays[0], quincunx_core::observe::Array::Int(whole));
    }
}

#[test]
fn conservation_laws_hold_exactly_on_every_path() {
    let (values, _) = simulate(
        &ensemble(
            Direct::new(Arc::new(dimer(0.01, 0.1)), None).unwrap(),
            &[81.0, 3.0],
            9.0,
            grid(9.0, 20),
            3,
        ),
        100,
    );
    let (n, looks) = (100, 21);
    for r in 0..n {
        for k in 0..looks {
            let at = |s: usize| values[(r * looks + k) * 2 + s];
            assert_eq!(at(0) + 2 * at(1), 87);
            assert!(at(0) >= 0 && at(1) >= 0);
        }
    }
}

#[test]
fn faster_rates_are_slower_clocks() {
    let run = |c1: f64, c2: f64, t: f64| {
        let direct = Direct::new(Arc::new(dimer(0.002 * c1, 0.02 * c2)), None).unwrap();
        simulate(&ensemble(direct, &[80.0, 0.0], t, grid(t, 8), 11), 64).0
    };
    let slow = run(1.0, 1.0, 8.0);
    assert!(slow == run(4.0, 4.0, 2.0));
    assert!(slow != run(4.0, 3.9, 2.0)); // planted: one rate left behind
}

#[test]
fn bad_starts_are_named() {
    for (n, bad) in [
        (0.5, "0.5"),
        (-1.0, "-1.0"),
        (f64::NAN, "NaN"),
        (1e16, "1e16"),
    ] {
        let run = ensemble(
            Direct::new(Arc::new(dimer(1.0, 1.0)), None).unwrap(),
            &[3.0, n],
            1.0,
            grid(1.0, 1),
            0,
        );
        let error = run
            .simulate(4, &Pool::of(1).unwrap(), &Pulse::new())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("start['P2'] = {bad}: must be")),
            "{error}"
        );
    }
}

#[test]
fn runaway_counts_and_too_many_events_end_the_replica_alone() {
    let burst = Arc::new(network(&["X"], &[(&[(0, 1)], &[(0, 1 << 32)], 1.0)]));
    let direct = Direct::new(Arc::clone(&burst), None).unwrap();
    for direct in [direct.clone(), direct.without_lanes()] {
        let (_, ends) = simulate(
            &ensemble(direct, &[9.007e15], 1000.0, grid(1000.0, 1), 2),
            40,
        );
        assert_eq!(ends.failed, 40);
        assert!(ends.status.iter().all(|&s| s == 5));
    }
    let capped = Direct::new(burst, Some(2)).unwrap();
    let (_, ends) = simulate(&ensemble(capped, &[1.0], 1000.0, grid(1000.0, 1), 2), 10);
    assert!(ends.status.iter().all(|&s| s == 6));
}
