//! Alternating renewal processes: independent sojourns in two states by turns, +1 (up) and -1 (down).

use quincunx_core::observe::{Clock, Hold, Kind, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::law::Law;
use crate::tries::Tries;

/// How a path begins when no state is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The states of the task's start columns (+1 or -1), with a fresh sojourn.
    Given,
    /// State + with probability mu_+ / (mu_+ + mu_-), and what is left of its sojourn.
    Stationary,
}

/// Number of events between two looks at the pulse.
const TICK: u64 = 4096;

/// The switch process with sojourn laws for both states.
#[derive(Clone, Debug)]
pub struct SwitchProcess {
    up: Law,
    down: Law,
    start: Start,
}

/// One replica: the state since `since`, until `next`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Path {
    up: bool,
    since: f64,
    next: f64,
    stream: Stream,
}

impl Path {
    fn columns(&self, t: f64) -> [f64; 2] {
        [if self.up { 1.0 } else { -1.0 }, t - self.since]
    }
}

impl SwitchProcess {
    /// A process with these sojourn laws.
    pub fn new(up: Law, down: Law, start: Start) -> Self {
        Self { up, down, start }
    }

    fn law(&self, up: bool) -> &Law {
        if up { &self.up } else { &self.down }
    }

    /// Tries ahead, if both laws draw by them alone.
    fn tries(&self, stream: &Stream) -> Option<Tries> {
        let plain = |law: &Law| matches!(law, Law::Gamma { draw, .. } if draw.is_plain());
        (plain(&self.up) && plain(&self.down)).then(|| Tries::new(stream))
    }

    /// The next sojourn, from the tries or from the stream: the same either way.
    #[inline]
    fn sojourn(&self, path: &mut Path, tries: Option<&mut Tries>) -> f64 {
        match (self.law(path.up), tries) {
            (Law::Gamma { draw, .. }, Some(tries)) => tries.sample(draw),
            (law, _) => law.sample(&mut path.stream),
        }
    }

    fn begin(&self, task: &Task<'_>, slot: usize) -> Result<Path> {
        if !task.is_fresh() {
            return task.resume(slot);
        }
        let mut stream = Stream::at(task.key, task.replica(slot), Purpose::MAIN);
        let t0 = task.from();
        let (up, left) = match self.start {
            Start::Stationary => {
                let mut first = Stream::at(task.key, task.replica(slot), Purpose::START);
                let (mu_up, mu_down) = (self.up.mean(), self.down.mean());
                let up = first.uniform() * (mu_up + mu_down) < mu_up;
                (up, self.law(up).residual(&mut first))
            }
            Start::Given => {
                let state = task.start(slot).and_then(|row| row.first().copied());
                let up = match state {
                    Some(1.0) | None => true,
                    Some(-1.0) => false,
                    Some(other) => {
                        return Err(Error::invalid_at(
                            "start",
                            [slot],
                            other,
                            "must be +1 or -1",
                        ));
                    }
                };
                (up, self.law(up).sample(&mut stream))
            }
        };
        Ok(Path {
            up,
            since: t0,
            next: t0 + left,
            stream,
        })
    }

    /// Reports the sojourn that `path` is in, up to `to`: always whole, for a sum of its parts is not the same number.
    fn hold(task: &mut Task<'_>, slot: usize, path: &Path, to: f64) {
        let hold = Hold {
            slot: u32::try_from(slot).unwrap_or(Hold::IDLE),
            from: path.since,
            to,
        };
        let columns = path.columns(path.since);
        task.recorder.hold(&[hold], View::single(&columns));
    }

    /// Moves one replica to `until`, reporting on the way what has ended by then.
    fn advance(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        path: &mut Path,
        watches: bool,
        events: bool,
    ) -> Result<()> {
        let (until, slots) = (task.until(), task.slots() as f64);
        let mut look = task.recorder.next_look(slot);
        let mut count = 0_u64;
        let mut tries = self.tries(&path.stream);
        loop {
            // A look at the instant of a switch shows the state after it.
            while look < path.next && look <= until {
                task.recorder.look(slot, View::single(&path.columns(look)));
                look = task.recorder.next_look(slot);
            }
            if path.next > until {
                break;
            }
            if watches {
                Self::hold(task, slot, path, path.next);
            }
            if task.recorder.done(slot) {
                break;
            }
            path.up = !path.up;
            path.since = path.next;
            path.next += self.sojourn(path, tries.as_mut());
            count += 1;
            if events {
                task.recorder.event(
                    slot,
                    path.since,
                    i64::from(path.up),
                    View::single(&path.columns(path.since)),
                );
            }
            if count.is_multiple_of(TICK) {
                let share =
                    (path.since - task.from()) / (until - task.from()).max(f64::MIN_POSITIVE);
                task.tick((slot as f64 + share) / slots)?;
            }
        }
        if let Some(tries) = tries.filter(|_| task.keeps()) {
            path.stream = tries.stream();
        }
        task.recorder.count(slot, count);
        Ok(())
    }
}

impl Kernel for SwitchProcess {
    fn clock(&self) -> Clock {
        Clock::Time
    }

    fn quantities(&self) -> Vec<Quantity> {
        let age = Quantity {
            default: false,
            ..Quantity::scalar("age", Kind::Float)
        };
        vec![Quantity::scalar("state", Kind::Int), age]
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let (watches, events) = (task.recorder.watches(), task.recorder.keeps_events());
        for slot in 0..task.slots() {
            if task.recorder.done(slot) {
                continue;
            }
            let mut path = self.begin(task, slot)?;
            if events && task.is_fresh() {
                task.recorder.event(
                    slot,
                    task.from(),
                    -1,
                    View::single(&path.columns(task.from())),
                );
            }
            self.advance(task, slot, &mut path, watches, events)?;
            task.keep(slot, task.until(), &path)?;
            if task.is_last() {
                if watches && !task.recorder.done(slot) {
                    let until = task.until();
                    Self::hold(task, slot, &path, until);
                }
                task.recorder.finish(
                    slot,
                    task.until(),
                    View::single(&path.columns(task.until())),
                );
            }
            task.tick((slot + 1) as f64 / task.slots() as f64)?;
        }
        Ok(())
    }
}
