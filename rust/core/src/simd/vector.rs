//! The trait that kernels are written over.

use super::{Job, LANES, Lanes, Level};

/// A vector register of `N` lanes of 64 bits and the operations that give the same bits on every instruction set.
///
/// The methods are static (`V::add(a, b)`): the implementing type is a name for the instruction set, and only
/// [`dispatch`](super::dispatch) hands one out, after it has asked the processor. On purpose there is no fused
/// multiply-add, no `min` or `max` (their zeros and NaN differ) and no sum across lanes.
pub trait Vector: Copy + Send + Sync + 'static {
    /// Lanes in a register: 1, 2, 4 or 8.
    const N: usize;
    /// Registers in a chunk: `8 / N`.
    const PARTS: usize = LANES / Self::N;
    /// The instruction set.
    const LEVEL: Level;
    /// `N` floating-point numbers.
    type F: Copy;
    /// `N` words of 64 bits.
    type U: Copy;
    /// `N` truth values.
    type M: Copy;

    /// Runs `job` over this type in a function of its own: for kernels that are chosen once and called by address. The
    /// processor is not asked again.
    fn apart<J: Job>(job: J) -> J::Out;

    /// Part `part` (`0..PARTS`, taken modulo `PARTS`) of a chunk.
    fn load(from: &Lanes<f64>, part: usize) -> Self::F;
    /// Writes part `part` (modulo `PARTS`) of a chunk.
    fn store(to: &mut Lanes<f64>, part: usize, v: Self::F);
    /// Part `part` (modulo `PARTS`) of a chunk of words.
    fn load_u(from: &Lanes<u64>, part: usize) -> Self::U;
    /// Writes part `part` (modulo `PARTS`) of a chunk of words.
    fn store_u(to: &mut Lanes<u64>, part: usize, v: Self::U);
    /// `x` in each lane.
    fn splat(x: f64) -> Self::F;
    /// `x` in each lane.
    fn splat_u(x: u64) -> Self::U;

    /// `a + b`
    fn add(a: Self::F, b: Self::F) -> Self::F;
    /// `a - b`
    fn sub(a: Self::F, b: Self::F) -> Self::F;
    /// `a * b`
    fn mul(a: Self::F, b: Self::F) -> Self::F;
    /// `a / b`
    fn div(a: Self::F, b: Self::F) -> Self::F;
    /// The correctly rounded square root.
    fn sqrt(a: Self::F) -> Self::F;
    /// `-a`: the sign bit flipped.
    fn neg(a: Self::F) -> Self::F;
    /// `|a|`: the sign bit cleared.
    fn abs(a: Self::F) -> Self::F;

    /// The bits of `a`.
    fn to_bits(a: Self::F) -> Self::U;
    /// The number with bits `a`.
    fn from_bits(a: Self::U) -> Self::F;
    /// `a & b`
    fn and(a: Self::U, b: Self::U) -> Self::U;
    /// `a | b`
    fn or(a: Self::U, b: Self::U) -> Self::U;
    /// `a ^ b`
    fn xor(a: Self::U, b: Self::U) -> Self::U;
    /// `a & !b`
    fn and_not(a: Self::U, b: Self::U) -> Self::U;
    /// `a + b` modulo 2^64
    fn add_u(a: Self::U, b: Self::U) -> Self::U;
    /// `a - b` modulo 2^64
    fn sub_u(a: Self::U, b: Self::U) -> Self::U;
    /// `a << K`, `K < 64`
    fn shl<const K: u32>(a: Self::U) -> Self::U;
    /// `a >> K` (zeros come in), `K < 64`
    fn shr<const K: u32>(a: Self::U) -> Self::U;
    /// `a` rotated left by `K`, `0 < K < 64`
    fn rotl<const K: u32>(a: Self::U) -> Self::U;

    /// `table[index % T]` in each lane. `T`: a power of two
    fn lookup<const T: usize>(table: &[u64; T], index: Self::U) -> Self::U;

    /// `a ^ b ^ c`
    #[inline(always)]
    fn xor3(a: Self::U, b: Self::U, c: Self::U) -> Self::U {
        Self::xor(Self::xor(a, b), c)
    }
    /// For the bits `x` of a positive normal number and those `c` of one in [1/2, 1]: the whole number `e` with
    /// `c <= x 2^-e < 2c`, and the fraction bits of `x - c`, of which `x 2^-e` is the sum with `c`.
    #[inline(always)]
    fn parts(x: Self::U, c: u64) -> (Self::F, Self::U) {
        let t = Self::add_u(x, Self::splat_u((0x3ff0_u64 << 48).wrapping_sub(c)));
        let e = Self::or(Self::shr::<52>(t), Self::splat_u(0x4330 << 48));
        // 2^52 + 1023
        let e = Self::sub(Self::from_bits(e), Self::splat(4_503_599_627_371_519.0));
        (e, Self::and(t, Self::splat_u((1 << 52) - 1)))
    }

    /// `a < b`; false for NaN.
    fn lt(a: Self::F, b: Self::F) -> Self::M;
    /// `a <= b`; false for NaN.
    fn le(a: Self::F, b: Self::F) -> Self::M;
    /// `a == b`; false for NaN.
    fn eq(a: Self::F, b: Self::F) -> Self::M;
    /// Both.
    fn mask_and(a: Self::M, b: Self::M) -> Self::M;
    /// Either.
    fn mask_or(a: Self::M, b: Self::M) -> Self::M;
    /// Not.
    fn mask_not(a: Self::M) -> Self::M;
    /// `a` where `m` holds, `b` elsewhere.
    fn select(m: Self::M, a: Self::F, b: Self::F) -> Self::F;
    /// `a` where `m` holds, `b` elsewhere.
    fn select_u(m: Self::M, a: Self::U, b: Self::U) -> Self::U;
    /// Lane `i` as bit `i`.
    fn bits(m: Self::M) -> u32;
    /// Bit `i` as lane `i`.
    fn mask(bits: u32) -> Self::M;

    /// `a > b`; false for NaN.
    #[inline(always)]
    fn gt(a: Self::F, b: Self::F) -> Self::M {
        Self::lt(b, a)
    }
    /// `a >= b`; false for NaN.
    #[inline(always)]
    fn ge(a: Self::F, b: Self::F) -> Self::M {
        Self::le(b, a)
    }
    /// `a < b` where `m` holds, false elsewhere.
    #[inline(always)]
    fn lt_where(m: Self::M, a: Self::F, b: Self::F) -> Self::M {
        Self::mask_and(m, Self::lt(a, b))
    }
    /// `a <= b` where `m` holds, false elsewhere.
    #[inline(always)]
    fn le_where(m: Self::M, a: Self::F, b: Self::F) -> Self::M {
        Self::mask_and(m, Self::le(a, b))
    }
    /// `a + b` where `m` holds, `a` elsewhere; `a` must not be -0 (which may become 0).
    #[inline(always)]
    fn add_where(m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        Self::add(a, Self::select(m, b, Self::splat(0.0)))
    }
    /// [`Vector::add_where`] for a sum that stays in registers. With AVX-512 it is one operation, which before a store
    /// would become a masked store: the next load waits for those.
    #[inline(always)]
    fn add_held(m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        Self::add_where(m, a, b)
    }
    /// Does any lane hold?
    #[inline(always)]
    fn any(m: Self::M) -> bool {
        Self::bits(m) != 0
    }
    /// Do all lanes hold?
    #[inline(always)]
    fn all(m: Self::M) -> bool {
        Self::bits(m) == (1 << Self::N) - 1
    }
    /// `f` of each lane by itself; for rare paths.
    #[inline(always)]
    fn map(a: Self::F, f: impl Fn(f64) -> f64) -> Self::F {
        let mut lanes = Lanes::splat(0.0);
        Self::store(&mut lanes, 0, a);
        for x in &mut lanes.0[..Self::N] {
            *x = f(*x);
        }
        Self::load(&lanes, 0)
    }
    /// `f` of each pair of lanes by itself; for rare paths.
    #[inline(always)]
    fn map2(a: Self::F, b: Self::F, f: impl Fn(f64, f64) -> f64) -> Self::F {
        let (mut left, mut right) = (Lanes::splat(0.0), Lanes::splat(0.0));
        Self::store(&mut left, 0, a);
        Self::store(&mut right, 0, b);
        for (x, y) in left.0[..Self::N].iter_mut().zip(right.0) {
            *x = f(*x, y);
        }
        Self::load(&left, 0)
    }
}
