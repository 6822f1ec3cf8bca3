//! First passages through levels, also between two steps.

use quincunx_core::Result;
use quincunx_core::observe::{Plan, View};
use quincunx_core::rng::{Address, Purpose, Stream};
use quincunx_core::run::Task;

use super::block::Block;
use super::bridge::{Walls, may_reach};
use super::diffusion::Diffusion;
use crate::law::Equation;

/// The levels of one state that one observer waits for.
#[derive(Clone, Debug)]
struct Levels {
    part: usize,
    column: usize,
    walls: Walls,
    /// Condition of the lower and of the upper wall.
    conditions: (usize, usize),
}

/// Everything that is tested between steps. The test of step k on state i uses block `k + i 2^48` of the replica's
/// [`Purpose::CROSSING`], so that one level has the same answer in every observer.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    levels: Vec<Levels>,
    /// `|g_i|^2` of the columns of `levels`, in that order.
    variances: Diffusion,
    d: usize,
}

impl Passage {
    /// What `plan` waits for; None when no condition is a level.
    pub fn new(plan: &Plan, equation: &Equation) -> Result<Option<Self>> {
        let mut levels: Vec<Levels> = Vec::new();
        for (part, condition, level) in plan.levels() {
            let known = levels
                .iter()
                .position(|l| l.part == part && l.column == level.column);
            let at = known.unwrap_or_else(|| {
                levels.push(Levels {
                    part,
                    column: level.column,
                    walls: Walls {
                        lower: f64::NEG_INFINITY,
                        upper: f64::INFINITY,
                    },
                    conditions: (0, 0),
                });
                levels.len() - 1
            });
            let Levels {
                walls, conditions, ..
            } = &mut levels[at];
            // Of several walls on one side the nearest is met first.
            if level.above && level.level < walls.upper {
                walls.upper = level.level;
                conditions.1 = condition;
            } else if !level.above && level.level > walls.lower {
                walls.lower = level.level;
                conditions.0 = condition;
            }
        }
        if levels.is_empty() {
            return Ok(None);
        }
        let columns: Vec<usize> = levels.iter().map(|l| l.column).collect();
        Ok(Some(Self {
            variances: Diffusion::variances(equation, &columns)?,
            levels,
            d: equation.dimension(),
        }))
    }

    /// Tests step `k` of `block` (already made), from `start` to `end`.
    pub fn test(&mut self, task: &mut Task<'_>, block: &Block, k: u64, (start, end): (f64, f64)) {
        let h = end - start;
        self.variances.evaluate(start, block.view_before());
        for lane in 0..block.lanes {
            let slot = block.first + lane;
            let mut earliest: Option<Hit> = None;
            for (e, levels) in self.levels.iter().enumerate() {
                let v = self.variances.get(e, lane) * h;
                let candidate = levels.hit(task, block, (lane, k), v);
                if let Some(hit) = candidate {
                    match earliest {
                        Some(first) if first.part == hit.part => {
                            if hit.at < first.at {
                                earliest = Some(hit);
                            }
                        }
                        _ => {
                            self.report(task, block, slot, earliest, (start, h));
                            earliest = Some(hit);
                        }
                    }
                }
            }
            self.report(task, block, slot, earliest, (start, h));
        }
    }

    /// The level's own state is at the level; the others are taken from the straight line.
    fn report(
        &self,
        task: &mut Task<'_>,
        block: &Block,
        slot: usize,
        hit: Option<Hit>,
        (start, h): (f64, f64),
    ) {
        let Some(hit) = hit else { return };
        let lane = slot - block.first;
        let (before, after) = (block.view_before(), block.view());
        let mut x: Vec<f64> = (0..self.d)
            .map(|i| before.get(i, lane) + hit.at * (after.get(i, lane) - before.get(i, lane)))
            .collect();
        if let Some(x) = x.get_mut(hit.column) {
            *x = hit.level;
        }
        let t = start + hit.at * h;
        task.recorder
            .hit(slot, hit.part, hit.condition, t, View::single(&x));
    }
}

/// A level reached by one replica.
#[derive(Clone, Copy, Debug)]
struct Hit {
    part: usize,
    condition: usize,
    column: usize,
    level: f64,
    /// Fraction of the step.
    at: f64,
}

impl Levels {
    fn hit(&self, task: &Task<'_>, block: &Block, (lane, k): (usize, u64), v: f64) -> Option<Hit> {
        let x0 = block.view_before().get(self.column, lane);
        let x1 = block.view().get(self.column, lane);
        let Walls { lower, upper } = self.walls;
        let near = may_reach(x0 - lower, x1 - lower, v) || may_reach(upper - x0, upper - x1, v);
        let slot = block.first + lane;
        let inside = x0 > lower && x0 < upper;
        if !near || !inside || !x1.is_finite() {
            return None;
        }
        if !task.recorder.waits(slot, self.part) {
            return None;
        }
        let address = Address::new(task.key, task.replica(slot), Purpose::CROSSING);
        let mut stream = Stream::from_state(address.block(k + ((self.column as u64) << 48)));
        let crossing = self.walls.first_crossing(x0, x1, v, &mut stream)?;
        let (condition, level) = if crossing.upper {
            (self.conditions.1, upper)
        } else {
            (self.conditions.0, lower)
        };
        Some(Hit {
            part: self.part,
            condition,
            column: self.column,
            level,
            at: crossing.at,
        })
    }
}
