//! Small graphs against what is found without elimination: all states, or the dense Hamiltonian of 2^n states.

use proptest::prelude::*;
use quincunx_core::run::Pulse;

use crate::eigen::symmetric;
use crate::elimination::{beliefs, count_distribution, ground_state};
use crate::exact::{Model, thermodynamics};
use crate::{Geometry, Ising, Potts, TransverseIsing};

/// Edges with repetitions on 5 sites, and one number for each parameter.
fn graphs() -> impl Strategy<Value = (Vec<[i64; 2]>, Vec<f64>)> {
    let edge = (0_i64..5, 1_i64..5).prop_map(|(i, d)| [i, (i + d) % 5]);
    (
        prop::collection::vec(edge, 0..9),
        prop::collection::vec(-1.5..1.5_f64, 24),
    )
}

/// What every test compares: ln Z, Var(E), laws of sites, moments of bonds.
struct Direct {
    log_z: f64,
    energy: f64,
    variance: f64,
    sites: Vec<f64>,
    bonds: Vec<f64>,
    lowest: Vec<f64>,
    /// Probability of each number of spins of value number 1.
    counts: Vec<f64>,
}

/// All states of a classical model of 5 sites, value numbers in base q.
fn all_states(model: Model<'_>, q: usize, edges: &[[i64; 2]]) -> Direct {
    let states: Vec<Vec<usize>> = (0..q.pow(5))
        .map(|c| (0..5).map(|i| c / q.pow(i) % q).collect())
        .collect();
    let energy = |s: &Vec<usize>| -> f64 {
        match model {
            Model::Ising(m) => m.energy(&s.iter().map(|&v| 2 * v as i8 - 1).collect::<Vec<_>>()),
            Model::Potts(m) => m.energy(&s.iter().map(|&v| v as i8).collect::<Vec<_>>()),
            Model::Transverse(_) => unreachable!(),
        }
    };
    let energies: Vec<f64> = states.iter().map(energy).collect();
    let weights: Vec<f64> = energies.iter().map(|e| (-model.beta() * e).exp()).collect();
    let z: f64 = weights.iter().sum();
    let mean = |f: &dyn Fn(usize) -> f64| -> f64 {
        weights.iter().enumerate().map(|(k, w)| w / z * f(k)).sum()
    };
    let is = |met: bool| if met { 1.0 } else { 0.0 };
    let e = mean(&|k| energies[k]);
    let mut lowest = energies.clone();
    lowest.sort_by(f64::total_cmp);
    let pair = |edge: &[i64; 2]| -> Vec<f64> {
        let [i, j] = edge.map(|v| v as usize);
        (0..q * q)
            .map(|ab| mean(&|k| is(states[k][i] == ab / q && states[k][j] == ab % q)))
            .collect()
    };
    Direct {
        log_z: z.ln(),
        energy: e,
        variance: mean(&|k| (energies[k] - e).powi(2)),
        sites: (0..5 * q)
            .map(|ia| mean(&|k| is(states[k][ia / q] == ia % q)))
            .collect(),
        bonds: edges.iter().flat_map(pair).collect(),
        counts: (0..6)
            .map(|c| mean(&|k| is(states[k].iter().filter(|&&v| v == 1).count() == c)))
            .collect(),
        lowest,
    }
}

/// The 32 x 32 Hamiltonian of all sites at once.
fn dense(model: &TransverseIsing, edges: &[[i64; 2]]) -> (Direct, Vec<f64>) {
    const N: usize = 32;
    let (c, lambda) = (model.classical(), model.transverse());
    let up = |s: usize, i: usize| if s >> i & 1 == 1 { 1.0 } else { -1.0 };
    let mut h = vec![0.0; N * N];
    for s in 0..N {
        let spins: Vec<i8> = (0..5).map(|i| up(s, i) as i8).collect();
        h[s * N + s] = c.energy(&spins);
        for i in 0..5 {
            h[s * N + (s ^ 1 << i)] = -lambda.at(i);
        }
    }
    let found = symmetric(h, N, true, &Pulse::new()).unwrap();
    let beta = c.beta();
    let weights: Vec<f64> = found.values.iter().map(|e| (-beta * e).exp()).collect();
    let z: f64 = weights.iter().sum();
    let trace = |f: &dyn Fn(&[f64], f64) -> f64| -> f64 {
        let states = found
            .vectors
            .chunks_exact(N)
            .zip(&weights)
            .zip(&found.values);
        states.map(|((v, w), &e)| w / z * f(v, e)).sum()
    };
    let diagonal = |rule: &dyn Fn(usize) -> bool| -> f64 {
        trace(&|v, _| (0..N).filter(|&s| rule(s)).map(|s| v[s] * v[s]).sum())
    };
    let e = trace(&|_, e| e);
    let mut lowest = found.values.clone();
    lowest.sort_by(f64::total_cmp);
    let pair = |edge: &[i64; 2]| -> Vec<f64> {
        let [i, j] = edge.map(|v| v as usize);
        (0..4)
            .map(|ab| diagonal(&|s| s >> i & 1 == ab >> 1 && s >> j & 1 == ab & 1))
            .collect()
    };
    let direct = Direct {
        log_z: z.ln(),
        energy: e,
        variance: trace(&|_, x| (x - e).powi(2)),
        sites: (0..10)
            .map(|ia| diagonal(&|s| s >> (ia / 2) & 1 == ia % 2))
            .collect(),
        bonds: edges.iter().flat_map(pair).collect(),
        counts: (0..6).map(|c| diagonal(&|s| s.count_ones() == c)).collect(),
        lowest,
    };
    let x = (0..5)
        .map(|i| trace(&|v, _| (0..N).map(|s| v[s] * v[s ^ 1 << i]).sum()))
        .collect();
    (direct, x)
}

