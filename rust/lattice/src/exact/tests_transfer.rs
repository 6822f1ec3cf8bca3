#![allow(clippy::unwrap_used)]

use quincunx_core::run::Pulse;

use super::narrow::Narrow;
use super::route::Question;
use super::strip::{Wanted, Way};
use super::*;
use crate::{Geometry, Ising, Potts, Values};

fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(
        error < tolerance,
        "{found} != {expected}: off by {error:.1e}"
    );
}

/// Rows whatever they cost, against the sum over all states.
fn same_as_enumeration<'a>(model: impl Into<Model<'a>>, beta: f64, constant: f64) {
    let (model, pulse) = (model.into(), Pulse::new());
    let exact = model.weights().unwrap().0.sums(&pulse).unwrap();
    let rows = |question| Narrow::new(model, question).unwrap();
    let n = model.geometry().n_sites() as f64;
    let narrow = rows(Question::Averages);
    let strip = &narrow.strips[0];
    for way in [Way::Vectors, Way::Sectors] {
        let by = |wanted| strip.sum_by(way, wanted, &pulse).unwrap();
        let jet = by(Wanted::Derivatives);
        close(jet.value, exact.log_partition, 1e-12);
        close(jet.first / n, exact.mean / n, 1e-12);
        close(jet.second / (n * n), exact.variance / (n * n), 1e-11);
        close(by(Wanted::Value).value, exact.log_partition, 1e-12);
    }
    let jet = narrow.jet(&pulse).unwrap();
    let sites = rows(Question::Sites).sites(&pulse);
    if let (Model::Ising(_), false) = (model, exact.occupation.is_empty()) {
        let pairs = sites.unwrap().into_iter().zip(&exact.occupation);
        pairs.for_each(|(found, &expected)| close(found, expected, 1e-12));
    }
    let equal = rows(Question::Bonds).equal(&pulse).unwrap();
    assert_eq!(equal.len(), exact.equal.len());
    equal
        .iter()
        .zip(exact.equal)
        .for_each(|(found, expected)| close(*found, expected, 1e-11));
    // Whatever method is cheapest says the same in the terms of the model.
    let found = thermodynamics(model, &pulse).unwrap();
    close(jet.value - beta * constant, found.log_partition, 1e-12);
    close((constant - jet.first) / n, found.energy, 1e-12);
}

#[test]
fn rows_agree_with_enumeration() {
    for code in 0..4 {
        let periodic = [code & 1 == 1, code & 2 == 2];
        // Couplings without rounding: the enumeration adds them up many times.
        for lengths in [[2, 3], [3, 4], [4, 2], [3, 3]] {
            let square = || Geometry::square(lengths, periodic).unwrap();
            let (m, n) = (square().n_bonds() as f64, square().n_sites() as f64);
            for (j, h) in [
                (0.75, 0.0),
                (-1.25, 0.0),
                (0.5, 0.25),
                (-0.875, -0.75),
                (0.0, 0.5),
            ] {
                let model = Ising::new(square(), 0.9, j, h).unwrap();
                // E = J m + h n - A in the terms of two colours.
                same_as_enumeration(&model, 0.9, j * m + h * n);
            }
            for (q, j) in [(3, 1.0), (3, -2.0), (4, 0.625)] {
                if q == 4 && lengths == [3, 4] {
                    continue;
                }
                same_as_enumeration(&Potts::new(square(), q, 0.8, j).unwrap(), 0.8, 0.0);
            }
        }
    }
}

#[test]
fn a_narrow_torus_agrees_with_the_closed_form() {
    let pulse = Pulse::new();
    for (lengths, j) in [
        ([4, 300], [1.0, 1.0]),
        ([5, 9], [0.8, 0.3]),
        ([7, 4], [1.2, -0.5]),
    ] {
        let square = Geometry::square(lengths, [true; 2]).unwrap();
        let n = square.n_sites();
        let each = |factor: f64| -> Values { j.map(|j| factor * j).repeat(n).into() };
        let ising = Ising::new(square.clone(), 0.44, each(0.5), 0.0).unwrap();
        let potts = Potts::new(square, 2, 0.44, each(1.0)).unwrap();
        let closed = thermodynamics(&ising, &pulse).unwrap();
        let rows = thermodynamics(&potts, &pulse).unwrap();
        assert_eq!(
            (closed.method, rows.method),
            (Method::Torus, Method::Transfer)
        );
        let shift = 0.5 * (j[0] + j[1]);
        close(
            rows.log_partition,
            closed.log_partition + 0.44 * shift * n as f64,
            1e-12,
        );
        close(rows.energy, closed.energy - shift, 1e-12);
        close(rows.specific_heat, closed.specific_heat, 1e-10);
        let moments = bond_moments(&potts, &pulse).unwrap();
        for (delta, spin) in moments.iter().zip(bond_moments(&ising, &pulse).unwrap()) {
            close(2.0 * delta - 1.0, spin, 1e-11);
        }
    }
}

