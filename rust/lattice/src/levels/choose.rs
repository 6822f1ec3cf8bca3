//! One entry for all ways of counting: the automatic choice, and a refusal that names what would work.

use num_bigint::BigUint;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::density::{DensityOfStates, Method};
use super::listing;
use super::rows::{MOST_ADDITIONS, Rows};
use super::units::Units;
use crate::elimination::{Levels, Network};
use crate::sample::Law;
use crate::work::Work;

/// A state visited costs about as much as so many additions of coefficients.
const ADDITIONS_PER_STATE: f64 = 8.0;

/// A way of counting that holds for the model.
enum Way {
    Listing,
    Rows(Rows),
    Elimination(Box<Levels>),
}

impl Way {
    /// All ways, or why they do not hold.
    fn all(units: &Units<'_>, pulse: &Pulse) -> Result<[std::result::Result<Self, String>; 3]> {
        let need = "row transfer needs a Square with one J, h = 0 and at most 2^560 states";
        let rows = Rows::of(units).map(Way::Rows).ok_or(need.to_owned());
        let network = Network::new(units.law().into(), pulse)?;
        let elimination = network
            .map(|network| Levels::new(network, units.couplings(), units.fields()))
            .map(|levels| Way::Elimination(Box::new(levels)));
        Ok([Ok(Way::Listing), rows, elimination])
    }

    /// Refuses what takes too long or too much memory.
    fn check(&self, units: &Units<'_>, work: Work) -> Result<()> {
        match self {
            Way::Listing => listing::check(units).map(|_| ()),
            Way::Rows(rows) => rows.check(work),
            Way::Elimination(levels) => {
                let (width, additions) = (levels.width(), levels.additions());
                if additions > MOST_ADDITIONS {
                    return Err(Error::Refused(format!(
                        "elimination (width {width}) takes {additions:.0e} additions, at most {MOST_ADDITIONS:.0e}"
                    )));
                }
                work.allow(
                    format!("density_of_states by elimination (width {width})"),
                    levels.bytes(),
                    "round the couplings to multiples of a larger unit, or raise max_bytes",
                )
            }
        }
    }

    /// In additions; infinite where it is out of reach.
    fn cost(&self, units: &Units<'_>) -> f64 {
        match self {
            Way::Rows(rows) => rows.additions(),
            Way::Elimination(levels) => levels.additions(),
            Way::Listing => listing::states(units)
                .map_or(f64::INFINITY, |count| ADDITIONS_PER_STATE * count as f64),
        }
    }

    fn count(&self, units: &Units<'_>, work: Work) -> Result<DensityOfStates> {
        match self {
            Way::Listing => listing::count(units, work),
            Way::Rows(rows) => rows.count(units, work),
            Way::Elimination(levels) => {
                let counts = levels.count(work)?;
                Ok(DensityOfStates::new(units, counts, Method::Elimination))
            }
        }
    }
}

/// The number of states of each energy, by the way that costs least among those in reach.
///
/// ```
/// use quincunx_core::run::{Pool, Pulse};
/// use quincunx_lattice::levels::density_of_states;
/// use quincunx_lattice::fisher::Work;
/// use quincunx_lattice::{Geometry, Ising};
/// let square = Geometry::square([4, 4], [true, true])?;
/// let law = Ising::new(square, 1.0, 1.0, 0.0)?.into();
/// let (pool, pulse) = (Pool::of(1)?, Pulse::new());
/// let work = Work { pool: &pool, pulse: &pulse, max_bytes: 1 << 30 };
/// let found = density_of_states(&law, None, work)?;
/// assert_eq!(found.energy[..3], [-32.0, -24.0, -20.0]);
/// assert_eq!(found.counts[..3], [2_u32.into(), 32_u32.into(), 64_u32.into()]);
/// # Ok::<(), quincunx_core::Error>(())
/// ```
pub fn density_of_states(law: &Law, unit: Option<f64>, work: Work) -> Result<DensityOfStates> {
    let units = Units::of(law, unit)?;
    if units
        .couplings()
        .iter()
        .chain(units.fields())
        .all(|&j| j == 0)
    {
        let all = BigUint::from(units.values()).pow(units.geometry().n_sites() as u32);
        return Ok(DensityOfStates::new(&units, [(0, all)], Method::Symmetry));
    }
    let (mut ways, mut reasons) = (Vec::new(), Vec::new());
    for way in Way::all(&units, work.pulse)? {
        match way {
            Ok(way) => ways.push(way),
            Err(reason) => reasons.push(reason),
        }
    }
    ways.sort_by(|a, b| a.cost(&units).total_cmp(&b.cost(&units)));
    // A dearer way may do with less memory; if none does, the limit of the cheapest is the one to raise.
    let mut too_large = None;
    for way in &ways {
        match way.check(&units, work) {
            Ok(()) => return way.count(&units, work),
            Err(reason @ Error::TooLarge { .. }) => too_large = too_large.or(Some(reason)),
            Err(reason) => reasons.push(reason.to_string()),
        }
    }
    Err(too_large.unwrap_or_else(|| {
        Error::Refused(format!(
            "density_of_states: {} spins of {} values are out of reach: {}; WangLandau estimates it for any size",
            units.geometry().n_sites(),
            units.values(),
            reasons.join("; ")
        ))
    }))
}
