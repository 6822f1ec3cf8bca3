//! Paths: the same bits however a run is cut, and the marginal law of the exact answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use quincunx_chain::{Begin, Input, JumpPaths, MarkovChain, MarkovJump, StepPaths, transient};
use quincunx_core::observe::{
    Array, Endings, Fold, Kind, Observable, Observer, Output, Part, Plan, Reduce, Status, Times,
};
use quincunx_core::rng::Key;
use quincunx_core::run::{Ensemble, Kernel, Piece, Pool, Pulse, Set, Starts};

const P: [f64; 9] = [0.5, 0.3, 0.2, 0.2, 0.6, 0.2, 0.1, 0.3, 0.6];

fn chain(p: &[f64]) -> MarkovChain {
    let n = p.len().isqrt();
    MarkovChain::new(Input::Dense {
        rows: n,
        columns: n,
        values: p,
    })
    .unwrap()
}

fn jump(q: &[f64]) -> MarkovJump {
    let n = q.len().isqrt();
    MarkovJump::new(Input::Dense {
        rows: n,
        columns: n,
        values: q,
    })
    .unwrap()
}

fn steps(chain: &MarkovChain, begin: Begin) -> Arc<dyn Kernel> {
    Arc::new(StepPaths::new(Arc::new(chain.tables().unwrap()), begin))
}

fn jumps(law: &MarkovJump, begin: Begin) -> Arc<dyn Kernel> {
    Arc::new(JumpPaths::new(law, Arc::new(law.tables().unwrap()), begin))
}

fn ensemble(kernel: &Arc<dyn Kernel>, observer: Observer, t1: f64) -> Ensemble {
    together(kernel, vec![observer], t1)
}

fn together(kernel: &Arc<dyn Kernel>, observers: Vec<Observer>, t1: f64) -> Ensemble {
    let part = |o| Part::new(o, vec![Observable::Columns(0..1)]).unwrap();
    let parts: Vec<Part> = observers.into_iter().map(part).collect();
    let set = Set {
        kernel: Arc::clone(kernel),
        starts: Arc::new(Starts::Own),
        key: Key([3, 4]),
        plan: Arc::new(Plan::new(parts, t1)),
    };
    let fold = Fold {
        reduce: Reduce::Keep,
        rewrite: None,
    };
    let folds = vec![fold; set.plan.parts.len()];
    Ensemble::new(vec![set], folds, (0.0, t1)).unwrap()
}

fn numbers(out: &(Vec<Output>, Endings)) -> Vec<i64> {
    match &out.0[0] {
        Output::Values(arrays) => match &arrays[0] {
            Array::Int(a) => a.clone(),
            other => panic!("{other:?} is not {:?}", Kind::Int),
        },
        other => panic!("{other:?}"),
    }
}

fn simulate(e: &Ensemble, n: u64, threads: usize) -> (Vec<Output>, Endings) {
    e.simulate(n, &Pool::of(threads).unwrap(), &Pulse::new())
        .unwrap()
}

fn grid(t1: f64) -> Observer {
    Observer::Grid {
        times: (0..=10).map(|k| t1 * f64::from(k) / 10.0).collect(),
    }
}

fn both() -> [(Arc<dyn Kernel>, f64); 2] {
    let q = [-3.0, 2.0, 1.0, 0.5, -1.0, 0.5, 2.0, 2.0, -4.0];
    let law = [0.2, 0.3, 0.5];
    [
        (steps(&chain(&P), Begin::from_law(&law, 3).unwrap()), 50.0),
        (jumps(&jump(&q), Begin::from_law(&law, 3).unwrap()), 7.5),
    ]
}

#[test]
fn prefixes_threads_and_cuts_leave_the_bits_alone() {
    for (kernel, t1) in both() {
        let e = ensemble(&kernel, grid(t1), t1);
        let all = numbers(&simulate(&e, 100, 1));
        assert_eq!(numbers(&simulate(&e, 100, 3)), all);
        assert_eq!(numbers(&simulate(&e, 13, 1))[..], all[..13 * 11]);
        let pool = Pool::of(2).unwrap();
        let mut pieces = vec![Piece::new(0, 0..9), Piece::new(0, 9..100)];
        for until in [t1 * 0.3, t1 * 0.6, t1] {
            let until = if t1 == 50.0 { until.floor() } else { until };
            pieces = e.advance(pieces, until, &pool, &Pulse::new()).unwrap();
        }
        assert_eq!(numbers(&e.collect(100, pieces).unwrap()), all);
    }
}

