//! The run loop on kernels that move several parameter sets together.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use proptest::prelude::*;
use quincunx_core::Result;
use quincunx_core::observe::{
    Array, Clock, Condition, Evaluate, Fold, Hold, Kind, Observable, Observer, Output, Part, Plan,
    Reduce, Tally, View,
};
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Quantity, Set, Starts, Task};

/// Two walks to the right that change places at random; the second is twice as fast.
#[derive(Debug)]
struct Pair;

impl Kernel for Pair {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity::scalar("x", Kind::Int)]
    }

    fn rungs(&self) -> usize {
        2
    }

    fn tallies(&self) -> Vec<&'static str> {
        vec!["swaps", "steps"]
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        for slot in 0..task.slots() {
            let at = [task.track(slot, 0), task.track(slot, 1)];
            if at.iter().all(|&a| task.recorder.done(a)) {
                continue;
            }
            let (mut x, mut stream): ([f64; 2], Stream) = if task.is_fresh() {
                let start = task.start(slot).unwrap();
                let stream = Stream::at(task.key, task.replica(slot), Purpose::MAIN);
                ([start[0], start[1]], stream)
            } else {
                task.resume(slot)?
            };
            let mut t = task.from();
            loop {
                for (&a, x) in at.iter().zip(&x) {
                    if task.recorder.next_look(a) <= t {
                        task.recorder.look(a, View::single(&[*x]));
                    }
                }
                if t >= task.until() || at.iter().all(|&a| task.recorder.done(a)) {
                    break;
                }
                for (&a, x) in at.iter().zip(&x) {
                    let hold = Hold {
                        slot: a as u32,
                        from: t,
                        to: t + 1.0,
                    };
                    task.recorder.hold(&[hold], View::single(&[*x]));
                }
                let word = stream.word();
                x[0] += (word & 1) as f64;
                x[1] += (2 * (word >> 1 & 1)) as f64;
                let swap = word >> 63;
                if swap == 1 {
                    x.swap(0, 1);
                }
                t += 1.0;
                let tally = |sum| Tally { sum, terms: 1 };
                task.recorder.tally(at[0], 0, tally(swap));
                task.recorder.tally(at[1], 1, tally(1));
                at.iter().for_each(|&a| task.recorder.count(a, 1));
            }
            task.keep(slot, t, &(x, &stream))?;
            if task.is_last() {
                for (&a, x) in at.iter().zip(&x) {
                    task.recorder.finish(a, task.until(), View::single(&[*x]));
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct AtLeast(f64);

impl Evaluate for AtLeast {
    fn evaluate(&self, _t: &[f64], view: View<'_>, _scratch: &mut Vec<f64>, out: &mut [f64]) {
        let holds = |x: &f64| f64::from(*x >= self.0);
        out.iter_mut()
            .zip(view.column(0))
            .for_each(|(o, x)| *o = holds(x));
    }
}

fn ensemble(observers: Vec<(Observer, Reduce)>, end: f64) -> Ensemble {
    let part = |o| Part::new(o, vec![Observable::Columns(0..1)]).unwrap();
    let fold = |reduce| Fold {
        reduce,
        rewrite: None,
    };
    let (parts, folds) = observers
        .into_iter()
        .map(|(o, reduce)| (part(o), fold(reduce)))
        .unzip();
    let set = |start: f64, key| Set {
        kernel: Arc::new(Pair),
        starts: Arc::new(Starts::Shared(vec![start, start + 100.0])),
        key: Key([key, 2]),
        plan: Arc::new(Plan::new(Vec::clone(&parts), end)),
    };
    Ensemble::new(vec![set(0.0, 1), set(1000.0, 7)], folds, (0.0, end)).unwrap()
}

fn grid(times: &[f64]) -> Observer {
    Observer::Grid {
        times: times.to_vec().into(),
    }
}

fn passage(level: f64) -> Observer {
    let condition = Condition {
        formula: Arc::new(AtLeast(level)),
        level: None,
    };
    Observer::FirstPassage {
        conditions: vec![condition],
    }
}

#[test]
fn every_rung_is_a_parameter_set() {
    let keep = vec![(grid(&[0.0, 5.0]), Reduce::Keep)];
    let run = ensemble(keep, 5.0);
    assert_eq!(run.sets(), 4);
    let (out, ends) = run
        .simulate(3, &Pool::of(2).unwrap(), &Pulse::new())
        .unwrap();
    let Output::Values(arrays) = &out[0] else {
        panic!("{out:?}")
    };
    let Array::Int(x) = &arrays[0] else {
        panic!("{arrays:?}")
    };
    // (set, replica, time): the starts tell which is which
    let starts: Vec<i64> = x.iter().step_by(2).copied().collect();
    let expected = [0, 100, 1000, 1100].map(|s| [s; 3]).concat();
    assert_eq!(starts, expected);
    // A sum over the rungs of a group does not notice swaps.
    assert!(x[1] + x[7] - 100 <= 15 && x[1] + x[7] - 100 >= 0);
    let (swaps, steps) = (&ends.tallies[0], &ends.tallies[1]);
    assert_eq!((swaps.0, steps.0), ("swaps", "steps"));
    let terms = |tallies: &[Tally]| tallies.iter().map(|t| t.terms).collect::<Vec<_>>();
    assert_eq!(terms(&swaps.1), [15, 0, 15, 0]);
    assert_eq!(terms(&steps.1), [0, 15, 0, 15]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn pieces_and_stops_do_not_change_the_bits(n in 1_u64..30, stops in prop::collection::vec(0_u32..40, 0..4)) {
        // A passage ends rungs and replicas at different times, long before the others and the stops.
        let observers = [
            vec![(passage(8.0), Reduce::Keep)],
            vec![(grid(&[0.0, 3.0, 40.0]), Reduce::Keep), (passage(103.0), Reduce::Keep)],
            vec![(grid(&[40.0]), Reduce::Moments { order: 2, cov: false })],
        ];
        let pool = Pool::of(2).unwrap();
        for observers in observers {
            let run = ensemble(observers, 40.0);
            let (whole, ends) = run.simulate(n, &pool, &Pulse::new()).unwrap();
            let mut pieces = vec![Piece::new(0, 0..n), Piece::new(1, 0..n)];
            let mut stops = stops.clone();
            stops.sort_unstable();
            for stop in stops.into_iter().chain([40]) {
                pieces = run.advance(pieces, f64::from(stop), &pool, &Pulse::new()).unwrap();
                let bytes: Vec<Vec<u8>> = pieces.iter().map(|p| p.to_bytes().unwrap()).collect();
                pieces = bytes.iter().map(|b| Piece::from_bytes(b).unwrap()).collect();
            }
            let (again, ends_again) = run.collect(n, pieces).unwrap();
            prop_assert_eq!(&whole_of(&whole), &whole_of(&again));
            prop_assert_eq!(ends.events, ends_again.events);
            prop_assert_eq!(ends.tallies, ends_again.tallies);
        }
    }
}

fn whole_of(outputs: &[Output]) -> String {
    format!("{outputs:?}")
}
