//! The loop that runs moves on the replicas of a task: one chain each, or a ladder of chains that swap their states.

use quincunx_core::Result;
use quincunx_core::observe::{Clock, Hold, Tally};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};

use super::columns::{Columns, Layout};
use super::law::Law;
use super::method::Method;
use super::scan::{Chain, Move, Scratch};
use super::start::Start;
use super::tempering::{Exchange, Ladder, copies_of};

/// A law and its moves, ready to run: observes `energy`, `magnetization` (per site) and `state`; with two copies
/// `overlap`, with several temperatures `beta`.
#[derive(Debug)]
pub struct LatticeKernel {
    law: Law,
    start: Start,
    /// One per temperature.
    moves: Vec<Box<dyn Move>>,
    ladder: Option<Ladder>,
    copies: usize,
}

/// The state of one replica: chains rung by rung, copy by copy.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Replica {
    chains: Vec<Chain>,
    exchange: Option<Exchange>,
}

/// Names of what tempering counts: per rung its swaps with the next one, at the first rung the round trips.
const SWAP_RATES: &str = "swap_rates";
const ROUND_TRIPS: &str = "round_trips";

impl LatticeKernel {
    /// Refused where the method does not hold for the law.
    pub fn new(law: impl Into<Law>, method: Method, start: Start) -> Result<Self> {
        let law = law.into();
        Ok(Self {
            moves: vec![method.bind(&law)?],
            law,
            start,
            ladder: None,
            copies: 1,
        })
    }

    /// Parallel tempering: after each sweep of `method` at every one of `betas` neighbours swap their states. `copies`
    /// independent ladders of the same law share a replica; two of them have an overlap.
    pub fn tempering(
        law: impl Into<Law>,
        betas: Vec<f64>,
        method: &Method,
        copies: i64,
        start: Start,
    ) -> Result<Self> {
        let (law, ladder) = (law.into(), Ladder::new(betas)?);
        let at = |&beta: &f64| method.clone().bind(&law.at(beta)?);
        Ok(Self {
            moves: ladder.betas().iter().map(at).collect::<Result<_>>()?,
            law,
            start,
            ladder: Some(ladder),
            copies: copies_of(copies)?,
        })
    }

    fn layout(&self) -> Layout {
        Layout {
            overlap: self.copies == 2,
            beta: self.ladder.is_some(),
        }
    }

    fn fresh(&self, task: &Task<'_>, slot: usize) -> Result<Replica> {
        let walkers = self.moves.len() * self.copies;
        let chain = |i| self.fresh_chain(task, slot, i);
        Ok(Replica {
            chains: (0..walkers).map(chain).collect::<Result<_>>()?,
            exchange: self.ladder.as_ref().map(|_| {
                let stream = Stream::at(task.key, task.replica(slot), Purpose::SWAP);
                Exchange::new(stream, walkers)
            }),
        })
    }

    /// Chain number `i`. The first one has the streams of a run without tempering, the others their own.
    fn fresh_chain(&self, task: &Task<'_>, slot: usize, i: usize) -> Result<Chain> {
        let n = self.law.geometry().n_sites();
        let (path, begin) = match i as u64 {
            0 => (Purpose::MAIN, Purpose::START),
            i => (Purpose(256 + 2 * i), Purpose(257 + 2 * i)),
        };
        let replica = task.replica(slot);
        let row = task.start(slot).map(|rows| {
            let rung = i / self.copies;
            rows.get(rung * n..(rung + 1) * n).unwrap_or(rows)
        });
        let random = || Stream::at(task.key, replica, begin);
        let spins = self.start.spins(&self.law, row, random)?;
        if row.is_some() || self.start == Start::Ordered {
            for moves in &self.moves {
                moves.check_start(&spins)?;
            }
        }
        Ok(Chain {
            spins,
            stream: Stream::at(task.key, replica, path),
        })
    }

    /// The spins of the copies on a rung.
    fn copies<'a>(&self, replica: &'a Replica, rung: usize) -> &'a [Chain] {
        let first = rung * self.copies;
        replica
            .chains
            .get(first..first + self.copies)
            .unwrap_or_default()
    }

    fn beta(&self, rung: usize) -> f64 {
        self.ladder
            .as_ref()
            .map_or(self.law.beta(), |ladder| ladder.betas()[rung])
    }
}

impl Kernel for LatticeKernel {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        self.layout().quantities(self.law.geometry())
    }

    fn rungs(&self) -> usize {
        self.moves.len()
    }

    fn tallies(&self) -> Vec<&'static str> {
        let swaps = self.ladder.as_ref().map(|_| [SWAP_RATES, ROUND_TRIPS]);
        let swaps = swaps.into_iter().flatten();
        swaps
            .chain(self.moves.first().and_then(|m| m.tells()))
            .collect()
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let mut columns = Columns::new(&self.law, self.layout(), task.recorder.plan());
        let mut scratch = Scratch::default();
        for slot in 0..task.slots() {
            if !self.done(task, slot) {
                self.run_slot(task, slot, &mut columns, &mut scratch)?;
            }
        }
        Ok(())
    }
}

impl LatticeKernel {
    /// True once nothing on any rung is of interest any more.
    fn done(&self, task: &Task<'_>, slot: usize) -> bool {
        (0..self.rungs()).all(|rung| task.recorder.done(task.track(slot, rung)))
    }

