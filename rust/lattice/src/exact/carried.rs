//! The numbers a row transfer carries: those of several vectors side by side, with their derivatives or without.

use std::ops::{Add, Mul};

use super::jet::Jet;

/// Vectors side by side where there are many.
pub(super) const TOGETHER: usize = 8;

/// One entry of `N` vectors. Loops by index: iterators are not always inlined into what is compiled for an instruction set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Side<const N: usize>([f64; N]);

impl<const N: usize> Default for Side<N> {
    #[inline(always)]
    fn default() -> Self {
        Self([0.0; N])
    }
}

impl<const N: usize> Add for Side<N> {
    type Output = Self;
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for k in 0..N {
            self.0[k] += other.0[k];
        }
        self
    }
}

impl<const N: usize> Mul for Side<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(mut self, other: Self) -> Self {
        for k in 0..N {
            self.0[k] *= other.0[k];
        }
        self
    }
}

/// What stands at one place of the vectors.
pub(super) trait Carried:
    Copy + Default + Add<Output = Self> + Mul<Output = Self> + Send + Sync
{
    /// Vectors side by side.
    const COUNT: usize;
    /// Whether derivatives are carried.
    const DERIVATIVES: bool;

    /// The same in all vectors.
    fn spread(jet: Jet) -> Self;

    /// The entry of one vector; derivatives that are not carried are zero.
    fn get(&self, vector: usize) -> Jet;

    /// Replaces the entry of one vector.
    fn set(&mut self, vector: usize, jet: Jet);
}

impl<const N: usize> Carried for Side<N> {
    const COUNT: usize = N;
    const DERIVATIVES: bool = false;

    #[inline(always)]
    fn spread(jet: Jet) -> Self {
        Self([jet.value; N])
    }

    #[inline(always)]
    fn get(&self, vector: usize) -> Jet {
        Jet::constant(self.0[vector])
    }

    #[inline(always)]
    fn set(&mut self, vector: usize, jet: Jet) {
        self.0[vector] = jet.value;
    }
}

impl<const N: usize> Carried for Jet<Side<N>> {
    const COUNT: usize = N;
    const DERIVATIVES: bool = true;

    #[inline(always)]
    fn spread(jet: Jet) -> Self {
        Self {
            value: Side([jet.value; N]),
            first: Side([jet.first; N]),
            second: Side([jet.second; N]),
        }
    }

    #[inline(always)]
    fn get(&self, vector: usize) -> Jet {
        Jet {
            value: self.value.0[vector],
            first: self.first.0[vector],
            second: self.second.0[vector],
        }
    }

    #[inline(always)]
    fn set(&mut self, vector: usize, jet: Jet) {
        self.value.0[vector] = jet.value;
        self.first.0[vector] = jet.first;
        self.second.0[vector] = jet.second;
    }
}
