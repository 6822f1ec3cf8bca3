//! The run loop on a law small enough to follow by hand: a walk that goes up by 1 with probability 1/2.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use proptest::prelude::*;
use quincunx_core::observe::{
    Array, Clock, Condition, Evaluate, Fold, Hold, Kind, Observable, Observer, Output, Part, Plan,
    Reduce, Status, Tally, View,
};
use quincunx_core::rng::{Key, Purpose, Stream};
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Quantity, Set, Starts, Task};
use quincunx_core::{Error, Result};

/// Counts heads; fails on a replica number if asked to.
#[derive(Debug)]
struct Heads {
    fails: Option<u64>,
}

impl Kernel for Heads {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity::scalar("x", Kind::Int)]
    }

    fn tallies(&self) -> Vec<&'static str> {
        vec!["heads"]
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        for slot in 0..task.slots() {
            if task.recorder.done(slot) {
                continue;
            }
            let (mut k, mut x, mut stream): (u64, f64, Stream) = if task.is_fresh() {
                let start = task.start(slot).map_or(0.0, |row| row[0]);
                (
                    0,
                    start,
                    Stream::at(task.key, task.replica(slot), Purpose::MAIN),
                )
            } else {
                task.resume(slot)?
            };
            loop {
                while task.recorder.next_look(slot) <= k as f64 {
                    task.recorder.look(slot, View::single(&[x]));
                }
                if k as f64 >= task.until() || task.recorder.done(slot) {
                    break;
                }
                let hold = Hold {
                    slot: slot as u32,
                    from: k as f64,
                    to: (k + 1) as f64,
                };
                task.recorder.hold(&[hold], View::single(&[x]));
                let up = stream.word() >> 63;
                x += up as f64;
                k += 1;
                task.recorder.count(slot, 1);
                let tally = Tally { sum: up, terms: 1 };
                task.recorder.tally(slot, 0, tally);
                if self.fails == Some(task.replica(slot)) && k == 3 {
                    task.recorder.fail(slot, Status::Diverged, k as f64, &[x]);
                }
            }
            task.keep(slot, task.until(), &(k, x, &stream))?;
            if task.is_last() {
                task.recorder.finish(slot, task.until(), View::single(&[x]));
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct AtLeast(f64);

impl Evaluate for AtLeast {
    fn evaluate(&self, _t: &[f64], view: View<'_>, _scratch: &mut Vec<f64>, out: &mut [f64]) {
        out.iter_mut()
            .zip(view.column(0))
            .for_each(|(o, x)| *o = f64::from(*x >= self.0));
    }
}

fn ensemble(end: f64, fails: Option<u64>, observers: Vec<(Observer, Reduce)>) -> Ensemble {
    let x = || vec![Observable::Columns(0..1)];
    let (parts, folds) = observers
        .into_iter()
        .map(|(o, reduce)| {
            (
                Part::new(o, x()).unwrap(),
                Fold {
                    reduce,
                    rewrite: None,
                },
            )
        })
        .unzip();
    let plan = Plan::new(parts, end);
    let set = Set {
        kernel: Arc::new(Heads { fails }),
        starts: Arc::new(Starts::Shared(vec![0.0])),
        key: Key([1, 2]),
        plan: Arc::new(plan),
    };
    Ensemble::new(vec![set], folds, (0.0, end)).unwrap()
}

fn grid(times: &[f64]) -> Observer {
    Observer::Grid {
        times: times.to_vec().into(),
    }
}

fn ints(output: &Output) -> Vec<i64> {
    match output {
        Output::Values(arrays) => match &arrays[0] {
            Array::Int(a) => a.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn floats(output: &Output) -> Vec<f64> {
    match output {
        Output::Values(arrays) => match &arrays[0] {
            Array::Float(a) => a.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_observer_sees_the_same_path() {
    let times: Vec<f64> = (0..=6).map(f64::from).collect();
    let run = ensemble(
        6.0,
        None,
        vec![
            (grid(&times), Reduce::Keep),
            (Observer::TimeAverage { from: 2.0 }, Reduce::Keep),
            (
                Observer::Extremum {
                    from: 0.0,
                    largest: true,
                },
                Reduce::Keep,
            ),
            (
                Observer::Occupation {
                    from: 0.0,
                    edges: vec![0.0, 1.0, 2.0],
                },
                Reduce::Keep,
            ),
            (
                Observer::FirstPassage {
                    conditions: vec![Condition {
                        formula: Arc::new(AtLeast(2.0)),
                        level: None,
                    }],
                },
                Reduce::Keep,
            ),
            (
                grid(&times),
                Reduce::Histogram {
                    edges: vec![0.0, 1.0, 2.0],
                },
            ),
        ],
    );
    let n = 50;
    let (out, endings) = run
        .simulate(n, &Pool::of(2).unwrap(), &Pulse::new())
        .unwrap();
    assert_eq!(endings.events, 6 * n);
    let paths = ints(&out[0]);
    let heads = Tally {
        sum: paths.chunks(7).map(|path| path[6] as u64).sum(),
        terms: 6 * n,
    };
    assert_eq!(endings.tallies, [("heads", vec![heads])]);
    let (average, passage) = (floats(&out[1]), floats(&out[4]));
    for (i, path) in paths.chunks(7).enumerate() {
        assert_eq!(average[i], path[2..].iter().sum::<i64>() as f64 / 5.0);
        assert_eq!(ints(&out[2])[i], path[6]);
        let cells = &floats(&out[3])[4 * i..4 * i + 4];
        let count = |f: &dyn Fn(i64) -> bool| path.iter().filter(|&&x| f(x)).count() as f64;
        assert_eq!(
            cells,
            [
                count(&|x| x == 0),
                count(&|x| x == 1),
                0.0,
                count(&|x| x >= 2)
            ]
        );
        let hit = path
            .iter()
            .position(|&x| x >= 2)
            .map_or(f64::INFINITY, |k| k as f64);
        assert_eq!(passage[i], hit);
    }
    let Output::Histogram(counts) = &out[5] else {
        panic!("no histogram")
    };
    assert_eq!(counts.iter().sum::<i64>(), 7 * n as i64);
    assert_eq!(counts[..4], [n as i64, 0, 0, 0]);
}

#[test]
fn a_failed_replica_stops_alone() {
    let run = ensemble(6.0, Some(7), vec![(grid(&[0.0, 2.0, 6.0]), Reduce::Keep)]);
    let (out, endings) = run
        .simulate(20, &Pool::of(1).unwrap(), &Pulse::new())
        .unwrap();
    assert_eq!(
        (endings.failed, endings.status[7]),
        (1, Status::Diverged as u8)
    );
    let (row, time, state) = endings.failure.unwrap();
    assert_eq!((row, time, state.len()), (7, 3.0, 1));
    // Later integers hold the last value that was seen.
    let path = &ints(&out[0])[21..24];
    assert_eq!(path[2], path[1]);
}

#[test]
fn when_the_whole_first_block_fails_nothing_else_counts() {
    #[derive(Debug)]
    struct Hopeless {
        /// The first block ends after another one.
        last: bool,
        others: AtomicU64,
    }
    impl Kernel for Hopeless {
        fn clock(&self) -> Clock {
            Clock::Steps
        }
        fn quantities(&self) -> Vec<Quantity> {
            vec![Quantity::scalar("x", Kind::Float)]
        }
        fn run(&self, task: &mut Task<'_>) -> Result<()> {
            if task.replica(0) < 1024 {
                while self.last && self.others.load(Relaxed) == 0 {
                    std::thread::yield_now();
                }
            } else {
                self.others.fetch_add(1, Relaxed);
            }
            (0..task.slots()).for_each(|s| task.recorder.fail(s, Status::Diverged, 0.0, &[0.0]));
            Ok(())
        }
    }
    for threads in [1, 2, 3] {
        let kernel = Arc::new(Hopeless {
            last: threads > 1,
            others: AtomicU64::new(0),
        });
        let parts = vec![Part::new(grid(&[1.0]), vec![Observable::Columns(0..1)]).unwrap()];
        let set = Set {
            kernel: kernel.clone(),
            starts: Arc::new(Starts::Own),
            key: Key([0, 0]),
            plan: Arc::new(Plan::new(parts, 1.0)),
        };
        let fold = Fold {
            reduce: Reduce::Keep,
            rewrite: None,
        };
        let run = Ensemble::new(vec![set], vec![fold], (0.0, 1.0)).unwrap();
        let pool = Pool::of(threads).unwrap();
        let (_, endings) = run.simulate(5000, &pool, &Pulse::new()).unwrap();
        assert_eq!(endings.failed, 1024);
        assert_eq!(endings.status[4000], Status::Truncated as u8);
        assert_eq!(kernel.others.load(Relaxed) > 0, threads > 1);
    }
}

#[test]
fn a_cancelled_run_says_so() {
    let run = ensemble(1e6, None, vec![(grid(&[1e6]), Reduce::Keep)]);
    let pulse = Pulse::new();
    pulse.cancel();
    let ended = run.simulate(10, &Pool::of(1).unwrap(), &pulse);
    assert!(matches!(ended, Err(Error::Cancelled)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn pieces_and_stops_do_not_change_the_bits(
        n in 1_u64..40,
        cut in 1_u64..40,
        stop in 0_u32..9,
        threads in 1_usize..4,
    ) {
        let observers = || vec![
            (grid(&[0.0, 3.0, 4.0, 8.0]), Reduce::Keep),
            (Observer::TimeAverage { from: 1.0 }, Reduce::Keep),
            (grid(&[8.0]), Reduce::Moments { order: 3, cov: true }),
        ];
        let run = ensemble(8.0, None, observers());
        let pool = Pool::of(threads).unwrap();
        let (whole, ends) = run.simulate(n, &pool, &Pulse::new()).unwrap();
        let cut = cut.min(n);
        let mut pieces = vec![Piece::new(0, 0..cut)];
        if cut < n {
            pieces.push(Piece::new(0, cut..n));
        }
        let halfway = run.advance(pieces, f64::from(stop), &pool, &Pulse::new()).unwrap();
        let bytes: Vec<Vec<u8>> = halfway.iter().map(|p| p.to_bytes().unwrap()).collect();
        let read = bytes.iter().map(|b| Piece::from_bytes(b).unwrap()).collect();
        let done = run.advance(read, 8.0, &pool, &Pulse::new()).unwrap();
        let (again, ends_again) = run.collect(n, done.clone()).unwrap();
        prop_assert_eq!(&ends.tallies, &ends_again.tallies);
        prop_assert_eq!(ends.tallies[0].1[0].terms, 8 * n);
        // A longer run goes on from the counts at the end of this one.
        let longer = ensemble(11.0, None, observers());
        let on = longer.advance(longer.replan(done).unwrap(), 11.0, &pool, &Pulse::new()).unwrap();
        let (_, on) = longer.collect(n, on).unwrap();
        let (_, straight) = longer.simulate(n, &pool, &Pulse::new()).unwrap();
        prop_assert_eq!(on.tallies, straight.tallies);
        prop_assert_eq!(format!("{whole:?}"), format!("{again:?}"));
    }
}