#[test]
fn the_axes_may_be_exchanged_and_any_length_is_reached() {
    let pulse = Pulse::new();
    let at = |lengths, periodic| {
        let square = Geometry::square(lengths, periodic).unwrap();
        thermodynamics(&Potts::new(square, 3, 1.005, 1.0).unwrap(), &pulse).unwrap()
    };
    for (periodic, other) in [([true, true], [true, true]), ([true, false], [false, true])] {
        let (a, b) = (at([4, 6], periodic), at([6, 4], other));
        assert_eq!(a.method, Method::Transfer);
        close(a.log_partition, b.log_partition, 1e-14);
        close(a.specific_heat, b.specific_heat, 1e-12);
    }
    // Each row of a long torus adds the same.
    let [short, long, longer] = [500, 1000, 1500].map(|length| at([3, length], [true, true]));
    let [a, b] = [
        long.log_partition - short.log_partition,
        longer.log_partition - long.log_partition,
    ];
    close(a, b, 1e-13);
    close(long.energy, longer.energy, 1e-12);
    close(long.specific_heat, longer.specific_heat, 1e-9);
}

#[test]
fn hard_couplings_freeze_without_nan() {
    let pulse = Pulse::new();
    for j in [40.0, -40.0] {
        let square = Geometry::square([4, 6], [true; 2]).unwrap();
        let model = Potts::new(square, 3, 20.0, j).unwrap();
        let found = thermodynamics(&model, &pulse).unwrap();
        assert_eq!(found.method, Method::Transfer);
        close(found.energy, if j > 0.0 { -80.0 } else { 0.0 }, 1e-12);
        assert!(found.specific_heat.abs() < 1e-6, "{}", found.specific_heat);
    }
    let stopped = Pulse::new();
    stopped.cancel();
    let square = Geometry::square([4, 6], [true; 2]).unwrap();
    assert!(log_partition(&Potts::new(square, 3, 1.0, 1.0).unwrap(), &stopped).is_err());
}

#[test]
fn both_ways_through_closed_rows_agree_to_rounding() {
    let pulse = Pulse::new();
    let both = |model: Model<'_>| {
        let narrow = Narrow::new(model, Question::Averages).unwrap();
        let strip = &narrow.strips[0];
        let by = |way| strip.sum_by(way, Wanted::Derivatives, &pulse).unwrap();
        let (a, b) = (by(Way::Vectors), by(Way::Sectors));
        close(a.value, b.value, 1e-14);
        close(a.first, b.first, 1e-13);
        close(a.second, b.second, 1e-11);
    };
    for periodic in [[true, true], [true, false], [false, true]] {
        for (lengths, j, h) in [
            ([61, 7], 0.9, 0.1),
            ([6, 40], -1.3, 0.4),
            ([33, 5], 2.5, -0.01),
        ] {
            let square = Geometry::square(lengths, periodic).unwrap();
            if let Ok(model) = Ising::new(square, 0.44, j, h) {
                let strips = Narrow::new((&model).into(), Question::Averages).unwrap();
                if strips.strips[0].closed {
                    both((&model).into());
                }
            }
        }
        for (lengths, q, j) in [([30, 4], 3, 1.0), ([4, 21], 4, -0.7), ([9, 3], 5, 1.2)] {
            let square = Geometry::square(lengths, periodic).unwrap();
            let model = Potts::new(square, q, 1.0, j).unwrap();
            let strips = Narrow::new((&model).into(), Question::Averages).unwrap();
            if strips.strips[0].closed {
                both((&model).into());
            }
        }
    }
}

#[test]
fn long_open_columns_settle() {
    // Each further row of long open columns adds the logarithm of the largest eigenvalue, as it does in closed ones.
    let pulse = Pulse::new();
    let at = |length, closed| {
        let square = Geometry::square([length, 6], [closed, true]).unwrap();
        let model = Ising::new(square, 0.44, 1.0, 0.05).unwrap();
        let found = thermodynamics(&model, &pulse).unwrap();
        assert_eq!(found.method, Method::Transfer);
        let n = (6 * length) as f64;
        [
            found.log_partition,
            found.energy * n,
            found.specific_heat * n,
        ]
    };
    let rows = |closed| {
        let (short, long) = (at(3000, closed), at(8000, closed));
        [0, 1, 2].map(|k| (long[k] - short[k]) / 5000.0)
    };
    for ((open, closed), tolerance) in rows(false)
        .into_iter()
        .zip(rows(true))
        .zip([1e-12, 1e-12, 1e-10])
    {
        close(open, closed, tolerance);
    }
}
