//! The loop that runs a move on the replicas of a task.

use quincunx_core::Result;
use quincunx_core::observe::{Clock, Hold, Kind, View};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};

use super::law::Law;
use super::method::Method;
use super::scan::{Chain, Move, Scratch};

/// Where replicas start when no state is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// All up, or all of colour 0.
    Ordered,
    /// Every spin uniform and independent, from the replica's own stream.
    Random,
}

/// A law and a move, ready to run: observes `energy`, `magnetization` (per site) and `state`.
#[derive(Debug)]
pub struct LatticeKernel {
    law: Law,
    start: Start,
    moves: Box<dyn Move>,
}

/// Columns before those of the state.
const SCALARS: usize = 2;

impl LatticeKernel {
    /// Refused where the method does not hold for the law.
    pub fn new(law: impl Into<Law>, method: Method, start: Start) -> Result<Self> {
        let law = law.into();
        Ok(Self {
            moves: method.bind(&law)?,
            law,
            start,
        })
    }

    fn fresh(&self, task: &Task<'_>, slot: usize) -> Result<Chain> {
        let n = self.law.geometry().n_sites();
        let replica = task.replica(slot);
        let spins = match (task.start(slot), self.start) {
            (Some(row), _) => {
                self.law.check_start(row)?;
                let spins: Vec<i8> = row.iter().map(|&v| v as i8).collect();
                self.moves.check_start(&spins)?;
                spins
            }
            (None, Start::Ordered) => {
                let spins = vec![self.law.ground(); n];
                self.moves.check_start(&spins)?;
                spins
            }
            (None, Start::Random) => {
                let mut stream = Stream::at(task.key, replica, Purpose::START);
                let values = self.law.values() as u64;
                (0..n)
                    .map(|_| self.law.value(stream.below(values) as usize))
                    .collect()
            }
        };
        Ok(Chain {
            spins,
            stream: Stream::at(task.key, replica, Purpose::MAIN),
        })
    }
}

/// The columns of one replica; what nobody asks for is not computed.
struct Columns<'a> {
    law: &'a Law,
    wanted: [bool; 3],
    values: Vec<f64>,
}

impl Columns<'_> {
    fn of(&mut self, state: &[i8]) -> View<'_> {
        let [energy, magnetization, spins] = self.wanted;
        if energy {
            self.values[0] = self.law.energy_per_site(state);
        }
        if magnetization {
            self.values[1] = self.law.magnetization(state);
        }
        if spins {
            self.values.truncate(SCALARS);
            self.values.extend(state.iter().map(|&s| f64::from(s)));
        }
        View::single(&self.values)
    }
}

impl Kernel for LatticeKernel {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![
            Quantity::scalar("energy", Kind::Float),
            Quantity::scalar("magnetization", Kind::Float),
            Quantity {
                name: "state".into(),
                kind: Kind::Byte,
                shape: self.law.geometry().shape().to_vec(),
                default: false,
            },
        ]
    }

    fn tally(&self) -> Option<&'static str> {
        self.moves.tells()
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let n = self.law.geometry().n_sites();
        let plan = task.recorder.plan();
        let mut columns = Columns {
            law: &self.law,
            wanted: [0..1, 1..2, SCALARS..SCALARS + n].map(|range| plan.wants(&range)),
            values: vec![0.0; SCALARS],
        };
        let mut scratch = Scratch::default();
        for slot in 0..task.slots() {
            if !task.recorder.done(slot) {
                self.run_slot(task, slot, &mut columns, &mut scratch)?;
            }
        }
        Ok(())
    }
}

impl LatticeKernel {
    fn run_slot(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        columns: &mut Columns<'_>,
        scratch: &mut Scratch,
    ) -> Result<()> {
        let (from, until) = (task.from(), task.until());
        let mut chain = if task.is_fresh() {
            let chain = self.fresh(task, slot)?;
            if task.recorder.keeps_events() {
                task.recorder
                    .event(slot, from, -1, columns.of(&chain.spins));
            }
            chain
        } else {
            task.resume(slot)?
        };
        let (watches, keeps_events) = (task.recorder.watches(), task.recorder.keeps_events());
        let number = u32::try_from(slot).unwrap_or(Hold::IDLE);
        let span = (until - from).max(1.0);
        let slots = task.slots() as f64;
        let done = |t: f64| (slot as f64 + (t - from) / span) / slots;
        let mut t = from;
        loop {
            if task.recorder.next_look(slot) <= t {
                task.recorder.look(slot, columns.of(&chain.spins));
            }
            if t >= until || task.recorder.done(slot) {
                break;
            }
            if watches {
                let hold = Hold {
                    slot: number,
                    from: t,
                    to: t + 1.0,
                };
                task.recorder.hold(&[hold], columns.of(&chain.spins));
            }
            // Sweeps that nobody watches run together.
            let next = task.recorder.next_look(slot).min(until).max(t + 1.0);
            let count = if watches || keeps_events {
                1
            } else {
                (next - t) as u64
            };
            let told = self
                .moves
                .sweeps(&mut chain, scratch, count, &mut || task.tick(done(t)))?;
            task.recorder.tally(slot, told);
            t += count as f64;
            task.recorder.count(slot, count);
            if keeps_events {
                task.recorder.event(slot, t, 0, columns.of(&chain.spins));
            }
        }
        // Also where it ended before: the others of its piece go on from there.
        task.keep(slot, until, &chain)?;
        if task.is_last() {
            task.recorder.finish(slot, until, columns.of(&chain.spins));
        }
        Ok(())
    }
}
