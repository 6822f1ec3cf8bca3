//! One step of each scheme against its exact moments: expectations over the normals by a Gauss and Hermite rule,
//! without a random number.
#![allow(clippy::unwrap_used)]

use super::Scheme;
use crate::law::{Calculus, Equation, Terms};
use crate::testing::{equation, rpn};

/// `E g(x')` over the normals of one step: three nodes per normal, exact to degree 5.
fn expect(eq: &Equation, scheme: Scheme, h: f64, x: &[f64], g: impl Fn(&[f64]) -> f64) -> f64 {
    let step = scheme.step(eq, h, h.sqrt());
    let nodes = [
        (-3f64.sqrt(), 1.0 / 6.0),
        (0.0, 2.0 / 3.0),
        (3f64.sqrt(), 1.0 / 6.0),
    ];
    let m = eq.processes();
    let mut sum = 0.0;
    for code in 0..3_usize.pow(m as u32) {
        let mut input = x.to_vec();
        input.push(0.7);
        let mut weight = 1.0;
        for c in 0..m {
            let (z, w) = nodes[code / 3_usize.pow(c as u32) % 3];
            input.push(z);
            weight *= w;
        }
        sum += weight * g(&step.dag.evaluate(&step.next, &input));
    }
    sum
}

fn close(got: f64, want: f64) {
    assert!(
        (got - want).abs() < 1e-13 * (1.0 + want.abs()),
        "{got} is not {want}"
    );
}

fn gbm(a: f64, b: f64, calculus: Calculus) -> Equation {
    equation("x", &["a x *"], &["b x *"], &[("a", a), ("b", b)], calculus)
}

#[test]
fn euler_maruyama_moments_of_geometric_brownian_motion() {
    let (a, b, h) = (1.5, 0.7, 0.05);
    let eq = gbm(a, b, Calculus::Ito);
    let scheme = Scheme::EulerMaruyama;
    close(
        expect(&eq, scheme, h, &[2.0], |x| x[0]),
        2.0 * (1.0 + a * h),
    );
    let square = (1.0 + a * h) * (1.0 + a * h) + b * b * h;
    close(
        expect(&eq, scheme, h, &[2.0], |x| x[0] * x[0]),
        4.0 * square,
    );
}

#[test]
fn milstein_adds_the_double_integral() {
    let (a, b, h) = (1.5, 0.7, 0.05);
    let eq = gbm(a, b, Calculus::Ito);
    close(
        expect(&eq, Scheme::Milstein, h, &[2.0], |x| x[0]),
        2.0 * (1.0 + a * h),
    );
    let square = (1.0 + a * h) * (1.0 + a * h) + b * b * h + b.powi(4) * h * h / 2.0;
    close(
        expect(&eq, Scheme::Milstein, h, &[2.0], |x| x[0] * x[0]),
        4.0 * square,
    );
    // Stratonovich: the mean grows with a + b^2/2.
    let eq = gbm(a, b, Calculus::Stratonovich);
    let mean = 2.0 * (1.0 + (a + b * b / 2.0) * h);
    close(expect(&eq, Scheme::Milstein, h, &[2.0], |x| x[0]), mean);
}

/// `g g' = s^2/2` for `g = s sqrt(x)`, also at x = 0 where g' has a pole.
#[test]
fn the_correction_of_a_square_root_is_a_constant() {
    let (a, b, s, h) = (2.0, 0.5, 0.4, 0.05);
    let names = [("a", a), ("b", b), ("s", s)];
    let eq = equation("x", &["a b x - *"], &["s x sqrt *"], &names, Calculus::Ito);
    let scheme = Scheme::Milstein;
    for x in [0.0, 0.3] {
        let mean = x + a * (b - x) * h;
        let variance = s * s * x * h + s.powi(4) * h * h / 8.0;
        close(expect(&eq, scheme, h, &[x], |x| x[0]), mean);
        close(
            expect(&eq, scheme, h, &[x], |x| x[0] * x[0]),
            mean * mean + variance,
        );
    }
}

#[test]
fn additive_noise_needs_no_correction() {
    let eq = equation("x", &["x x 3 ** -"], &["1 t +"], &[], Calculus::Ito);
    let (em, milstein) = (
        Scheme::EulerMaruyama.step(&eq, 0.1, 0.3),
        Scheme::Milstein.step(&eq, 0.1, 0.3),
    );
    let at = [0.3, 0.5, -1.2];
    assert_eq!(
        em.dag.evaluate(&em.next, &at),
        milstein.dag.evaluate(&milstein.next, &at)
    );
}

/// Second moments after n steps of a linear equation: E[x' x'^T] as a linear map of x x^T.
fn second_moments(eq: &Equation, h: f64, steps: usize, x: [f64; 2]) -> [f64; 3] {
    let scheme = Scheme::EulerMaruyama;
    let quadratic = |p: &[f64; 2], out: usize| {
        expect(eq, scheme, h, p, |x| {
            [x[0] * x[0], x[0] * x[1], x[1] * x[1]][out]
        })
    };
    let mut s = [x[0] * x[0], x[0] * x[1], x[1] * x[1]];
    for _ in 0..steps {
        let mut next = [0.0; 3];
        for (out, next) in next.iter_mut().enumerate() {
            let (e1, e2) = (quadratic(&[1.0, 0.0], out), quadratic(&[0.0, 1.0], out));
            let both = quadratic(&[1.0, 1.0], out) - e1 - e2;
            *next = e1 * s[0] + both * s[1] + e2 * s[2];
        }
        s = next;
    }
    s
}

