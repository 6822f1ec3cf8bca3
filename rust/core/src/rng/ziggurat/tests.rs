use super::*;
use crate::rng::{Key, Purpose, Stream};

/// The height of a density, the area beyond a point, the edges, the base.
type Law<'a> = (&'a Ziggurat, fn(f64) -> f64, f64, &'a [f64], f64);

fn laws() -> [Law<'static>; 2] {
    let tail = (std::f64::consts::PI / 2.0).sqrt()
        * libm::erfc(normal::EDGES[1] / std::f64::consts::SQRT_2);
    let decay = libm::exp(-exponential::EDGES[1]);
    [
        (
            &NORMAL,
            |x| libm::exp(-0.5 * x * x),
            tail,
            &normal::EDGES,
            normal::BASE,
        ),
        (
            &EXPONENTIAL,
            |x| libm::exp(-x),
            decay,
            &exponential::EDGES,
            exponential::BASE,
        ),
    ]
}

#[test]
fn layers_have_equal_areas_and_cover_the_density() {
    for (ziggurat, density, tail, edges, base) in laws() {
        let area = edges[0] * base;
        let near = |a: f64, b: f64, part: f64| assert!((a / b - 1.0).abs() < part, "{a} {b}");
        near(edges[1] * base + tail, area, 1e-13);
        near(density(edges[1]), base, 1e-13);
        near(ziggurat.height[LAYERS], 1.0, 1e-12);
        for (i, &edge) in edges.iter().enumerate().take(LAYERS).skip(1) {
            let (low, high) = (ziggurat.height[i], ziggurat.height[i + 1]);
            let width = f64::from_bits(ziggurat.layer[i]);
            near(low, density(edge), 1e-12);
            // The width contains the layer, and its area is right.
            assert!(width > edge);
            near((high - low) * width, area, 2e-11);
        }
    }
}

#[test]
fn bounds_are_inside_and_close() {
    for (ziggurat, _, _, edges, _) in laws() {
        let mut slivers = 0.0;
        for i in 0..LAYERS {
            let width = f64::from_bits(ziggurat.layer[i]);
            let bound = (ziggurat.layer[i] & ((1 << BOUND) - 1)) as f64 / 4096.0;
            // With the half step that a place lies beyond its fraction.
            assert!((bound + f64::EPSILON) * width <= edges[i + 1] || bound == 0.0);
            assert!((bound + 1.001 / 4096.0) * width >= edges[i + 1]);
            slivers += 1.0 - bound;
        }
        assert!(slivers / (LAYERS as f64) < 1.0 / 270.0, "{slivers}");
    }
}

/// The largest distance between the frequencies of `draws` and their law, by `sqrt n`: beyond 1.95 with probability
/// 1e-3, beyond 4 with 2.5e-14.
fn distance(draws: &mut [f64], law: impl Fn(f64) -> f64) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let off = draws.iter().enumerate().map(|(i, &x)| {
        let p = law(x);
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    });
    off.fold(0.0, f64::max) * n.sqrt()
}

const N: usize = 200_000;

fn words() -> impl Iterator<Item = u64> {
    let mut stream = Stream::at(Key([42, 7]), 3, Purpose::MAIN);
    std::iter::repeat_with(move || stream.word())
}

#[test]
fn words_outside_and_inside_together_have_the_law() {
    let phi = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let mut normals: Vec<f64> = words().take(N).map(normal::<X1>).collect();
    assert!(distance(&mut normals, phi) < 4.0);
    assert!(distance(&mut normals, |x| phi(1.05 * x)) > 4.0, "planted");
    let mut exponentials: Vec<f64> = words().take(N).map(exponential::<X1>).collect();
    assert!(distance(&mut exponentials, |x| -libm::expm1(-x)) < 4.0);
    assert!(
        distance(&mut exponentials, |x| -libm::expm1(-1.05 * x)) > 4.0,
        "planted"
    );
    // The slivers are as frequent as they should be, and about half under the density.
    let outside = || words().filter(|&w| NORMAL.point(w).2).take(N / 10);
    let rate = words().take(N).filter(|&w| NORMAL.point(w).2).count() as f64 / N as f64;
    assert!((rate - 1.0 / 400.0).abs() < 1.0 / 1600.0, "{rate}");
    let accepted = outside().filter(|&w| normal_outside(w).abs() == NORMAL.point(w).1);
    let share = accepted.count() as f64 / (N / 10) as f64;
    assert!((0.4..0.8).contains(&share), "{share}");
}

