//! Counting state by state, one spin changing at a time (a reflected Gray code in base q).

use num_bigint::BigUint;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};
use rayon::prelude::*;

use super::density::{DensityOfStates, Method};
use super::units::{Grid, Units};
use crate::work::Work;

/// Most states that are visited: 31 Ising spins without fields, 30 with.
pub const MOST_STATES: u64 = 1 << 30;
/// Most levels between the lowest and the highest that could occur.
const MOST_LEVELS: u64 = 1 << 20;
/// Most states of one task.
const TASK: u64 = 1 << 20;

/// Without fields all values of spin 0 have equally many states of each energy: one is followed.
fn first_free(units: &Units<'_>) -> usize {
    usize::from(units.fields().is_empty())
}

/// States to visit, or `None` if beyond [`MOST_STATES`].
pub(super) fn states(units: &Units<'_>) -> Option<u64> {
    let free = units.geometry().n_sites() - first_free(units);
    (units.values() as u64)
        .checked_pow(u32::try_from(free).ok()?)
        .filter(|&count| count <= MOST_STATES)
}

/// Refuses what has too many states or levels.
pub(super) fn check(units: &Units<'_>) -> Result<u64> {
    let n = units.geometry().n_sites();
    let count = states(units).ok_or_else(|| {
        Error::Refused(format!(
            "enumeration visits {MOST_STATES} states, fewer than {n} spins of {} values have",
            units.values()
        ))
    })?;
    let levels = units.grid().len;
    if levels > MOST_LEVELS {
        return Err(Error::Refused(format!(
            "enumeration holds {MOST_LEVELS} levels, couplings in units of {:?} could have {levels}: round the couplings \
             to multiples of a larger unit",
            units.unit()
        )));
    }
    Ok(count)
}

/// The counts of a small model.
pub(super) fn count(units: &Units<'_>, work: Work) -> Result<DensityOfStates> {
    let states = check(units)?;
    let (q, n) = (units.values() as u64, units.geometry().n_sites());
    // The last spins run inside a task, the first ones number the tasks.
    let (mut inner, mut per_task) = (0, 1);
    while per_task * q <= TASK && per_task < states {
        per_task *= q;
        inner += 1;
    }
    let tasks = states / per_task;
    let grid = units.grid();
    let threads = work.pool.threads() as u128;
    let bytes = 8 * u128::from(grid.len) * (threads + 1);
    work.allow(
        "the table of levels",
        bytes,
        "use fewer threads, or raise max_bytes",
    )?;
    work.pulse.expect(tasks);
    let add = |mut a: Vec<u64>, b: Vec<u64>| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    };
    let empty = || vec![0; grid.len as usize];
    let counts = work.pool.install(|| {
        (0..tasks)
            .into_par_iter()
            .try_fold(empty, |mut counts, task| {
                let walk = Walk::new(units, grid, task, n - inner);
                walk.run(per_task, &mut counts, work.pulse)?;
                work.pulse.add(1);
                Ok(counts)
            })
            .try_reduce(empty, |a, b| Ok(add(a, b)))
    })?;
    let same = q.pow(first_free(units) as u32);
    let levels = counts.into_iter().enumerate().map(|(k, count)| {
        let level = grid.lowest + grid.step * k as i64;
        (level, BigUint::from(count) * same)
    });
    Ok(DensityOfStates::new(units, levels, Method::Enumeration))
}

/// A walk through the states that begin alike.
struct Walk<'a> {
    units: &'a Units<'a>,
    /// The number of each spin's value.
    state: Vec<u8>,
    /// First spin that moves.
    moving: usize,
    grid: Grid,
    level: i64,
}

impl<'a> Walk<'a> {
    fn new(units: &'a Units<'a>, grid: Grid, task: u64, moving: usize) -> Self {
        let mut state = vec![0; units.geometry().n_sites()];
        let mut rest = task;
        for value in &mut state[first_free(units).min(moving)..moving] {
            *value = (rest % units.values() as u64) as u8;
            rest /= units.values() as u64;
        }
        let law = units.law();
        let spins: Vec<i8> = state.iter().map(|&v| law.value(usize::from(v))).collect();
        Self {
            level: units.level(&spins),
            units,
            state,
            moving,
            grid,
        }
    }

    fn run(mut self, count: u64, counts: &mut [u64], pulse: &Pulse) -> Result<()> {
        let q = self.units.values() as u64;
        let mut upward = vec![true; self.state.len() - self.moving];
        for step in 1..=count {
            counts[self.grid.index(self.level)] += 1;
            if step == count {
                break;
            }
            if step % (1 << 14) == 0 {
                pulse.check()?;
            }
            // Reflected code: digits that stand at their end turn round, the next one moves.
            let mut digit = 0;
            let mut power = q;
            while step % power == 0 {
                upward[digit] = !upward[digit];
                digit += 1;
                power *= q;
            }
            let site = self.moving + digit;
            let old = self.state[site];
            self.change(site, if upward[digit] { old + 1 } else { old - 1 });
        }
        Ok(())
    }

    fn change(&mut self, site: usize, new: u8) {
        let old = self.state[site];
        let mut gained = 0;
        for (other, bond) in self.units.geometry().adjacency().neighbours(site) {
            let there = self.state[other];
            let change = i64::from(there == new) - i64::from(there == old);
            gained += change * self.units.couplings()[bond];
        }
        if let Some(field) = self.units.fields().get(site) {
            gained += field * (i64::from(new) - i64::from(old));
        }
        // Equal signs are +1 and unequal ones -1: a bond gains twice what one that counts delta does.
        self.level -= if self.units.is_potts() {
            gained
        } else {
            2 * gained
        };
        self.state[site] = new;
    }
}
