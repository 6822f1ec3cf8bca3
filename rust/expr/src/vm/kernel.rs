//! The operations as vector code: small types with one `#[inline(always)]` function, so that nothing is called
//! through a closure and every instruction set sees the whole body.

use quincunx_core::simd::{Vector, math};

use crate::number;

/// An operation on one to four vectors; operands it has no use for are ignored.
pub(super) trait Operation {
    /// The number of operands that it has a use for.
    const OPERANDS: usize;
    fn at<V: Vector>(a: V::F, b: V::F, c: V::F, d: V::F) -> V::F;
}

macro_rules! operations {
    ($($name:ident |$a:ident $(, $b:ident)?| $body:expr;)*) => {$(
        pub(super) struct $name;
        impl Operation for $name {
            const OPERANDS: usize = [stringify!($a) $(, stringify!($b))?].len();
            #[inline(always)]
            #[allow(unused_variables)]
            fn at<V: Vector>(a: V::F, b: V::F, _: V::F, _: V::F) -> V::F {
                let $a = a;
                $(let $b = b;)?
                $body
            }
        }
    )*};
}

/// 1 where the mask holds, else 0.
#[inline(always)]
fn flag<V: Vector>(m: V::M) -> V::F {
    V::select(m, V::splat(1.0), V::splat(0.0))
}

/// Where a is not 0 (NaN is true).
#[inline(always)]
fn holds<V: Vector>(a: V::F) -> V::M {
    V::mask_not(V::eq(a, V::splat(0.0)))
}

operations! {
    Copy |x| x;
    Neg |x| V::neg(x);
    Abs |x| V::abs(x);
    Sign |x| {
        let zero = V::splat(0.0);
        let down = V::select(V::lt(x, zero), V::splat(-1.0), x);
        V::select(V::lt(zero, x), V::splat(1.0), down)
    };
    Floor |x| math::floor::<V>(x);
    Ceil |x| math::ceil::<V>(x);
    Exp |x| math::exp::<V>(x);
    Log |x| math::ln::<V>(x);
    Sqrt |x| V::sqrt(x);
    Sin |x| math::sin::<V>(x);
    Cos |x| math::cos::<V>(x);
    Tan |x| math::tan::<V>(x);
    Tanh |x| math::tanh::<V>(x);
    Atan |x| math::atan::<V>(x);
    Erf |x| math::erf::<V>(x);
    Not |x| flag::<V>(V::eq(x, V::splat(0.0)));
    Add |x, y| V::add(x, y);
    Sub |x, y| V::sub(x, y);
    RSub |x, y| V::sub(y, x);
    Mul |x, y| V::mul(x, y);
    Div |x, y| V::div(x, y);
    RDiv |x, y| V::div(y, x);
    Pow |x, y| math::pow::<V>(x, y);
    Mod |x, y| V::map2(x, y, number::modulo);
    Min |x, y| V::select(V::lt(y, x), y, x);
    Max |x, y| V::select(V::lt(x, y), y, x);
    Lt |x, y| flag::<V>(V::lt(x, y));
    Le |x, y| flag::<V>(V::le(x, y));
    Eq |x, y| flag::<V>(V::eq(x, y));
    Ne |x, y| flag::<V>(V::mask_not(V::eq(x, y)));
    And |x, y| flag::<V>(V::mask_and(holds::<V>(x), holds::<V>(y)));
    Or |x, y| flag::<V>(V::mask_or(holds::<V>(x), holds::<V>(y)));
}

/// b if a else c.
pub(super) struct Select;

impl Operation for Select {
    const OPERANDS: usize = 3;
    #[inline(always)]
    fn at<V: Vector>(a: V::F, b: V::F, c: V::F, _: V::F) -> V::F {
        V::select(holds::<V>(a), b, c)
    }
}

macro_rules! choices {
    ($($name:ident |$a:ident, $b:ident| $mask:expr;)*) => {$(
        pub(super) struct $name;
        impl Operation for $name {
            const OPERANDS: usize = 4;
            #[inline(always)]
            fn at<V: Vector>($a: V::F, $b: V::F, c: V::F, d: V::F) -> V::F {
                V::select($mask, c, d)
            }
        }
    )*};
}

choices! {
    ChooseLt |a, b| V::lt(a, b);
    ChooseLe |a, b| V::le(a, b);
    ChooseEq |a, b| V::eq(a, b);
    ChooseNe |a, b| V::mask_not(V::eq(a, b));
}

/// The result of F and its next operand joined by S: `(a F b) S c`, or one more. Each operation rounds.
pub(super) struct Then<F, S>(std::marker::PhantomData<(F, S)>);

impl<F: Operation, S: Operation> Operation for Then<F, S> {
    const OPERANDS: usize = F::OPERANDS + 1;
    #[inline(always)]
    fn at<V: Vector>(a: V::F, b: V::F, c: V::F, d: V::F) -> V::F {
        let (first, next) = (F::at::<V>(a, b, c, d), if F::OPERANDS == 2 { c } else { d });
        S::at::<V>(first, next, first, next)
    }
}

/// `(a L b) S (c R d)`, three roundings.
pub(super) struct Twin<L, R, S>(std::marker::PhantomData<(L, R, S)>);

impl<L: Operation, R: Operation, S: Operation> Operation for Twin<L, R, S> {
    const OPERANDS: usize = 4;
    #[inline(always)]
    fn at<V: Vector>(a: V::F, b: V::F, c: V::F, d: V::F) -> V::F {
        let (left, right) = (L::at::<V>(a, b, a, b), R::at::<V>(c, d, c, d));
        S::at::<V>(left, right, left, right)
    }
}

/// A [`Tail`](super::code::Tail) as vector code.
pub(super) trait Ending {
    /// Rows, and scalars, that it has a use for.
    const OPERANDS: usize;
    fn at<V: Vector>(r: V::F, ends: [V::F; 2], by: [V::F; 2]) -> V::F;
}

/// r
pub(super) struct Bare;

impl Ending for Bare {
    const OPERANDS: usize = 0;
    #[inline(always)]
    fn at<V: Vector>(r: V::F, _: [V::F; 2], _: [V::F; 2]) -> V::F {
        r
    }
}

/// e + r h
pub(super) struct Drift;

impl Ending for Drift {
    const OPERANDS: usize = 1;
    #[inline(always)]
    fn at<V: Vector>(r: V::F, [e, _]: [V::F; 2], [h, _]: [V::F; 2]) -> V::F {
        V::add(e, V::mul(r, h))
    }
}

/// (e + r h) + s f
pub(super) struct Kick;

impl Ending for Kick {
    const OPERANDS: usize = 2;
    #[inline(always)]
    fn at<V: Vector>(r: V::F, [e, f]: [V::F; 2], [h, s]: [V::F; 2]) -> V::F {
        V::add(V::add(e, V::mul(r, h)), V::mul(s, f))
    }
}