#[test]
fn bounds_of_the_density_decide_as_the_density_does() {
    let half_square: fn(f64) -> f64 = |x| 0.5 * (x * x);
    for (ziggurat, exponent) in [(&NORMAL, half_square), (&EXPONENTIAL, |x| x)] {
        let mut heights = words().map(unit);
        for layer in (1..LAYERS).flat_map(|layer| [layer; 40]) {
            let (low, high) = (ziggurat.height[layer], ziggurat.height[layer + 1]);
            let edge = f64::from_bits(ziggurat.layer[layer]);
            let next = if layer + 1 < LAYERS {
                f64::from_bits(ziggurat.layer[layer + 1])
            } else {
                0.0
            };
            let x = next + heights.next().unwrap_or(0.5) * (edge - next);
            let density = exp(-exponent(x));
            // Anywhere in the layer, and close to the curve.
            let at = (density - low) / (high - low);
            let near = [
                at,
                at - 1e-15,
                at + 1e-15,
                at - 1e-9,
                at + 1e-9,
                at - 1e-5,
                at + 1e-5,
            ];
            for u in near.into_iter().chain(heights.by_ref().take(3)) {
                let under = low + u * (high - low) < density;
                assert_eq!(
                    ziggurat.under(layer, x, u, exponent),
                    under,
                    "{layer} {x} {u}"
                );
            }
        }
    }
}

#[test]
fn tails_are_conditional_laws() {
    let base = |w: u64| w & !(0x7ff << LAYER);
    let edge = normal::EDGES[1];
    let mut beyond: Vec<f64> = words()
        .map(base)
        .filter(|&w| NORMAL.point(w).2)
        .map(|w| normal::<X1>(w).abs())
        .filter(|x| *x > edge)
        .take(20_000)
        .collect();
    let q = |x: f64| libm::erfc(x / std::f64::consts::SQRT_2);
    assert!(distance(&mut beyond, |x| 1.0 - q(x) / q(edge)) < 4.0);
    let narrow = |x: f64| 1.0 - q(1.1 * x) / q(1.1 * edge);
    assert!(distance(&mut beyond, narrow) > 4.0, "planted");
    let edge = exponential::EDGES[1];
    let mut beyond: Vec<f64> = words()
        .map(base)
        .filter(|&w| EXPONENTIAL.point(w).2)
        .map(exponential::<X1>)
        .filter(|x| *x > edge)
        .take(20_000)
        .collect();
    assert!(distance(&mut beyond, |x| -libm::expm1(edge - x)) < 4.0);
    let fast = |x: f64| -libm::expm1(1.2 * (edge - x));
    assert!(distance(&mut beyond, fast) > 4.0, "planted");
}

#[test]
fn extreme_words_give_finite_numbers_that_are_not_zero() {
    let fields = [0, 1, FRACTION, FRACTION - 1, 1 << 51];
    for fraction in fields {
        for layer in 0..2 * LAYERS as u64 {
            let word = layer << LAYER | fraction;
            let (z, e) = (normal::<X1>(word), exponential::<X1>(word));
            assert!(z != 0.0 && z.abs() < 12.0, "{word:x}: {z}");
            assert!(e > 0.0 && e < 60.0, "{word:x}: {e}");
            assert_eq!(z.is_sign_negative(), word >> 63 == 1);
        }
    }
}
