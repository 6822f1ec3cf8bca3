//! The kernel that calls a Python step.

use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{IntoPyArray, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use quincunx_core::observe::{Clock, Hold, Kind, Status, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::streams::Streams;
use crate::error::{IntoPython, foreign};
use crate::run::PyKernel;
use crate::supervise::give_way;

/// Replicas per call of the step: enough to amortise the call, few enough to share among threads.
const BLOCK: usize = 256;

#[derive(Debug)]
struct Custom {
    /// `advance(t, x, streams)` of the Python side: returns the new dict.
    advance: Py<PyAny>,
    quantities: Vec<Quantity>,
    /// Length of a step; None on the count clock.
    dt: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct State {
    step: u64,
    columns: Vec<f64>,
    stream: Stream,
}

/// The replicas of one block while they run.
struct Block {
    first: usize,
    lanes: usize,
    step: u64,
    columns: Vec<f64>,
    streams: Py<Streams>,
}

impl Kernel for Custom {
    fn clock(&self) -> Clock {
        if self.dt.is_some() {
            Clock::Time
        } else {
            Clock::Steps
        }
    }

    fn quantities(&self) -> Vec<Quantity> {
        self.quantities.clone()
    }

    fn grain(&self) -> usize {
        BLOCK
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let slots = task.slots();
        for first in (0..slots).step_by(BLOCK) {
            let mut block = self.begin(task, first, BLOCK.min(slots - first))?;
            self.run_block(task, &mut block)?;
        }
        Ok(())
    }
}

impl Custom {
    fn width(&self) -> usize {
        self.quantities.iter().map(Quantity::width).sum()
    }

    /// The time of a step; `origin` is the start of the run.
    fn time(&self, origin: f64, step: u64) -> f64 {
        origin + step as f64 * self.dt.unwrap_or(1.0)
    }

    fn begin(&self, task: &mut Task<'_>, first: usize, lanes: usize) -> Result<Block> {
        let width = self.width();
        let mut columns = vec![0.0; width * lanes];
        let (mut streams, mut step) = (Vec::with_capacity(lanes), 0);
        for l in 0..lanes {
            let slot = first + l;
            let row = if task.is_fresh() {
                streams.push(Stream::at(task.key, task.replica(slot), Purpose::MAIN));
                task.start(slot).map(<[f64]>::to_vec)
            } else if task.recorder.done(slot) {
                // It failed before: its numbers are never looked at again.
                streams.push(Stream::at(task.key, task.replica(slot), Purpose::MAIN));
                Some(vec![f64::NAN; width])
            } else {
                let state: State = task.resume(slot)?;
                streams.push(state.stream);
                step = state.step;
                Some(state.columns)
            };
            let row = row.ok_or_else(|| Error::Internal("a custom law without start".into()))?;
            row.iter()
                .enumerate()
                .for_each(|(c, x)| columns[c * lanes + l] = *x);
        }
        let streams = Python::attach(|py| Py::new(py, Streams::of(streams))).map_err(foreign)?;
        Ok(Block {
            first,
            lanes,
            step,
            columns,
            streams,
        })
    }

    fn run_block(&self, task: &mut Task<'_>, block: &mut Block) -> Result<()> {
        let (origin, until) = (task.origin(), task.until());
        let last = ((until - origin) / self.dt.unwrap_or(1.0) * (1.0 + 4e-16) + 1e-9) as u64;
        let begun = block.step;
        let watches = task.recorder.watches();
        loop {
            let here = self.time(origin, block.step);
            let next = if block.step < last {
                self.time(origin, block.step + 1)
            } else {
                f64::INFINITY
            };
            self.show(task, block, next.min(until.next_up()));
            if block.step == last {
                break;
            }
            if watches {
                let holds: Vec<Hold> = (block.first..block.first + block.lanes)
                    .map(|s| Hold {
                        slot: u32::try_from(s).unwrap_or(Hold::IDLE),
                        from: here,
                        to: next,
                    })
                    .collect();
                task.recorder
                    .hold(&holds, View::new(&block.columns, block.lanes, block.lanes));
            }
            if (0..block.lanes).all(|l| task.recorder.done(block.first + l)) {
                break;
            }
            self.step(block, here, task.replica(block.first))?;
            block.step += 1;
            self.judge(task, block, next);
            let share = (block.step - begun) as f64 / (last - begun).max(1) as f64;
            task.tick(
                (block.first as f64 + share * block.lanes as f64) / task.slots().max(1) as f64,
            )?;
        }
        self.end(task, block)
    }

    /// Shows the block at all looks before `limit`.
    fn show(&self, task: &mut Task<'_>, block: &Block, limit: f64) {
        while let Some(due) = (0..block.lanes)
            .map(|l| task.recorder.next_look(block.first + l))
            .reduce(f64::min)
        {
            if due >= limit || due > task.until() {
                break;
            }
            task.recorder.look(
                block.first,
                View::new(&block.columns, block.lanes, block.lanes),
            );
        }
    }

    fn judge(&self, task: &mut Task<'_>, block: &Block, t: f64) {
        for l in 0..block.lanes {
            let slot = block.first + l;
            task.recorder
                .count(slot, u64::from(!task.recorder.done(slot)));
            let finite = (0..self.width()).all(|c| block.columns[c * block.lanes + l].is_finite());
            if !finite && !task.recorder.done(slot) {
                let state: Vec<f64> = (0..self.width())
                    .map(|c| block.columns[c * block.lanes + l])
                    .collect();
                task.recorder.fail(slot, Status::Diverged, t, &state);
            }
        }
    }

    fn step(&self, block: &mut Block, t: f64, replica: u64) -> Result<()> {
        give_way();
        Python::attach(|py| {
            let x = PyDict::new(py);
            let mut at = 0;
            for q in &self.quantities {
                let mut shape = vec![block.lanes];
                shape.extend(&q.shape);
                let mut array = ArrayD::zeros(IxDyn(&shape));
                for (i, value) in array.iter_mut().enumerate() {
                    let (l, c) = (i / q.width(), i % q.width());
                    *value = block.columns[(at + c) * block.lanes + l];
                }
                x.set_item(&q.name, array.into_pyarray(py))?;
                at += q.width();
            }
            let answer = self
                .advance
                .bind(py)
                .call1((t, x, &block.streams))
                .inspect_err(|e| {
                    let note = format!(
                        "in the step of replicas {replica} .. {} at t = {t}",
                        replica + block.lanes as u64 - 1
                    );
                    // A note is a courtesy: an exception that refuses it is raised all the same.
                    let _ = e.value(py).call_method1("add_note", (note,));
                })?;
            self.read(&answer, block)
        })
        .map_err(foreign)
    }

    fn read(&self, answer: &Bound<'_, PyAny>, block: &mut Block) -> PyResult<()> {
        let mut at = 0;
        for q in &self.quantities {
            let mut shape = vec![block.lanes];
            shape.extend(&q.shape);
            let value = answer.get_item(&q.name)?;
            let array: PyReadonlyArrayDyn<'_, f64> = value.extract().map_err(|_| {
                PyTypeError::new_err(format!("step: {:?} must be a float64 array", q.name))
            })?;
            if array.shape() != shape {
                return Err(PyValueError::new_err(format!(
                    "step: {:?} has shape {:?}, must have (replicas, *own shape) = {shape:?}",
                    q.name,
                    array.shape()
                )));
            }
            for (i, value) in array.as_array().iter().enumerate() {
                let (l, c) = (i / q.width(), i % q.width());
                block.columns[(at + c) * block.lanes + l] = *value;
            }
            at += q.width();
        }
        Ok(())
    }

    fn end(&self, task: &mut Task<'_>, block: &Block) -> Result<()> {
        if task.keeps() {
            let streams = block.streams.get().state();
            for (l, stream) in streams.into_iter().enumerate() {
                let columns = (0..self.width())
                    .map(|c| block.columns[c * block.lanes + l])
                    .collect();
                let state = State {
                    step: block.step,
                    columns,
                    stream,
                };
                task.keep(block.first + l, task.until(), &state)?;
            }
        }
        if task.is_last() {
            task.recorder.finish(
                block.first,
                task.until(),
                View::new(&block.columns, block.lanes, block.lanes),
            );
        }
        Ok(())
    }
}

/// A law whose step is a Python callable `advance(t, x, streams)`.
#[pyfunction]
pub(super) fn custom_kernel(
    advance: Py<PyAny>,
    state: Vec<(String, Vec<usize>)>,
    dt: Option<f64>,
) -> PyResult<PyKernel> {
    if let Some(dt) = dt {
        quincunx_core::error::check::positive("dt", dt).py()?;
    }
    let quantities = state
        .into_iter()
        .map(|(name, shape)| Quantity {
            shape,
            ..Quantity::scalar(name, Kind::Float)
        })
        .collect();
    Ok(PyKernel::new(Custom {
        advance,
        quantities,
        dt,
    }))
}
