//! Elimination against the other ways, and where only it reaches.

use super::*;
use crate::elimination::{Levels, Network};

/// Elimination whatever it costs.
fn eliminated(law: &Law) -> DensityOfStates {
    let (pool, pulse) = (Pool::of(2).unwrap(), Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    let units = Units::of(law, None).unwrap();
    let network = Network::new(law.into(), &pulse).unwrap().unwrap();
    let levels = Levels::new(network, units.couplings(), units.fields());
    assert!(levels.bytes() < 1 << 30);
    DensityOfStates::new(&units, levels.count(work).unwrap(), Method::Elimination)
}

/// Edges with repetitions on 6 sites.
fn edges() -> impl Strategy<Value = Vec<[i64; 2]>> {
    let edge = (0_i64..6, 1_i64..6).prop_map(|(i, d)| [i, (i + d) % 6]);
    prop::collection::vec(edge, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn elimination_agrees_with_listing(edges in edges(), units in prop::collection::vec(-4_i32..5, 18), unit in 1_u32..60, q in 1_i64..5) {
        let unit = f64::from(unit) / 40.0;
        let whole = |range: std::ops::Range<usize>| -> Vec<f64> {
            units[range].iter().map(|&k| unit * f64::from(k)).collect()
        };
        let graph = Geometry::graph(&edges, Some(6)).unwrap();
        let (j, h) = (whole(0..edges.len()), whole(12..18));
        let law: Law = match q {
            1 => Ising::new(graph, 1.0, j, h).unwrap().into(),
            q => Potts::new(graph, q, 1.0, j).unwrap().into(),
        };
        let [a, b] = [eliminated(&law), listed(&law)];
        prop_assert_eq!(&a.energy, &b.energy);
        prop_assert_eq!(&a.counts, &b.counts);
        prop_assert_eq!(a.counts.iter().sum::<BigUint>(), BigUint::from(law.values()).pow(6));
        let chosen = counted(law);
        prop_assert_eq!((chosen.energy, chosen.counts), (a.energy, a.counts));
    }
}

#[test]
fn elimination_agrees_with_rows() {
    for code in 0..4 {
        let geometry = Geometry::square([3, 5], [code & 1 == 1, code & 2 == 2]).unwrap();
        let laws: [Law; 2] = [
            Ising::new(geometry.clone(), 1.0, -0.3, 0.0).unwrap().into(),
            Potts::new(geometry, 3, 1.0, 0.7).unwrap().into(),
        ];
        for law in laws {
            let (a, b) = (eliminated(&law), counted(law));
            assert_eq!(b.method, Method::Transfer);
            assert_eq!((a.energy, a.counts), (b.energy, b.counts));
        }
    }
}

#[test]
fn graphs_of_any_length() {
    // 200 free bonds with J = 1: (2 x^-1 + 2 x)^200, so the count of level k is 2^200 C(200, k).
    let edges: Vec<[i64; 2]> = (0..200).map(|k| [2 * k, 2 * k + 1]).collect();
    let found = counted(ising(Geometry::graph(&edges, None).unwrap()));
    assert_eq!(found.method, Method::Elimination);
    assert_eq!((found.energy[0], found.energy.len()), (-200.0, 201));
    let mut count = BigUint::from(2_u8).pow(200);
    for (k, found) in found.counts.iter().enumerate() {
        assert_eq!(*found, count, "level {k}");
        count = count * (200 - k) / (k + 1);
    }
    // A ladder of Potts spins that row transfer does not hold: 3^100 states.
    let ladder = Geometry::square([50, 2], [false, false]).unwrap();
    let j: Vec<f64> = (0..ladder.n_bonds())
        .map(|b| 0.5 + (b % 3) as f64)
        .collect();
    let found = counted(Potts::new(ladder, 3, 1.0, j.clone()).unwrap());
    assert_eq!(found.method, Method::Elimination);
    assert_eq!(
        found.counts.iter().sum::<BigUint>(),
        BigUint::from(3_u8).pow(100)
    );
    assert_eq!(
        (found.energy[0], &found.counts[0]),
        (-j.iter().sum::<f64>(), &3_u8.into())
    );
    // A field on a torus that is too large to list.
    let found = counted(Ising::new(torus(6, 6), 1.0, 1.0, 1.0).unwrap());
    assert_eq!(found.method, Method::Elimination);
    assert_eq!((found.energy[0], &found.counts[0]), (-108.0, &1_u8.into()));
    assert_eq!(
        found.counts.iter().sum::<BigUint>(),
        BigUint::from(2_u8).pow(36)
    );
}
