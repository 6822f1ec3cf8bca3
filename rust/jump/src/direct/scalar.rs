//! One path at a time, with a dependency graph.

use quincunx_core::Result;
use quincunx_core::observe::{Status, View};

use super::ahead::Ahead;
use super::burst::Small;
use super::crew::{Crew, LIMIT, Path, hold};
use crate::{Network, Ragged};

/// Events between two looks at the pulse.
const TICK_EVERY: u64 = 4096;

/// Propensities and their running sums, kept between paths.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    rates: Vec<f64>,
    sums: Vec<f64>,
    scratch: Vec<f64>,
    /// Every propensity is a rate: not negative, not NaN.
    sound: bool,
    /// `(species, change)` of each reaction, ready to add.
    change: Ragged<(u32, f64)>,
    /// The network, if it is small.
    small: Option<&'a Small>,
}

impl<'a> Table<'a> {
    pub(super) fn new(network: &Network, small: Option<&'a Small>) -> Self {
        Self {
            rates: vec![0.0; network.reactions()],
            sums: vec![0.0; network.reactions()],
            scratch: Vec::new(),
            sound: true,
            small,
            change: (network.change().rows())
                .map(|row| row.iter().map(|&(i, v)| (i as u32, v as f64)))
                .collect(),
        }
    }

    fn fill(&mut self, network: &Network, n: &[f64]) {
        for (r, rate) in self.rates.iter_mut().enumerate() {
            *rate = network.propensity(r, n, &mut self.scratch);
        }
        self.sound = self.rates.iter().all(|&a| a >= 0.0);
        self.add_up(0);
    }

    /// Renews what the firing of `reaction` changed. Sums before the first changed propensity stand.
    #[inline]
    fn update(&mut self, network: &Network, reaction: usize, n: &[f64]) {
        let touched = network.dependents(reaction);
        for &r in touched {
            let rate = network.propensity(r as usize, n, &mut self.scratch);
            self.rates[r as usize] = rate;
            self.sound &= rate >= 0.0;
        }
        if let Some(&first) = touched.first() {
            self.add_up(first as usize);
        }
    }

    #[inline]
    fn add_up(&mut self, first: usize) {
        let mut sum = if first == 0 {
            0.0
        } else {
            self.sums[first - 1]
        };
        for (s, a) in self.sums[first..].iter_mut().zip(&self.rates[first..]) {
            sum += a;
            *s = sum;
        }
    }

    /// Applies a change; false if a count left `[0, 2^53)`.
    #[inline]
    fn fire(&self, reaction: usize, n: &mut [f64]) -> bool {
        let mut inside = true;
        for &(i, v) in self.change.row(reaction) {
            let count = &mut n[i as usize];
            *count += v;
            inside &= (0.0..LIMIT).contains(count);
        }
        inside
    }

    #[inline]
    fn total(&self) -> f64 {
        self.sums.last().copied().unwrap_or(0.0)
    }
}

/// Moves a path to the end of the task. `WATCH`: every stretch and event is reported.
pub(super) fn advance<const WATCH: bool>(
    crew: &mut Crew<'_, '_>,
    table: &mut Table<'_>,
    slot: usize,
    path: &mut Path,
    mut events: u64,
) -> Result<()> {
    let network = crew.network;
    let mut ahead = Ahead::new(&path.stream);
    let mut stop = crew.show(slot, &path.n, f64::NEG_INFINITY);
    table.fill(network, &path.n);
    let bursts = !WATCH && crew.max_events == u64::MAX;
    loop {
        if let Some(small) = table.small.filter(|_| bursts) {
            let (all, fired) = small.burst(path, &mut ahead, stop, TICK_EVERY);
            events += all;
            for (row, fired) in table.change.rows().zip(fired) {
                row.iter()
                    .for_each(|&(i, v)| path.n[i as usize] += v * fired as f64);
            }
            table.fill(network, &path.n);
            if all == TICK_EVERY {
                crew.tick()?;
                continue;
            }
        }
        let total = table.total();
        let (delay, choice) = ahead.peek();
        let next = path.t + delay / total;
        let threshold = choice * total;
        if !table.sound {
            crew.fail(slot, Status::NegativeRate, path.t, &path.n, events);
            return Ok(());
        }
        if !(next < stop && threshold < total) {
            stop = crew.show(slot, &path.n, next);
            if next > crew.task.until() {
                let last = (path.t, path.n.as_slice());
                return crew.finish(slot, last, || ahead.stream(), events, total);
            }
            if threshold >= total {
                crew.fail(slot, Status::Overflow, path.t, &path.n, events);
                return Ok(());
            }
        }
        ahead.take(1);
        if WATCH {
            crew.task
                .recorder
                .hold(&[hold(slot, path.t, next)], View::single(&path.n));
            if crew.task.recorder.done(slot) {
                crew.release(slot, events);
                return Ok(());
            }
        }
        let fired = table.sums.iter().position(|&s| threshold < s).unwrap_or(0);
        path.t = next;
        events += 1;
        if !table.fire(fired, &mut path.n) {
            crew.fail(slot, Status::Overflow, path.t, &path.n, events);
            return Ok(());
        }
        table.update(network, fired, &path.n);
        if WATCH && crew.task.recorder.keeps_events() {
            crew.task
                .recorder
                .event(slot, path.t, fired as i64, View::single(&path.n));
        }
        if events == crew.max_events {
            crew.fail(slot, Status::Truncated, path.t, &path.n, events);
            return Ok(());
        }
        if events.is_multiple_of(TICK_EVERY) {
            crew.tick()?;
        }
    }
}
