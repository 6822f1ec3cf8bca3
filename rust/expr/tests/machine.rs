//! The vector machine against direct evaluation: equal bits at every level and width.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_range_loop
)]

mod common;

use common::{INPUTS, UNARIES, any_number, build, same, trees};
use proptest::prelude::*;
use quincunx_core::observe::{Evaluate, View};
use quincunx_core::simd::Level;
use quincunx_expr::{Binary, Dag, NodeId, Observed, Place, Program};

const PLACES: [Place; 4] = [
    Place::Row(0),
    Place::Row(1),
    Place::Uniform(0),
    Place::Row(2),
];
const LANES: usize = 24;

/// A program's outputs at every lane, at `level`.
fn run(program: &Program, level: Level, rows: &[Vec<f64>], uniform: f64) -> Vec<Vec<f64>> {
    let mut frame = program.frame(LANES / 8, 0);
    frame.set_uniform(0, uniform);
    for (r, row) in rows.iter().enumerate().take(program.inputs()) {
        for (l, &x) in row.iter().enumerate() {
            frame.row_mut(r)[l / 8][l % 8] = x;
        }
    }
    program.run(level, &mut frame, LANES / 8);
    (0..program.outputs())
        .map(|k| {
            let row = frame.row(program.output_row(k));
            (0..LANES).map(|l| row[l / 8][l % 8]).collect()
        })
        .collect()
}

fn direct(dag: &Dag, roots: &[NodeId], rows: &[Vec<f64>], uniform: f64, lane: usize) -> Vec<f64> {
    dag.evaluate(
        roots,
        &[rows[0][lane], rows[1][lane], uniform, rows[2][lane]],
    )
}

proptest! {
    #![proptest_config(common::config(600))]

    #[test]
    fn equal_bits_at_every_level(
        all in prop::collection::vec(trees(), 1..4),
        rows in prop::collection::vec(prop::collection::vec(any_number(), LANES), 3),
        uniform in any_number(),
    ) {
        let mut dag = Dag::new();
        let mut roots: Vec<NodeId> = all.iter().map(|t| build(t, &mut dag)).collect();
        roots.push(roots[0]);
        let program = Program::compile(&dag, &PLACES, &roots).unwrap();
        for level in Level::available() {
            let out = run(&program, level, &rows, uniform);
            for lane in 0..LANES {
                let want = direct(&dag, &roots, &rows, uniform, lane);
                let one: Vec<f64> = rows.iter().map(|r| r[lane]).collect();
                let single = program.eval(&one, &[uniform]);
                for k in 0..roots.len() {
                    prop_assert!(same(out[k][lane], want[k]), "{level}: {} for {}", out[k][lane], want[k]);
                    prop_assert!(same(single[k], want[k]), "single: {} for {}", single[k], want[k]);
                }
            }
        }
    }

    #[test]
    fn a_step_assigns_from_the_old_values(
        all in prop::collection::vec(trees(), 3),
        rows in prop::collection::vec(prop::collection::vec(any_number(), LANES), 3),
    ) {
        let mut dag = Dag::new();
        let roots: Vec<NodeId> = all.iter().map(|t| build(t, &mut dag)).collect();
        let assigned: Vec<(usize, NodeId)> = roots.iter().copied().enumerate().map(|(r, n)| ((r + 1) % 3, n)).collect();
        let program = Program::step(&dag, &PLACES, &assigned, &roots[..1]).unwrap();
        let out = run(&program, Level::detect(), &rows, 0.5);
        for lane in 0..LANES {
            let want = direct(&dag, &roots, &rows, 0.5, lane);
            for k in 0..3 {
                prop_assert!(same(out[k][lane], want[k]));
            }
            prop_assert!(same(out[3][lane], want[0]));
        }
    }

    #[test]
    fn the_update_at_the_end_of_a_step_has_the_bits_of_its_parts(
        tree in trees(),
        rows in prop::collection::vec(prop::collection::vec(any_number(), LANES), 3),
        (fixed, uniform) in (any_number(), any_number()),
        (swapped, turned) in (any::<bool>(), any::<bool>()),
    ) {
        let mut dag = Dag::new();
        let r = build(&tree, &mut dag);
        let [e, f, t] = [0, 1, 2].map(|i| dag.input(i));
        let fixed = dag.constant(fixed);
        let (h, s) = if swapped { (t, fixed) } else { (fixed, t) };
        let (rh, sf) = (dag.mul(r, h), dag.mul(s, f));
        let drift = if turned { dag.add(rh, e) } else { dag.add(e, rh) };
        let kick = if turned { dag.add(sf, drift) } else { dag.add(drift, sf) };
        for root in [drift, kick] {
            let program = Program::step(&dag, &PLACES, &[(0, root)], &[]).unwrap();
            let mut solo = program.solo();
            let all: Vec<_> = Level::available().into_iter().map(|level| run(&program, level, &rows, uniform)).collect();
            for lane in 0..LANES {
                let want = direct(&dag, &[root], &rows, uniform, lane)[0];
                let one: Vec<f64> = rows.iter().map(|r| r[lane]).collect();
                prop_assert!(all.iter().all(|out| same(out[0][lane], want)), "in lanes, for {want}");
                prop_assert!(same(program.eval(&one, &[uniform])[0], want), "evaluated once, for {want}");
                one.iter().enumerate().for_each(|(i, &x)| solo.set(i, x));
                solo.set_uniform(0, uniform);
                solo.step();
                prop_assert!(same(solo.get(0), want), "alone: {} for {want}", solo.get(0));
            }
        }
    }

    #[test]
    fn observers_see_the_same_bits(
        tree in trees(),
        data in prop::collection::vec(any_number(), 4 * 150),
        lanes in 1usize..150,
    ) {
        let mut dag = Dag::new();
        let root = build(&tree, &mut dag);
        let observed = Observed::new(&dag, root, 3).unwrap();
        let (t, view) = (&data[450..450 + lanes], View::new(&data[..450], 150, lanes));
        let mut out = vec![0.0; lanes];
        observed.evaluate(t, view, &mut Vec::new(), &mut out);
        for l in 0..lanes {
            let at: Vec<f64> = (0..3).map(|c| view.get(c, l)).chain([t[l]]).collect();
            prop_assert!(same(out[l], dag.evaluate(&[root], &at)[0]));
        }
    }
}

