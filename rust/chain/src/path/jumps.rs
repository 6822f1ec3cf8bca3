//! Paths in continuous time: exponential dwell times and alias tables.

use std::sync::Arc;

use quincunx_core::Result;
use quincunx_core::observe::{Clock, Hold, Kind, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use serde::{Deserialize, Serialize};

use super::{Begin, Tables};
use crate::matrix::MarkovJump;

/// Jumps between two ticks.
const STRETCH: u64 = 4096;

/// Paths of a [`MarkovJump`]: the dwell time in i is exponential with rate `-Q_ii`, then the next state is j with
/// probability `Q_ij / -Q_ii`. An absorbing state ends the path.
#[derive(Clone, Debug)]
pub struct JumpPaths {
    tables: Arc<Tables>,
    /// Mean dwell times, infinite in absorbing states.
    dwell: Arc<Vec<f64>>,
    begin: Begin,
}

/// A replica, with its next jump already drawn.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Walker {
    state: u32,
    since: f64,
    next: f64,
    stream: Stream,
}

impl JumpPaths {
    /// Paths of `law` by its tables.
    pub fn new(law: &MarkovJump, tables: Arc<Tables>, begin: Begin) -> Self {
        let mean = |&q: &f64| if q > 0.0 { 1.0 / q } else { f64::INFINITY };
        let dwell = law.exit().iter().map(mean).collect();
        Self {
            tables,
            dwell: Arc::new(dwell),
            begin,
        }
    }

    /// The time of the jump out of `state`, entered at `t`.
    #[inline]
    fn leave(&self, state: u32, t: f64, stream: &mut Stream) -> f64 {
        let mean = self
            .dwell
            .get(state as usize)
            .copied()
            .unwrap_or(f64::INFINITY);
        t + stream.exponential() * mean
    }

    fn walker(&self, task: &Task<'_>, slot: usize) -> Result<Walker> {
        if !task.is_fresh() {
            return task.resume(slot);
        }
        let state = self.begin.state(task, slot, self.tables.n())?;
        let mut stream = Stream::at(task.key, task.replica(slot), Purpose::MAIN);
        Ok(Walker {
            state,
            since: task.from(),
            next: self.leave(state, task.from(), &mut stream),
            stream,
        })
    }

    fn replica(&self, task: &mut Task<'_>, slot: usize) -> Result<()> {
        let mut w = self.walker(task, slot)?;
        let (from, until) = (task.from(), task.until());
        let (watches, events) = (task.recorder.watches(), task.recorder.keeps_events());
        // Where nobody watches every event, the states at the looks are collected and shown together.
        let collects = !watches && !events;
        let looks: Vec<f64> = if collects {
            let ahead = task.recorder.looks_ahead(slot);
            ahead.take_while(|&t| t <= until).collect()
        } else {
            Vec::new()
        };
        let mut seen = Vec::with_capacity(looks.len());
        if task.is_fresh() && events {
            show_event(task, slot, from, -1, w.state);
        }
        loop {
            // Sojourns are reported whole: a sum of parts is not the same number.
            if watches && w.next <= until {
                hold(task, slot, w.since, w.next, w.state);
            }
            let mut look = f64::INFINITY;
            if collects {
                while looks.get(seen.len()).is_some_and(|&t| t < w.next) {
                    seen.push(f64::from(w.state));
                }
                look = looks.get(seen.len()).copied().unwrap_or(look);
            } else {
                while task.recorder.next_look(slot) < w.next.min(until.next_up()) {
                    task.recorder
                        .look(slot, View::single(&[f64::from(w.state)]));
                }
            }
            if w.next == f64::INFINITY {
                task.recorder.absorbed(slot);
            }
            if w.next > until || task.recorder.done(slot) {
                break;
            }
            // Jumps that nobody wants to see one by one.
            let quiet = if collects { look.min(until) } else { w.next };
            let mut jumps = 0;
            while w.next <= quiet && jumps < STRETCH {
                w.since = w.next;
                w.state = self.tables.next(w.state, w.stream.word());
                w.next = self.leave(w.state, w.since, &mut w.stream);
                jumps += 1;
                if events {
                    show_event(task, slot, w.since, 0, w.state);
                }
                if !collects {
                    break;
                }
            }
            task.recorder.count(slot, jumps);
            let share = ((w.since - from) / (until - from)).clamp(0.0, 1.0);
            task.tick((slot as f64 + share) / task.slots() as f64)?;
        }
        task.recorder
            .look_run(slot, View::new(&seen, seen.len(), seen.len()));
        task.keep(slot, until, &w)?;
        if task.is_last() {
            if watches && until > w.since && !task.recorder.done(slot) {
                hold(task, slot, w.since, until, w.state);
            }
            task.recorder
                .finish(slot, until, View::single(&[f64::from(w.state)]));
        }
        Ok(())
    }
}

fn show_event(task: &mut Task<'_>, slot: usize, t: f64, index: i64, state: u32) {
    task.recorder
        .event(slot, t, index, View::single(&[f64::from(state)]));
}

fn hold(task: &mut Task<'_>, slot: usize, from: f64, to: f64, state: u32) {
    let hold = Hold {
        slot: u32::try_from(slot).unwrap_or(Hold::IDLE),
        from,
        to,
    };
    task.recorder
        .hold(&[hold], View::single(&[f64::from(state)]));
}

impl Kernel for JumpPaths {
    fn clock(&self) -> Clock {
        Clock::Time
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity::scalar("state", Kind::Int)]
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        (0..task.slots()).try_for_each(|slot| self.replica(task, slot))
    }
}
