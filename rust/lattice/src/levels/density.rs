//! The answer: how many states have each energy.

use num_bigint::BigUint;

use super::units::Units;

/// How the states were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All states have the same energy.
    Symmetry,
    /// Row by row, polynomials in the number of satisfied bonds.
    Transfer,
    /// State by state.
    Enumeration,
    /// Spin after spin summed out, polynomials in the energy.
    Elimination,
}

impl Method {
    /// The word shown to users.
    pub fn name(self) -> &'static str {
        match self {
            Method::Symmetry => "symmetry",
            Method::Transfer => "transfer",
            Method::Enumeration => "enumerate",
            Method::Elimination => "eliminate",
        }
    }
}

/// The number of states of each energy, exact.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityOfStates {
    /// Total energies with states, ascending.
    pub energy: Vec<f64>,
    /// States of each energy.
    pub counts: Vec<BigUint>,
    /// How they were counted.
    pub method: Method,
}

impl DensityOfStates {
    /// From pairs (level in units, count) in any order; levels without states are left out.
    pub(crate) fn new(
        units: &Units<'_>,
        levels: impl IntoIterator<Item = (i64, BigUint)>,
        method: Method,
    ) -> Self {
        let occupied = levels
            .into_iter()
            .filter(|(_, count)| *count != BigUint::ZERO);
        let mut levels: Vec<_> = occupied.collect();
        levels.sort_unstable_by_key(|&(e, _)| e);
        let energy = levels.iter().map(|&(e, _)| units.energy(e)).collect();
        let counts = levels.into_iter().map(|(_, count)| count).collect();
        Self {
            energy,
            counts,
            method,
        }
    }
}
