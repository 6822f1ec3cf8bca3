//! One block of replicas through one task: steps, looks, holds, crossings, failures, in this order of time.

use quincunx_core::Result;
use quincunx_core::observe::{Hold, Status};
use quincunx_core::run::Task;

use super::block::Block;
use super::diffusion::Diffusion;
use super::fill::Fill;
use super::grid::{Grid, Place};
use super::kernel::FixedStep;
use super::passage::Passage;
use super::stepper::{Made, Stepper};

/// A walk in progress.
pub(super) struct Walk<'w, 't> {
    kernel: &'w FixedStep,
    task: &'w mut Task<'t>,
    block: Block,
    grid: Grid,
    holds: Vec<Hold>,
    passage: Option<Passage>,
    diffusion: Option<Diffusion>,
    watches: bool,
    /// Share of the task's work done before this block, and this block's share.
    share: (f64, f64),
}

impl<'w, 't> Walk<'w, 't> {
    pub fn new(
        kernel: &'w FixedStep,
        task: &'w mut Task<'t>,
        (first, lanes): (usize, usize),
    ) -> Result<Self> {
        let block = Block::new(task, kernel.stepper(), first, lanes)?;
        let grid = Grid {
            t0: block.t0,
            h: kernel.dt(),
        };
        let passage = Passage::new(task.recorder.plan(), kernel.equation())?;
        let slots = task.slots().max(1) as f64;
        Ok(Self {
            holds: Vec::with_capacity(lanes),
            watches: task.recorder.watches(),
            share: (first as f64 / slots, lanes as f64 / slots),
            diffusion: None,
            kernel,
            task,
            block,
            grid,
            passage,
        })
    }

    /// To the end of the task. Full steps up to the last grid point, whose state is kept; then, at the very end of
    /// the run, what is left of a step.
    pub fn run(mut self) -> Result<()> {
        let until = self.task.until();
        let end = self.grid.locate(until);
        let first = self.block.k;
        self.look_now(until);
        while self.block.k < end.k && !self.idle() {
            self.stretch(until, first, end)?;
        }
        let made = self.block.k - first;
        for slot in self.block.first..self.block.first + self.block.lanes {
            self.task.recorder.count(slot, made);
        }
        let now = self.grid.time(self.block.k);
        self.block.keep(self.task, now)?;
        if self.task.is_last() && !self.idle() {
            self.finish(until, end)?;
        }
        Ok(())
    }

    /// The first replica that somebody is still interested in.
    fn watched(&self) -> Option<usize> {
        (self.block.first..self.block.first + self.block.lanes)
            .find(|&s| !self.task.recorder.done(s))
    }

    fn idle(&self) -> bool {
        self.watched().is_none()
    }

    /// The next look: the same for all replicas that are not done.
    fn next_look(&self) -> f64 {
        let slot = self.watched();
        slot.map_or(f64::INFINITY, |s| self.task.recorder.next_look(s))
    }

    fn look(&mut self) {
        self.block.refresh();
        self.task.recorder.look(self.block.first, self.block.view());
    }

    /// Looks that fall on the current grid point.
    fn look_now(&mut self, until: f64) {
        let here = Place {
            k: self.block.k,
            exact: true,
        };
        loop {
            let look = self.next_look();
            if look > until || self.grid.locate(look) != here {
                return;
            }
            self.look();
        }
    }

    /// Steps up to the next grid point where something is to be done; `first` is where this task began.
    fn stretch(&mut self, until: f64, first: u64, end: Place) -> Result<()> {
        let k = self.block.k;
        let look = self.next_look();
        let place = if look < until {
            self.grid.locate(look)
        } else {
            end
        };
        let inside = look < until && !place.exact && place.k == k;
        let goal = if self.watches || inside {
            k + 1
        } else {
            place.k.clamp(k + 1, end.k)
        };
        let span = (self.grid.time(k), self.grid.time(k + 1));
        self.hold(span);
        let stepper = self.kernel.stepper();
        while self.block.k < goal {
            let steps = goal - self.block.k;
            self.advance(stepper, steps);
            let done = (self.block.k - first) as f64 / (end.k - first) as f64;
            self.task.tick(self.share.0 + self.share.1 * done)?;
        }
        if goal == k + 1 {
            self.between(k, span, until)?;
        }
        self.look_now(until);
        Ok(())
    }

    fn advance(&mut self, stepper: &Stepper, steps: u64) {
        let Made { last, finite } = self.block.advance(stepper, self.grid, steps);
        if finite {
            return;
        }
        // Rare: find the step at which each of the failing replicas left the finite numbers.
        if last == 1 {
            return self.mark_failures();
        }
        self.block.go_back(stepper, last);
        for _ in 0..last {
            if !self.block.advance(stepper, self.grid, 1).finite {
                self.mark_failures();
            }
        }
    }

    /// Replicas that are not finite after the last step: they failed in the state before it.
    fn mark_failures(&mut self) {
        let d = self.kernel.stepper().d;
        self.block.refresh();
        for lane in self.block.replace_infinite() {
            let slot = self.block.first + lane;
            if lane < self.block.lanes {
                let before = Block::states(self.block.view_before(), d, lane);
                let t = self.grid.time(self.block.k - 1);
                self.task.recorder.fail(slot, Status::Diverged, t, &before);
            }
        }
    }

    /// The states of the current grid point are in force during `span`.
    fn hold(&mut self, (from, to): (f64, f64)) {
        if !self.watches {
            return;
        }
        self.block.refresh();
        self.holds.clear();
        for slot in self.block.first..self.block.first + self.block.lanes {
            let slot = if self.task.recorder.done(slot) {
                Hold::IDLE
            } else {
                u32::try_from(slot).unwrap_or(Hold::IDLE)
            };
            self.holds.push(Hold { slot, from, to });
        }
        self.task.recorder.hold(&self.holds, self.block.view());
    }

    /// Crossings and looks inside step `k`, which has just been made.
    fn between(&mut self, k: u64, span: (f64, f64), until: f64) -> Result<()> {
        self.block.refresh();
        if let Some(passage) = &mut self.passage {
            passage.test(self.task, &self.block, k, span);
        }
        let inside = |look: f64, grid: &Grid| {
            let place = grid.locate(look);
            look < until && !place.exact && place.k == k
        };
        if !inside(self.next_look(), &self.grid) {
            return Ok(());
        }
        let equation = self.kernel.equation();
        let diffusion = match &mut self.diffusion {
            Some(known) => known,
            none => none.insert(Diffusion::matrix(equation)?),
        };
        diffusion.evaluate(span.0, self.block.view_before());
        let mut fill = Fill::new(self.task, &self.block, equation.dimension(), k, span);
        while inside(self.next_look(), &self.grid) {
            let look = self.next_look();
            let diffusion = self.diffusion.as_ref();
            if let Some(diffusion) = diffusion {
                fill.advance(look, diffusion, equation.processes(), self.block.view());
            }
            self.task.recorder.look(self.block.first, fill.view());
        }
        Ok(())
    }

    /// The shortened last step, the looks at the end, and the end itself.
    fn finish(&mut self, until: f64, end: Place) -> Result<()> {
        if !end.exact {
            let span = (self.grid.time(end.k), until);
            let stepper = self.kernel.stepper_over(until - span.0)?;
            self.block.refit(&stepper);
            self.hold(span);
            self.advance(&stepper, 1);
            self.between(end.k, span, until)?;
        }
        while self.next_look() <= until {
            self.look();
        }
        self.block.refresh();
        self.task
            .recorder
            .finish(self.block.first, until, self.block.view());
        Ok(())
    }
}
