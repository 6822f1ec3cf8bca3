//! From postfix to graph: names, messages, hostile programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use proptest::prelude::*;
use quincunx_core::Error;
use quincunx_expr::{Dag, Formula, Role, Scope, Token, function_names};

fn tokens(text: &str) -> Vec<Token> {
    text.split_whitespace()
        .map(|word| {
            if let Ok(number) = word.parse() {
                return Token::Number(number);
            }
            match word.rsplit_once('/') {
                Some((name, n)) if !n.is_empty() => Token::Apply(name.into(), n.parse().unwrap()),
                _ => Token::Name(word.into()),
            }
        })
        .collect()
}

fn message(source: &str, postfix: &str, scope: &Scope) -> String {
    let formula = Formula::from_postfix(source, &tokens(postfix));
    match formula.and_then(|f| f.lower(&mut Dag::new(), scope)) {
        Err(Error::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn sir() -> Scope {
    Scope::of(&["S", "I"], &["beta", "gamma"]).unwrap()
}

#[test]
fn a_formula_is_built_over_its_scope() {
    let formula = Formula::from_postfix("beta*S*I", &tokens("beta S */2 I */2")).unwrap();
    assert_eq!(formula.names().collect::<Vec<_>>(), ["beta", "S", "I"]);
    let mut dag = Dag::new();
    let root = formula.lower(&mut dag, &sir()).unwrap();
    assert_eq!(dag.evaluate(&[root], &[10.0, 3.0, 0.5, 0.1, 0.0])[0], 15.0);
}

#[test]
fn unknown_names_list_the_nearest() {
    assert_eq!(
        message("beat*S", "beat S */2", &sir()),
        "formula 'beat*S': unknown name 'beat'; did you mean 'beta'? known names: S, I, beta, gamma, t, pi"
    );
    assert_eq!(
        message("velocity", "velocity", &sir()),
        "formula 'velocity': unknown name 'velocity'; known names: S, I, beta, gamma, t, pi"
    );
    assert_eq!(
        message("exp", "exp", &sir()),
        "formula 'exp': 'exp' is a function: write exp(...)"
    );
    assert!(
        message("sine(S)", "S sine/1", &sir())
            .contains("unknown function 'sine'; did you mean 'sin'")
    );
    assert_eq!(
        message("ln(S)", "S ln/1", &sir()),
        "formula 'ln(S)': unknown function 'ln': write log"
    );
    assert_eq!(
        message("exp(S, 2)", "S 2 exp/2", &sir()),
        "formula 'exp(S, 2)': exp() takes one argument, not 2"
    );
}

#[test]
fn names_that_clash_are_refused() {
    let why = |name: &str, role: Role| sir().declare(name, role).unwrap_err().to_string();
    assert_eq!(
        why("S", Role::Parameter),
        "parameter 'S': is already the name of a quantity; choose another name"
    );
    assert_eq!(
        why("S", Role::Quantity),
        "quantity 'S': is declared twice; each quantity needs a name of its own"
    );
    for name in ["t", "pi", "exp", "lambda", "2x", "", "a b", "a.b", "min"] {
        assert!(sir().declare(name, Role::Parameter).is_err(), "{name}");
    }
    assert_eq!(sir().declare("_x2", Role::Quantity).unwrap(), 5);
    assert_eq!(sir().role(4), Some(Role::Time));
}

#[test]
fn functions_mean_what_they_say() {
    let scope = Scope::of(&["x"], &[] as &[&str]).unwrap();
    let at = |postfix: &str, x: f64| {
        let mut dag = Dag::new();
        let root = Formula::from_postfix("f", &tokens(postfix))
            .unwrap()
            .lower(&mut dag, &scope)
            .unwrap();
        dag.evaluate(&[root], &[x, 0.0])[0]
    };
    assert_eq!(
        [-1.0, 0.0, 2.0].map(|x| at("x heaviside/1", x)),
        [0.0, 0.5, 1.0]
    );
    assert_eq!(
        [-1.0, 0.0, 2.0].map(|x| at("x 1 heaviside/2", x)),
        [0.0, 1.0, 1.0]
    );
    assert!(at("x heaviside/1", f64::NAN).is_nan());
    assert_eq!(
        [1.0, 2.0, 3.0].map(|x| at("x 1 2 in/3", x)),
        [1.0, 1.0, 0.0]
    );
    assert_eq!(
        [0.0, 5.0, 9.0].map(|x| at("x 3 7 max/3", x)),
        [7.0, 7.0, 9.0]
    );
    assert_eq!(
        [0.0, 5.0, 9.0].map(|x| at("x 3 7 min/3", x)),
        [0.0, 3.0, 3.0]
    );
    assert_eq!(
        [0.0, 5.0].map(|x| at("x 2 >=/2 10 20 where/3", x)),
        [20.0, 10.0]
    );
    assert_eq!(
        [0.0, 5.0].map(|x| at("x 2 >/2 10 20 if/3", x)),
        [20.0, 10.0]
    );
    assert_eq!(at("pi x */2", 2.0), 2.0 * std::f64::consts::PI);
    // As Python's min and max: the second replaces the first only if it is strictly beyond it.
    assert!(at("x 0 max/2", f64::NAN).is_nan());
    assert_eq!(at("0 x max/2", f64::NAN), 0.0);
    assert!(at("x 0 max/2", -0.0).is_sign_negative());
}

#[test]
fn long_sums_are_no_recursion() {
    let mut postfix = vec![Token::Name("S".into())];
    for _ in 0..100_000 {
        postfix.push(Token::Name("I".into()));
        postfix.push(Token::Apply("+".into(), 2));
    }
    let mut dag = Dag::new();
    let root = Formula::from_postfix("S + ...", &postfix)
        .unwrap()
        .lower(&mut dag, &sir())
        .unwrap();
    assert_eq!(dag.evaluate(&[root], &[1.0, 2.0])[0], 200_001.0);
}

proptest! {
    #![proptest_config(common::config(500))]

    #[test]
    fn hostile_programs_are_refused_in_words(
        program in prop::collection::vec(
            prop_oneof![
                any::<f64>().prop_map(Token::Number),
                "[a-zA-Z_*+<=-]{0,6}".prop_map(Token::Name),
                ("[a-z*+<=-]{0,5}", 0usize..5).prop_map(|(name, n)| Token::Apply(name, n)),
                (prop::sample::select(function_names().chain(["+", "in", "not", "if", "**"]).collect::<Vec<_>>()),
                    prop_oneof![0usize..5, Just(usize::MAX)])
                    .prop_map(|(name, n)| Token::Apply(name.into(), n)),
            ],
            0..40,
        ),
    ) {
        match Formula::from_postfix("hostile", &program).and_then(|f| f.lower(&mut Dag::new(), &sir())) {
            Ok(_) | Err(Error::Refused(_) | Error::Internal(_)) => {}
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
