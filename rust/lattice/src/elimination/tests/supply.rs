//! The supply network of lattice.md section 3: 40 nodes, 57 edges, width 4; numbers by an independent sum over 2^19 states.

use num_bigint::BigUint;
use quincunx_core::run::{Pool, Pulse};

use crate::elimination::{Network, beliefs, count_distribution, ground_state};
use crate::exact::{Model, log_partition, thermodynamics};
use crate::levels::{self, Units, density_of_states};
use crate::sample::Law;
use crate::work::Work;
use crate::{Geometry, Ising, TransverseIsing, Values};

/// (i, j, 10 J).
const EDGES: [[i64; 3]; 57] = [
    [0, 2, 8],
    [0, 3, 6],
    [0, 4, 3],
    [1, 3, 5],
    [1, 4, 9],
    [1, 5, 7],
    [1, 6, 6],
    [1, 7, 4],
    [1, 8, 5],
    [2, 9, 7],
    [2, 10, 4],
    [3, 10, 5],
    [3, 11, 7],
    [4, 11, 4],
    [4, 12, 6],
    [5, 12, 5],
    [5, 13, 8],
    [6, 13, 4],
    [6, 14, 6],
    [7, 14, 5],
    [7, 15, 7],
    [7, 16, 3],
    [8, 16, 6],
    [8, 17, 5],
    [9, 20, 9],
    [9, 21, 4],
    [10, 21, 5],
    [10, 22, 8],
    [11, 22, 3],
    [11, 23, 7],
    [12, 23, 5],
    [12, 24, 6],
    [13, 24, 4],
    [13, 25, 9],
    [14, 25, 5],
    [14, 26, 7],
    [15, 26, 4],
    [15, 27, 6],
    [16, 27, 5],
    [16, 28, 8],
    [17, 28, 3],
    [17, 29, 7],
    [18, 29, 4],
    [18, 30, 5],
    [19, 30, 6],
    [19, 31, 4],
    [9, 32, 3],
    [10, 33, 5],
    [11, 34, 6],
    [12, 35, 4],
    [13, 36, 7],
    [14, 37, 5],
    [15, 38, 4],
    [16, 39, 6],
    [9, 18, 2],
    [10, 19, 3],
    [11, 17, 2],
];

fn tier(i: usize) -> f64 {
    match i {
        0..2 => 0.10,
        2..9 => 0.15,
        9..20 => 0.20,
        _ => 0.25,
    }
}

/// Scenario A has a transverse field on node 0, B on nodes 20 to 39 as well.
fn network(k: usize, beta: f64, scenario: char) -> TransverseIsing {
    let edges: Vec<_> = EDGES.iter().filter(|e| e[1] < k as i64).collect();
    let ends: Vec<[i64; 2]> = edges.iter().map(|e| [e[0], e[1]]).collect();
    let couplings: Vec<f64> = edges.iter().map(|e| e[2] as f64 / 10.0).collect();
    let fields: Vec<f64> = (0..k).map(|i| -tier(i)).collect();
    let lambda = |i: usize| match (i, scenario) {
        (_, 'c') => 0.0,
        (0, _) => 1.5,
        (20.., 'B') => 0.4,
        _ => 0.0,
    };
    let transverse: Vec<f64> = (0..k).map(lambda).collect();
    let geometry = Geometry::graph(&ends, Some(k as i64)).unwrap();
    TransverseIsing::new(geometry, beta, couplings, Values::Each(fields), transverse).unwrap()
}

fn of(model: &TransverseIsing) -> Network {
    Model::from(model).network("test", &Pulse::new()).unwrap()
}

fn near(got: f64, want: f64, tolerance: f64) {
    assert!(
        (got - want).abs() <= tolerance,
        "{got:.12} instead of {want:.12}"
    );
}

#[test]
fn thermal_numbers() {
    let cases = [
        (
            'c',
            0.5,
            78.6884258489,
            0.9852513823,
            [0.9990988495, 0.999999479, 0.9991732637, 0.9675771823],
        ),
        (
            'c',
            1.0,
            42.4685167093,
            0.901077534047,
            [0.9471335285, 0.9959819513, 0.9298788695, 0.82422393],
        ),
        (
            'c',
            2.0,
            30.6298153486,
            0.638815711535,
            [0.6318574382, 0.7105737719, 0.6438922473, 0.6046529006],
        ),
        (
            'A',
            0.5,
            79.7751010911,
            0.982319987074,
            [0.8835147524, 0.9999994529, 0.9989933739, 0.9675771817],
        ),
        (
            'A',
            1.0,
            43.0185284217,
            0.897227112336,
            [0.8478337311, 0.9956405564, 0.922445798, 0.8241901278],
        ),
        (
            'A',
            2.0,
            30.863199598,
            0.637784525956,
            [0.6140207801, 0.7093028663, 0.6423878713, 0.6046119184],
        ),
        (
            'B',
            1.0,
            44.2110385395,
            0.890009065647,
            [0.8470728643, 0.9954000296, 0.9190532109, 0.8107688305],
        ),
    ];
    for (scenario, temperature, log_z, stress, nodes) in cases {
        let model = network(40, 1.0 / temperature, scenario);
        let network = of(&model);
        assert_eq!(network.width(), 4);
        near(log_partition(&model, &Pulse::new()).unwrap(), log_z, 1e-10);
        let found = beliefs(&network, &Pulse::new()).unwrap();
        near(found.log_partition, log_z, 1e-10);
        let stressed: Vec<f64> = found.sites.iter().step_by(2).copied().collect();
        near(stressed.iter().sum::<f64>() / 40.0, stress, 1e-10);
        for (node, want) in [0, 1, 9, 39].into_iter().zip(nodes) {
            near(stressed[node], want, 1e-10);
        }
    }
    for (scenario, energy) in [
        ('c', -31.7710399025),
        ('A', -32.3096869308),
        ('B', -34.0663818896),
    ] {
        let found = thermodynamics(&network(40, 1.0, scenario), &Pulse::new()).unwrap();
        near(40.0 * found.energy, energy, 1e-9);
    }
}

