//! The method without a step: each value is drawn from the exact transition since the time before.

use quincunx_core::observe::{Clock, Kind, Status, View};
use quincunx_core::rng::{LaneStreams, Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::simd::{Job, LANES, Lanes, Level, Vector, chunks_of, dispatch_at, math};
use quincunx_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::law::{Law, Transition};
use crate::path::{BLOCK, Normals, refuse_events};

/// A named law drawn at the observed times and nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    law: Law,
}

impl Exact {
    /// Draws from `law`.
    pub fn new(law: Law) -> Self {
        Self { law }
    }
}

impl Kernel for Exact {
    fn clock(&self) -> Clock {
        Clock::Time
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity::scalar("x", Kind::Float)]
    }

    fn grain(&self) -> usize {
        BLOCK
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        refuse_events(task)?;
        if task.recorder.watches() {
            return Err(Error::Refused(
                "method = Exact(): draws at the observed times only; time_average, maximum, minimum, first_passage \
                 and histogram over time need steps: method=EulerMaruyama(dt=...)"
                    .into(),
            ));
        }
        let slots = task.slots();
        for first in (0..slots).step_by(BLOCK) {
            let mut block = Block::new(task, first, BLOCK.min(slots - first))?;
            block.run(&self.law, task)?;
            task.tick((first + block.lanes) as f64 / slots as f64)?;
        }
        Ok(())
    }
}

/// A replica between two draws.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Resting {
    t: f64,
    x: f64,
    stream: Stream,
    unread: Vec<f64>,
}

/// Some replicas side by side, all at time `t`.
struct Block {
    first: usize,
    lanes: usize,
    t: f64,
    x: Vec<Lanes<f64>>,
    shown: Vec<f64>,
    normals: Normals,
    rows: Vec<Lanes<f64>>,
}

impl Block {
    fn new(task: &Task<'_>, first: usize, lanes: usize) -> Result<Self> {
        let chunks = chunks_of(lanes);
        let capacity = Normals::capacity(1, 0);
        let mut block = Self {
            first,
            lanes,
            t: task.from(),
            x: vec![Lanes::splat(f64::NAN); chunks],
            shown: Vec::new(),
            normals: Normals::new(LaneStreams::of([]), capacity),
            rows: vec![Lanes::splat(0.0); capacity * chunks],
        };
        let resting = (0..lanes)
            .map(|lane| block.start_or_resume(task, lane))
            .collect::<Result<Vec<_>>>()?;
        let Some(any) = resting.iter().flatten().next().cloned() else {
            return Ok(block);
        };
        block.t = any.t;
        let streams = resting
            .iter()
            .map(|r| r.as_ref().unwrap_or(&any).stream.clone());
        block.normals = Normals::new(LaneStreams::of(streams), capacity);
        let mut last = any;
        for lane in 0..chunks * LANES {
            last = resting.get(lane).cloned().flatten().unwrap_or(last);
            block.x[lane / LANES][lane % LANES] = last.x;
            block
                .normals
                .restore(lane, &last.unread, (&mut block.rows, chunks));
        }
        block.show();
        Ok(block)
    }

    /// None for a replica that is done.
    fn start_or_resume(&self, task: &Task<'_>, lane: usize) -> Result<Option<Resting>> {
        let slot = self.first + lane;
        if task.recorder.done(slot) {
            return Ok(None);
        }
        if !task.is_fresh() {
            return task.resume(slot).map(Some);
        }
        let start = task.start(slot).and_then(|x| x.first());
        let &x = start.ok_or_else(|| Error::Refused("start: 'x' needs a value".into()))?;
        Ok(Some(Resting {
            t: task.from(),
            x,
            stream: Stream::at(task.key, task.replica(slot), Purpose::NOISE),
            unread: Vec::new(),
        }))
    }

    fn run(&mut self, law: &Law, task: &mut Task<'_>) -> Result<()> {
        let until = task.until();
        self.look(law, task, |look| look < until);
        self.keep(task)?;
        if task.is_last() {
            self.look(law, task, |look| look <= until);
            task.recorder.finish(self.first, until, self.view());
        }
        Ok(())
    }

    /// All looks that are `due`.
    fn look(&mut self, law: &Law, task: &mut Task<'_>, due: impl Fn(f64) -> bool) {
        loop {
            let slots = self.first..self.first + self.lanes;
            let look = slots
                .map(|s| task.recorder.next_look(s))
                .fold(f64::INFINITY, f64::min);
            if !look.is_finite() || !due(look) {
                return;
            }
            if look > self.t {
                let before = self.shown.clone();
                self.draw(law.transition(look - self.t));
                self.fail_where_infinite(task, &before);
                self.t = look;
            }
            task.recorder.look(self.first, self.view());
        }
    }

    fn draw(&mut self, transition: Transition) {
        dispatch_at(
            Level::detect(),
            Draw {
                block: self,
                transition,
            },
        );
        for slot in &mut self.shown {
            *slot = f64::NAN;
        }
        self.show();
    }

    /// `mu x` may grow beyond the numbers.
    fn fail_where_infinite(&self, task: &mut Task<'_>, before: &[f64]) {
        for lane in 0..self.lanes {
            if !self.shown[lane].is_finite() {
                let state = &before[lane..=lane];
                task.recorder
                    .fail(self.first + lane, Status::Diverged, self.t, state);
            } else {
                task.recorder.count(self.first + lane, 1);
            }
        }
    }

    fn show(&mut self) {
        self.shown = self.x.iter().flat_map(|chunk| chunk.0).collect();
    }

    fn view(&self) -> View<'_> {
        View::new(&self.shown, self.shown.len(), self.lanes)
    }

    fn keep(&mut self, task: &mut Task<'_>) -> Result<()> {
        let chunks = self.x.len();
        for lane in 0..self.lanes {
            let slot = self.first + lane;
            if !task.keeps() || task.recorder.done(slot) {
                continue;
            }
            let saved = self.normals.save(lane, (&mut self.rows, chunks));
            let Some((stream, unread)) = saved else {
                continue;
            };
            let resting = Resting {
                t: self.t,
                x: self.shown[lane],
                stream,
                unread,
            };
            task.keep(slot, self.t, &resting)?;
        }
        Ok(())
    }
}

/// One transition of all lanes.
struct Draw<'a> {
    block: &'a mut Block,
    transition: Transition,
}

impl Job for Draw<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Block {
            x, normals, rows, ..
        } = self.block;
        let chunks = x.len();
        normals.refill::<V>(1, (rows, chunks));
        let first = normals.take(1) * chunks;
        let Transition {
            geometric,
            shift,
            factor,
            spread,
        } = self.transition;
        let (shift, factor, spread) = (V::splat(shift), V::splat(factor), V::splat(spread));
        for (x, z) in x.iter_mut().zip(&rows[first..first + chunks]) {
            for part in 0..V::PARTS {
                let kick = V::mul(spread, V::load(z, part));
                let now = V::load(x, part);
                let next = if geometric {
                    V::mul(now, math::exp::<V>(V::add(shift, kick)))
                } else {
                    V::add(V::add(shift, V::mul(factor, now)), kick)
                };
                V::store(x, part, next);
            }
        }
    }
}
