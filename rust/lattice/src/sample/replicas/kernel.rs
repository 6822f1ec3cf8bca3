//! The loop that runs 64 replicas in the bits of the same words.

use std::ops::Range;

use quincunx_core::Result;
use quincunx_core::observe::{Clock, Hold, Tally};
use quincunx_core::rng::{Purpose, Stream};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::simd::LANES;
use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::rules::{Draws, Rules, Spins, WIDTH};
use crate::model::Ising;
use crate::sample::columns::Layout;
use crate::sample::law::Law;
use crate::sample::scan::ACCEPTANCE;
use crate::sample::start::Start;

/// [`Checkerboard`](crate::sample::Method::Checkerboard) in 64 replicas at once: bit `r mod 64` of a word is replica `r`.
/// Observes what a [`LatticeKernel`](crate::sample::LatticeKernel) does.
#[derive(Debug)]
pub(crate) struct ReplicaKernel {
    law: Law,
    rules: Rules,
    start: Start,
}

/// The state of one replica: its own spins, and where the draws stand that it shares.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    spins: Vec<i8>,
    draws: Draws,
}

/// The replicas of a task that share words: slots `first..first + bits.len()` are the bits `bits`.
#[derive(Debug, Clone)]
struct Crew {
    first: usize,
    bits: Range<usize>,
}

impl Crew {
    /// Pairs (slot, bit).
    fn members(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        (self.first..).zip(self.bits.clone())
    }

    /// The members that are observed further.
    fn active(&self, task: &Task<'_>) -> Vec<(usize, usize)> {
        let goes_on = |&(slot, _): &(usize, usize)| !task.recorder.done(slot);
        self.members().filter(goes_on).collect()
    }
}

impl ReplicaKernel {
    /// `None` where the model does not fit; refused where the method does not hold.
    pub fn new(model: &Ising, start: Start) -> Result<Option<Self>> {
        Ok(Rules::new(model)?.map(|rules| Self {
            law: model.clone().into(),
            rules,
            start,
        }))
    }

    /// The replicas of a task word by word.
    fn crews(task: &Task<'_>) -> Vec<Crew> {
        let (mut crews, mut first) = (Vec::new(), 0);
        while first < task.slots() {
            let bit = (task.replica(first) % WIDTH as u64) as usize;
            let many = (WIDTH - bit).min(task.slots() - first);
            crews.push(Crew {
                first,
                bits: bit..bit + many,
            });
            first += many;
        }
        crews
    }
}

impl Kernel for ReplicaKernel {
    fn clock(&self) -> Clock {
        Clock::Steps
    }

    fn quantities(&self) -> Vec<Quantity> {
        Layout::default().quantities(self.law.geometry())
    }

    fn bundle(&self) -> usize {
        WIDTH
    }

    fn tallies(&self) -> Vec<&'static str> {
        ACCEPTANCE.into_iter().collect()
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let mut spins = Spins::default();
        let mut columns = Columns::new(&self.rules, task.recorder.plan());
        for crew in Self::crews(task) {
            if !crew.active(task).is_empty() {
                self.run_crew(task, &crew, &mut spins, &mut columns)?;
            }
        }
        Ok(())
    }
}

