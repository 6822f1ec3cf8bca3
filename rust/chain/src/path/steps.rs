//! Paths in discrete time, several replicas in step.

use std::sync::Arc;

use quincunx_core::Result;
use quincunx_core::observe::{Clock, Hold, Kind, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use serde::{Deserialize, Serialize};

use super::{Begin, Tables};

/// Replicas that step together: their loads overlap.
const TOGETHER: usize = 8;
/// Steps between two ticks.
const STRETCH: u64 = 8192;
/// Looks collected before they are reported.
const LOOKS: usize = 512;

/// Paths of a [`crate::MarkovChain`].
#[derive(Clone, Debug)]
pub struct StepPaths {
    tables: Arc<Tables>,
    begin: Begin,
}

/// A replica between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Walker {
    state: u32,
    stream: Stream,
}

impl StepPaths {
    /// Paths by the tables of a chain.
    pub fn new(tables: Arc<Tables>, begin: Begin) -> Self {
        Self { tables, begin }
    }

    fn walker(&self, task: &Task<'_>, slot: usize) -> Result<Walker> {
        if task.is_fresh() {
            Ok(Walker {
                state: self.begin.state(task, slot, self.tables.n())?,
                stream: Stream::at(task.key, task.replica(slot), Purpose::MAIN),
            })
        } else {
            task.resume(slot)
        }
    }

    /// Moves all replicas of a group by `steps`.
    #[inline]
    fn walk<const L: usize>(&self, steps: u64, state: &mut [u32; L], stream: &mut [Stream; L]) {
        let (mut s, mut r) = (*state, stream.clone());
        for _ in 0..steps {
            self.step(&mut s, &mut r);
        }
        (*state, *stream) = (s, r);
    }

    #[inline(always)]
    fn step<const L: usize>(&self, state: &mut [u32; L], stream: &mut [Stream; L]) {
        for (s, r) in state.iter_mut().zip(stream.iter_mut()) {
            *s = self.tables.next(*s, r.word());
        }
    }

    /// From a look due at `k` through the next ones, as long as they lie close together; returns the time reached.
    /// Only where nothing but the states at the looks is asked for.
    fn walk_and_show<const L: usize>(
        &self,
        task: &mut Task<'_>,
        first: usize,
        k: u64,
        state: &mut [u32; L],
        stream: &mut [Stream; L],
    ) -> u64 {
        let until = task.until().min((k + STRETCH) as f64);
        let watched = (first..first + L).find(|&slot| !task.recorder.done(slot));
        let mut ahead = task.recorder.looks_ahead(watched.unwrap_or(first));
        let mut seen: Vec<[u32; L]> = Vec::with_capacity(LOOKS);
        let (mut s, mut r, mut now) = (*state, stream.clone(), k);
        while seen.len() < LOOKS
            && let Some(look) = ahead.next()
            && look <= until
        {
            // `until` is whole: a look between two steps is due at the later one.
            let due = step_at(look);
            while now < due {
                self.step(&mut s, &mut r);
                now += 1;
            }
            seen.push(s);
        }
        drop(ahead);
        (*state, *stream) = (s, r);
        let mut values = Vec::with_capacity(seen.len());
        for l in 0..L {
            values.clear();
            values.extend(seen.iter().map(|s| f64::from(s[l])));
            task.recorder.count(first + l, now - k);
            task.recorder
                .look_run(first + l, View::new(&values, values.len(), values.len()));
        }
        now
    }

    /// Runs the slots `first..first + L`.
    fn group<const L: usize>(&self, task: &mut Task<'_>, first: usize) -> Result<()> {
        let walkers: Vec<Walker> = (first..first + L)
            .map(|slot| self.walker(task, slot))
            .collect::<Result<_>>()?;
        let mut state: [u32; L] = std::array::from_fn(|l| walkers[l].state);
        let mut stream: [Stream; L] = std::array::from_fn(|l| walkers[l].stream.clone());
        let shown = |state: &[u32; L]| state.map(f64::from);
        let (from, until) = (task.from() as u64, task.until() as u64);
        let (watches, events) = (task.recorder.watches(), task.recorder.keeps_events());
        if task.is_fresh() && events {
            show_events(task, first, from, -1, &shown(&state));
        }
        let share = |k: u64| (k - from) as f64 / (until - from).max(1) as f64;
        let mut k = from;
        loop {
            let values = shown(&state);
            let view = View::new(&values, L, L);
            let mut look = f64::INFINITY;
            for (l, &s) in state.iter().enumerate() {
                if self.tables.absorbs(s) {
                    task.recorder.absorbed(first + l);
                }
                look = look.min(task.recorder.next_look(first + l));
            }
            if look <= k as f64 && (watches || events) {
                task.recorder.look(first, view);
                continue;
            }
            if look <= k as f64 {
                k = self.walk_and_show(task, first, k, &mut state, &mut stream);
                task.tick((first as f64 + share(k) * L as f64) / task.slots() as f64)?;
                continue;
            }
            if watches && k < until {
                let holds: [Hold; L] = std::array::from_fn(|l| Hold {
                    slot: u32::try_from(first + l).unwrap_or(Hold::IDLE),
                    from: k as f64,
                    to: (k + 1) as f64,
                });
                task.recorder.hold(&holds, view);
            }
            let alive: [bool; L] = std::array::from_fn(|l| !task.recorder.done(first + l));
            if k >= until || !alive.contains(&true) {
                break;
            }
            let stop = if watches || events {
                k + 1
            } else {
                step_at(look).min(until).min(k + STRETCH).max(k + 1)
            };
            self.walk(stop - k, &mut state, &mut stream);
            for (l, _) in alive.iter().enumerate().filter(|(_, a)| **a) {
                task.recorder.count(first + l, stop - k);
            }
            k = stop;
            if events {
                show_events(task, first, k, 0, &shown(&state));
            }
            task.tick((first as f64 + share(k) * L as f64) / task.slots() as f64)?;
        }
        for (l, (&state, stream)) in state.iter().zip(&stream).enumerate() {
            let walker = Walker {
                state,
                stream: stream.clone(),
            };
            // A replica that nobody watches any more may stand earlier: it is never shown again.
            task.keep(first + l, until as f64, &walker)?;
        }
        if task.is_last() {
            let values = shown(&state);
            task.recorder
                .finish(first, until as f64, View::new(&values, L, L));
        }
        Ok(())
    }
}

/// The first step at or after `t >= 0`.
#[inline]
fn step_at(t: f64) -> u64 {
    let whole = t as u64;
    whole.saturating_add(u64::from((whole as f64) < t))
}

fn show_events(task: &mut Task<'_>, first: usize, k: u64, index: i64, values: &[f64]) {
    for (l, v) in values.iter().enumerate() {
        task.recorder.event(
            first + l,
            k as f64,
            index,
            View::single(std::slice::from_ref(v)),
        );
    }
}

impl Kernel for StepPaths {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity::scalar("state", Kind::Int)]
    }

    fn grain(&self) -> usize {
        TOGETHER
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let slots = task.slots();
        let whole = slots - slots % TOGETHER;
        for first in (0..whole).step_by(TOGETHER) {
            self.group::<TOGETHER>(task, first)?;
        }
        for first in whole..slots {
            self.group::<1>(task, first)?;
        }
        Ok(())
    }
}
