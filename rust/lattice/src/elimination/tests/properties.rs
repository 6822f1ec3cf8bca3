//! Laws that hold whatever the numbers: order, relabelling, gauge, derivatives, trees; and what is refused.

use proptest::prelude::*;
use quincunx_core::rng::Key;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use crate::elimination::{beliefs, ground_state, min_fill, sampler};
use crate::exact::{Model, log_partition, thermodynamics};
use crate::{Geometry, Ising, Potts, TransverseIsing};

fn log_z(model: &Ising) -> f64 {
    let network = Model::from(model).network("test", &Pulse::new()).unwrap();
    beliefs(&network, &Pulse::new()).unwrap().log_partition
}

/// A connected sparse graph on n sites, couplings and fields.
fn sparse(n: usize) -> impl Strategy<Value = (Vec<[i64; 2]>, Vec<f64>, Vec<f64>)> {
    let parents = prop::collection::vec(0.0..1.0_f64, n - 1);
    let extra = prop::collection::vec((0..n as i64, 1..n as i64), 6);
    (parents, extra).prop_flat_map(move |(parents, extra)| {
        let tree = parents
            .iter()
            .enumerate()
            .map(|(k, u)| [(u * (k + 1) as f64) as i64, k as i64 + 1]);
        let loops = extra.iter().map(|&(i, d)| [i, (i + d) % n as i64]);
        let edges: Vec<[i64; 2]> = tree.chain(loops).collect();
        let m = edges.len();
        (
            Just(edges),
            prop::collection::vec(-1.0..1.0_f64, m),
            prop::collection::vec(-1.0..1.0_f64, n),
        )
    })
}

