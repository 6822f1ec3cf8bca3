#![allow(clippy::unwrap_used)]
//! The reference numbers of the specification: every literal below was computed outside this code.

use quincunx_core::run::{Pool, Pulse};

use super::*;
use crate::Geometry;

fn close(ours: f64, reference: f64, relative: f64) {
    assert!(
        (ours - reference).abs() <= relative * reference.abs(),
        "{ours} is not {reference} within {relative:e}"
    );
}

fn run<R>(threads: usize, f: impl FnOnce(Work) -> R) -> R {
    let (pool, pulse) = (Pool::of(threads).unwrap(), Pulse::new());
    f(Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: DEFAULT_MAX_BYTES,
    })
}

/// Enumeration on a torus with one coupling per direction.
fn torus(geometry: &Geometry, per_axis: &[f64]) -> FisherGeometry {
    let couplings: Vec<f64> = (0..geometry.n_bonds())
        .map(|b| per_axis[b % per_axis.len()])
        .collect();
    let graph = IsingGraph {
        n_sites: geometry.n_sites(),
        bonds: geometry.bonds(),
        couplings: &couplings,
        fields: &[],
        cells: Cells::torus(geometry.cells(), per_axis.len()),
    };
    run(2, |work| enumerate(&graph, work)).unwrap()
}

fn square(lx: i64, ly: i64) -> Geometry {
    Geometry::square([lx, ly], [true, true]).unwrap()
}

fn check(found: &FisherGeometry, [r, r1, r2]: [f64; 3]) {
    close(found.scalar_curvature, r, 2e-9);
    close(found.ricci_terms[0], r1, 2e-9);
    close(found.ricci_terms[1], r2, 2e-9);
}

fn critical() -> f64 {
    (1.0 + 2_f64.sqrt()).ln() / 2.0
}

#[test]
fn square_tori_by_enumeration() {
    let jc = critical();
    let second = (1.0 / 0.6_f64.sinh()).asinh() / 2.0;
    for (lx, ly, j, reference) in [
        (3, 3, [jc, jc], [-105.6418495655, -419.2878628, 208.0041637]),
        (4, 4, [jc, jc], [-265.3121427935, -756.1600643, 225.5357787]),
        (
            3,
            3,
            [-0.3, -0.3],
            [9.3575766607, -20.22757268, 38.942726001],
        ),
        (
            3,
            3,
            [-jc, -jc],
            [7.7389345915, -52.813510362, 68.291379545],
        ),
        (
            4,
            4,
            [0.3, second],
            [-230.14198537, -711.12087705, 250.8369063],
        ),
        (
            3,
            4,
            [0.7, -0.5],
            [-667.19006498, -2553.7783082, 1219.3981783],
        ),
        (
            3,
            3,
            [0.2, 0.2],
            [8.03266124684, -14.5173635698, 30.5826860635],
        ),
        (
            3,
            3,
            [0.6, 0.6],
            [-555.57931533, -2245.1141482, 1133.95551754],
        ),
        (
            4,
            4,
            [0.2, 0.2],
            [2.33759636527, -9.51618443128, 14.1913771618],
        ),
        (
            4,
            4,
            [0.6, 0.6],
            [-1513.99088614, -4742.99943207, 1715.01765978],
        ),
        (
            3,
            4,
            [jc, jc],
            [-156.91439046, -531.006874905, 217.178093986],
        ),
        (
            3,
            5,
            [jc, jc],
            [-181.566104541, -605.614333549, 242.482124468],
        ),
        (
            4,
            5,
            [jc, jc],
            [-334.754038925, -925.473536495, 255.965458644],
        ),
    ] {
        check(&torus(&square(lx, ly), &j), reference);
    }
}

#[test]
fn the_square_of_25_spins() {
    let jc = critical();
    check(
        &torus(&square(5, 5), &[jc, jc]),
        [-446.2377606735, -1191.346163, 298.8706414],
    );
}

#[test]
fn triangular_tori() {
    let j = 3_f64.ln() / 4.0;
    let of = |l| Geometry::triangular([l, l], [true, true]).unwrap();
    check(
        &torus(&of(3), &[j; 3]),
        [-277.048454656, -1121.25889213, 567.161982817],
    );
    check(
        &torus(&of(4), &[j; 3]),
        [-626.212953604, -1911.6011219, 659.175214693],
    );
}

#[test]
fn the_cube_of_27_spins() {
    let cubic = Geometry::cubic([3; 3], [true; 3]).unwrap();
    for (j, reference) in [
        (0.1, [44.5366627694, -10.8952070446, 99.9685325834]),
        (
            0.221654626,
            [-262.9076731193, -821.327588602, 295.512242363],
        ),
    ] {
        check(&torus(&cubic, &[j; 3]), reference);
    }
}

fn graph(edges: &[[i64; 2]], j: f64) -> FisherGeometry {
    let geometry = Geometry::graph(edges, None).unwrap();
    let couplings = vec![j; edges.len()];
    let graph = IsingGraph {
        n_sites: geometry.n_sites(),
        bonds: geometry.bonds(),
        couplings: &couplings,
        fields: &[],
        cells: Cells::single(edges.len()),
    };
    run(2, |work| enumerate(&graph, work)).unwrap()
}

#[test]
fn rings_trees_and_the_cube_graph() {
    let ring = |n: i64| (0..n).map(|i| [i, (i + 1) % n]).collect::<Vec<_>>();
    for (n, r) in [
        (3, 1.5),
        (4, -0.560276058),
        (5, -0.499793603),
        (6, -0.326103379),
    ] {
        close(graph(&ring(n), 0.5).scalar_curvature, r, 2e-9);
    }
    close(graph(&ring(4), critical()).scalar_curvature, -0.24, 1e-10);
    close(graph(&ring(3), -0.9).scalar_curvature, 1.5, 1e-10);
    let tree = [[0, 1], [1, 2], [1, 3], [3, 4], [3, 5]];
    assert!(graph(&tree, 0.8).scalar_curvature.abs() < 1e-12);
    let cube: Vec<[i64; 2]> = (0..8)
        .flat_map(|i| [1, 2, 4].map(|b| [i, i ^ b]))
        .filter(|[i, j]| i < j)
        .collect();
    check(
        &graph(&cube, 0.221654626),
        [0.757958001242, -2.91557987969, 4.43149588217],
    );
}
