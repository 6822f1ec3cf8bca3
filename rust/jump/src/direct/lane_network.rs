//! What the lanes read of a network.

use crate::Network;
use crate::propensity::Form;

/// Networks with more reactions than this run path by path.
pub(super) const MAX_REACTIONS: usize = 20;
/// Networks with more species than this run path by path. A power of two: indices are masked, not checked.
pub(super) const MAX_SPECIES: usize = 32;

/// A propensity `(k n_a) (n_b - c)`, or what is left of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneRate {
    pub(super) form: Form,
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) k: f64,
    /// The changes of this reaction are `entries[first..end]`.
    pub(super) first: usize,
    pub(super) end: usize,
}

/// What the lanes need of a network: mass action with at most two reactant molecules.
#[derive(Clone, Debug)]
pub(super) struct LaneNetwork {
    pub(super) rates: Vec<LaneRate>,
    /// `(species, change)` of all reactions, one after another.
    pub(super) entries: Vec<(usize, f64)>,
    /// Species that conservation laws do not bound: their counts are watched for overflow.
    pub(super) growing: Vec<usize>,
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
        let (mut rates, mut entries) = (Vec::new(), Vec::new());
        for (p, row) in records.iter().zip(network.change().rows()) {
            let first = entries.len();
            entries.extend(row.iter().map(|&(i, v)| (i, v as f64)));
            rates.push(LaneRate {
                form: p.form,
                a: p.a as usize,
                b: p.b as usize,
                k: p.k,
                first,
                end: entries.len(),
            });
        }
        Some(Self {
            rates,
            entries,
            growing: (0..species)
                .filter(|&i| bounded[i].is_none() && gains(i))
                .collect(),
            species,
        })
    }
}
