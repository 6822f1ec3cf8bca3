//! One lane: plain Rust, on every architecture.

use super::dispatch::plain;
use super::{Job, LANES, Lanes, Level, Vector};

/// One lane, without any instruction set: for numbers that stand alone. No entry point is needed.
#[derive(Clone, Copy, Debug)]
pub struct X1;

macro_rules! ops {
    ($(fn $name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[inline(always)] fn $name($($a: $t),*) -> $r { $body })*
    };
}

impl Vector for X1 {
    const N: usize = 1;
    const LEVEL: Level = Level::Scalar;
    type F = f64;
    type U = u64;
    type M = bool;

    #[inline(always)]
    fn apart<J: Job>(job: J) -> J::Out {
        plain(job)
    }

    ops! {
        fn load(from: &Lanes<f64>, part: usize) -> f64 = from.0[part % LANES];
        fn store(to: &mut Lanes<f64>, part: usize, v: f64) -> () = to.0[part % LANES] = v;
        fn load_u(from: &Lanes<u64>, part: usize) -> u64 = from.0[part % LANES];
        fn store_u(to: &mut Lanes<u64>, part: usize, v: u64) -> () = to.0[part % LANES] = v;
        fn splat(x: f64) -> f64 = x;
        fn splat_u(x: u64) -> u64 = x;
        fn add(a: f64, b: f64) -> f64 = a + b;
        fn sub(a: f64, b: f64) -> f64 = a - b;
        fn mul(a: f64, b: f64) -> f64 = a * b;
        fn div(a: f64, b: f64) -> f64 = a / b;
        fn sqrt(a: f64) -> f64 = a.sqrt();
        fn neg(a: f64) -> f64 = -a;
        fn abs(a: f64) -> f64 = a.abs();
        fn to_bits(a: f64) -> u64 = a.to_bits();
        fn from_bits(a: u64) -> f64 = f64::from_bits(a);
        fn and(a: u64, b: u64) -> u64 = a & b;
        fn or(a: u64, b: u64) -> u64 = a | b;
        fn xor(a: u64, b: u64) -> u64 = a ^ b;
        fn and_not(a: u64, b: u64) -> u64 = a & !b;
        fn add_u(a: u64, b: u64) -> u64 = a.wrapping_add(b);
        fn sub_u(a: u64, b: u64) -> u64 = a.wrapping_sub(b);
        fn lt(a: f64, b: f64) -> bool = a < b;
        fn le(a: f64, b: f64) -> bool = a <= b;
        fn eq(a: f64, b: f64) -> bool = a == b;
        fn mask_and(a: bool, b: bool) -> bool = a & b;
        fn mask_or(a: bool, b: bool) -> bool = a | b;
        fn mask_not(a: bool) -> bool = !a;
        fn select(m: bool, a: f64, b: f64) -> f64 = if m { a } else { b };
        fn select_u(m: bool, a: u64, b: u64) -> u64 = if m { a } else { b };
        fn bits(m: bool) -> u32 = u32::from(m);
        fn mask(bits: u32) -> bool = bits & 1 != 0;
    }
    #[inline(always)]
    fn lookup<const T: usize>(table: &[u64; T], index: u64) -> u64 {
        const { assert!(T.is_power_of_two()) };
        table[index as usize % T]
    }
    #[inline(always)]
    fn shl<const K: u32>(a: u64) -> u64 {
        a << K
    }
    #[inline(always)]
    fn shr<const K: u32>(a: u64) -> u64 {
        a >> K
    }
    #[inline(always)]
    fn rotl<const K: u32>(a: u64) -> u64 {
        a.rotate_left(K)
    }
}
