//! The one run loop: parameter sets times blocks of replicas, on any number of threads, in any pieces.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::kernel::{Kernel, Saved, Starts, Task, UNITS};
use super::piece::{Piece, reached};
use super::pool::Pool;
use super::pulse::Pulse;
use crate::error::check;
use crate::observe::{BLOCK, Collector, Endings, Fold, Output, Plan, Recorder, Reduce, Tracks};
use crate::rng::Key;
use crate::{Error, Result};

/// One parameter set, or the sets that one kernel moves together ([`Kernel::rungs`]): law, starts, key.
#[derive(Clone, Debug)]
pub struct Set {
    /// The law and its algorithm.
    pub kernel: Arc<dyn Kernel>,
    /// Where its replicas start.
    pub starts: Arc<Starts>,
    /// The key of its streams.
    pub key: Key,
    /// What to keep of each: the same observers in every set, though formulas may hold other parameters.
    pub plan: Arc<Plan>,
}

/// A task of so many times the least that a kernel likes loses little by being one of several.
const WIDE: u64 = 4;

/// What one task leaves: tracks, and states when they are kept.
type Done = (Tracks, Vec<Arc<Saved>>);

/// A run, validated and ready.
#[derive(Debug)]
pub struct Ensemble {
    sets: Vec<Set>,
    /// Parameter sets per kernel.
    rungs: usize,
    folds: Vec<Fold>,
    span: (f64, f64),
}

impl Ensemble {
    /// A run of `sets` over the time `span`.
    pub fn new(sets: Vec<Set>, folds: Vec<Fold>, span: (f64, f64)) -> Result<Self> {
        if sets.iter().any(|s| s.plan.parts.len() != folds.len()) {
            return Err(Error::Internal("one fold per part".into()));
        }
        let rungs = sets.first().map_or(1, |s| s.kernel.rungs());
        if rungs == 0 || sets.iter().any(|s| s.kernel.rungs() != rungs) {
            return Err(Error::Internal("kernels of equal numbers of rungs".into()));
        }
        Ok(Self {
            sets,
            rungs,
            folds,
            span,
        })
    }

    /// Number of parameter sets, those that move together counted one by one.
    pub fn sets(&self) -> usize {
        self.sets.len() * self.rungs
    }

    /// Replicas that should not be cut apart: see [`Kernel::bundle`].
    pub fn bundle(&self) -> u64 {
        let sizes = self.sets.iter().map(|set| set.kernel.bundle() as u64);
        sizes.max().unwrap_or(1)
    }

    /// Runs `n` replicas of every set to the end.
    pub fn simulate(&self, n: u64, pool: &Pool, pulse: &Pulse) -> Result<(Vec<Output>, Endings)> {
        pulse.expect(n * self.sets.len() as u64 * UNITS);
        let blocks = self.blocks(n);
        let collector = self.collector(n)?;
        // When all of the first block fails the rest would too. It alone is the result then, so that what comes of it
        // does not depend on how far others have come.
        let hopeless = AtomicBool::new(false);
        let alone = Mutex::new(None);
        let run = |(number, piece): (usize, &Piece)| -> Result<()> {
            if hopeless.load(Relaxed) {
                return Ok(());
            }
            let tracks = self.run_block(piece, pool.threads(), pulse)?;
            if number > 0 || tracks.any_fine() {
                return self.insert(&collector, piece, tracks);
            }
            hopeless.store(true, Relaxed);
            *alone.lock().unwrap_or_else(PoisonError::into_inner) = Some(tracks);
            Ok(())
        };
        pool.install(|| blocks.par_iter().enumerate().try_for_each(run))?;
        let alone = alone.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (Some(tracks), Some(piece)) = (alone, blocks.first()) else {
            return Ok(collector.finish());
        };
        drop(collector);
        let collector = self.collector(n)?;
        self.insert(&collector, piece, tracks)?;
        Ok(collector.finish())
    }

    /// Moves pieces to time `until`, so that they can be written down or sent home.
    pub fn advance(
        &self,
        pieces: Vec<Piece>,
        until: f64,
        pool: &Pool,
        pulse: &Pulse,
    ) -> Result<Vec<Piece>> {
        pulse.expect(
            pieces
                .iter()
                .map(|p| p.replicas.end - p.replicas.start)
                .sum::<u64>()
                * UNITS,
        );
        pool.install(|| {
            pieces
                .into_par_iter()
                .map(|p| self.advance_piece(p, until, pool.threads(), pulse))
                .collect()
        })
    }