#[test]
fn every_function_at_its_edges() {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e-310,
        -1e-310,
        1e300,
        -1e300,
        709.9,
        -745.2,
        1e5,
        1e6,
        4_503_599_627_370_497.5,
        2.5,
        -2.5,
        f64::MIN_POSITIVE,
        f64::MAX,
        3.0,
        -3.0,
        1e-20,
    ];
    let mut dag = Dag::new();
    let (x, y) = (dag.input(0), dag.input(1));
    let mut roots: Vec<NodeId> = UNARIES.iter().map(|&op| dag.unary(op, x)).collect();
    roots.extend(common::BINARIES.iter().map(|&op| dag.binary(op, x, y)));
    let program = Program::compile(&dag, &PLACES, &roots).unwrap();
    for level in Level::available() {
        for shift in 0..special.len() {
            let turned: Vec<f64> = (0..LANES).map(|l| special[(l + shift) % LANES]).collect();
            let rows = [special.to_vec(), turned, special.to_vec()];
            let out = run(&program, level, &rows, 0.0);
            for lane in 0..LANES {
                let want = direct(&dag, &roots, &rows, 0.0, lane);
                for k in 0..roots.len() {
                    assert!(
                        same(out[k][lane], want[k]),
                        "{level} function {k} at {} {}: {} for {}",
                        rows[0][lane],
                        rows[1][lane],
                        out[k][lane],
                        want[k]
                    );
                }
            }
        }
    }
    let at = |x: f64| dag.evaluate(&roots[..UNARIES.len()], &[x, 0.0]);
    let (zero, infinite) = (at(0.0), at(f64::INFINITY));
    assert_eq!(
        zero[5..14],
        [1.0, f64::NEG_INFINITY, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(infinite[5..8], [f64::INFINITY; 3]);
    assert!(infinite[8].is_nan() && infinite[9].is_nan() && infinite[10].is_nan());
    assert_eq!((infinite[11], infinite[13]), (1.0, 1.0));
    assert!(at(-1.0)[6].is_nan() && at(-1.0)[7].is_nan());
    assert_eq!(at(-800.0)[5], 0.0);
    assert_eq!(at(800.0)[5], f64::INFINITY);
    assert!(
        (0..13).all(|k| at(f64::NAN)[k].is_nan()),
        "NaN passes through"
    );
}

#[test]
fn steps_of_the_double_well_and_of_lorenz_are_short() {
    let mut dag = Dag::new();
    let well = double_well(&mut dag);
    let places = [Place::Row(0), Place::Row(1)];
    let program = Program::step(&dag, &places, &[(0, well)], &[]).unwrap();
    assert_eq!(program.instructions(), 1);

    let mut dag = Dag::new();
    let lorenz = lorenz(&mut dag);
    let places: Vec<Place> = (0..6).map(Place::Row).collect();
    let program = Program::step(&dag, &places, &lorenz, &[]).unwrap();
    assert_eq!(program.instructions(), 3, "one for each state");
}

/// `((x . y) . t) . z` for all operations that can be joined: by itself, ended by a drift, and by a drift and noise.
#[test]
fn chains_of_all_operations_round_like_their_parts() {
    const JOINED: [Binary; 4] = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div];
    let mut dag = Dag::new();
    let [x, y, t, z] = [0, 1, 2, 3].map(|i| dag.input(i));
    let [dt, s] = [0.01, 0.3].map(|c| dag.constant(c));
    let number = |k: usize| (k as f64 * 0.7).sin() * 3.0;
    let rows: Vec<Vec<f64>> = (0..3)
        .map(|r| (0..LANES).map(|l| number(r * LANES + l)).collect())
        .collect();
    // The first operation, and each of the others with its operands in either order.
    for case in 0..4 * 8 * 8 {
        let (first, others) = (case % 4, [(case / 4 % 8, t), (case / 32, z)]);
        let mut value = dag.binary(JOINED[first], x, y);
        for (k, operand) in others {
            let (a, b) = if k < 4 {
                (value, operand)
            } else {
                (operand, value)
            };
            value = dag.binary(JOINED[k % 4], a, b);
        }
        let drift = dag.mul(value, dt);
        let so_far = dag.add(x, drift);
        let noise = dag.mul(s, z);
        let divides = first == 3 || others.iter().any(|(k, _)| k % 4 == 3);
        for root in [value, so_far, dag.add(so_far, noise)] {
            let program = Program::compile(&dag, &PLACES, &[root]).unwrap();
            assert!(divides || program.instructions() == 1);
            for level in Level::available() {
                let out = run(&program, level, &rows, 1.7);
                for lane in 0..LANES {
                    let want = direct(&dag, &[root], &rows, 1.7, lane);
                    assert!(same(out[0][lane], want[0]), "{level} case {case}");
                }
            }
        }
    }
}

