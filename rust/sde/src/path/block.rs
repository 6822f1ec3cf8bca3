//! The replicas of one block of lanes, side by side.

use quincunx_core::observe::View;
use quincunx_core::rng::{LaneStreams, Purpose, Stream};
use quincunx_core::run::Task;
use quincunx_core::simd::{LANES, Lanes, chunks_of};
use quincunx_core::{Error, Result};
use quincunx_expr::Frame;
use serde::{Deserialize, Serialize};

use super::grid::Grid;
use super::lone::Lone;
use super::normals::Normals;
use super::stepper::{Made, Stepper};

/// A replica between two steps: all that its future depends on.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Resting {
    /// Time of step 0.
    t0: f64,
    /// Steps made.
    k: u64,
    x: Vec<f64>,
    stream: Stream,
    /// Normals drawn and not yet used.
    unread: Vec<f64>,
}

/// States and noise of up to a block of replicas; lanes beyond the last replica repeat it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Slot of the first replica.
    pub first: usize,
    /// Number of replicas.
    pub lanes: usize,
    pub chunks: usize,
    /// Time of step 0.
    pub t0: f64,
    /// Steps made.
    pub k: u64,
    pub(super) frame: Frame,
    pub(super) normals: Normals,
    /// The only replica of a block of one lane: it steps by itself.
    pub(super) lone: Option<Lone>,
    /// First of the spare rows that hold sums of normals.
    pub(super) summed: usize,
    d: usize,
    /// States before the last steps, row after row.
    before: Vec<Lanes<f64>>,
    /// What is shown of `before` and of the states now, column after column, up to date unless `stale`.
    shown: [Vec<f64>; 2],
    stale: bool,
}

impl Block {
    /// The replicas of the slots `first..first + lanes`, at their start or where they were left.
    pub fn new(task: &Task<'_>, stepper: &Stepper, first: usize, lanes: usize) -> Result<Self> {
        let replicas = (first..first + lanes).map(|s| task.replica(s));
        let streams = LaneStreams::at(task.key, replicas, Purpose::NOISE);
        let mut block = Self::with_streams(streams, stepper, first, lanes, &[]);
        block.t0 = task.from();
        if task.is_fresh() {
            for lane in 0..lanes {
                let x = task
                    .start(first + lane)
                    .filter(|x| x.len() == block.d)
                    .ok_or_else(|| Error::Refused("start: every state needs a value".into()))?;
                block.place(lane, x);
            }
            block.pad();
        } else {
            block.resume(task, stepper)?;
        }
        block.keep_before();
        Ok(block)
    }

    /// `unread[lane]`: normals drawn and not yet used, the same number in each lane.
    fn with_streams(
        streams: LaneStreams,
        stepper: &Stepper,
        first: usize,
        lanes: usize,
        unread: &[Vec<f64>],
    ) -> Self {
        let drawn = unread.first().map_or(&[][..], |u| u);
        let capacity = Normals::capacity(stepper.m, drawn.len());
        let lone = (lanes == 1)
            .then(|| streams.get(0))
            .flatten()
            .map(|stream| Lone::new(stepper, stream, drawn));
        let chunks = chunks_of(lanes);
        let sums = if stepper.pieces > 1 { stepper.m } else { 0 };
        let columns = vec![f64::NAN; stepper.d * chunks * LANES];
        let mut frame = stepper.program().frame(chunks, capacity + sums);
        let mut normals = Normals::new(streams, capacity);
        for (lane, unread) in unread.iter().enumerate() {
            normals.restore(lane, unread, frame.spares_mut());
        }
        Self {
            first,
            lanes,
            chunks,
            t0: 0.0,
            k: 0,
            frame,
            normals,
            lone,
            summed: capacity,
            d: stepper.d,
            before: vec![Lanes::splat(f64::NAN); stepper.d * chunks],
            shown: [columns.clone(), columns],
            stale: true,
        }
    }

    /// Takes the saved states. Replicas that are done have none: they repeat one that goes on.
    fn resume(&mut self, task: &Task<'_>, stepper: &Stepper) -> Result<()> {
        let mut resting: Vec<Option<Resting>> = (0..self.lanes)
            .map(|lane| {
                let slot = self.first + lane;
                (!task.recorder.done(slot))
                    .then(|| task.resume(slot))
                    .transpose()
            })
            .collect::<Result<_>>()?;
        let Some(any) = resting.iter().flatten().next().cloned() else {
            return Ok(());
        };
        // How far ahead a replica has drawn depends on the block it was in: all draw as far as the farthest.
        let farthest = resting.iter().flatten().map(|r| r.unread.len()).max();
        for replica in resting.iter_mut().flatten() {
            while replica.unread.len() < farthest.unwrap_or(0) {
                replica.unread.push(replica.stream.normal());
            }
        }
        let any = resting.iter().flatten().next().cloned().unwrap_or(any);
        resting.resize(self.chunks * LANES, None);
        let all = || {
            resting.iter().scan(any.clone(), |last, r| {
                *last = r.clone().unwrap_or_else(|| last.clone());
                Some(last.clone())
            })
        };
        let streams = LaneStreams::of(all().map(|r| r.stream));
        let unread: Vec<Vec<f64>> = all().map(|r| r.unread).collect();
        *self = Self::with_streams(streams, stepper, self.first, self.lanes, &unread);
        (self.t0, self.k) = (any.t0, any.k);
        let replicas: Vec<Resting> = all().collect();
        for (lane, replica) in replicas.iter().enumerate() {
            if (replica.t0, replica.k) != (self.t0, self.k) {
                return Err(Error::Internal("replicas saved at different steps".into()));
            }
            self.place(lane, &replica.x);
        }
        Ok(())
    }