impl ReplicaKernel {
    fn run_crew(
        &self,
        task: &mut Task<'_>,
        crew: &Crew,
        spins: &mut Spins,
        columns: &mut Columns<'_>,
    ) -> Result<()> {
        let moved = crew.active(task);
        let mut draws = self.begin(task, crew, spins)?;
        let (from, until) = (task.from(), task.until());
        if task.is_fresh() {
            self.events(task, crew, spins, columns, from, -1);
        }
        let per_slot = 1.0 / task.slots() as f64;
        let per_sweep = crew.bits.len() as f64 * per_slot / (until - from).max(1.0);
        let done = |t: f64| crew.first as f64 * per_slot + (t - from) * per_sweep;
        let mut t = from;
        loop {
            self.look(task, crew, t, spins, columns);
            let active = crew.active(task);
            let Some(&(slot, _)) = active.first().filter(|_| t < until) else {
                break;
            };
            let count = stride(task, slot, t);
            let mut beat = || task.tick(done(t));
            self.rules.sweeps(spins, &mut draws, count, &mut beat)?;
            t += count as f64;
            let flipped = spins.flipped.take();
            for (slot, bit) in active {
                task.recorder.count(slot, count);
                let told = Tally {
                    sum: flipped[bit],
                    terms: count * self.law.geometry().n_sites() as u64,
                };
                task.recorder.tally(slot, 0, told);
            }
            self.events(task, crew, spins, columns, t, 0);
        }
        if task.keeps() {
            for (slot, bit) in moved {
                let kept = Kept {
                    spins: self.rules.layout.unpack(&spins.words, bit),
                    draws: draws.clone(),
                };
                task.keep(slot, t, &kept)?;
            }
        }
        if task.is_last() && task.recorder.watches() {
            columns.show(&spins.words, &crew.bits, |lanes, view| {
                task.recorder.finish(crew.first + lanes.start, until, view);
            });
        }
        Ok(())
    }

    /// Spins and draws from which the crew goes on.
    fn begin(&self, task: &mut Task<'_>, crew: &Crew, spins: &mut Spins) -> Result<Draws> {
        let layout = &self.rules.layout;
        let word = task.replica(crew.first) / WIDTH as u64;
        let mut draws = self.rules.draws(task.key, word);
        spins.words.clear();
        spins.words.resize(layout.chunks[1], [0; LANES]);
        for (slot, bit) in crew.active(task) {
            if task.is_fresh() {
                let stream = || Stream::at(task.key, task.replica(slot), Purpose::START);
                let own = self.start.spins(&self.law, task.start(slot), stream)?;
                layout.pack(&own, bit, &mut spins.words);
            } else {
                let kept: Kept = task.resume(slot)?;
                layout.pack(&kept.spins, bit, &mut spins.words);
                draws = kept.draws;
            }
            task.tick(0.0)?;
        }
        Ok(draws)
    }

    /// Shows the values in force at `t`, and from `t` on for one sweep.
    fn look(
        &self,
        task: &mut Task<'_>,
        crew: &Crew,
        t: f64,
        spins: &Spins,
        columns: &mut Columns<'_>,
    ) {
        let watches = task.recorder.watches() && t < task.until();
        let active = crew.active(task);
        let next = active
            .first()
            .map(|&(slot, _)| task.recorder.next_look(slot));
        let looks = next.is_some_and(|next| next <= t);
        if !looks && !watches {
            return;
        }
        columns.show(&spins.words, &crew.bits, |lanes, view| {
            let slots = crew.first + lanes.start..crew.first + lanes.end;
            if looks {
                task.recorder.look(slots.start, view);
            }
            if watches {
                let hold = |slot| Hold {
                    slot: match task.recorder.done(slot) {
                        true => Hold::IDLE,
                        false => u32::try_from(slot).unwrap_or(Hold::IDLE),
                    },
                    from: t,
                    to: t + 1.0,
                };
                let holds: Vec<Hold> = slots.map(hold).collect();
                task.recorder.hold(&holds, view);
            }
        });
    }

    /// Tells of event number `index`, replica by replica, if anybody keeps events.
    fn events(
        &self,
        task: &mut Task<'_>,
        crew: &Crew,
        spins: &Spins,
        columns: &mut Columns<'_>,
        t: f64,
        index: i64,
    ) {
        if !task.recorder.keeps_events() {
            return;
        }
        columns.show(&spins.words, &crew.bits, |lanes, view| {
            for (lane, slot) in (crew.first + lanes.start..crew.first + lanes.end).enumerate() {
                if !task.recorder.done(slot) {
                    task.recorder.event(slot, t, index, view.lane(lane));
                }
            }
        });
    }
}

/// Sweeps until somebody looks: those that nobody watches run together.
fn stride(task: &Task<'_>, slot: usize, t: f64) -> u64 {
    if task.recorder.watches() || task.recorder.keeps_events() {
        return 1;
    }
    let next = task.recorder.next_look(slot);
    (next.min(task.until()).max(t + 1.0) - t) as u64
}
