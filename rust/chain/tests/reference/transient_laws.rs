//! Laws on their way, with their bounds.

use quincunx_chain::{MarkovJump, transient};
use quincunx_core::markov::PoissonWeights;
use quincunx_core::run::Pulse;

use crate::stationary_laws::birth_death;
use crate::{chain, close, jump, options};

#[test]
fn right_points_of_the_poisson_law() {
    let right = |q: f64, tail: f64| {
        let law = PoissonWeights::new(q, tail * 1e-6).unwrap();
        let mut beyond = 0.0;
        (law.left..=law.right())
            .rev()
            .find(|&k| {
                beyond += law.at(k);
                beyond > tail
            })
            .unwrap()
    };
    for (q, r8, r12) in [(1.0, 11, 14), (50.0, 94, 107), (1000.0, 1182, 1230)] {
        assert_eq!((right(q, 1e-8), right(q, 1e-12)), (r8, r12));
    }
}

fn queue(lambda: f64, mu: f64, k: usize) -> MarkovJump {
    let n = k + 1;
    let mut q = vec![0.0; n * n];
    for i in 0..n {
        if i > 0 {
            q[i * n + i - 1] = mu;
            q[i * n + i] -= mu;
        }
        if i < k {
            q[i * n + i + 1] = lambda;
            q[i * n + i] -= lambda;
        }
    }
    jump(n, &q)
}

#[test]
fn queue_from_empty() {
    let q = queue(0.8, 1.0, 5);
    let pi = q.stationary(options(None), &Pulse::new()).unwrap().laws;
    close(&pi[5..], &[0.08881949865556425], 1e-13);
    let number: f64 = pi.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
    close(&[number], &[1.868332032266459], 1e-13);
    let p0 = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let law = |t: &[f64]| {
        q.transient(&p0, t, transient::Options { tol: 1e-13 }, &Pulse::new())
            .unwrap()
    };
    let got = law(&[10.0, 0.0, 1.0]);
    let exact = [
        0.597398751620516,
        0.285242004545257,
        0.091214741696849,
        0.02148510556656,
        0.003982499806815,
        0.000676896764003,
    ];
    for (a, b) in got.laws[12..].iter().zip(&exact) {
        assert!((a - b).abs() < 1e-12);
    }
    assert!((got.laws[0] - 0.292725013513399).abs() < 1e-12);
    assert!((got.laws[5] - 0.074984069513136).abs() < 1e-12);
    assert_eq!(&got.laws[6..12], &p0);
    assert!(got.bound[0] < 1.5e-13 + 1e-13);
    // t huge: the steady state, with a bound that still holds.
    let far = law(&[1e9]);
    let worst: f64 = far.laws.iter().zip(&pi).map(|(a, b)| (a - b).abs()).sum();
    assert!(
        worst <= far.bound[0] && far.bound[0] < 1e-11,
        "{worst} {}",
        far.bound[0]
    );
    assert!(law(&[0.0]).products == 0);
    let bad = q.transient(&p0, &[-1.0], transient::Options::default(), &Pulse::new());
    assert_eq!(
        bad.unwrap_err().to_string(),
        "t[0] = -1.0: must be finite and >= 0"
    );
    let bad = q.transient(
        &[0.5, 0.6],
        &[1.0],
        transient::Options::default(),
        &Pulse::new(),
    );
    assert_eq!(
        bad.unwrap_err().to_string(),
        "p0 = 2 entries: must have one entry per state, 6"
    );
}

#[test]
fn two_states() {
    let (a, b) = (0.3, 0.1);
    let two = chain(2, &[1.0 - a, a, b, 1.0 - b]);
    let got = two
        .transient(
            &[1.0, 0.0],
            &[5, 0, 1, 100],
            transient::Options::default(),
            &Pulse::new(),
        )
        .unwrap();
    let exact = |t: i32| b / (a + b) + a / (a + b) * (1.0 - a - b).powi(t);
    close(
        &[got.laws[0], got.laws[2], got.laws[4], got.laws[6]],
        &[0.30832, 1.0, 0.7, exact(100)],
        1e-13,
    );
    let bad = two.transient(
        &[1.0, 0.0],
        &[-1],
        transient::Options::default(),
        &Pulse::new(),
    );
    assert_eq!(bad.unwrap_err().to_string(), "t[0] = -1: must be >= 0");
}

#[test]
fn a_periodic_chain_never_settles_and_says_so() {
    let swap = chain(2, &[0.0, 1.0, 1.0, 0.0]);
    let law = |t| {
        swap.transient(
            &[1.0, 0.0],
            &[t],
            transient::Options::default(),
            &Pulse::new(),
        )
    };
    assert_eq!(law(100_001).unwrap().laws, vec![0.0, 1.0]);
    assert!(
        law(1_000_000_001)
            .unwrap_err()
            .to_string()
            .contains("1000000001 products")
    );
    // In continuous time it settles.
    let spin = jump(2, &[-1.0, 1.0, 1.0, -1.0]);
    let law = spin
        .transient(
            &[1.0, 0.0],
            &[1e9],
            transient::Options::default(),
            &Pulse::new(),
        )
        .unwrap();
    close(&law.laws, &[0.5, 0.5], 1e-12);
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (q, _) = birth_death(20_000);
    let mut p0 = vec![0.0; 20_000];
    p0[77] = 1.0;
    let run = |threads| {
        quincunx_core::run::Pool::of(threads)
            .unwrap()
            .install(|| {
                q.transient(
                    &p0,
                    &[3.0, 40.0],
                    transient::Options::default(),
                    &Pulse::new(),
                )
            })
            .unwrap()
            .laws
    };
    let one = run(1);
    assert!(run(2) == one && run(3) == one);
}

#[test]
fn a_law_that_fills_few_of_many_states_is_followed_where_it_is() {
    let (q, _) = birth_death(100_000);
    let mut p0 = vec![0.0; 100_000];
    p0[50_000] = 1.0;
    let options = transient::Options { tol: 1e-11 };
    let got = q.transient(&p0, &[30.0], options, &Pulse::new()).unwrap();
    let (small, _) = birth_death(2100);
    // The rates repeat every 35 states: the same ones around this start.
    let mut p1 = vec![0.0; 2100];
    p1[50_000 % 35 + 35 * 28] = 1.0;
    let exact = small
        .transient(&p1, &[30.0], options, &Pulse::new())
        .unwrap();
    let shift = 50_000 - (50_000 % 35 + 35 * 28);
    let gap: f64 = (0..2100)
        .map(|k| (exact.laws[k] - got.laws[k + shift]).abs())
        .sum();
    assert!(
        gap <= got.bound[0] + exact.bound[0] && got.bound[0] < 2e-11,
        "{gap} {}",
        got.bound[0]
    );
    assert!((got.laws.iter().sum::<f64>() - 1.0).abs() < got.bound[0]);
}
