//! Elementary functions against mpmath (`elementary.json`, written by `write_elementary.py`), and their special cases.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use quincunx_core::simd::math::scalar::*;

fn number(hex: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(hex, 16).unwrap())
}

/// Distance in units in the last place.
fn ulps(a: f64, b: f64) -> u64 {
    let ordered = |x: f64| match x.to_bits().cast_signed() {
        b if b < 0 => i64::MIN - b,
        b => b,
    };
    ordered(a).abs_diff(ordered(b))
}

#[test]
fn functions_are_within_their_error_of_mpmath() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/reliability/elementary.json"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let table: BTreeMap<String, Vec<String>> = serde_json::from_str(&text).unwrap();
    assert_eq!(table.len(), 17);
    for (name, rows) in &table {
        // Distances to the rounded value: the documented error plus half a unit, rounded down.
        let allowed = match name.as_str() {
            "ln" | "exp" => 1,
            "erfc" | "tan" | "pow" | "sinh" | "cosh" => 3,
            _ => 2,
        };
        for row in rows {
            let cells: Vec<f64> = row.split(' ').map(number).collect();
            let (x, y, exact) = (cells[0], cells[1], cells[2]);
            let ours = match name.as_str() {
                "atan2" => atan2(x, y),
                "pow" => pow(x, y),
                _ => of_one(name, x),
            };
            let off = ulps(ours, exact);
            assert!(
                off <= allowed,
                "{name}({x:e}, {y:e}) = {ours:e}, {off} ulp from {exact:e}"
            );
        }
    }
}

fn of_one(name: &str, x: f64) -> f64 {
    match name {
        "ln" => ln(x),
        "log1p" => log1p(x),
        "exp" => exp(x),
        "expm1" => expm1(x),
        "tanh" => tanh(x),
        "sinh" => sinh(x),
        "cosh" => cosh(x),
        "sin" => sin(x),
        "cos" => cos(x),
        "tan" => tan(x),
        "asin" => asin(x),
        "acos" => acos(x),
        "atan" => atan(x),
        "erf" => erf(x),
        "erfc" => erfc(x),
        other => panic!("{other}"),
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[test]
fn special_cases_are_those_of_ieee_754() {
    use std::f64::consts::{FRAC_PI_2, PI};
    let cases = [
        ("ln 0", ln(0.0), -INF),
        ("ln -0", ln(-0.0), -INF),
        ("ln -1", ln(-1.0), NAN),
        ("ln -inf", ln(-INF), NAN),
        ("ln inf", ln(INF), INF),
        ("ln nan", ln(NAN), NAN),
        ("ln 1", ln(1.0), 0.0),
        ("log1p -1", log1p(-1.0), -INF),
        ("log1p -2", log1p(-2.0), NAN),
        ("log1p -0", log1p(-0.0), -0.0),
        ("log1p inf", log1p(INF), INF),
        ("exp inf", exp(INF), INF),
        ("exp -inf", exp(-INF), 0.0),
        ("exp 710", exp(710.0), INF),
        ("exp -746", exp(-746.0), 0.0),
        ("exp 0", exp(0.0), 1.0),
        ("exp nan", exp(NAN), NAN),
        ("expm1 -0", expm1(-0.0), -0.0),
        ("expm1 -inf", expm1(-INF), -1.0),
        ("expm1 inf", expm1(INF), INF),
        ("tanh inf", tanh(INF), 1.0),
        ("tanh -0", tanh(-0.0), -0.0),
        ("tanh tiny", tanh(5e-324), 5e-324),
        ("tanh nan", tanh(NAN), NAN),
        ("sinh -inf", sinh(-INF), -INF),
        ("cosh -inf", cosh(-INF), INF),
        ("sin inf", sin(INF), NAN),
        ("sin -0", sin(-0.0), -0.0),
        ("cos 0", cos(0.0), 1.0),
        ("cos nan", cos(NAN), NAN),
        ("atan inf", atan(INF), FRAC_PI_2),
        ("atan -0", atan(-0.0), -0.0),
        ("atan nan", atan(NAN), NAN),
        ("asin 1", asin(1.0), FRAC_PI_2),
        ("asin 1.5", asin(1.5), NAN),
        ("acos 1", acos(1.0), 0.0),
        ("acos -1", acos(-1.0), PI),
        ("acos -1.5", acos(-1.5), NAN),
        ("erf inf", erf(INF), 1.0),
        ("erf -inf", erf(-INF), -1.0),
        ("erf nan", erf(NAN), NAN),
        ("erfc inf", erfc(INF), 0.0),
        ("erfc -inf", erfc(-INF), 2.0),
        ("erfc nan", erfc(NAN), NAN),
        ("floor", floor(-0.5), -1.0),
        ("floor -0", floor(-0.0), -0.0),
        ("ceil", ceil(-0.5), -0.0),
        ("ceil big", ceil(4503599627370497.0), 4503599627370497.0),
        ("trunc", trunc(-2.7), -2.0),
        ("round_even", round_even(2.5), 2.0),
        ("round_even inf", round_even(-INF), -INF),
    ];
    for (name, ours, want) in cases {
        let same = ours.to_bits() == want.to_bits() || (ours.is_nan() && want.is_nan());
        assert!(same, "{name}: {ours} instead of {want}");
    }
}

#[test]
fn two_arguments_follow_the_c_standard() {
    let edges = [
        0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -3.0, INF, -INF, NAN, 1e300, -1e300, 5e-324, 1e308,
        1.7e308,
    ];
    for a in edges {
        for b in edges {
            for (name, ours, want) in [
                ("pow", pow(a, b), libm::pow(a, b)),
                ("atan2", atan2(a, b), libm::atan2(a, b)),
            ] {
                let same = ulps(ours, want) <= 2 || (ours.is_nan() && want.is_nan());
                assert!(same, "{name}({a:e}, {b:e}): {ours} instead of {want}");
            }
        }
    }
}

#[test]
fn restricted_and_whole_functions_agree_where_both_are_defined() {
    for i in 1..2000 {
        let x = 0.35 * f64::from(i);
        assert_eq!(ln(x).to_bits(), stream::ln(x).to_bits());
        assert_eq!(exp(-x).to_bits(), stream::exp(-x).to_bits(), "{x}");
        assert_eq!(exp(x).to_bits(), stream::exp(x).to_bits(), "{x}");
    }
}
