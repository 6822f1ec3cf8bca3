#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::{Pool, Pulse};

use super::proposal::{Propose, Use, with_proposals};
use super::walker::Walker;
use super::*;
use crate::levels::Units;
use crate::sample::Law;
use crate::work::Work;
use crate::{Geometry, Ising, Potts};

fn models() -> Vec<Law> {
    let torus = || Geometry::square([4, 3], [true, true]).unwrap();
    let graph = || Geometry::graph(&[[0, 1], [1, 2], [2, 0], [2, 3], [0, 1]], Some(5)).unwrap();
    let each = vec![0.5, -1.5, 1.0, 0.5, 0.0];
    let fields = vec![1.0, 0.0, -0.5, 0.5, 2.0];
    vec![
        Ising::new(torus(), 1.0, 1.0, 0.0).unwrap().into(),
        Ising::new(torus(), 1.0, -0.3, 0.6).unwrap().into(),
        Ising::new(graph(), 1.0, each.clone(), fields)
            .unwrap()
            .into(),
        Potts::new(torus(), 3, 1.0, 2.0).unwrap().into(),
        Potts::new(graph(), 5, 1.0, each).unwrap().into(),
        Potts::new(graph(), 4, 1.0, -1.0).unwrap().into(),
    ]
}

fn estimate(law: &Law, f_final: f64, walkers: i64, threads: usize) -> Levels {
    let (pool, pulse) = (Pool::of(threads).unwrap(), Pulse::new());
    let work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    let units = Units::of(law, None).unwrap();
    let found = WangLandau::new(f_final).unwrap();
    let found = found.run(&units, walkers, Key([3, 4]), work).unwrap();
    assert_eq!(pulse.fraction(), 1.0);
    found
}

/// The energy that a walker keeps is that of its state after every attempt.
struct Bookkeeping<'a>(&'a Units<'a>);

impl Use for Bookkeeping<'_> {
    type Out = ();

    fn with(self, moves: &impl Propose) {
        let grid = self.0.grid();
        let mut stream = Stream::at(Key([1, 1]), 0, Purpose::MAIN);
        let mut state = vec![self.0.law().value(0); self.0.geometry().n_sites()];
        for _ in 0..2000 {
            let before = self.0.level(&state);
            let proposal = moves.propose(&state, &mut stream);
            assert_ne!(state[proposal.site], proposal.value);
            state[proposal.site] = proposal.value;
            assert_eq!(self.0.level(&state), before + grid.step * proposal.places);
        }
        let mut walker = Walker::new(self.0, Key([2, 1]), 0);
        walker.run(moves, 1e-4, &Pulse::new()).unwrap();
        assert_eq!(walker.place, grid.index(self.0.level(&walker.state)));
    }
}

#[test]
fn the_energy_of_a_walker_is_that_of_its_state() {
    for law in models() {
        let units = Units::of(&law, None).unwrap();
        with_proposals(&units, Bookkeeping(&units));
    }
}

#[test]
fn the_counts_sum_to_all_states_and_do_not_depend_on_threads() {
    for law in models() {
        let one = estimate(&law, 1e-4, 5, 1);
        let two = estimate(&law, 1e-4, 5, 2);
        assert_eq!(one, two);
        let levels = one.energy.len();
        assert!(one.energy.is_sorted());
        let states = (law.values() as f64).powi(law.geometry().n_sites() as i32);
        for walker in one.walkers.chunks_exact(levels) {
            let sum: f64 = walker.iter().map(|g| g.exp()).sum();
            assert!((sum / states - 1.0).abs() < 1e-12);
        }
        // The walk ends when levels / attempts since the last new level reaches the floor.
        for attempts in one.attempts {
            let target = (levels as f64 / 1e-4) as u64;
            assert!((target..2 * target).contains(&attempts), "{attempts}");
        }
    }
}

#[test]
fn the_exact_counts_come_out() {
    for law in models() {
        let found = estimate(&law, 1e-5, 16, 2);
        let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
        let work = Work {
            pool: &pool,
            pulse: &pulse,
            max_bytes: 1 << 30,
        };
        let exact = crate::levels::density_of_states(&law, None, work).unwrap();
        assert_eq!(found.energy, exact.energy);
        let levels = exact.energy.len();
        for (k, count) in exact.counts.iter().enumerate() {
            let column = || found.walkers.iter().skip(k).step_by(levels);
            let mean = column().sum::<f64>() / 16.0;
            let spread = column().map(|g| (g - mean).powi(2)).sum::<f64>() / 15.0;
            let error = (spread / 16.0).sqrt();
            let exact = (u64::try_from(count).unwrap() as f64).ln();
            assert!(error < 0.06, "{error}");
            assert!(
                (mean - exact).abs() < 8.0 * error + 1e-12,
                "{mean} {exact} {error}"
            );
        }
    }
}

#[test]
fn wrong_choices_are_named_and_a_walk_can_be_stopped() {
    for f_final in [0.0, 1.0, f64::NAN, -1.0] {
        let message = WangLandau::new(f_final).unwrap_err().to_string();
        assert!(message.ends_with("must be >= 1e-12 and < 1"), "{message}");
    }
    let law = &models()[0];
    let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
    let mut work = Work {
        pool: &pool,
        pulse: &pulse,
        max_bytes: 1 << 30,
    };
    let units = Units::of(law, None).unwrap();
    let walk = WangLandau::new(1e-9).unwrap();
    assert!(walk.run(&units, 0, Key([0, 0]), work).is_err());
    pulse.cancel();
    assert!(walk.run(&units, 1, Key([0, 0]), work).is_err());
    work.max_bytes = 100;
    let message = walk
        .run(&units, 3, Key([0, 0]), work)
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("WangLandau: 3 walkers over 25 levels needs"),
        "{message}"
    );
}

proptest! {
    #[test]
    fn every_level_found_is_one_of_the_model(seed: u64, j in -3_i32..4, h in -2_i32..3) {
        let chain = Geometry::graph(&[[0, 1], [1, 2], [2, 3], [3, 0]], None).unwrap();
        let law: Law = Ising::new(chain, 1.0, f64::from(j), f64::from(h)).unwrap().into();
        let (pool, pulse) = (Pool::of(1).unwrap(), Pulse::new());
        let work = Work { pool: &pool, pulse: &pulse, max_bytes: 1 << 30 };
        let units = Units::of(&law, Some(1.0)).unwrap();
        let found = WangLandau::new(1e-3).unwrap().run(&units, 2, Key([seed, 0]), work).unwrap();
        let exact = crate::levels::density_of_states(&law, Some(1.0), work).unwrap();
        prop_assert_eq!(found.energy, exact.energy);
    }
}