    fn run_slot(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        columns: &mut Columns<'_>,
        scratch: &mut Scratch,
    ) -> Result<()> {
        let (from, until) = (task.from(), task.until());
        let mut replica = if task.is_fresh() {
            let replica = self.fresh(task, slot)?;
            self.begin(task, slot, &replica, columns);
            replica
        } else {
            task.resume(slot)?
        };
        let span = (until - from).max(1.0);
        let slots = task.slots() as f64;
        let done = |t: f64| (slot as f64 + (t - from) / span) / slots;
        let mut t = from;
        loop {
            self.look(task, slot, t, &replica, columns);
            if t >= until || self.done(task, slot) {
                break;
            }
            let count = self.stride(task, slot, t);
            self.sweep(task, slot, &mut replica, count, scratch, done(t))?;
            if self.ladder.is_some() {
                self.swap(task, slot, t, &mut replica);
            }
            t += count as f64;
            for rung in 0..self.rungs() {
                task.recorder.count(task.track(slot, rung), count);
                if task.recorder.keeps_events() {
                    let spins = self.copies(&replica, rung);
                    let row = columns.of(spins, self.beta(rung));
                    task.recorder.event(task.track(slot, rung), t, 0, row);
                }
            }
        }
        task.keep(slot, t, &replica)?;
        if task.is_last() {
            for rung in 0..self.rungs() {
                let row = columns.of(self.copies(&replica, rung), self.beta(rung));
                task.recorder.finish(task.track(slot, rung), until, row);
            }
        }
        Ok(())
    }

    /// What is told of a replica before it moves.
    fn begin(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        replica: &Replica,
        columns: &mut Columns<'_>,
    ) {
        if let Some(exchange) = &replica.exchange {
            let first = task.track(slot, 0);
            task.recorder.tally(first, 1, exchange.walkers());
        }
        if task.recorder.keeps_events() {
            for rung in 0..self.rungs() {
                let row = columns.of(self.copies(replica, rung), self.beta(rung));
                let (at, from) = (task.track(slot, rung), task.from());
                task.recorder.event(at, from, -1, row);
            }
        }
    }

    /// Shows the values in force at `t`, and from `t` on for one sweep.
    fn look(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        t: f64,
        replica: &Replica,
        columns: &mut Columns<'_>,
    ) {
        let watches = task.recorder.watches() && t < task.until();
        for rung in 0..self.rungs() {
            let at = task.track(slot, rung);
            let looks = task.recorder.next_look(at) <= t;
            if !looks && !watches {
                continue;
            }
            let row = columns.of(self.copies(replica, rung), self.beta(rung));
            if looks {
                task.recorder.look(at, row);
            }
            if watches && !task.recorder.done(at) {
                let hold = Hold {
                    slot: u32::try_from(at).unwrap_or(Hold::IDLE),
                    from: t,
                    to: t + 1.0,
                };
                task.recorder.hold(&[hold], row);
            }
        }
    }

    /// Sweeps until somebody looks: those that nobody watches run together.
    fn stride(&self, task: &Task<'_>, slot: usize, t: f64) -> u64 {
        if self.ladder.is_some() || task.recorder.watches() || task.recorder.keeps_events() {
            return 1;
        }
        let next = task.recorder.next_look(task.track(slot, 0));
        (next.min(task.until()).max(t + 1.0) - t) as u64
    }

    fn sweep(
        &self,
        task: &mut Task<'_>,
        slot: usize,
        replica: &mut Replica,
        count: u64,
        scratch: &mut Scratch,
        done: f64,
    ) -> Result<()> {
        let which = if self.ladder.is_some() { 2 } else { 0 };
        let rungs = replica.chains.chunks_mut(self.copies);
        for (rung, (copies, moves)) in rungs.zip(&self.moves).enumerate() {
            let mut told = Tally::default();
            for chain in copies {
                told.add(moves.sweeps(chain, scratch, count, &mut || task.tick(done))?);
            }
            let at = task.track(slot, rung);
            if moves.tells().is_some() {
                task.recorder.tally(at, which, told);
            }
        }
        Ok(())
    }

    /// The round of swaps after the sweep that began at `t`.
    fn swap(&self, task: &mut Task<'_>, slot: usize, t: f64, replica: &mut Replica) {
        let Replica { chains, exchange } = replica;
        let (Some(ladder), Some(exchange)) = (&self.ladder, exchange) else {
            return;
        };
        let n = self.law.geometry().n_sites() as f64;
        for lower in ladder.pairs(t as u64) {
            let mut swapped = 0;
            for a in lower * self.copies..(lower + 1) * self.copies {
                let b = a + self.copies;
                let energies = [a, b].map(|i| n * self.law.energy_per_site(&chains[i].spins));
                if ladder.accepts(lower, energies, &mut exchange.stream) {
                    let (left, right) = chains.split_at_mut(b);
                    std::mem::swap(&mut left[a].spins, &mut right[0].spins);
                    exchange.swap(a, b);
                    swapped += 1;
                }
            }
            let tried = Tally {
                sum: swapped,
                terms: self.copies as u64,
            };
            task.recorder.tally(task.track(slot, lower), 0, tried);
        }
        let trips = Tally {
            sum: exchange.arrive(self.copies),
            terms: 0,
        };
        task.recorder.tally(task.track(slot, 0), 1, trips);
    }
}
