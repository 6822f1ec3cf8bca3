//! Eight lanes of AVX-512.

use std::arch::x86_64::*;

use crate::simd::{Job, Lanes, Level, Vector};

/// Eight lanes. Lives only below the entry point of its level.
#[derive(Clone, Copy, Debug)]
pub(super) struct X8;

macro_rules! ops {
    ($(fn $name:ident($($a:ident: $t:ty),*) -> $r:ty = $body:expr;)*) => {
        $(#[inline(always)] fn $name($($a: $t),*) -> $r {
            // SAFETY: code over this type runs only below an entry point that has asked the processor for AVX-512.
            unsafe { $body }
        })*
    };
}

/// The sign bit in each lane.
const SIGN: i64 = i64::MIN;

impl Vector for X8 {
    const N: usize = 8;
    const LEVEL: Level = Level::Avx512;
    type F = __m512d;
    type U = __m512i;
    type M = __mmask8;

    #[inline(always)]
    fn apart<J: Job>(job: J) -> J::Out {
        // SAFETY: the type is named only below `enter`, which has asked the processor.
        unsafe { super::avx512(job) }
    }

    // A load or store touches a whole chunk, which lies on a 64-byte boundary.
    ops! {
        fn load(from: &Lanes<f64>, _part: usize) -> __m512d = _mm512_load_pd(from.0.as_ptr());
        fn store(to: &mut Lanes<f64>, _part: usize, v: __m512d) -> () = _mm512_store_pd(to.0.as_mut_ptr(), v);
        fn load_u(from: &Lanes<u64>, _part: usize) -> __m512i = _mm512_load_si512(from.0.as_ptr().cast());
        fn store_u(to: &mut Lanes<u64>, _part: usize, v: __m512i) -> () = _mm512_store_si512(to.0.as_mut_ptr().cast(), v);
        fn splat(x: f64) -> __m512d = _mm512_set1_pd(x);
        fn splat_u(x: u64) -> __m512i = _mm512_set1_epi64(x.cast_signed());
        fn add(a: __m512d, b: __m512d) -> __m512d = _mm512_add_pd(a, b);
        fn sub(a: __m512d, b: __m512d) -> __m512d = _mm512_sub_pd(a, b);
        fn mul(a: __m512d, b: __m512d) -> __m512d = _mm512_mul_pd(a, b);
        fn div(a: __m512d, b: __m512d) -> __m512d = _mm512_div_pd(a, b);
        fn sqrt(a: __m512d) -> __m512d = _mm512_sqrt_pd(a);
        fn neg(a: __m512d) -> __m512d = _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(a), _mm512_set1_epi64(SIGN)));
        fn abs(a: __m512d) -> __m512d = _mm512_castsi512_pd(_mm512_andnot_si512(_mm512_set1_epi64(SIGN), _mm512_castpd_si512(a)));
        fn to_bits(a: __m512d) -> __m512i = _mm512_castpd_si512(a);
        fn from_bits(a: __m512i) -> __m512d = _mm512_castsi512_pd(a);
        fn and(a: __m512i, b: __m512i) -> __m512i = _mm512_and_si512(a, b);
        fn or(a: __m512i, b: __m512i) -> __m512i = _mm512_or_si512(a, b);
        fn xor(a: __m512i, b: __m512i) -> __m512i = _mm512_xor_si512(a, b);
        fn and_not(a: __m512i, b: __m512i) -> __m512i = _mm512_andnot_si512(b, a);
        fn add_u(a: __m512i, b: __m512i) -> __m512i = _mm512_add_epi64(a, b);
        fn sub_u(a: __m512i, b: __m512i) -> __m512i = _mm512_sub_epi64(a, b);
        fn lt(a: __m512d, b: __m512d) -> __mmask8 = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b);
        fn le(a: __m512d, b: __m512d) -> __mmask8 = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(a, b);
        fn eq(a: __m512d, b: __m512d) -> __mmask8 = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b);
        fn lt_where(m: __mmask8, a: __m512d, b: __m512d) -> __mmask8 = _mm512_mask_cmp_pd_mask::<_CMP_LT_OQ>(m, a, b);
        fn le_where(m: __mmask8, a: __m512d, b: __m512d) -> __mmask8 = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(m, a, b);
        fn add_held(m: __mmask8, a: __m512d, b: __m512d) -> __m512d = _mm512_mask_add_pd(a, m, a, b);
        fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i = _mm512_ternarylogic_epi64::<0x96>(a, b, c);
        fn select(m: __mmask8, a: __m512d, b: __m512d) -> __m512d = _mm512_mask_blend_pd(m, b, a);
        fn select_u(m: __mmask8, a: __m512i, b: __m512i) -> __m512i = _mm512_mask_blend_epi64(m, b, a);
    }
    #[inline(always)]
    fn mask_and(a: __mmask8, b: __mmask8) -> __mmask8 {
        a & b
    }
    #[inline(always)]
    fn mask_or(a: __mmask8, b: __mmask8) -> __mmask8 {
        a | b
    }
    #[inline(always)]
    fn mask_not(a: __mmask8) -> __mmask8 {
        !a
    }
    #[inline(always)]
    fn bits(m: __mmask8) -> u32 {
        u32::from(m)
    }
    #[inline(always)]
    fn mask(bits: u32) -> __mmask8 {
        bits.to_le_bytes()[0]
    }
    #[inline(always)]
    fn lookup<const T: usize>(table: &[u64; T], index: __m512i) -> __m512i {
        const { assert!(T.is_power_of_two()) };
        let inside = Self::and(index, Self::splat_u(T as u64 - 1));
        // SAFETY: as in `ops!`; each index is below `T`.
        unsafe { _mm512_i64gather_epi64::<8>(inside, table.as_ptr().cast()) }
    }
    #[inline(always)]
    fn shl<const K: u32>(a: __m512i) -> __m512i {
        // SAFETY: as in `ops!`.
        unsafe { _mm512_sll_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn shr<const K: u32>(a: __m512i) -> __m512i {
        // SAFETY: as in `ops!`.
        unsafe { _mm512_srl_epi64(a, _mm_cvtsi32_si128(K.cast_signed())) }
    }
    #[inline(always)]
    fn rotl<const K: u32>(a: __m512i) -> __m512i {
        // SAFETY: as in `ops!`.
        unsafe { _mm512_rolv_epi64(a, _mm512_set1_epi64(i64::from(K))) }
    }
    #[inline(always)]
    fn parts(x: __m512i, c: u64) -> (__m512d, __m512i) {
        let t = Self::sub_u(x, Self::splat_u(c));
        // SAFETY: as in `ops!`.
        let e = unsafe { _mm512_cvtepi64_pd(_mm512_srai_epi64::<52>(t)) };
        (e, Self::and(t, Self::splat_u((1 << 52) - 1)))
    }
}