fn ising(edges: &[[i64; 2]], beta: f64, j: &[f64], h: &[f64]) -> Ising {
    let geometry = Geometry::graph(edges, Some(h.len() as i64)).unwrap();
    Ising::new(geometry, beta, j.to_vec(), h.to_vec()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_does_not_matter((edges, j, h) in sparse(14), order in Just((0..14).collect::<Vec<usize>>()).prop_shuffle()) {
        let model = ising(&edges, 0.8, &j, &h);
        let network = Model::from(&model).network("test", &Pulse::new()).unwrap();
        let other = network.clone().reordered(order);
        let [a, b] = [&network, &other].map(|n| beliefs(n, &Pulse::new()).unwrap());
        prop_assert!((a.log_partition - b.log_partition).abs() < 1e-12 * a.log_partition.abs().max(1.0));
        for (x, y) in a.sites.iter().chain(&a.bonds).zip(b.sites.iter().chain(&b.bonds)) {
            prop_assert!((x - y).abs() < 1e-12);
        }
        let [a, b] = [&network, &other].map(|n| ground_state(n, &Pulse::new()).unwrap());
        prop_assert!((a.energy - b.energy).abs() < 1e-12 && (a.gap - b.gap).abs() < 1e-12);
        prop_assert_eq!(a.state, b.state);
    }

    #[test]
    fn names_and_gauges_do_not_matter((edges, j, h) in sparse(14), order in Just((0..14).collect::<Vec<usize>>()).prop_shuffle(), flips in 0_u32..1 << 14) {
        let direct = log_z(&ising(&edges, 0.8, &j, &h));
        let named: Vec<[i64; 2]> = edges.iter().map(|e| e.map(|i| order[i as usize] as i64)).collect();
        let mut fields = vec![0.0; 14];
        (0..14).for_each(|i| fields[order[i]] = h[i]);
        prop_assert!((log_z(&ising(&named, 0.8, &j, &fields)) - direct).abs() < 1e-12 * direct.abs().max(1.0));
        let sign = |i: usize| if flips >> i & 1 == 1 { -1.0 } else { 1.0 };
        let couplings: Vec<f64> = edges.iter().zip(&j).map(|(e, j)| j * sign(e[0] as usize) * sign(e[1] as usize)).collect();
        let fields: Vec<f64> = h.iter().enumerate().map(|(i, h)| h * sign(i)).collect();
        prop_assert!((log_z(&ising(&edges, 0.8, &couplings, &fields)) - direct).abs() < 1e-12 * direct.abs().max(1.0));
    }

    #[test]
    fn derivatives_are_moments((edges, j, h) in sparse(12), k in 0_usize..12) {
        let lambda: Vec<f64> = (0..12).map(|i| if i % 3 == 0 { 0.7 } else { 0.0 }).collect();
        let make = |beta: f64, j: Vec<f64>, h: Vec<f64>, lambda: Vec<f64>| {
            TransverseIsing::new(Geometry::graph(&edges, Some(12)).unwrap(), beta, j, h, lambda).unwrap()
        };
        let model = make(0.8, j.clone(), h.clone(), lambda.clone());
        let value = |m: &TransverseIsing| log_partition(m, &Pulse::new()).unwrap();
        // Fourth-order central difference along one parameter.
        let slope = |f: &dyn Fn(f64) -> TransverseIsing| {
            let d = 1e-3;
            let at = |k: f64| value(&f(k * d));
            (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * d)
        };
        let moved = |v: &[f64], k: usize, by: f64| { let mut v = v.to_vec(); v[k] += by; v };
        let network = Model::from(&model).network("test", &Pulse::new()).unwrap();
        let found = beliefs(&network, &Pulse::new()).unwrap();
        let energy = 12.0 * thermodynamics(&model, &Pulse::new()).unwrap().energy;
        let z = |i: usize| found.sites[2 * i + 1] - found.sites[2 * i];
        let zz = |b: usize| 2.0 * found.equal()[b] - 1.0;
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        prop_assert!(near(slope(&|d| make(0.8 + d, j.clone(), h.clone(), lambda.clone())), -energy));
        prop_assert!(near(slope(&|d| make(0.8, moved(&j, k, d), h.clone(), lambda.clone())), 0.8 * zz(k)));
        prop_assert!(near(slope(&|d| make(0.8, j.clone(), moved(&h, k, d), lambda.clone())), 0.8 * z(k)));
        let site = k / 3 * 3;
        prop_assert!(near(slope(&|d| make(0.8, j.clone(), h.clone(), moved(&lambda, site, d))), 0.8 * found.x[site]));
        let total: f64 = (0..edges.len()).map(|b| j[b] * zz(b)).sum::<f64>()
            + (0..12).map(|i| h[i] * z(i) + lambda[i] * found.x[i]).sum::<f64>();
        prop_assert!((total + energy).abs() < 1e-11 * energy.abs().max(1.0));
    }
}

#[test]
fn a_long_tree_factorises() {
    // 40,000 sites, chains and a site with many neighbours: neither length nor degree hurts.
    let n = 40_000_i64;
    let edges: Vec<[i64; 2]> = (1..n)
        .map(|k| [if k % 3 == 0 { 0 } else { k - 1 }, k])
        .collect();
    let j: Vec<f64> = (1..n).map(|k| (k as f64 * 0.37).sin()).collect();
    let want = n as f64 * 2.0_f64.ln() + j.iter().map(|j| (1.3 * j).cosh().ln()).sum::<f64>();
    let got = log_z(&ising(&edges, 1.3, &j, &vec![0.0; n as usize]));
    assert!((got - want).abs() < 1e-12 * want, "{got} {want}");
}

#[test]
fn min_fill_takes_the_lowest_of_equals() {
    let path = [[0, 1], [1, 2], [2, 3]];
    let order = min_fill(4, path, 24, &Pulse::new()).unwrap().unwrap();
    assert_eq!((order.sequence, order.width), (vec![0, 1, 2, 3], 1));
    let complete: Vec<[usize; 2]> = (0..6).flat_map(|i| (0..i).map(move |j| [i, j])).collect();
    assert_eq!(
        min_fill(6, complete.clone(), 5, &Pulse::new())
            .unwrap()
            .unwrap()
            .width,
        5
    );
    assert_eq!(min_fill(6, complete, 4, &Pulse::new()).unwrap(), Err(5));
}

/// Counts missing edges anew at each step.
fn naive_order(n: usize, edges: &[[usize; 2]]) -> Vec<usize> {
    let mut next = vec![vec![false; n]; n];
    for &[a, b] in edges {
        (next[a][b], next[b][a]) = (true, true);
    }
    let mut left: Vec<usize> = (0..n).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let around = |v: usize| {
            left.iter()
                .copied()
                .filter(|&u| next[v][u])
                .collect::<Vec<_>>()
        };
        let missing = |v: usize| {
            let a = around(v);
            a.iter()
                .flat_map(|&x| a.iter().map(move |&y| (x, y)))
                .filter(|&(x, y)| x < y && !next[x][y])
                .count()
        };
        let v = left
            .iter()
            .copied()
            .min_by_key(|&v| (missing(v), v))
            .unwrap();
        let clique = around(v);
        for &x in &clique {
            for &y in clique.iter().filter(|&&y| y != x) {
                next[x][y] = true;
            }
        }
        left.retain(|&u| u != v);
        order.push(v);
    }
    order
}

