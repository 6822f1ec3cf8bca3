//! Several walkers and what they agree on.

use quincunx_core::rng::Key;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::proposal::{Propose, Use, with_proposals};
use super::walker::{PROGRESS, Walker};
use crate::levels::Units;
use crate::work::Work;

/// Smallest final modification factor: a walk takes `levels / f_final` attempts.
pub const LEAST_F: f64 = 1e-12;

/// Wang-Landau sampling with the modification factor of Belardinelli and Pereyra: at every attempt `ln g` of the current
/// level grows by `f`, which starts at 1, is halved when every level seen was visited since the last halving, and is
/// `levels / attempts` once that is larger. A new level starts all of this anew, `ln g` apart.
///
/// F. Wang and D. P. Landau, Phys. Rev. Lett. 86, 2050 (2001); R. E. Belardinelli and V. D. Pereyra, Phys. Rev. E 75,
/// 046701 (2007).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WangLandau {
    f_final: f64,
}

/// Estimated `ln` numbers of states.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Total energies of the levels found, ascending.
    pub energy: Vec<f64>,
    /// `ln g` of each walker, walker-major, normalised to the number of states; NaN where a walker found no such level.
    pub walkers: Vec<f64>,
    /// Attempts of each walker.
    pub attempts: Vec<u64>,
}

impl WangLandau {
    /// Walks end when the modification factor is down to `f_final`.
    pub fn new(f_final: f64) -> Result<Self> {
        if (LEAST_F..1.0).contains(&f_final) {
            return Ok(Self { f_final });
        }
        let need = format!("must be >= {LEAST_F:?} and < 1");
        Err(Error::invalid("f_final", format!("{f_final:?}"), need))
    }

    /// Independent walkers, each with a stream of its own: the result does not depend on the threads.
    ///
    /// ```
    /// use quincunx_core::{rng::Key, run::{Pool, Pulse}};
    /// use quincunx_lattice::{Geometry, Ising, fisher::Work, levels::Units, sample::WangLandau};
    /// let law = Ising::new(Geometry::square([4, 4], [true, true])?, 1.0, 1.0, 0.0)?.into();
    /// let (pool, pulse) = (Pool::of(1)?, Pulse::new());
    /// let work = Work { pool: &pool, pulse: &pulse, max_bytes: 1 << 30 };
    /// let found = WangLandau::new(1e-3)?.run(&Units::of(&law, None)?, 2, Key([1, 2]), work)?;
    /// assert_eq!(found.energy.len(), 15);
    /// assert!((found.walkers[0].exp() - 2.0).abs() < 1.0);
    /// # Ok::<(), quincunx_core::Error>(())
    /// ```
    pub fn run(&self, units: &Units<'_>, walkers: i64, key: Key, work: Work) -> Result<Levels> {
        if !(1..=1 << 20).contains(&walkers) {
            return Err(Error::invalid("n", walkers, "must be >= 1 and <= 1048576"));
        }
        let grid = units.grid();
        let sites = units.geometry().n_sites() as u128;
        let bytes = walkers as u128 * (12 * u128::from(grid.len) + sites);
        work.allow(
            format!("WangLandau: {walkers} walkers over {} levels", grid.len),
            bytes,
            "use fewer walkers, a larger unit, or raise max_bytes",
        )?;
        work.pulse.expect(walkers as u64 * PROGRESS);
        let walk = Walk {
            units,
            f_final: self.f_final,
            key,
            number: walkers as u64,
            work,
        };
        let walkers = with_proposals(units, walk)?;
        Ok(joined(units, &walkers))
    }
}

/// The walks of all walkers.
struct Walk<'a> {
    units: &'a Units<'a>,
    f_final: f64,
    key: Key,
    number: u64,
    work: Work<'a>,
}

impl Use for Walk<'_> {
    type Out = Result<Vec<Walker>>;

    fn with(self, moves: &impl Propose) -> Result<Vec<Walker>> {
        self.work.pool.install(|| {
            (0..self.number)
                .into_par_iter()
                .map(|number| {
                    let mut walker = Walker::new(self.units, self.key, number);
                    walker.run(moves, self.f_final, self.work.pulse)?;
                    Ok(walker)
                })
                .collect()
        })
    }
}

fn joined(units: &Units<'_>, walkers: &[Walker]) -> Levels {
    let grid = units.grid();
    let mut places: Vec<usize> = walkers
        .iter()
        .flat_map(|w| w.found.iter().copied())
        .collect();
    places.sort_unstable();
    places.dedup();
    let states = units.geometry().n_sites() as f64 * libm::log(units.values() as f64);
    let mut log_counts = vec![f64::NAN; walkers.len() * places.len()];
    for (row, walker) in log_counts.chunks_exact_mut(places.len()).zip(walkers) {
        let mut found = walker.found.clone();
        found.sort_unstable();
        let top = found
            .iter()
            .map(|&p| walker.log_g[p])
            .fold(f64::MIN, f64::max);
        let sum: f64 = found
            .iter()
            .map(|&p| libm::exp(walker.log_g[p] - top))
            .sum();
        let shift = states - top - libm::log(sum);
        for place in found {
            if let Ok(column) = places.binary_search(&place) {
                row[column] = walker.log_g[place] + shift;
            }
        }
    }
    let level = |&place: &usize| units.energy(grid.lowest + grid.step * place as i64);
    Levels {
        energy: places.iter().map(level).collect(),
        walkers: log_counts,
        attempts: walkers.iter().map(|w| w.attempts).collect(),
    }
}
