#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// A function of chunks, for comparing levels.
struct Each<'a, F>(&'a F, &'a [Lanes<f64>]);

/// What the tests below apply to each vector of two arguments.
trait Function: Sync {
    fn apply<V: Vector>(&self, x: V::F, y: V::F) -> V::F;
}

impl<F: Function> Job for Each<'_, F> {
    type Out = Vec<u64>;
    #[inline(always)]
    fn run<V: Vector>(self) -> Vec<u64> {
        let mut out = Vec::new();
        for pair in self.1.chunks_exact(2) {
            let mut result = Lanes::splat(0.0);
            for part in 0..V::PARTS {
                let y = self
                    .0
                    .apply::<V>(V::load(&pair[0], part), V::load(&pair[1], part));
                V::store(&mut result, part, y);
            }
            out.extend(result.0.map(|x| if x.is_nan() { 1 } else { x.to_bits() }));
        }
        out
    }
}

macro_rules! functions {
    ($($name:ident: |$x:ident, $y:ident| $body:expr;)*) => {
        $(
            #[derive(Debug)]
            #[allow(non_camel_case_types)]
            struct $name;
            impl Function for $name {
                #[inline(always)]
                fn apply<V: Vector>(&self, $x: V::F, $y: V::F) -> V::F { let _ = &$y; $body }
            }
        )*
        /// Compares all levels with the scalar one.
        fn same_at_each_level(data: &[Lanes<f64>]) {
            for level in Level::available() {
                $(
                    let plain = dispatch_at(Level::Scalar, Each(&$name, data));
                    let wide = dispatch_at(level, Each(&$name, data));
                    assert_eq!(plain, wide, "{} at {level}", stringify!($name));
                )*
            }
        }
    };
}

functions! {
    add: |x, y| V::add(x, y);
    sub: |x, y| V::sub(x, y);
    mul: |x, y| V::mul(x, y);
    div: |x, y| V::div(x, y);
    sqrt: |x, y| V::sqrt(x);
    neg: |x, y| V::neg(x);
    abs: |x, y| V::abs(x);
    and: |x, y| V::from_bits(V::and(V::to_bits(x), V::to_bits(y)));
    or: |x, y| V::from_bits(V::or(V::to_bits(x), V::to_bits(y)));
    xor: |x, y| V::from_bits(V::xor(V::to_bits(x), V::to_bits(y)));
    and_not: |x, y| V::from_bits(V::and_not(V::to_bits(x), V::to_bits(y)));
    add_u: |x, y| V::from_bits(V::add_u(V::to_bits(x), V::to_bits(y)));
    sub_u: |x, y| V::from_bits(V::sub_u(V::to_bits(x), V::to_bits(y)));
    shl: |x, y| V::from_bits(V::shl::<13>(V::to_bits(x)));
    shr: |x, y| V::from_bits(V::shr::<29>(V::to_bits(x)));
    rotl: |x, y| V::from_bits(V::rotl::<23>(V::to_bits(x)));
    lt: |x, y| V::select(V::lt(x, y), x, y);
    le: |x, y| V::select(V::le(x, y), V::splat(1.0), V::splat(2.0));
    eq: |x, y| V::select(V::eq(x, y), V::splat(1.0), V::splat(2.0));
    masks: |x, y| {
        let m = V::mask_or(V::mask_and(V::lt(x, y), V::mask_not(V::le(y, V::splat(1.0)))), V::eq(x, V::splat(0.0)));
        V::from_bits(V::select_u(V::mask(V::bits(m)), V::to_bits(x), V::splat_u(7)))
    };
    ln: |x, y| math::ln::<V>(x);
    log1p: |x, y| math::log1p::<V>(x);
    exp: |x, y| math::exp::<V>(x);
    expm1: |x, y| math::expm1::<V>(x);
    tanh: |x, y| math::tanh::<V>(x);
    sinh: |x, y| math::sinh::<V>(x);
    cosh: |x, y| math::cosh::<V>(x);
    sin: |x, y| math::sin::<V>(x);
    cos: |x, y| math::cos::<V>(x);
    tan: |x, y| math::tan::<V>(x);
    atan: |x, y| math::atan::<V>(x);
    atan2: |x, y| math::atan2::<V>(x, y);
    asin: |x, y| math::asin::<V>(x);
    acos: |x, y| math::acos::<V>(x);
    erf: |x, y| math::erf::<V>(x);
    erfc: |x, y| math::erfc::<V>(x);
    pow: |x, y| math::pow::<V>(x, y);
    floor: |x, y| math::floor::<V>(x);
    ceil: |x, y| math::ceil::<V>(x);
    trunc: |x, y| math::trunc::<V>(x);
    round_even: |x, y| math::round_even::<V>(x);
    xor3: |x, y| V::from_bits(V::xor3(V::to_bits(x), V::to_bits(y), V::splat_u(5 << 40)));
    exponent: |x, y| V::parts(V::to_bits(V::abs(x)), 0x3fe8 << 48).0;
    fraction: |x, y| V::from_bits(V::parts(V::to_bits(V::abs(x)), 0x3fe8 << 48).1);
    stream_ln: |x, y| math::stream::ln::<V>(V::abs(x));
    stream_exp: |x, y| math::stream::exp::<V>(x);
    unit: |x, y| math::stream::unit::<V>(V::to_bits(x));
    lookup: |x, y| V::from_bits(V::lookup(&SPECIAL.map(f64::to_bits), V::shr::<53>(V::to_bits(x))));
    normal: |x, y| crate::rng::ziggurat::normal::<V>(V::to_bits(x));
    exponential: |x, y| crate::rng::ziggurat::exponential::<V>(V::to_bits(x));
}

