//! Four lanes of AVX2.

use std::arch::x86_64::*;

use crate::simd::{Job, Lanes, Level, Vector};

/// Four lanes. Lives only below the entry point of its level.
#[derive(Clone, Copy, Debug)]
pub(super) struct X4;

macro_rules! ops {
    ($(fn $name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[inline(always)] fn $name($($a: $t),*) -> $r {
            // SAFETY: code over this type runs only below an entry point that has asked the processor for AVX2.
            unsafe { $body }
        })*
    };
}

/// Where a part begins; always inside the chunk.
#[inline(always)]
fn at(part: usize) -> usize {
    (part % X4::PARTS) * X4::N
}

impl Vector for X4 {
    const N: usize = 4;
    const LEVEL: Level = Level::Avx2;
    type F = __m256d;
    type U = __m256i;
    type M = __m256d;

    #[inline(always)]
    fn apart<J: Job>(job: J) -> J::Out {
        // SAFETY: the type is named only below `enter`, which has asked the processor.
        unsafe { super::avx2(job) }
    }

    // The loads and stores touch four numbers at 0 or 4: inside the eight of a chunk, on a 32-byte boundary.
    ops! {
        fn load(from: &Lanes<f64>, part: usize) -> __m256d = _mm256_load_pd(from.0.as_ptr().add(at(part)));
        fn store(to: &mut Lanes<f64>, part: usize, v: __m256d) -> () = _mm256_store_pd(to.0.as_mut_ptr().add(at(part)), v);
        fn load_u(from: &Lanes<u64>, part: usize) -> __m256i = _mm256_load_si256(from.0.as_ptr().add(at(part)).cast());
        fn store_u(to: &mut Lanes<u64>, part: usize, v: __m256i) -> () = _mm256_store_si256(to.0.as_mut_ptr().add(at(part)).cast(), v);
        fn splat(x: f64) -> __m256d = _mm256_set1_pd(x);
        fn splat_u(x: u64) -> __m256i = _mm256_set1_epi64x(x.cast_signed());
        fn add(a: __m256d, b: __m256d) -> __m256d = _mm256_add_pd(a, b);
        fn sub(a: __m256d, b: __m256d) -> __m256d = _mm256_sub_pd(a, b);
        fn mul(a: __m256d, b: __m256d) -> __m256d = _mm256_mul_pd(a, b);
        fn div(a: __m256d, b: __m256d) -> __m256d = _mm256_div_pd(a, b);
        fn sqrt(a: __m256d) -> __m256d = _mm256_sqrt_pd(a);
        fn neg(a: __m256d) -> __m256d = _mm256_xor_pd(a, _mm256_set1_pd(-0.0));
        fn abs(a: __m256d) -> __m256d = _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
        fn to_bits(a: __m256d) -> __m256i = _mm256_castpd_si256(a);
        fn from_bits(a: __m256i) -> __m256d = _mm256_castsi256_pd(a);
        fn and(a: __m256i, b: __m256i) -> __m256i = _mm256_and_si256(a, b);
        fn or(a: __m256i, b: __m256i) -> __m256i = _mm256_or_si256(a, b);
        fn xor(a: __m256i, b: __m256i) -> __m256i = _mm256_xor_si256(a, b);
        fn and_not(a: __m256i, b: __m256i) -> __m256i = _mm256_andnot_si256(b, a);
        fn add_u(a: __m256i, b: __m256i) -> __m256i = _mm256_add_epi64(a, b);
        fn sub_u(a: __m256i, b: __m256i) -> __m256i = _mm256_sub_epi64(a, b);
        fn lt(a: __m256d, b: __m256d) -> __m256d = _mm256_cmp_pd::<_CMP_LT_OQ>(a, b);
        fn le(a: __m256d, b: __m256d) -> __m256d = _mm256_cmp_pd::<_CMP_LE_OQ>(a, b);
        fn eq(a: __m256d, b: __m256d) -> __m256d = _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b);
        fn mask_and(a: __m256d, b: __m256d) -> __m256d = _mm256_and_pd(a, b);
        fn mask_or(a: __m256d, b: __m256d) -> __m256d = _mm256_or_pd(a, b);
        fn mask_not(a: __m256d) -> __m256d = _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
        fn add_where(m: __m256d, a: __m256d, b: __m256d) -> __m256d = _mm256_add_pd(a, _mm256_and_pd(m, b));
        fn select(m: __m256d, a: __m256d, b: __m256d) -> __m256d = _mm256_blendv_pd(b, a, m);
        fn select_u(m: __m256d, a: __m256i, b: __m256i) -> __m256i = _mm256_blendv_epi8(b, a, _mm256_castpd_si256(m));
        fn bits(m: __m256d) -> u32 = _mm256_movemask_pd(m).cast_unsigned();
        fn mask(bits: u32) -> __m256d = _mm256_castsi256_pd(_mm256_set_epi64x(
            -i64::from(bits >> 3 & 1), -i64::from(bits >> 2 & 1), -i64::from(bits >> 1 & 1), -i64::from(bits & 1),
        ));
    }
    #[inline(always)]
    fn lookup<const T: usize>(table: &[u64; T], index: __m256i) -> __m256i {
        const { assert!(T.is_power_of_two()) };
        let inside = Self::and(index, Self::splat_u(T as u64 - 1));
        // SAFETY: as in `ops!`; each index is below `T`.
        unsafe { _mm256_i64gather_epi64::<8>(table.as_ptr().cast(), inside) }
    }
    #[inline(always)]
    fn shl<const K: u32>(a: __m256i) -> __m256i {
        // SAFETY: as in `ops!`.
        unsafe { _mm256_sll_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn shr<const K: u32>(a: __m256i) -> __m256i {
        // SAFETY: as in `ops!`.
        unsafe { _mm256_srl_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn rotl<const K: u32>(a: __m256i) -> __m256i {
        // SAFETY: as in `ops!`.
        let right = unsafe { _mm256_srl_epi64(a, _mm_cvtsi32_si128(64 - K.cast_signed())) };
        Self::or(Self::shl::<K>(a), right)
    }
}
