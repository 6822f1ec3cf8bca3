//! Two lanes of NEON, which every aarch64 processor has.

use std::arch::aarch64::*;

use super::{Job, Lanes, Level, Vector};

/// Two lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct N2;

/// Runs `job` over two lanes.
#[inline(never)]
pub(super) fn enter<J: Job>(job: J) -> J::Out {
    job.run::<N2>()
}

macro_rules! ops {
    ($(fn $name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[inline(always)] fn $name($($a: $t),*) -> $r {
            // SAFETY: NEON is part of the aarch64 baseline; pointers come from `at`, which stays inside the chunk.
            #[allow(unused_unsafe)]
            unsafe { $body }
        })*
    };
}

/// Where a part begins; always inside the chunk.
#[inline(always)]
fn at(part: usize) -> usize {
    (part % N2::PARTS) * N2::N
}

impl Vector for N2 {
    const N: usize = 2;
    const LEVEL: Level = Level::Neon;
    type F = float64x2_t;
    type U = uint64x2_t;
    type M = uint64x2_t;

    #[inline(always)]
    fn apart<J: Job>(job: J) -> J::Out {
        enter(job)
    }

    ops! {
        fn load(from: &Lanes<f64>, part: usize) -> float64x2_t = vld1q_f64(from.0.as_ptr().add(at(part)));
        fn store(to: &mut Lanes<f64>, part: usize, v: float64x2_t) -> () = vst1q_f64(to.0.as_mut_ptr().add(at(part)), v);
        fn load_u(from: &Lanes<u64>, part: usize) -> uint64x2_t = vld1q_u64(from.0.as_ptr().add(at(part)));
        fn store_u(to: &mut Lanes<u64>, part: usize, v: uint64x2_t) -> () = vst1q_u64(to.0.as_mut_ptr().add(at(part)), v);
        fn splat(x: f64) -> float64x2_t = vdupq_n_f64(x);
        fn splat_u(x: u64) -> uint64x2_t = vdupq_n_u64(x);
        fn add(a: float64x2_t, b: float64x2_t) -> float64x2_t = vaddq_f64(a, b);
        fn sub(a: float64x2_t, b: float64x2_t) -> float64x2_t = vsubq_f64(a, b);
        fn mul(a: float64x2_t, b: float64x2_t) -> float64x2_t = vmulq_f64(a, b);
        fn div(a: float64x2_t, b: float64x2_t) -> float64x2_t = vdivq_f64(a, b);
        fn sqrt(a: float64x2_t) -> float64x2_t = vsqrtq_f64(a);
        fn neg(a: float64x2_t) -> float64x2_t = vnegq_f64(a);
        fn abs(a: float64x2_t) -> float64x2_t = vabsq_f64(a);
        fn to_bits(a: float64x2_t) -> uint64x2_t = vreinterpretq_u64_f64(a);
        fn from_bits(a: uint64x2_t) -> float64x2_t = vreinterpretq_f64_u64(a);
        fn and(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vandq_u64(a, b);
        fn or(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vorrq_u64(a, b);
        fn xor(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = veorq_u64(a, b);
        fn and_not(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vbicq_u64(a, b);
        fn add_u(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vaddq_u64(a, b);
        fn sub_u(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vsubq_u64(a, b);
        fn lt(a: float64x2_t, b: float64x2_t) -> uint64x2_t = vcltq_f64(a, b);
        fn le(a: float64x2_t, b: float64x2_t) -> uint64x2_t = vcleq_f64(a, b);
        fn eq(a: float64x2_t, b: float64x2_t) -> uint64x2_t = vceqq_f64(a, b);
        fn mask_and(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vandq_u64(a, b);
        fn mask_or(a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vorrq_u64(a, b);
        fn mask_not(a: uint64x2_t) -> uint64x2_t = veorq_u64(a, vdupq_n_u64(u64::MAX));
        fn select(m: uint64x2_t, a: float64x2_t, b: float64x2_t) -> float64x2_t = vbslq_f64(m, a, b);
        fn select_u(m: uint64x2_t, a: uint64x2_t, b: uint64x2_t) -> uint64x2_t = vbslq_u64(m, a, b);
        fn bits(m: uint64x2_t) -> u32 = u32::from(vgetq_lane_u64::<0>(m) != 0) | u32::from(vgetq_lane_u64::<1>(m) != 0) << 1;
        fn mask(bits: u32) -> uint64x2_t = vcombine_u64(
            vdup_n_u64(u64::from(bits & 1).wrapping_neg()),
            vdup_n_u64(u64::from(bits >> 1 & 1).wrapping_neg())
        );
    }
    #[inline(always)]
    fn lookup<const T: usize>(table: &[u64; T], index: uint64x2_t) -> uint64x2_t {
        const { assert!(T.is_power_of_two()) };
        let at = |i: u64| table[i as usize % T];
        // SAFETY: as in `ops!`.
        #[allow(unused_unsafe)]
        unsafe {
            let (low, high) = (vgetq_lane_u64::<0>(index), vgetq_lane_u64::<1>(index));
            vcombine_u64(vdup_n_u64(at(low)), vdup_n_u64(at(high)))
        }
    }
    #[inline(always)]
    fn shl<const K: u32>(a: uint64x2_t) -> uint64x2_t {
        // SAFETY: as in `ops!`.
        #[allow(unused_unsafe)]
        unsafe {
            vshlq_u64(a, vdupq_n_s64(i64::from(K)))
        }
    }
    #[inline(always)]
    fn shr<const K: u32>(a: uint64x2_t) -> uint64x2_t {
        // SAFETY: as in `ops!`; a shift by a negative count goes right, with zeros coming in.
        #[allow(unused_unsafe)]
        unsafe {
            vshlq_u64(a, vdupq_n_s64(-i64::from(K)))
        }
    }
    #[inline(always)]
    fn rotl<const K: u32>(a: uint64x2_t) -> uint64x2_t {
        // SAFETY: as in `ops!`.
        #[allow(unused_unsafe)]
        let right = unsafe { vshlq_u64(a, vdupq_n_s64(i64::from(K) - 64)) };
        Self::or(Self::shl::<K>(a), right)
    }
}