fn near(got: f64, want: f64) {
    assert!(
        (got - want).abs() < 1e-11 * (1.0 + want.abs()),
        "{got:.15} instead of {want:.15}"
    );
}

fn all_near(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).for_each(|(&g, &w)| near(g, w));
}

/// Everything but the levels.
fn same(model: Model<'_>, direct: &Direct) {
    let pulse = Pulse::new();
    let network = model.network("test", &pulse).unwrap();
    let thermal = crate::elimination::thermodynamics(&network, &pulse).unwrap();
    all_near(
        &[thermal.value, -thermal.first, thermal.second],
        &[direct.log_z, direct.energy, direct.variance],
    );
    let found = beliefs(&network, &pulse).unwrap();
    near(found.log_partition, direct.log_z);
    all_near(&found.sites, &direct.sites);
    all_near(&found.bonds, &direct.bonds);
    all_near(
        &count_distribution(&network, 1, &pulse).unwrap(),
        &direct.counts,
    );
    let ground = ground_state(&network, &pulse).unwrap();
    near(ground.energy, direct.lowest[0]);
    let same = direct
        .lowest
        .iter()
        .filter(|e| *e - direct.lowest[0] < 1e-9);
    let degeneracy = same.count();
    assert_eq!(ground.degeneracy, Some(degeneracy as u128));
    match direct.lowest.get(degeneracy) {
        Some(next) => near(ground.gap, next - direct.lowest[0]),
        None => assert_eq!(ground.gap, f64::INFINITY),
    }
    near(
        thermodynamics(model, &pulse).unwrap().log_partition,
        direct.log_z,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ising_is_the_sum_over_states((edges, numbers) in graphs(), beta in 0.0..3.0_f64) {
        let geometry = Geometry::graph(&edges, Some(5)).unwrap();
        let model = Ising::new(geometry, beta, numbers[..edges.len()].to_vec(), numbers[10..15].to_vec()).unwrap();
        same((&model).into(), &all_states((&model).into(), 2, &edges));
    }

    #[test]
    fn potts_is_the_sum_over_states((edges, numbers) in graphs(), beta in 0.0..3.0_f64, q in 2_i64..5) {
        let geometry = Geometry::graph(&edges, Some(5)).unwrap();
        let model = Potts::new(geometry, q, beta, numbers[..edges.len()].to_vec()).unwrap();
        same((&model).into(), &all_states((&model).into(), q as usize, &edges));
    }

    #[test]
    fn transverse_fields_are_the_dense_hamiltonian((edges, numbers) in graphs(), beta in 0.0..3.0_f64, which in 0_u8..32) {
        let geometry = Geometry::graph(&edges, Some(5)).unwrap();
        let lambda: Vec<f64> = (0..5).map(|i| if which >> i & 1 == 1 { numbers[15 + i] } else { 0.0 }).collect();
        let (j, h) = (numbers[..edges.len()].to_vec(), numbers[10..15].to_vec());
        let model = TransverseIsing::new(geometry, beta, j, h, lambda).unwrap();
        let (direct, x) = dense(&model, &edges);
        same((&model).into(), &direct);
        let network = Model::from(&model).network("test", &Pulse::new()).unwrap();
        let found = beliefs(&network, &Pulse::new()).unwrap();
        for (i, want) in x.iter().enumerate() {
            near(found.x[i], if which >> i & 1 == 1 { *want } else { 0.0 });
        }
    }
}
