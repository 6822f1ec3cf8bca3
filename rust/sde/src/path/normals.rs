//! Standard normals drawn ahead for a block of lanes.

use quincunx_core::rng::{LaneStreams, Stream};
use quincunx_core::simd::{LANES, Lanes, Vector};

/// Rows drawn at a time: enough to keep the transform busy, few enough to stay in the first cache.
const AHEAD: usize = 16;

/// The normals of a block of replicas in order: normal j of each lane is row j. What is not yet read
/// stays for the next step, or goes into the saved state. The rows themselves are spare rows of the frame
/// that programs run on, and are handed in.
#[derive(Clone, Debug)]
pub(crate) struct Normals {
    streams: LaneStreams,
    capacity: usize,
    next: usize,
}

/// Rows of lanes, and the distance from one to the next in chunks: as many as the streams have, no gaps.
pub(crate) type Window<'a> = (&'a mut [Lanes<f64>], usize);

impl Normals {
    /// Rows of the window for steps of `per_step` normals, `unread` of which are there already.
    pub fn capacity(per_step: usize, unread: usize) -> usize {
        if per_step == 0 {
            0
        } else {
            AHEAD.max(per_step.max(unread))
        }
    }

    /// Nothing drawn yet; the window has `capacity` rows.
    pub fn new(streams: LaneStreams, capacity: usize) -> Self {
        Self {
            streams,
            capacity,
            next: capacity,
        }
    }

    /// Rows that can be read without drawing.
    #[inline(always)]
    pub fn unread(&self) -> usize {
        self.capacity - self.next
    }

    /// Draws until at least `need` rows can be read.
    #[inline(always)]
    pub fn refill<V: Vector>(&mut self, need: usize, (rows, stride): Window<'_>) {
        let unread = self.unread();
        if unread >= need {
            return;
        }
        rows.copy_within(self.next * stride..self.capacity * stride, 0);
        let fresh = &mut rows[unread * stride..self.capacity * stride];
        self.streams.normals::<V>(fresh);
        self.next = 0;
    }

    /// Reads `n` rows, which must have been drawn, and tells the first.
    #[inline(always)]
    pub fn take(&mut self, n: usize) -> usize {
        let first = self.next;
        self.next += n;
        first
    }

    /// Gives the last `n` rows back.
    pub fn untake(&mut self, n: usize) {
        self.next -= n;
    }

    /// The unread normals of a lane, and the stream that goes on after them.
    pub fn save(&self, lane: usize, (rows, stride): Window<'_>) -> Option<(Stream, Vec<f64>)> {
        let unread = (self.next..self.capacity)
            .map(|r| rows[r * stride + lane / LANES][lane % LANES])
            .collect();
        Some((self.streams.get(lane)?, unread))
    }

    /// Puts the unread normals of a lane back; all lanes of a block hold the same number.
    pub fn restore(&mut self, lane: usize, unread: &[f64], (rows, stride): Window<'_>) {
        self.next = self.capacity.saturating_sub(unread.len());
        for (r, &z) in (self.next..self.capacity).zip(unread) {
            rows[r * stride + lane / LANES][lane % LANES] = z;
        }
    }
}