const SPECIAL: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    -1e-310,
    f64::MAX,
    f64::MIN_POSITIVE,
    1e5,
    -709.9,
    710.0,
    0.5,
    4_503_599_627_370_497.5,
];

#[test]
fn levels_agree_on_special_numbers() {
    let mut data = Vec::new();
    for x in SPECIAL {
        for half in SPECIAL.as_chunks::<8>().0 {
            data.extend([Lanes::splat(x), Lanes(*half)]);
        }
    }
    same_at_each_level(&data);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn levels_agree_on_any_bits(bits in prop::collection::vec(prop::array::uniform8(any::<u64>()), 32)) {
        let data: Vec<_> = bits.iter().map(|b| Lanes(b.map(f64::from_bits))).collect();
        same_at_each_level(&data);
    }
    #[test]
    fn levels_agree_on_usual_numbers(x in prop::collection::vec(prop::array::uniform8(-800.0..800.0), 32)) {
        let data: Vec<_> = x.iter().map(|x| Lanes(*x)).collect();
        same_at_each_level(&data);
    }
}

#[test]
fn parts_wrap_around_and_masks_round_trip() {
    struct Check;
    impl Job for Check {
        type Out = ();
        #[inline(always)]
        fn run<V: Vector>(self) {
            let chunk = Lanes([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
            let mut back = Lanes::splat(0.0);
            for part in 0..V::PARTS {
                V::store(&mut back, part, V::load(&chunk, part + V::PARTS));
            }
            assert_eq!(chunk, back);
            for bits in 0..1_u32 << V::N {
                assert_eq!(V::bits(V::mask(bits)), bits);
                assert_eq!(V::all(V::mask(bits)), bits == (1 << V::N) - 1);
            }
            let found = V::lookup(&chunk.0.map(f64::to_bits), V::splat_u(13));
            V::store(&mut back, 0, V::from_bits(found));
            assert_eq!(back[0], 5.0);
        }
    }
    for level in Level::available() {
        dispatch_at(level, Check);
    }
}

#[test]
fn levels_have_names_and_the_unknown_is_refused() {
    for level in Level::ALL {
        assert_eq!(level.name().parse::<Level>().unwrap(), level);
    }
    assert_eq!(
        "mmx".parse::<Level>().unwrap_err().to_string(),
        "QUINCUNX_SIMD = mmx: must be scalar, sse2, avx2, avx512 or neon"
    );
    assert_eq!(Level::available()[0], Level::Scalar);
}

#[test]
fn workers_do_not_inherit_flush_to_zero() {
    std::thread::spawn(|| {
        fpenv::flush_subnormals();
        assert!(!fpenv::is_default());
        let half = |x: f64| std::hint::black_box(x) * std::hint::black_box(0.5);
        let pool = crate::run::Pool::of(3).unwrap();
        assert_eq!(pool.install(|| half(1e-310)), 5e-311);
        {
            let _environment = fpenv::Guard::new();
            assert_eq!(half(1e-310), 5e-311);
        }
        assert!(!fpenv::is_default(), "the caller gets its own back");
        fpenv::reset();
        assert!(fpenv::is_default());
    })
    .join()
    .unwrap();
}