proptest! {
    #[test]
    fn min_fill_keeps_count(ends in prop::collection::vec((0_usize..16, 1_usize..16), 0..40)) {
        let edges: Vec<[usize; 2]> = ends.iter().map(|&(i, d)| [i, (i + d) % 16]).collect();
        let order = min_fill(16, edges.clone(), 24, &Pulse::new()).unwrap().unwrap();
        prop_assert_eq!(order.sequence, naive_order(16, &edges));
    }
}

#[test]
fn strips_are_taken_row_by_row() {
    // min-fill meets a site with 27 neighbours here
    let open = Ising::new(
        Geometry::square([18, 18], [false; 2]).unwrap(),
        0.4,
        1.0,
        0.1,
    )
    .unwrap();
    let network = Model::from(&open).network("test", &Pulse::new()).unwrap();
    assert_eq!(network.width(), 18);
}

#[test]
fn draws_belong_to_their_replica() {
    let model = Potts::new(
        Geometry::square([3, 5], [true, false]).unwrap(),
        3,
        0.7,
        1.0,
    )
    .unwrap();
    let network = Model::from(&model).network("test", &Pulse::new()).unwrap();
    let draws = sampler(&network, &Pulse::new()).unwrap();
    let many = draws.draw(Key([1, 2]), 200, &Pulse::new()).unwrap();
    let few = draws.draw(Key([1, 2]), 67, &Pulse::new()).unwrap();
    assert_eq!(few[..], many[..67 * 15]);
    assert_ne!(few, draws.draw(Key([1, 3]), 67, &Pulse::new()).unwrap());
    assert!(
        draws
            .draw(Key([1, 2]), 0, &Pulse::new())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn refusals_name_the_number() {
    let text = |result: Result<()>| result.unwrap_err().to_string();
    let pulse = Pulse::new();
    let grid = Geometry::square([40, 40], [false; 2]).unwrap();
    let wide = Ising::new(grid, 0.4, 1.0, 0.1).unwrap();
    let refused = text(
        Model::from(&wide)
            .network("ground_state", &pulse)
            .map(|_| ()),
    );
    assert!(
        refused.starts_with("ground_state: elimination meets a spin with 2"),
        "{refused}"
    );
    let line = Geometry::graph(&(0..12).map(|i| [i, i + 1]).collect::<Vec<_>>(), None).unwrap();
    let chain = TransverseIsing::new(line.clone(), 1.0, 1.0, 0.0, 0.5).unwrap();
    let refused = text(log_partition(&chain, &pulse).map(|_| ()));
    assert!(
        refused.contains("13 sites with transverse fields hang together, the limit is 12"),
        "{refused}"
    );
    let many = Potts::new(Geometry::square([5, 20], [false; 2]).unwrap(), 90, 1.0, 1.0).unwrap();
    let refused = text(log_partition(&many, &pulse).map(|_| ()));
    assert!(refused.contains("MB, the limit is 4294 MB"), "{refused}");
    let huge = Ising::new(line, 1e10, 1e300, 1.0).unwrap();
    let network = Model::from(&huge).network("test", &pulse).unwrap();
    assert!(text(beliefs(&network, &pulse).map(|_| ())).contains("finite double"));
    pulse.cancel();
    let network = Model::from(&wide).network("test", &pulse);
    assert!(matches!(network, Err(Error::Cancelled)));
}