#[test]
fn watching_does_not_change_a_path() {
    for (kernel, t1) in both() {
        let quiet = simulate(&ensemble(&kernel, grid(t1), t1), 20, 1);
        let e = ensemble(&kernel, Observer::Events, t1);
        let seen = simulate(&e, 20, 1);
        let Output::Events {
            offsets,
            times,
            values,
            ..
        } = &seen.0[0]
        else {
            panic!("{seen:?}")
        };
        let Array::Int(states) = &values[0] else {
            panic!()
        };
        let mut at_end = Vec::new();
        for r in 0..20 {
            let (a, b) = (offsets[r] as usize, offsets[r + 1] as usize);
            assert!(times[a] == 0.0 && times[a..b].is_sorted());
            at_end.push(states[b - 1]);
        }
        let grid = numbers(&quiet);
        assert_eq!(
            grid.iter()
                .skip(10)
                .step_by(11)
                .copied()
                .collect::<Vec<_>>(),
            at_end
        );
        assert_eq!(quiet.1.events, seen.1.events);
    }
}

#[test]
fn observers_of_one_run_see_what_each_sees_alone() {
    for (kernel, t1) in both() {
        let step = t1 / 25.0;
        let regular = Times::Regular {
            first: step,
            step,
            count: 25,
            last: t1,
        };
        let observers = vec![
            grid(t1),
            Observer::Grid { times: regular },
            Observer::Grid {
                times: vec![step, t1].into(),
            },
            Observer::Autocorrelation {
                from: 0.0,
                spacing: step,
                lags: vec![0, 1, 3],
            },
        ];
        let (all, _) = simulate(&together(&kernel, observers.clone(), t1), 11, 1);
        for (observer, seen) in observers.into_iter().zip(all) {
            let (alone, _) = simulate(&ensemble(&kernel, observer, t1), 11, 1);
            assert_eq!(format!("{:?}", [seen]), format!("{alone:?}"));
        }
    }
}

/// Chi-square statistic of the final states against the exact law.
fn chi2(kernel: &Arc<dyn Kernel>, t1: f64, exact: &[f64]) -> f64 {
    let n = 40_000;
    let e = ensemble(
        kernel,
        Observer::Grid {
            times: vec![t1].into(),
        },
        t1,
    );
    let ends = numbers(&simulate(&e, n, 1));
    let mut counts = vec![0.0; exact.len()];
    ends.iter().for_each(|&s| counts[s as usize] += 1.0);
    counts
        .iter()
        .zip(exact)
        .map(|(c, p)| (c - n as f64 * p).powi(2) / (n as f64 * p))
        .sum()
}

#[test]
fn the_final_state_has_the_exact_law() {
    // Chi-square with 2 degrees of freedom: exp(-x/2) = 1e-9 at x = 41.
    let law = [0.2, 0.3, 0.5];
    let options = transient::Options::default();
    let [(walk, _), (hop, _)] = both();
    let exact = chain(&P)
        .transient(&law, &[3], options, &Pulse::new())
        .unwrap();
    assert!(chi2(&walk, 3.0, &exact.laws) < 41.0);
    let wrong = chain(&P)
        .transient(&law, &[1], options, &Pulse::new())
        .unwrap();
    assert!(chi2(&walk, 3.0, &wrong.laws) > 41.0);
    let q = [-3.0, 2.0, 1.0, 0.5, -1.0, 0.5, 2.0, 2.0, -4.0];
    let exact = jump(&q)
        .transient(&law, &[0.3], options, &Pulse::new())
        .unwrap();
    assert!(chi2(&hop, 0.3, &exact.laws) < 41.0);
    let wrong = jump(&q)
        .transient(&law, &[0.25], options, &Pulse::new())
        .unwrap();
    assert!(chi2(&hop, 0.3, &wrong.laws) > 41.0);
}

#[test]
fn absorbing_states_end_the_path() {
    let walk = steps(&chain(&[0.5, 0.5, 0.0, 1.0]), Begin::Given);
    let hop = jumps(&jump(&[-1.0, 1.0, 0.0, 0.0]), Begin::Given);
    for kernel in [walk, hop] {
        let out = simulate(&ensemble(&kernel, grid(1000.0), 1000.0), 9, 1);
        assert!(
            out.1
                .status
                .iter()
                .all(|&s| Status::ALL[s as usize] == Status::Absorbed)
        );
        assert!(
            numbers(&out)
                .chunks(11)
                .all(|path| path[0] == 0 && path[1..].iter().all(|&s| s == 1))
        );
    }
}
