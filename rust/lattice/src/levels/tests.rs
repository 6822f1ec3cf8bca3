#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use num_bigint::BigUint;
use proptest::prelude::*;
use quincunx_core::Result;
use quincunx_core::run::{Pool, Pulse};

use super::*;
use crate::model::Values;
use crate::sample::Law;
use crate::work::Work;
use crate::{Geometry, Ising, Potts};

mod eliminated;

fn count_with(law: &Law, unit: Option<f64>, threads: usize) -> Result<DensityOfStates> {
    let (pool, pulse) = (Pool::of(threads)?, Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    density_of_states(law, unit, work)
}

fn counted(law: impl Into<Law>) -> DensityOfStates {
    count_with(&law.into(), None, 2).unwrap()
}

fn torus(x: i64, y: i64) -> Geometry {
    Geometry::square([x, y], [true, true]).unwrap()
}

fn ising(geometry: Geometry) -> Ising {
    Ising::new(geometry, 1.0, 1.0, 0.0).unwrap()
}

/// Every state with the energy of the model's own formula.
fn brute_force(law: &Law) -> BTreeMap<i64, u64> {
    let (n, q) = (law.geometry().n_sites(), law.values());
    let mut levels = BTreeMap::new();
    for code in 0..q.pow(n as u32) {
        let digit = |i: usize| law.value(code / q.pow(i as u32) % q);
        let state: Vec<i8> = (0..n).map(digit).collect();
        let energy = match law {
            Law::Ising(m) => m.energy(&state),
            Law::Potts(m) => m.energy(&state),
        };
        *levels.entry((energy * 1e6).round() as i64).or_insert(0) += 1;
    }
    levels
}

fn same_as_brute_force(law: impl Into<Law>, method: Method) {
    let law = law.into();
    let found = count_with(&law, None, 2).unwrap();
    assert_eq!(found.method, method, "{law:?}");
    let levels = found.energy.iter().map(|e| (e * 1e6).round() as i64);
    let counts = found.counts.iter().map(|c| u64::try_from(c).unwrap());
    assert_eq!(
        levels.zip(counts).collect::<BTreeMap<_, _>>(),
        brute_force(&law),
        "{law:?}"
    );
    assert!(found.energy.is_sorted());
}

#[test]
fn the_published_counts_of_the_square_torus() {
    let four = counted(ising(torus(4, 4)));
    assert_eq!(four.energy[..4], [-32.0, -24.0, -20.0, -16.0]);
    let expected = [2, 32, 64, 424, 1728, 6688, 13568, 20524_u32];
    let mirrored: Vec<BigUint> = expected
        .iter()
        .chain(expected.iter().rev().skip(1))
        .map(|&c| c.into())
        .collect();
    assert_eq!(four.counts, mirrored);
    let six = counted(ising(torus(6, 6)));
    assert_eq!(six.method, Method::Transfer);
    let expected = [
        2,
        72,
        144,
        1620,
        6048,
        35148,
        159_840,
        804_078,
        3_846_576,
        17_569_080_u64,
    ];
    assert_eq!(six.counts[..10], expected.map(BigUint::from));
    assert_eq!(six.counts.iter().max(), Some(&13_172_279_424_u64.into()));
}

#[test]
fn all_states_are_counted_beyond_one_word() {
    // 100 and 81 sites need two and three moduli; the energies of a bipartite lattice are symmetric.
    for (x, y, threads) in [(10, 10, 2), (9, 9, 1), (12, 7, 2)] {
        let found = count_with(&ising(torus(x, y)).into(), None, threads).unwrap();
        let sum: BigUint = found.counts.iter().sum();
        assert_eq!(sum, BigUint::from(2_u8).pow((x * y) as u32));
        // All alike, then one spin turned over.
        assert_eq!(
            found.counts[..2],
            [2_u64, 2 * (x * y) as u64].map(BigUint::from)
        );
        let symmetric = found.counts.iter().eq(found.counts.iter().rev());
        assert_eq!(symmetric, x % 2 == 0 && y % 2 == 0);
    }
}

#[test]
fn the_axes_may_be_exchanged() {
    for periodic in [[true, true], [true, false], [false, false]] {
        let [px, py] = periodic;
        let a = counted(ising(Geometry::square([5, 9], [px, py]).unwrap()));
        let b = counted(ising(Geometry::square([9, 5], [py, px]).unwrap()));
        assert_eq!(a.method, Method::Transfer);
        assert_eq!(a, b);
    }
}

#[test]
fn rows_agree_with_every_state() {
    for (x, y) in [(2, 2), (2, 3), (3, 4), (2, 7)] {
        for code in 0..4 {
            let geometry = Geometry::square([x, y], [code & 1 == 1, code & 2 == 2]).unwrap();
            for j in [1.0, -0.3] {
                let law: Law = Ising::new(geometry.clone(), 1.0, j, 0.0).unwrap().into();
                rows_as_brute_force(&law);
            }
            if x * y <= 6 {
                rows_as_brute_force(&Potts::new(geometry.clone(), 3, 1.0, -2.0).unwrap().into());
                rows_as_brute_force(&Potts::new(geometry, 5, 1.0, 0.5).unwrap().into());
            }
        }
    }
}

/// Row transfer whatever it costs.
fn rows_as_brute_force(law: &Law) {
    let (pool, pulse) = (Pool::of(2).unwrap(), Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    let units = Units::of(law, None).unwrap();
    let found = rows::Rows::of(&units).unwrap().count(&units, work).unwrap();
    let levels = found.energy.iter().map(|e| (e * 1e6).round() as i64);
    let counts = found.counts.iter().map(|c| u64::try_from(c).unwrap());
    assert_eq!(
        levels.zip(counts).collect::<BTreeMap<_, _>>(),
        brute_force(law),
        "{law:?}"
    );
}

/// State by state whatever it costs.
fn listed(law: &Law) -> DensityOfStates {
    let (pool, pulse) = (Pool::of(2).unwrap(), Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    listing::count(&Units::of(law, None).unwrap(), work).unwrap()
}

#[test]
fn any_small_model_with_energies_in_one_unit() {
    let graph = || Geometry::graph(&[[0, 1], [1, 2], [2, 0], [2, 3], [0, 1]], Some(5)).unwrap();
    let couplings = vec![0.05, -0.3, 0.15, 0.1, 0.35];
    let fields = vec![0.2, 0.0, -0.05, 0.6, 0.1];
    same_as_brute_force(
        Ising::new(graph(), 1.0, couplings.clone(), fields).unwrap(),
        Method::Enumeration,
    );
    same_as_brute_force(
        Ising::new(graph(), 1.0, 1.0 / 3.0, -2.0 / 3.0).unwrap(),
        Method::Enumeration,
    );
    same_as_brute_force(
        Potts::new(graph(), 4, 1.0, couplings).unwrap(),
        Method::Enumeration,
    );
    same_as_brute_force(
        Ising::new(torus(3, 3), 1.0, 0.0, 1.5).unwrap(),
        Method::Enumeration,
    );
    let cube = Geometry::cubic([2; 3], [false; 3]).unwrap();
    same_as_brute_force(Potts::new(cube, 3, 1.0, 1.0).unwrap(), Method::Enumeration);
    // more tasks than one
    let long = Geometry::graph(&(0..23).map(|i| [i, i + 1]).collect::<Vec<_>>(), None).unwrap();
    let chain = listed(&ising(long).into());
    let binomial = |k: u32| (0..k).fold(2_u64, |c, i| c * u64::from(23 - i) / u64::from(i + 1));
    assert_eq!(
        chain.counts,
        (0..24)
            .map(|k| binomial(k).into())
            .collect::<Vec<BigUint>>()
    );
    let free = counted(Ising::new(torus(9, 9), 1.0, 0.0, 0.0).unwrap());
    assert_eq!(
        (free.method, free.energy, free.counts),
        (
            Method::Symmetry,
            vec![0.0],
            vec![BigUint::from(2_u8).pow(81)]
        )
    );
}

#[test]
fn the_unit_is_the_largest_that_fits() {
    let pair = |j: Vec<f64>| -> Law {
        let edges: Vec<[i64; 2]> = (0..j.len() as i64).map(|i| [i, i + 1]).collect();
        let graph = Geometry::graph(&edges, None).unwrap();
        Ising::new(graph, 1.0, j, 0.0).unwrap().into()
    };
    let found = |j: &[f64], unit| {
        Units::of(&pair(j.to_vec()), unit).map(|u| (u.unit(), u.couplings().to_vec()))
    };
    assert_eq!(
        found(&[0.1, 0.1 * 3.0, 0.0], None).unwrap(),
        (0.1 * 3.0 / 3.0, vec![1, 3, 0])
    );
    let root = 2_f64.sqrt();
    assert_eq!(found(&[root, -1.5 * root], None).unwrap().1, [2, -3]);
    assert_eq!(found(&[1.5, 0.25, 0.4], None).unwrap().1, [30, 5, 8]);
    assert_eq!(found(&[1.0, 0.25], Some(0.125)).unwrap().1, [8, 2]);
    let message = |j: &[f64], unit| found(j, unit).unwrap_err().to_string();
    assert!(message(&[1.0, root], None).starts_with("J[0] = 1.0: must be to the other couplings"));
    assert_eq!(
        message(&[1.0, 0.3], Some(0.25)),
        "J[1] = 0.3: must be a whole multiple of unit = 0.25, at most 1000000000"
    );
    assert_eq!(
        message(&[1.0], Some(0.0)),
        "unit = 0.0: must be finite and > 0"
    );
}

#[test]
fn what_is_out_of_reach_is_refused_with_the_reason() {
    let message = |law: &Law| count_with(law, None, 1).unwrap_err().to_string();
    assert!(
        message(&ising(torus(20, 20)).into())
            .contains("row transfer over 20 rows of 20 sites with 2 values takes")
    );
    let refused = message(&Ising::new(torus(20, 20), 1.0, 1.0, 1.0).unwrap().into());
    for reason in [
        "row transfer needs a Square with one J, h = 0 and at most 2^560 states; ",
        "elimination meets a spin with ",
        "enumeration visits 1073741824 states, fewer than 400 spins of 2 values have; WangLandau estimates it for any size",
    ] {
        assert!(refused.contains(reason), "{refused}");
    }
    let square = Geometry::square([18, 18], [false, false]).unwrap();
    let law = Ising::new(square, 1.0, 10.0, 1.0).unwrap().into();
    assert!(message(&law).contains("elimination (width 18) takes "));
    let stopped = Pulse::new();
    stopped.cancel();
    let pool = Pool::of(1).unwrap();
    for max_bytes in [1 << 30, 1000] {
        let work = Work {
            pool: &pool,
            pulse: &stopped,
            max_bytes,
        };
        for law in [ising(torus(6, 7)).into(), field_of_one_spin()] {
            assert!(density_of_states(&law, None, work).is_err());
        }
    }
}

fn field_of_one_spin() -> Law {
    let square = Geometry::square([5, 4], [true, false]).unwrap();
    let mut fields = vec![0.0; 20];
    fields[3] = 1.0;
    Ising::new(square, 1.0, 1.0, Values::from(fields))
        .unwrap()
        .into()
}

proptest! {
    #[test]
    fn counts_do_not_change_when_a_set_of_sites_is_flipped(seed in 0_u32..4096, unit in 1_u32..50) {
        let unit = f64::from(unit) / 20.0;
        let geometry = torus(3, 4);
        let flipped = |i: u32| (seed >> i) & 1 == 1;
        let sign = |&[i, j]: &[u32; 2]| if flipped(i) == flipped(j) { 1.0 } else { -1.0 };
        let signs: Vec<f64> = geometry.bonds().iter().map(|b| unit * sign(b)).collect();
        let gauged = counted(Ising::new(geometry.clone(), 0.3, signs, 0.0).unwrap());
        let plain = counted(Ising::new(geometry, 2.0, unit, 0.0).unwrap());
        prop_assert_eq!((gauged.energy, gauged.counts), (plain.energy, plain.counts));
    }
}