/// `x + (x - x**3) dt + s dW`.
fn double_well(dag: &mut Dag) -> NodeId {
    let (x, w, dt, s) = (
        dag.input(0),
        dag.input(1),
        dag.constant(0.01),
        dag.constant(0.05),
    );
    let cube = dag.powi(x, 3);
    let drift = dag.sub(x, cube);
    em(dag, x, drift, dt, s, w)
}

fn em(dag: &mut Dag, x: NodeId, drift: NodeId, dt: NodeId, s: NodeId, w: NodeId) -> NodeId {
    let (a, b) = (dag.mul(drift, dt), dag.mul(s, w));
    let so_far = dag.add(x, a);
    dag.add(so_far, b)
}

fn lorenz(dag: &mut Dag) -> Vec<(usize, NodeId)> {
    let [x, y, z, wx, wy, wz] = [0, 1, 2, 3, 4, 5].map(|i| dag.input(i));
    let [sigma, rho, beta, dt, s] = [10.0, 28.0, 8.0 / 3.0, 0.01, 0.1].map(|c| dag.constant(c));
    let a = dag.sub(y, x);
    let fx = dag.mul(sigma, a);
    let a = dag.sub(rho, z);
    let a = dag.mul(x, a);
    let fy = dag.sub(a, y);
    let (a, b) = (dag.mul(x, y), dag.mul(beta, z));
    let fz = dag.sub(a, b);
    [(x, fx, wx), (y, fy, wy), (z, fz, wz)]
        .into_iter()
        .enumerate()
        .map(|(k, (x, f, w))| (k, em(dag, x, f, dt, s, w)))
        .collect()
}

#[test]
fn noise_drawn_ahead_is_shown_without_copies() {
    let mut dag = Dag::new();
    let well = double_well(&mut dag);
    let places = [Place::Row(0), Place::Row(1)];
    let program = Program::step(&dag, &places, &[(0, well)], &[]).unwrap();
    let mut frame = program.frame(2, 3);
    for k in 0..3 {
        for (c, chunk) in frame.spare_mut(k).iter_mut().enumerate() {
            for l in 0..8 {
                chunk[l] = (k * 16 + c * 8 + l) as f64 / 7.0;
            }
        }
    }
    for k in 0..3 {
        frame.show(1, k);
        program.run(Level::detect(), &mut frame, 2);
    }
    for lane in 0..16 {
        let mut x = 0.0;
        for k in 0..3 {
            x = dag.evaluate(&[well], &[x, (k * 16 + lane) as f64 / 7.0])[0];
        }
        assert_eq!(frame.row(0)[lane / 8][lane % 8], x);
    }
}

#[test]
fn what_depends_on_uniforms_alone_is_no_row_instruction() {
    let mut dag = Dag::new();
    let (x, t) = (dag.input(0), dag.input(2));
    let sine = dag.unary(quincunx_expr::Unary::Sin, t);
    let amplitude = dag.binary(Binary::Add, sine, t);
    let root = dag.mul(amplitude, x);
    let program = Program::compile(&dag, &PLACES, &[root, sine]).unwrap();
    assert_eq!(program.instructions(), 2, "one product, one copy");
    assert_eq!(program.eval(&[3.0], &[0.5])[0], (0.5f64.sin() + 0.5) * 3.0);
}

#[test]
fn inputs_without_a_place_are_told() {
    let mut dag = Dag::new();
    let far = dag.input(INPUTS + 3);
    assert!(Program::compile(&dag, &PLACES, &[far]).is_err());
    assert!(Program::step(&dag, &[Place::Row(0)], &[(1, far)], &[]).is_err());
}
