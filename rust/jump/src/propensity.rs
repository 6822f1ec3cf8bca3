//! Propensities as 24-byte records.
//!
//! Mass action with rate constant `k`, volume `W` and reactant stoichiometry `s_i`, `|s| = sum s_i`:
//! `a(n) = k W^{1-|s|} prod_i (n_i)_{s_i} / s_i!` (`Comb`) or without the factorials (`Falling`), where
//! `(n)_s = n (n-1) ... (n-s+1)`. Reference: D. T. Gillespie, J. Phys. Chem. 81 (1977) 2340.

use quincunx_core::{Error, Result};

/// Whether mass action counts combinations or ordered tuples of reactants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// `prod (n_i)_{s_i} / s_i!`: distinct combinations, `2 X` at `k` is `k n (n-1) / 2`.
    #[default]
    Comb,
    /// `prod (n_i)_{s_i}`: falling factorials, `2 X` at `k` is `k n (n-1)`.
    Falling,
}

/// The form of a propensity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Form {
    /// `k`.
    Constant,
    /// `k n_a`.
    Single,
    /// `(k n_a) n_b`.
    Product,
    /// `(k n_a) (n_a - 1)`.
    Pair,
    /// `k prod (n_i)_{s_i}` with the reactants of list `a`.
    General,
    /// The formula `a`.
    Formula,
}

impl Form {
    /// Mass action with at most two reactant molecules.
    pub fn is_small(self) -> bool {
        !matches!(self, Self::General | Self::Formula)
    }
}

/// One propensity: its form, what it reads, and the constant with volume and factorials included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Propensity {
    /// The form.
    pub form: Form,
    /// First species, or the index of the list or formula.
    pub a: u32,
    /// Second species of [`Form::Product`].
    pub b: u32,
    /// The constant.
    pub k: f64,
}

/// More reactant molecules than this in one reaction are refused.
pub const MAX_ORDER: u64 = 1 << 15;

impl Propensity {
    /// The record of mass action with constant `rate`; `index` is the reaction, for [`Form::General`].
    pub fn mass_action(
        index: usize,
        reactants: &[(usize, u64)],
        rate: f64,
        volume: f64,
        convention: Convention,
    ) -> Result<Self> {
        let order: u64 = reactants.iter().map(|r| r.1).sum();
        if order > MAX_ORDER {
            return Err(Error::invalid_at(
                "reactions",
                [index],
                format!("{order} reactant molecules"),
                format!("must have at most {MAX_ORDER}"),
            ));
        }
        let k = scaled(rate, order, reactants, volume, convention);
        if !k.is_finite() {
            return Err(Error::invalid_at(
                "rates",
                [index],
                format!("{rate:?}"),
                format!("must stay finite after scaling by volume = {volume:?} and the factorials"),
            ));
        }
        let (form, a, b) = match *reactants {
            [] => (Form::Constant, 0, 0),
            [(i, 1)] => (Form::Single, i, 0),
            [(i, 1), (j, 1)] => (Form::Product, i, j),
            [(i, 2)] => (Form::Pair, i, 0),
            _ => (Form::General, index, 0),
        };
        Ok(Self {
            form,
            a: narrow(a)?,
            b: narrow(b)?,
            k,
        })
    }

    /// The value of a [small](Form::is_small) form.
    #[inline(always)]
    pub(crate) fn small(&self, n: &[f64]) -> f64 {
        let a = self.a as usize;
        match self.form {
            Form::Single => self.k * n[a],
            Form::Product => (self.k * n[a]) * n[self.b as usize],
            Form::Pair => (self.k * n[a]) * (n[a] - 1.0),
            _ => self.k,
        }
    }

    /// The record of formula number `formula`.
    pub fn formula(formula: usize) -> Result<Self> {
        Ok(Self {
            form: Form::Formula,
            a: narrow(formula)?,
            b: 0,
            k: 1.0,
        })
    }
}

fn scaled(
    rate: f64,
    order: u64,
    reactants: &[(usize, u64)],
    volume: f64,
    convention: Convention,
) -> f64 {
    let mut k = rate;
    match order {
        0 => k *= volume,
        _ if volume != 1.0 => (1..order).for_each(|_| k /= volume),
        _ => {}
    }
    if convention == Convention::Comb {
        for &(_, s) in reactants {
            (2..=s).for_each(|m| k /= m as f64);
        }
    }
    k
}

/// `(n)_s` in floating point, exact while the product stays below 2^53.
#[inline]
pub fn falling(n: f64, s: u64) -> f64 {
    (0..s).fold(1.0, |p, m| p * (n - m as f64))
}

fn narrow(i: usize) -> Result<u32> {
    u32::try_from(i)
        .map_err(|_| Error::Refused(format!("{i} species or reactions: at most 2^32 - 1")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_record_is_24_bytes() {
        assert_eq!(size_of::<Propensity>(), 24);
    }

    #[test]
    fn conventions_and_volume() {
        let k = |s: &[(usize, u64)], w, c| Propensity::mass_action(0, s, 6.0, w, c).unwrap().k;
        assert_eq!(k(&[(0, 2)], 2.0, Convention::Comb), 1.5);
        assert_eq!(k(&[(0, 2)], 2.0, Convention::Falling), 3.0);
        assert_eq!(k(&[], 2.0, Convention::Comb), 12.0);
        assert_eq!(k(&[(0, 3)], 1.0, Convention::Comb), 1.0);
        assert_eq!(k(&[(0, 1), (1, 1)], 4.0, Convention::Comb), 1.5);
        assert!(Propensity::mass_action(0, &[(0, 40_000)], 1.0, 1.0, Convention::Comb).is_err());
    }
}
