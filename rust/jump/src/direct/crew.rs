//! What both kernels share: where paths come from, how they are shown, how they end.

use quincunx_core::observe::{Hold, Status, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::Task;
use quincunx_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Network;

/// Counts are exact below this.
pub(super) const LIMIT: f64 = 9_007_199_254_740_992.0;

/// A path at its last event: all that is needed to go on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Path {
    pub(super) t: f64,
    pub(super) n: Vec<f64>,
    pub(super) stream: Stream,
}

impl Path {
    /// A place for a path.
    pub(super) fn empty() -> Self {
        Self {
            t: 0.0,
            n: Vec::new(),
            stream: Stream::from_state([0; 4]),
        }
    }
}

/// Hands out the replicas of a task and takes them back.
#[derive(Debug)]
pub(super) struct Crew<'a, 't> {
    pub(super) network: &'a Network,
    pub(super) task: &'a mut Task<'t>,
    pub(super) max_events: u64,
    next: usize,
    finished: usize,
}

impl<'a, 't> Crew<'a, 't> {
    pub(super) fn new(network: &'a Network, task: &'a mut Task<'t>, max_events: u64) -> Self {
        Self {
            network,
            task,
            max_events,
            next: 0,
            finished: 0,
        }
    }

    /// Puts the next replica to run into `path` and gives its slot; `None` when all are out.
    pub(super) fn enlist(&mut self, path: &mut Path) -> Result<Option<usize>> {
        while self.next < self.task.slots() {
            let slot = self.next;
            self.next += 1;
            if self.task.recorder.done(slot) {
                self.finished += 1;
                continue;
            }
            if !self.task.is_fresh() {
                *path = self.task.resume(slot)?;
                return Ok(Some(slot));
            }
            path.t = self.task.from();
            path.stream = Stream::at(self.task.key, self.task.replica(slot), Purpose::MAIN);
            self.start(slot, &mut path.n)?;
            if self.task.recorder.keeps_events() {
                self.task
                    .recorder
                    .event(slot, path.t, -1, View::single(&path.n));
            }
            return Ok(Some(slot));
        }
        Ok(None)
    }

    /// The start counts of a slot, checked.
    fn start(&self, slot: usize, n: &mut Vec<f64>) -> Result<()> {
        let names = self.network.species();
        n.clear();
        let Some(start) = self.task.start(slot) else {
            n.resize(names.len(), 0.0);
            return Ok(());
        };
        if start.len() != names.len() {
            return Err(Error::Internal("one start column per species".into()));
        }
        match start
            .iter()
            .position(|&n| !(n.fract() == 0.0 && (0.0..LIMIT).contains(&n)))
        {
            None => {
                n.extend_from_slice(start);
                Ok(())
            }
            Some(i) => Err(Error::invalid(
                format!("start['{}']", names[i]),
                format!("{:?}", start[i]),
                "must be a whole number >= 0 and < 2^53",
            )),
        }
    }

    /// Shows the counts at all look times before `before`; gives the time of the next stop.
    pub(super) fn show(&mut self, slot: usize, n: &[f64], before: f64) -> f64 {
        let until = self.task.until();
        loop {
            let look = self.task.recorder.next_look(slot);
            if look > until || look >= before {
                return look.min(until);
            }
            self.task.recorder.look(slot, View::single(n));
        }
    }

    /// Ends a path whose next event lies beyond the task: last event at `t`, counts `n`; `stream` is asked for
    /// where the path may have to go on.
    pub(super) fn finish(
        &mut self,
        slot: usize,
        (t, n): (f64, &[f64]),
        stream: impl FnOnce() -> Stream,
        events: u64,
        total: f64,
    ) -> Result<()> {
        self.finished += 1;
        let (until, last) = (self.task.until(), self.task.is_last());
        self.task.recorder.count(slot, events);
        if total == 0.0 {
            self.task.recorder.absorbed(slot);
        }
        if self.task.keeps() {
            let (n, stream) = (n.to_vec(), stream());
            self.task.keep(slot, t, &Path { t, n, stream })?;
        }
        if last && self.task.recorder.watches() {
            let hold = hold(slot, t, until);
            self.task.recorder.hold(&[hold], View::single(n));
        }
        if last {
            self.task.recorder.finish(slot, until, View::single(n));
        }
        Ok(())
    }

    /// Ends a path of which nothing more is wanted.
    pub(super) fn release(&mut self, slot: usize, events: u64) {
        self.finished += 1;
        self.task.recorder.count(slot, events);
    }

    /// Ends a path that failed at time `t` with the counts `n`.
    pub(super) fn fail(&mut self, slot: usize, status: Status, t: f64, n: &[f64], events: u64) {
        self.finished += 1;
        self.task.recorder.count(slot, events);
        self.task.recorder.fail(slot, status, t, n);
    }

    /// Reports progress and notices a cancelled run.
    pub(super) fn tick(&mut self) -> Result<()> {
        let fraction = self.finished as f64 / self.task.slots().max(1) as f64;
        self.task.tick(fraction)
    }
}

pub(super) fn hold(slot: usize, from: f64, to: f64) -> Hold {
    Hold {
        slot: u32::try_from(slot).unwrap_or(Hold::IDLE),
        from,
        to,
    }
}
