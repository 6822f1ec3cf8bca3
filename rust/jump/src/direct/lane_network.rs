//! What the lanes read of a network.

use super::factors::{FEW, Factors};
use crate::Network;
use crate::propensity::{Form, Propensity};

/// Networks with more reactions than this run path by path.
pub(super) const MAX_REACTIONS: usize = 20;
/// Networks with more species than this run path by path.
pub(super) const MAX_SPECIES: usize = 32;
/// Rows of counts: as many as a byte can number, so that no index needs a check.
pub(super) const ROWS: usize = 256;
/// The row that holds 1 in every lane: what a constant propensity reads.
pub(super) const ONES: u8 = MAX_SPECIES as u8;
/// A row that nobody reads: where reactions with fewer changes than [`CHANGES`] add nothing.
pub(super) const NOWHERE: u8 = ONES + 1;
/// Changes of a reaction that are made without asking how many there are.
pub(super) const CHANGES: usize = 2;

/// What remains of the forms of propensities when a constant reads [`ONES`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `k n_a`.
    Single,
    /// `(k n_a) n_b`.
    Product,
    /// `(k n_a) (n_a - 1)`.
    Pair,
}

impl Shape {
    /// The shape of a small propensity and the two rows that it reads; `ones` is the row of ones.
    pub(super) fn of(p: &Propensity, ones: usize) -> (Self, usize, usize) {
        match p.form {
            Form::Single => (Self::Single, p.a as usize, ones),
            Form::Product => (Self::Product, p.a as usize, p.b as usize),
            Form::Pair => (Self::Pair, p.a as usize, ones),
            _ => (Self::Single, ones, ones),
        }
    }
}

/// One reaction: its propensity and its changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneReaction {
    pub(super) shape: Shape,
    pub(super) a: u8,
    pub(super) b: u8,
    pub(super) k: f64,
    /// `(species, change)`: the first ones.
    pub(super) changes: [(u8, f64); CHANGES],
    /// The others are `more[first..end]`.
    pub(super) first: usize,
    pub(super) end: usize,
}

impl LaneReaction {
    const NONE: Self = Self {
        shape: Shape::Single,
        a: ONES,
        b: ONES,
        k: 0.0,
        changes: [(NOWHERE, 0.0); CHANGES],
        first: 0,
        end: 0,
    };
}

/// A species that changes: by how much in each of [`FEW`] reactions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) species: u8,
    pub(super) change: [f64; FEW],
}

/// What the lanes need of a network: mass action with at most two reactant molecules.
#[derive(Clone, Debug)]
pub(super) struct LaneNetwork {
    pub(super) reactions: [LaneReaction; MAX_REACTIONS],
    /// Reactions there are.
    pub(super) count: usize,
    /// Changes beyond the first ones of all reactions, one after another.
    pub(super) more: Vec<(u8, f64)>,
    /// The same, if there are few reactions.
    pub(super) few: Option<Factors>,
    /// Species that conservation laws do not bound: their counts are watched for overflow.
    pub(super) growing: Vec<u8>,
    pub(super) species: usize,
}

impl LaneNetwork {
    /// `None` where lanes do not pay or do not hold.
    pub(super) fn of(network: &Network) -> Option<Self> {
        let (records, species) = (network.propensities(), network.species().len());
        let small = (1..=MAX_REACTIONS).contains(&records.len()) && species <= MAX_SPECIES;
        if !small || !records.iter().all(|p| p.form.is_small()) {
            return None;
        }
        let gains = |i: usize| {
            network
                .change()
                .rows()
                .flatten()
                .any(|&(s, v)| s == i && v > 0)
        };
        let bounded = network.conserved_bounds(&vec![0; species]).ok()?;
        let (mut reactions, mut more) = ([LaneReaction::NONE; MAX_REACTIONS], Vec::new());
        for ((r, p), row) in reactions
            .iter_mut()
            .zip(records)
            .zip(network.change().rows())
        {
            let (shape, a, b) = Shape::of(p, usize::from(ONES));
            (r.shape, r.a, r.b, r.k) = (shape, row_of(a), row_of(b), p.k);
            let mut changes = row.iter().map(|&(i, v)| (row_of(i), v as f64));
            for (place, change) in r.changes.iter_mut().zip(changes.by_ref()) {
                *place = change;
            }
            r.first = more.len();
            more.extend(changes);
            r.end = more.len();
        }
        let mut lanes = Self {
            reactions,
            count: records.len(),
            more,
            few: None,
            growing: (0..species)
                .filter(|&i| bounded[i].is_none() && gains(i))
                .map(row_of)
                .collect(),
            species,
        };
        lanes.few = Factors::of(&lanes, rows(network));
        Some(lanes)
    }
}

/// The species that change, if there are few reactions.
fn rows(network: &Network) -> Vec<Row> {
    if network.propensities().len() > FEW {
        return Vec::new();
    }
    let row = |species: usize| {
        let mut change = [0.0; FEW];
        for (place, reaction) in change.iter_mut().zip(network.change().rows()) {
            let own = reaction.iter().filter(|c| c.0 == species);
            *place = own.map(|c| c.1 as f64).sum();
        }
        Row {
            species: row_of(species),
            change,
        }
    };
    (0..network.species().len())
        .map(row)
        .filter(|row| row.change != [0.0; FEW])
        .collect()
}

/// The row of a species, of which there are at most [`MAX_SPECIES`].
fn row_of(species: usize) -> u8 {
    u8::try_from(species).unwrap_or(NOWHERE)
}
