#![allow(clippy::unwrap_used)]
//! The reference numbers of the specification: every literal below was computed outside this code.

use quincunx_core::run::{Pool, Pulse};

use super::*;
use crate::Geometry;

pub(super) fn close(ours: f64, reference: f64, relative: f64) {
    assert!(
        (ours - reference).abs() <= relative * reference.abs(),
        "{ours} is not {reference} within {relative:e}"
    );
}

pub(super) fn run<R>(threads: usize, f: impl FnOnce(Work) -> R) -> R {
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

pub(super) fn square(lx: i64, ly: i64) -> Geometry {
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

fn fermions(shape: [usize; 2], couplings: [f64; 2]) -> FisherGeometry {
    let torus = IsingTorus::new(shape, couplings).unwrap();
    run(2, |work| fermion(torus, work)).unwrap()
}

#[test]
fn critical_squares_by_fermions() {
    let jc = critical();
    for (l, reference) in [
        (3, [-105.6418495655, -419.2878628, 208.0041637]),
        (4, [-265.3121427935, -756.1600643, 225.5357787]),
        (5, [-446.2377606735, -1191.346163, 298.8706414]),
        (6, [-671.2472387143, -1734.780257, 392.2857797]),
        (7, [-945.5316188761, -2393.169092, 502.1058539]),
        (8, [-1272.141940854, -3171.766122, 627.4822405]),
        (9, [-1653.340212537, -4074.809916, 768.1294907]),
        (10, [-2091.004525161, -5105.928292, 923.9192415]),
        (12, [-3142.132199093, -7564.942246, 1280.677848]),
        (14, [-4436.864236584, -10571.19596, 1697.467487]),
        (16, [-5984.790964108, -14143.74284, 2174.160915]),
    ] {
        check(&fermions([l, l], [jc, jc]), reference);
    }
}

#[test]
fn other_tori_by_fermions() {
    let jc = critical();
    let second = (1.0 / 0.6_f64.sinh()).asinh() / 2.0;
    for (shape, j, reference) in [
        (
            [3, 3],
            [-0.3, -0.3],
            [9.3575766607, -20.22757268, 38.942726001],
        ),
        (
            [3, 3],
            [-jc, -jc],
            [7.7389345915, -52.813510362, 68.291379545],
        ),
        (
            [4, 4],
            [0.3, second],
            [-230.14198537, -711.12087705, 250.8369063],
        ),
        (
            [3, 4],
            [0.7, -0.5],
            [-667.19006498, -2553.7783082, 1219.3981783],
        ),
        (
            [3, 5],
            [jc, jc],
            [-181.566104541, -605.614333549, 242.482124468],
        ),
        (
            [4, 5],
            [jc, jc],
            [-334.754038925, -925.473536495, 255.965458644],
        ),
        (
            [8, 8],
            [0.3, 0.3],
            [-12.8019648092, -118.623010581, 93.0190809630],
        ),
    ] {
        check(&fermions(shape, j), reference);
    }
}

#[test]
fn the_first_term_alone() {
    let jc = critical();
    for (l, r1, p) in [
        (8, -3171.766122, -12.08994524),
        (64, -297985.0411, -20.26345233),
    ] {
        let torus = IsingTorus::new([l, l], [jc, jc]).unwrap();
        let found = run(2, |work| first_ricci_term(torus, work)).unwrap();
        close(found.r1, r1, 1e-9);
        close(found.p[0], p, 1e-9);
    }
}

fn colourings(lx: i64, ly: i64, q: usize, j: f64) -> FisherGeometry {
    let geometry = square(lx, ly);
    let graph = PottsGraph {
        n_sites: geometry.n_sites(),
        q,
        bonds: geometry.bonds(),
        couplings: &vec![j; geometry.n_bonds()],
        cells: Cells::torus(geometry.cells(), 2),
    };
    run(2, |work| enumerate_potts(&graph, work)).unwrap()
}

fn rows(lx: usize, ly: usize, q: usize, j: f64) -> FisherGeometry {
    let torus = PottsTorus::new([lx, ly], q, j).unwrap();
    run(2, |work| transfer(torus, work)).unwrap()
}

#[test]
fn potts_by_enumeration() {
    let (three, four) = ((1.0 + 3_f64.sqrt()).ln(), 3_f64.ln());
    check(
        &colourings(3, 3, 3, three),
        [-79.8504784203, -313.219973109, 153.519016268],
    );
    check(
        &colourings(3, 4, 3, three),
        [-119.128527256, -396.608566517, 158.351512005],
    );
    check(
        &colourings(3, 3, 4, four),
        [-74.882853263, -290.104386963, 140.338680437],
    );
}

#[test]
fn potts_by_transfer() {
    let (three, four) = ((1.0 + 3_f64.sqrt()).ln(), 3_f64.ln());
    for (lx, ly, q, j, reference) in [
        (
            3,
            3,
            3,
            three,
            [-79.8504784203, -313.219973109, 153.519016268],
        ),
        (
            3,
            4,
            3,
            three,
            [-119.128527256, -396.608566517, 158.351512005],
        ),
        (
            4,
            4,
            3,
            three,
            [-208.145683088, -582.634328349, 166.342962173],
        ),
        (4, 5, 3, three, [-264.70723398, -715.971353, 186.556885]),
        (
            5,
            5,
            3,
            three,
            [-359.513304743, -936.826012469, 217.799402983],
        ),
        (
            3,
            3,
            4,
            four,
            [-74.882853263, -290.104386963, 140.338680437],
        ),
        (
            4,
            4,
            4,
            four,
            [-200.649502715, -555.145057534, 153.846052104],
        ),
        (
            5,
            5,
            4,
            four,
            [-354.58682707, -910.261423601, 201.087769461],
        ),
    ] {
        check(&rows(lx, ly, q, j), reference);
    }
}

#[test]
fn the_three_exact_methods_agree_on_the_metric_too() {
    let j = 0.37;
    let (a, b) = (torus(&square(3, 4), &[j, j]), fermions([3, 4], [j, j]));
    let c = rows(3, 4, 2, 2.0 * j);
    let (p, q) = (colourings(3, 4, 3, 0.8), rows(3, 4, 3, 0.8));
    for (found, reference) in [(&b, &a), (&q, &p)] {
        close(found.scalar_curvature, reference.scalar_curvature, 1e-10);
        for (x, y) in found.metric.rows().iter().zip(reference.metric.rows()) {
            assert!((x - y).abs() < 1e-12, "{x} {y}");
        }
    }
    close(c.scalar_curvature, a.scalar_curvature, 1e-10);
    for (x, y) in c.metric.rows().iter().zip(a.metric.rows()) {
        assert!((4.0 * x - y).abs() < 1e-12, "{x} {y}");
    }
}