    /// Goes on with another step: programs keep their constants in the frame.
    pub fn refit(&mut self, stepper: &Stepper) {
        let sums = if stepper.pieces > 1 { stepper.m } else { 0 };
        let mut frame = stepper.program().frame(self.chunks, self.summed + sums);
        for i in 0..self.d {
            frame.row_mut(i).copy_from_slice(self.frame.row(i));
        }
        let (from, to) = (self.frame.spares_mut().0, frame.spares_mut().0);
        to.iter_mut()
            .zip(from.iter())
            .for_each(|(to, from)| *to = *from);
        self.frame = frame;
        if let Some(lone) = &mut self.lone {
            lone.refit(stepper);
        }
    }

    fn place(&mut self, lane: usize, x: &[f64]) {
        for (i, &x) in x.iter().enumerate() {
            self.frame.row_mut(i)[lane / LANES][lane % LANES] = x;
        }
    }

    /// Repeats the last replica in the lanes beyond.
    fn pad(&mut self) {
        let last: Vec<f64> = (0..self.d).map(|i| self.value(i, self.lanes - 1)).collect();
        for lane in self.lanes..self.chunks * LANES {
            self.place(lane, &last);
        }
    }

    fn value(&self, i: usize, lane: usize) -> f64 {
        self.frame.row(i)[lane / LANES][lane % LANES]
    }

    /// Remembers the states, so that the steps to come can be taken back.
    #[inline(always)]
    pub(super) fn keep_before(&mut self) {
        for (i, row) in self.before.chunks_exact_mut(self.chunks).enumerate() {
            row.copy_from_slice(self.frame.row(i));
        }
    }

    /// Makes at most `steps` steps.
    pub fn advance(&mut self, stepper: &Stepper, grid: Grid, steps: u64) -> Made {
        self.stale = true;
        stepper.advance(self, grid, steps)
    }

    /// Takes back the last `steps` steps.
    pub fn go_back(&mut self, stepper: &Stepper, steps: usize) {
        self.stale = true;
        self.k -= steps as u64;
        match &mut self.lone {
            Some(lone) => lone.untake(steps * stepper.m),
            None => self.normals.untake(steps * stepper.m),
        }
        for (i, row) in self.before.chunks_exact(self.chunks).enumerate() {
            self.frame.row_mut(i).copy_from_slice(row);
        }
    }

    /// Lets the lanes whose states are not finite (padding too) go on as copies of one that is; tells those lanes.
    pub fn replace_infinite(&mut self) -> Vec<usize> {
        self.stale = true;
        let all = 0..self.chunks * LANES;
        let is_finite = |lane: &usize| (0..self.d).all(|i| self.value(i, *lane).is_finite());
        let (fine, lost): (Vec<usize>, Vec<usize>) = all.partition(is_finite);
        let donor: Vec<f64> = match fine.first() {
            Some(&lane) => (0..self.d).map(|i| self.value(i, lane)).collect(),
            None => vec![0.0; self.d],
        };
        lost.iter().for_each(|&lane| self.place(lane, &donor));
        lost
    }

    /// Brings what is shown up to date.
    pub fn refresh(&mut self) {
        if !self.stale {
            return;
        }
        self.stale = false;
        let (chunks, width) = (self.chunks, self.chunks * LANES);
        let [before, now] = &mut self.shown;
        for i in 0..self.d {
            let columns = i * width..(i + 1) * width;
            flatten(
                &self.before[i * chunks..(i + 1) * chunks],
                &mut before[columns.clone()],
            );
            flatten(self.frame.row(i), &mut now[columns]);
        }
    }

    /// The states as they are, or were when [`Block::refresh`] was called last.
    pub fn view(&self) -> View<'_> {
        View::new(&self.shown[1], self.chunks * LANES, self.lanes)
    }

    /// The states before the last call of [`Block::advance`].
    pub fn view_before(&self) -> View<'_> {
        View::new(&self.shown[0], self.chunks * LANES, self.lanes)
    }

    /// One replica's states.
    pub fn states(view: View<'_>, d: usize, lane: usize) -> Vec<f64> {
        (0..d).map(|i| view.get(i, lane)).collect()
    }

    /// Hands the state of each replica to the task.
    pub fn keep(&mut self, task: &mut Task<'_>, t: f64) -> Result<()> {
        if !task.keeps() {
            return Ok(());
        }
        self.refresh();
        for lane in 0..self.lanes {
            let slot = self.first + lane;
            let saved = match &self.lone {
                Some(lone) => Some(lone.save()),
                None => self.normals.save(lane, self.frame.spares_mut()),
            };
            let Some((stream, unread)) = saved.filter(|_| !task.recorder.done(slot)) else {
                continue;
            };
            let resting = Resting {
                t0: self.t0,
                k: self.k,
                x: Self::states(self.view(), self.d, lane),
                stream,
                unread,
            };
            task.keep(slot, t, &resting)?;
        }
        Ok(())
    }
}

/// A row of chunks as plain numbers.
fn flatten(row: &[Lanes<f64>], out: &mut [f64]) {
    for (chunk, out) in row.iter().zip(out.chunks_exact_mut(LANES)) {
        out.copy_from_slice(&chunk.0);
    }
}
