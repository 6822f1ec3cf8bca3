//! The kernel of all fixed-step schemes.

use quincunx_core::error::check;
use quincunx_core::observe::{Clock, Kind};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::{Error, Result};

use super::stepper::Stepper;
use super::walk::Walk;
use crate::law::Equation;
use crate::scheme::Scheme;

/// Replicas side by side: the rows of a small model stay in the first cache, and one instruction of the step is
/// paid once for all of them.
pub const BLOCK: usize = 128;
/// Replicas that a thread is given at least: narrower blocks pay more for each instruction than a second thread gains.
const GRAIN: usize = 32;
/// Up to this many replicas are faster one by one.
const FEW: usize = 2;
/// Largest `refine`: an increment is the sum of at most 2^20 pieces.
const FINEST: u32 = 20;

/// A formula equation stepped by a [`Scheme`] at `t0 + k dt`. The last step of a run is shortened where the end is
/// no grid point.
#[derive(Clone, Debug)]
pub struct FixedStep {
    equation: Equation,
    scheme: Scheme,
    dt: f64,
    refine: u32,
    stepper: Stepper,
}

impl FixedStep {
    /// Steps of `dt`, each increment drawn as the sum of `2^refine` increments of `dt / 2^refine`: runs with the
    /// same key and the same `dt / 2^refine` see the same Brownian path.
    pub fn new(equation: Equation, scheme: Scheme, dt: f64, refine: u32) -> Result<Self> {
        check::positive("dt", dt)?;
        if refine > FINEST {
            let need = format!("must be between 0 and {FINEST}");
            return Err(Error::invalid("refine", refine, need));
        }
        scheme.holds_for(&equation)?;
        let stepper = Stepper::new(&equation, scheme, dt, refine)?;
        Ok(Self {
            equation,
            scheme,
            dt,
            refine,
            stepper,
        })
    }

    /// The law.
    pub fn equation(&self) -> &Equation {
        &self.equation
    }

    /// The step.
    pub fn dt(&self) -> f64 {
        self.dt
    }

    pub(super) fn stepper(&self) -> &Stepper {
        &self.stepper
    }

    /// A shorter step.
    pub(super) fn stepper_over(&self, h: f64) -> Result<Stepper> {
        Stepper::new(&self.equation, self.scheme, h, self.refine)
    }
}

impl Kernel for FixedStep {
    fn clock(&self) -> Clock {
        Clock::Time
    }

    fn quantities(&self) -> Vec<Quantity> {
        let names = self.equation.names().iter();
        names.map(|n| Quantity::scalar(n, Kind::Float)).collect()
    }

    fn grain(&self) -> usize {
        GRAIN
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let t = task.until().abs().max(task.from().abs());
        if self.dt < 1e-12 * t {
            let need = format!("must be at least 1e-12 of the times of the run ({t:?})");
            return Err(Error::invalid("dt", check::fmt_f64(self.dt), need));
        }
        refuse_events(task)?;
        let slots = task.slots();
        let block = if slots <= FEW { 1 } else { BLOCK };
        for first in (0..slots).step_by(block) {
            let lanes = block.min(slots - first);
            Walk::new(self, task, (first, lanes))?.run()?;
        }
        Ok(())
    }
}

/// A diffusion has no events.
pub(crate) fn refuse_events(task: &Task<'_>) -> Result<()> {
    if task.recorder.keeps_events() {
        return Err(Error::Refused(
            "observe = events(): a diffusion has no events; every(dt) shows every step".into(),
        ));
    }
    Ok(())
}