fn non_commutative() -> Equation {
    let terms = Terms {
        drift: vec![rpn("-0.5 x * y +"), rpn("-1 x * 0.3 y * -")],
        own: vec![],
        shared: vec![
            vec![rpn("0.3 x * 0.1 y * +"), rpn("0.4 y *")],
            vec![rpn("0.2 y *"), rpn("-0.2 x * 0.1 y * +")],
        ],
    };
    let names = ["x".to_owned(), "y".to_owned()];
    Equation::new(&names, &[], &terms, Calculus::Ito).unwrap()
}

#[test]
fn published_moments_of_the_non_commutative_system() {
    let s = second_moments(&non_commutative(), 0.125, 8, [1.0, 0.5]);
    for (got, want) in s.iter().zip([0.41623104, -0.25587759, 0.20667044]) {
        assert!((got - want).abs() < 5e-9, "{s:?}");
    }
}

#[test]
fn noise_types() {
    let kind = |drift: &[&str], own: &[&str]| {
        let names: String = ["x", "y"][..drift.len()].join(" ");
        equation(&names, drift, own, &[], Calculus::Ito).noise_type()
    };
    assert_eq!(kind(&["x"], &["2"]), "additive");
    assert_eq!(kind(&["x"], &["1 t +"]), "additive");
    assert_eq!(kind(&["x"], &["x x - 1 +"]), "additive");
    assert_eq!(kind(&["x"], &["x"]), "scalar");
    assert_eq!(kind(&["x", "y"], &["x", "0"]), "scalar");
    assert_eq!(kind(&["x", "y"], &["x", "y 2 *"]), "diagonal");
    assert_eq!(kind(&["x", "y"], &["y", "x"]), "general");
    assert_eq!(non_commutative().noise_type(), "general");
    // (x, y) and 2 (x, y): two processes along one vector commute.
    let terms = Terms {
        drift: vec![rpn("x"), rpn("y")],
        own: vec![],
        shared: vec![vec![rpn("x"), rpn("2 x *")], vec![rpn("y"), rpn("y y +")]],
    };
    let names = ["x".to_owned(), "y".to_owned()];
    let eq = Equation::new(&names, &[], &terms, Calculus::Ito).unwrap();
    assert_eq!(eq.noise_type(), "commutative");
    assert_eq!(Scheme::that_hold(&eq), Scheme::ALL);
}

#[test]
fn commutative_noise_takes_the_mixed_terms() {
    // dx = x dW1 + 2 x dW2 is dx = sqrt(5) x dW: second moment 1 + 5h + 25 h^2/2.
    let terms = Terms {
        drift: vec![rpn("0")],
        own: vec![],
        shared: vec![vec![rpn("x"), rpn("2 x *")]],
    };
    let eq = Equation::new(&["x".to_owned()], &[], &terms, Calculus::Ito).unwrap();
    let h = 0.1;
    let got = expect(&eq, Scheme::Milstein, h, &[1.0], |x| x[0] * x[0]);
    close(got, 1.0 + 5.0 * h + 12.5 * h * h);
}

#[test]
fn schemes_that_do_not_hold_are_refused() {
    let refusal = |s: Scheme, eq: &Equation| s.holds_for(eq).unwrap_err().to_string();
    assert_eq!(
        refusal(Scheme::Milstein, &non_commutative()),
        "Milstein: it needs commutative noise, (dg_l/dx) g_k = (dg_k/dx) g_l, and this noise is general; \
         methods that hold: EulerMaruyama(dt)"
    );
    assert_eq!(
        refusal(
            Scheme::EulerMaruyama,
            &gbm(1.0, 1.0, Calculus::Stratonovich)
        ),
        "EulerMaruyama: it converges to the Ito solution, and this equation is written in Stratonovich's calculus; \
         methods that hold: Milstein(dt)"
    );
    let additive = equation("x", &["x"], &["2"], &[], Calculus::Stratonovich);
    assert!(Scheme::EulerMaruyama.holds_for(&additive).is_ok());
}

#[test]
fn bad_terms_are_named() {
    let names = ["x".to_owned(), "y".to_owned()];
    let text = |terms: &Terms| {
        let made = Equation::new(&names, &[("k".into(), 1.0)], terms, Calculus::Ito);
        made.unwrap_err().to_string()
    };
    let one = Terms {
        drift: vec![rpn("x")],
        ..Terms::default()
    };
    assert_eq!(
        text(&one),
        "drift = 1 formulas: must be 2, one for each of the 2 states"
    );
    let ragged = Terms {
        drift: vec![rpn("x"), rpn("y")],
        own: vec![],
        shared: vec![vec![rpn("1"), rpn("2")], vec![rpn("1")]],
    };
    assert_eq!(
        text(&ragged),
        "noise[1] = 1 coefficients: must be 2, one per shared Wiener process, as in row 0"
    );
    let unknown = Terms {
        drift: vec![rpn("kk x *"), rpn("y")],
        ..Terms::default()
    };
    assert!(text(&unknown).contains("kk"), "{}", text(&unknown));
    let infinite = Equation::new(&names, &[("k".into(), f64::NAN)], &one, Calculus::Ito);
    assert_eq!(infinite.unwrap_err().to_string(), "k = NaN: must be finite");
}
