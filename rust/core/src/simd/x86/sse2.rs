//! Two lanes of SSE2, which every x86-64 processor has.

use std::arch::x86_64::*;

use crate::simd::{Job, Lanes, Level, Vector};

/// Two lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct X2;

macro_rules! ops {
    ($(fn $name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[inline(always)] fn $name($($a: $t),*) -> $r {
            // SAFETY: SSE2 is part of the x86-64 baseline.
            unsafe { $body }
        })*
    };
}

/// Where a part begins; always inside the chunk.
#[inline(always)]
fn at(part: usize) -> usize {
    (part % X2::PARTS) * X2::N
}

/// All ones where `m` holds.
#[inline(always)]
fn word(m: __m128d) -> __m128i {
    // SAFETY: SSE2 is part of the x86-64 baseline.
    unsafe { _mm_castpd_si128(m) }
}

impl Vector for X2 {
    const N: usize = 2;
    const LEVEL: Level = Level::Sse2;
    type F = __m128d;
    type U = __m128i;
    type M = __m128d;

    #[inline(always)]
    fn apart<J: Job>(job: J) -> J::Out {
        super::sse2(job)
    }

    // The loads and stores touch two numbers at 0, 2, 4 or 6: inside the eight of a chunk, on a 16-byte boundary.
    ops! {
        fn load(from: &Lanes<f64>, part: usize) -> __m128d = _mm_load_pd(from.0.as_ptr().add(at(part)));
        fn store(to: &mut Lanes<f64>, part: usize, v: __m128d) -> () = _mm_store_pd(to.0.as_mut_ptr().add(at(part)), v);
        fn load_u(from: &Lanes<u64>, part: usize) -> __m128i = _mm_load_si128(from.0.as_ptr().add(at(part)).cast());
        fn store_u(to: &mut Lanes<u64>, part: usize, v: __m128i) -> () = _mm_store_si128(to.0.as_mut_ptr().add(at(part)).cast(), v);
        fn splat(x: f64) -> __m128d = _mm_set1_pd(x);
        fn splat_u(x: u64) -> __m128i = _mm_set1_epi64x(x.cast_signed());
        fn add(a: __m128d, b: __m128d) -> __m128d = _mm_add_pd(a, b);
        fn sub(a: __m128d, b: __m128d) -> __m128d = _mm_sub_pd(a, b);
        fn mul(a: __m128d, b: __m128d) -> __m128d = _mm_mul_pd(a, b);
        fn div(a: __m128d, b: __m128d) -> __m128d = _mm_div_pd(a, b);
        fn sqrt(a: __m128d) -> __m128d = _mm_sqrt_pd(a);
        fn neg(a: __m128d) -> __m128d = _mm_xor_pd(a, _mm_set1_pd(-0.0));
        fn abs(a: __m128d) -> __m128d = _mm_andnot_pd(_mm_set1_pd(-0.0), a);
        fn to_bits(a: __m128d) -> __m128i = _mm_castpd_si128(a);
        fn from_bits(a: __m128i) -> __m128d = _mm_castsi128_pd(a);
        fn and(a: __m128i, b: __m128i) -> __m128i = _mm_and_si128(a, b);
        fn or(a: __m128i, b: __m128i) -> __m128i = _mm_or_si128(a, b);
        fn add_where(m: __m128d, a: __m128d, b: __m128d) -> __m128d = _mm_add_pd(a, _mm_and_pd(m, b));
        fn xor(a: __m128i, b: __m128i) -> __m128i = _mm_xor_si128(a, b);
        fn and_not(a: __m128i, b: __m128i) -> __m128i = _mm_andnot_si128(b, a);
        fn add_u(a: __m128i, b: __m128i) -> __m128i = _mm_add_epi64(a, b);
        fn sub_u(a: __m128i, b: __m128i) -> __m128i = _mm_sub_epi64(a, b);
        fn lt(a: __m128d, b: __m128d) -> __m128d = _mm_cmplt_pd(a, b);
        fn le(a: __m128d, b: __m128d) -> __m128d = _mm_cmple_pd(a, b);
        fn eq(a: __m128d, b: __m128d) -> __m128d = _mm_cmpeq_pd(a, b);
        fn mask_and(a: __m128d, b: __m128d) -> __m128d = _mm_and_pd(a, b);
        fn mask_or(a: __m128d, b: __m128d) -> __m128d = _mm_or_pd(a, b);
        fn mask_not(a: __m128d) -> __m128d = _mm_xor_pd(a, _mm_castsi128_pd(_mm_set1_epi64x(-1)));
        fn select(m: __m128d, a: __m128d, b: __m128d) -> __m128d = _mm_or_pd(_mm_and_pd(m, a), _mm_andnot_pd(m, b));
        fn select_u(m: __m128d, a: __m128i, b: __m128i) -> __m128i = _mm_or_si128(_mm_and_si128(word(m), a), _mm_andnot_si128(word(m), b));
        fn bits(m: __m128d) -> u32 = _mm_movemask_pd(m).cast_unsigned();
        fn mask(bits: u32) -> __m128d = _mm_castsi128_pd(_mm_set_epi64x(-i64::from(bits >> 1 & 1), -i64::from(bits & 1)));
    }
    #[inline(always)]
    fn lookup<const T: usize>(table: &[u64; T], index: __m128i) -> __m128i {
        const { assert!(T.is_power_of_two()) };
        // SAFETY: as in `ops!`.
        let (low, high) = unsafe {
            let high = _mm_unpackhi_epi64(index, index);
            (_mm_cvtsi128_si64(index), _mm_cvtsi128_si64(high))
        };
        let at = |i: i64| table[i.cast_unsigned() as usize % T].cast_signed();
        // SAFETY: as in `ops!`.
        unsafe { _mm_set_epi64x(at(high), at(low)) }
    }
    #[inline(always)]
    fn shl<const K: u32>(a: __m128i) -> __m128i {
        // SAFETY: as in `ops!`.
        unsafe { _mm_sll_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn shr<const K: u32>(a: __m128i) -> __m128i {
        // SAFETY: as in `ops!`.
        unsafe { _mm_srl_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn rotl<const K: u32>(a: __m128i) -> __m128i {
        // SAFETY: as in `ops!`.
        let right = unsafe { _mm_srl_epi64(a, _mm_cvtsi32_si128(64 - K.cast_signed())) };
        Self::or(Self::shl::<K>(a), right)
    }
}