    /// Builds the result of `n` replicas from finished pieces.
    pub fn collect(&self, n: u64, mut pieces: Vec<Piece>) -> Result<(Vec<Output>, Endings)> {
        pieces.sort_by_key(|p| (p.set, p.replicas.start));
        let collector = self.collector(n)?;
        for block in self.blocks(n) {
            let mut tracks = Vec::new();
            for piece in pieces.iter().filter(|p| p.set == block.set) {
                let done = piece
                    .tracks
                    .as_ref()
                    .ok_or_else(|| Error::Internal("an unfinished piece".into()))?;
                let (from, to) = (
                    piece.replicas.start.max(block.replicas.start),
                    piece.replicas.end.min(block.replicas.end),
                );
                if from < to {
                    let slots = self.slots(&(from..to), piece.replicas.start)?;
                    tracks.extend_from_slice(done.get(slots).unwrap_or_default());
                }
            }
            if tracks.len() != self.slots(&block.replicas, block.replicas.start)?.len() {
                return Err(Error::Internal("a replica is missing".into()));
            }
            let tracks = Tracks::of(&self.sets[block.set].plan.parts, tracks);
            self.insert(&collector, &block, tracks)?;
        }
        Ok(collector.finish())
    }

    /// The places of some replicas in a list, rung by rung, that begins with replica `first`.
    fn slots(&self, replicas: &Range<u64>, first: u64) -> Result<Range<usize>> {
        let slot = |replica: u64| {
            let replicas = usize::try_from(replica.checked_sub(first)?).ok()?;
            replicas.checked_mul(self.rungs)
        };
        slot(replicas.start)
            .zip(slot(replicas.end))
            .map(|(start, end)| start..end)
            .ok_or_else(|| Error::Internal("slots".into()))
    }

    /// Hands the tracks of a block over, every rung as a parameter set of its own.
    fn insert(&self, collector: &Collector, block: &Piece, tracks: Tracks) -> Result<()> {
        let first = block.replicas.start;
        if self.rungs == 1 {
            return collector.insert(block.set, first, tracks);
        }
        let parts = &self.sets[block.set].plan.parts;
        (0..self.rungs).try_for_each(|rung| {
            let slots = (rung..tracks.len()).step_by(self.rungs);
            let own = Tracks::of(parts, slots.map(|slot| tracks.track(slot)).collect());
            collector.insert(block.set * self.rungs + rung, first, own)
        })
    }

    /// Fits pieces of an earlier, shorter run to this one.
    pub fn replan(&self, pieces: Vec<Piece>) -> Result<Vec<Piece>> {
        pieces
            .into_iter()
            .map(|p| {
                let set = self
                    .sets
                    .get(p.set)
                    .ok_or_else(|| Error::Internal("a set is missing".into()))?;
                p.replan(&set.plan)
            })
            .collect()
    }

    fn collector(&self, n: u64) -> Result<Collector> {
        let Some(set) = self.sets.first() else {
            return Err(Error::Internal("a run without a parameter set".into()));
        };
        let quantities = set.kernel.quantities();
        let kinds = quantities
            .iter()
            .flat_map(|q| std::iter::repeat_n(q.kind, q.width()))
            .collect();
        Collector::new(
            Arc::clone(&set.plan),
            self.folds.clone(),
            kinds,
            set.kernel.tallies(),
            self.sets(),
            n,
        )
    }

    /// Bytes that the result of `n` replicas takes, working copies of the blocks in flight and what the run keeps of every
    /// replica (its ending, its place in a block) included.
    pub fn bytes(&self, n: u64, threads: usize) -> u128 {
        let Some(set) = self.sets.first() else {
            return 0;
        };
        let in_flight = u128::from(n.min(BLOCK * threads as u64))
            * (self.sets.len().min(threads).max(1) * self.rungs) as u128;
        let sets = self.sets() as u128;
        let rows = u128::from(n) * sets;
        let blocks = u128::from(n.div_ceil(BLOCK)) * self.sets.len() as u128;
        let parts = set.plan.parts.iter().zip(&self.folds).map(|(part, fold)| {
            let row = 8 * part.values() as u128;
            let kept = match &fold.reduce {
                Reduce::Keep => rows * row,
                Reduce::Moments { order, cov } => {
                    let width = if *cov { part.width() } else { 0 };
                    sets * row * (order + width) as u128
                }
                Reduce::Histogram { edges } => sets * row * (edges.len() + 1) as u128,
            };
            kept + in_flight * row
        });
        parts.sum::<u128>() + rows + blocks * size_of::<Piece>() as u128
    }

    /// Refuses a result larger than `limit` bytes.
    pub fn check_memory(&self, n: u64, threads: usize, limit: u128) -> Result<()> {
        check::memory(
            format!("the result of n = {n} replicas"),
            self.bytes(n, threads),
            limit,
            "observe fewer times (every with a larger dt, at, final), reduce over replicas (moments, histogram), or \
             raise max_bytes",
        )
    }