#[test]
fn ground_states() {
    let cases = [
        (40, 'c', -39.05, 1.1),
        (40, 'A', -39.5930749028, 1.1),
        (40, 'B', -41.1700347775, 1.360147051),
        (12, 'A', -10.3930749028, f64::NAN),
        (16, 'A', -15.2930749028, 1.3),
    ];
    for (k, scenario, energy, gap) in cases {
        let found = ground_state(&of(&network(k, f64::INFINITY, scenario)), &Pulse::new()).unwrap();
        near(found.energy, energy, 2e-10);
        assert!(
            gap.is_nan() || (found.gap - gap).abs() < 1e-9,
            "gap {}",
            found.gap
        );
        assert_eq!(found.degeneracy, Some(1));
        assert!(found.state.iter().all(|&s| s == 0));
        if scenario == 'A' && k == 40 {
            near((1.0 - found.magnetization[0]) / 2.0, 0.8841106398, 1e-10);
        }
    }
}

#[test]
fn levels_of_2_to_40_states() {
    let law: Law = network(40, 1.0, 'c').classical().clone().into();
    near(Units::of(&law, None).unwrap().unit(), 0.05, 1e-15);
    let (pool, pulse) = (Pool::of(2).unwrap(), Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    let begin = std::time::Instant::now();
    let found = density_of_states(&law, None, work).unwrap();
    assert!(begin.elapsed().as_secs_f64() < 1.0, "{:?}", begin.elapsed());
    assert_eq!(found.method, levels::Method::Elimination);
    assert_eq!(found.counts.iter().sum::<BigUint>(), (1_u64 << 40).into());
    assert_eq!(found.counts.len(), 696);
    assert_eq!(found.counts.last(), Some(&2_u8.into()));
    // Energies are the doubles nearest to the decimals.
    let first = [
        (-39.05, 1_u8),
        (-37.95, 1),
        (-37.75, 3),
        (-37.55, 2),
        (-37.35, 2),
        (-37.15, 1),
        (-36.75, 2),
        (-36.65, 3),
    ];
    for (k, (energy, count)) in first.into_iter().enumerate() {
        assert_eq!((found.energy[k], &found.counts[k]), (energy, &count.into()));
    }
    assert_eq!(found.energy.last(), Some(&32.85));
    // ln Z from the levels
    for beta in [0.5, 1.0, 2.0] {
        let weight = |(e, c): (&f64, &BigUint)| {
            u64::try_from(c).unwrap() as f64 * (-beta * (e + 39.05)).exp()
        };
        let sum: f64 = found.energy.iter().zip(&found.counts).map(weight).sum();
        let direct = log_partition(&network(40, beta, 'c'), &Pulse::new()).unwrap();
        near(sum.ln() + beta * 39.05, direct, 1e-12 * direct);
    }
}

#[test]
fn number_of_stressed_nodes() {
    for (temperature, mean, variance, tail) in [
        (1.0, 36.04310136, 6.239321091, 0.6531953931),
        (2.0, 25.55262846, 24.52080531, 0.008336496523),
    ] {
        let law = count_distribution(&of(&network(40, 1.0 / temperature, 'c')), 0, &Pulse::new())
            .unwrap();
        let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
            law.iter().enumerate().map(|(k, p)| p * f(k as f64)).sum()
        };
        let m = moment(&|k| k);
        near(m, mean, 1e-8);
        near(moment(&|k| (k - m).powi(2)), variance, 1e-8);
        near(law[36..].iter().sum(), tail, 1e-10);
    }
}

#[test]
fn classical_and_transverse_models_agree() {
    let classical = network(40, 1.0, 'c');
    let ising: &Ising = classical.classical();
    let both = [Model::from(ising), Model::from(&classical)];
    let [a, b] =
        both.map(|m| beliefs(&m.network("test", &Pulse::new()).unwrap(), &Pulse::new()).unwrap());
    assert_eq!(a, b);
}
