//! Single-site proposals and what they do to the energy, in whole numbers.

use quincunx_core::rng::Stream;

use crate::levels::Units;
use crate::sample::neighbours::{Listed, Neighbours, SquareTorus, square_torus};

/// Couplings in units by the slot of a directed bond.
pub(super) trait Couplings: Send + Sync {
    fn at(&self, slot: usize) -> i64;
}

/// One coupling for all.
#[derive(Debug)]
pub(super) struct One(pub i64);

impl Couplings for One {
    #[inline(always)]
    fn at(&self, _: usize) -> i64 {
        self.0
    }
}

/// One for each slot.
#[derive(Debug)]
pub(super) struct Each(pub Vec<i64>);

impl Couplings for Each {
    #[inline(always)]
    fn at(&self, slot: usize) -> i64 {
        self.0[slot]
    }
}

/// A proposed value of one spin, and by how many places of the grid of levels it moves the energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proposal {
    pub site: usize,
    pub value: i8,
    pub places: i64,
}

/// Draws proposals: a uniform site, and there the flip or one of the other colours.
pub(super) trait Propose: Send + Sync {
    fn propose(&self, state: &[i8], stream: &mut Stream) -> Proposal;
}

/// Spins with neighbours `N` and couplings `C`.
#[derive(Debug)]
pub(super) struct Spins<N, C> {
    neighbours: N,
    couplings: C,
    /// One per site, or none.
    fields: Vec<i64>,
}

/// Colours, `others` besides the one that a site has.
#[derive(Debug)]
pub(super) struct Colours<N, C> {
    neighbours: N,
    couplings: C,
    others: u64,
}

impl<N: Neighbours, C: Couplings> Propose for Spins<N, C> {
    /// `e` changes by `2 s (sum_j J_ij s_j + h_i)`; levels are two units apart.
    #[inline(always)]
    fn propose(&self, state: &[i8], stream: &mut Stream) -> Proposal {
        let site = stream.below(state.len() as u64) as usize;
        let mut local = self.fields.get(site).copied().unwrap_or(0);
        self.neighbours.each(site, |other, slot| {
            local += self.couplings.at(slot) * i64::from(state[other]);
        });
        let spin = state[site];
        Proposal {
            site,
            value: -spin,
            places: i64::from(spin) * local,
        }
    }
}

impl<N: Neighbours, C: Couplings> Propose for Colours<N, C> {
    #[inline(always)]
    fn propose(&self, state: &[i8], stream: &mut Stream) -> Proposal {
        let site = stream.below(state.len() as u64) as usize;
        let old = state[site];
        let drawn = stream.below(self.others) as i8;
        let value = drawn + i8::from(drawn >= old);
        let mut places = 0;
        self.neighbours.each(site, |other, slot| {
            let there = state[other];
            let change = i64::from(there == old) - i64::from(there == value);
            places += self.couplings.at(slot) * change;
        });
        Proposal {
            site,
            value,
            places,
        }
    }
}

/// What is done with the proposals of a model, whichever form they take.
pub(super) trait Use {
    type Out;
    fn with(self, moves: &impl Propose) -> Self::Out;
}

/// Hands over the proposals in the form that is fastest for the model.
pub(super) fn with_proposals<U: Use>(units: &Units<'_>, user: U) -> U::Out {
    let geometry = units.law().geometry();
    let first = units.couplings().first().copied().unwrap_or(0);
    let uniform = units.couplings().iter().all(|&j| j == first);
    match square_torus(geometry) {
        Some(torus) if uniform => dressed::<SquareTorus, One, U>(units, torus, One(first), user),
        _ if uniform => dressed(units, Listed::new(geometry), One(first), user),
        _ => {
            let lists = Listed::new(geometry);
            let by_slot = lists.by_slot(|bond| units.couplings()[bond] as f64);
            let each = Each(by_slot.into_iter().map(|j| j as i64).collect());
            dressed(units, lists, each, user)
        }
    }
}

fn dressed<N: Neighbours, C: Couplings, U: Use>(
    units: &Units<'_>,
    neighbours: N,
    couplings: C,
    user: U,
) -> U::Out {
    if units.is_potts() {
        user.with(&Colours {
            neighbours,
            couplings,
            others: units.values() as u64 - 1,
        })
    } else {
        user.with(&Spins {
            neighbours,
            couplings,
            fields: units.fields().to_vec(),
        })
    }
}