    fn blocks(&self, n: u64) -> Vec<Piece> {
        let starts = (0..n).step_by(usize::try_from(BLOCK).unwrap_or(usize::MAX));
        (0..self.sets.len())
            .flat_map(|set| {
                starts
                    .clone()
                    .map(move |r| Piece::new(set, r..(r + BLOCK).min(n)))
            })
            .collect()
    }

    /// Splits replicas into tasks, in multiples of what the kernel likes: two per thread where they stay wide, so that
    /// a thread that is done early finds work, else one.
    fn groups(&self, set: usize, replicas: &Range<u64>, threads: usize) -> Vec<Range<u64>> {
        let grain = self.sets[set].kernel.grain().max(1) as u64;
        let (count, threads) = (replicas.end - replicas.start, threads as u64);
        let tasks = match threads {
            1 => 1,
            _ if count >= 2 * threads * WIDE * grain => 2 * threads,
            _ => threads,
        };
        let size = count.div_ceil(tasks).div_ceil(grain).max(1) * grain;
        let mut out = Vec::new();
        let mut start = replicas.start;
        while start < replicas.end {
            let end = (start + size).min(replicas.end);
            out.push(start..end);
            start = end;
        }
        out
    }

    fn run_block(&self, piece: &Piece, threads: usize, pulse: &Pulse) -> Result<Tracks> {
        let groups = self.groups(piece.set, &piece.replicas, threads);
        let done: Result<Vec<Tracks>> = groups
            .into_par_iter()
            .map(|g| {
                self.run_task(piece.set, g, None, self.span.1, false, pulse)
                    .map(|(tracks, _)| tracks)
            })
            .collect();
        done?
            .into_iter()
            .reduce(|mut tracks, group| {
                tracks.append(group);
                tracks
            })
            .ok_or_else(|| Error::Internal("an empty block".into()))
    }

    fn advance_piece(
        &self,
        piece: Piece,
        until: f64,
        threads: usize,
        pulse: &Pulse,
    ) -> Result<Piece> {
        if piece.is_finished() {
            return Ok(piece);
        }
        let first = piece.replicas.start;
        let groups = self.groups(piece.set, &piece.replicas, threads);
        let done: Result<Vec<Done>> = groups
            .into_par_iter()
            .map(|g| {
                let slots = usize::try_from(g.start - first).unwrap_or(0)
                    ..usize::try_from(g.end - first).unwrap_or(0);
                let resumed = if piece.saved.is_empty() {
                    None
                } else {
                    piece.saved.get(slots)
                };
                self.run_task(piece.set, g, resumed, until, true, pulse)
            })
            .collect();
        let finished = until >= self.span.1;
        let (mut tracks, mut saved) = (Vec::new(), Vec::new());
        for (t, s) in done? {
            if finished {
                tracks.extend((0..t.len()).map(|slot| t.track(slot)));
            }
            saved.extend(s);
        }
        let (tracks, end) = (finished.then_some(tracks), finished.then_some(self.span.1));
        Ok(Piece {
            saved,
            tracks,
            end,
            ..piece
        })
    }

    fn run_task(
        &self,
        set: usize,
        replicas: Range<u64>,
        resumed: Option<&[Arc<Saved>]>,
        until: f64,
        saves: bool,
        pulse: &Pulse,
    ) -> Result<Done> {
        let Set {
            kernel,
            starts,
            key,
            plan,
        } = &self.sets[set];
        let places = self.slots(&replicas, replicas.start)?.len();
        let tracks = match resumed {
            Some(all) => {
                let tracks = all.iter().flat_map(|s| s.tracks.clone()).collect();
                Tracks::of(&plan.parts, tracks)
            }
            None => Tracks::fresh(&plan.parts, places),
        };
        let from = resumed.and_then(reached).unwrap_or(self.span.0);
        let mut task = Task {
            key: *key,
            replicas,
            recorder: Recorder::new(Arc::clone(plan), kernel.clock(), tracks, saves),
            origin: self.span.0,
            from,
            until,
            last: until >= self.span.1,
            rungs: self.rungs,
            starts,
            resumed,
            saves,
            saved: vec![None; if saves { places / self.rungs } else { 0 }],
            pulse,
            reported: 0,
        };
        task.tick(0.0)?;
        kernel.run(&mut task)?;
        task.tick(1.0)?;
        let Task {
            recorder, saved, ..
        } = task;
        let tracks = recorder.into_tracks();
        // A replica that ended early keeps no state: what it left behind is all there is.
        let saved = if saves {
            saved
                .into_iter()
                .enumerate()
                .map(|(slot, s)| {
                    let rungs = slot * self.rungs..(slot + 1) * self.rungs;
                    Arc::new(s.unwrap_or_else(|| Saved {
                        time: until,
                        state: Vec::new(),
                        tracks: rungs.map(|slot| tracks.track(slot)).collect(),
                    }))
                })
                .collect()
        } else {
            Vec::new()
        };
        Ok((tracks, saved))
    }
}
