//! One replica alone: its step on single numbers, its normals drawn ahead and transformed at full width. The same bits
//! as in lanes, without seven lanes that repeat it.

use quincunx_core::rng::Stream;
use quincunx_core::simd::{Lanes, Vector};
use quincunx_expr::{Frame, Solo};

use super::grid::Grid;
use super::stepper::{QUIET, Stepper};

/// Normals drawn at a time.
const AHEAD: usize = 128;

/// A replica alone. Between two batches its state is in the frame of its block.
#[derive(Clone, Debug)]
pub(super) struct Lone {
    step: Solo,
    stream: Stream,
    ahead: Vec<f64>,
    next: usize,
}

impl Lone {
    /// A replica whose stream goes on after the normals `unread`.
    pub fn new(stepper: &Stepper, stream: Stream, unread: &[f64]) -> Self {
        let least = (stepper.m + 2).max(unread.len() + 1).next_multiple_of(2);
        let mut ahead = vec![f64::NAN; least.max(AHEAD)];
        let next = ahead.len() - unread.len();
        ahead[next..].copy_from_slice(unread);
        Self {
            step: stepper.program().solo(),
            stream,
            ahead,
            next,
        }
    }

    /// Goes on with another step.
    pub fn refit(&mut self, stepper: &Stepper) {
        self.step = stepper.program().solo();
    }

    /// The stream, and the normals drawn but not yet used.
    pub fn save(&self) -> (Stream, Vec<f64>) {
        (self.stream.clone(), self.ahead[self.next..].to_vec())
    }

    /// Gives the last `n` normals back.
    pub fn untake(&mut self, n: usize) {
        self.next -= n;
    }

    /// As many of `steps` steps from step `k` on as there are normals drawn ahead.
    #[inline(always)]
    pub fn batch<V: Vector>(
        &mut self,
        stepper: &Stepper,
        frame: &mut Frame,
        (grid, k): (Grid, u64),
        steps: usize,
    ) -> usize {
        let Stepper { d, m, pieces, .. } = *stepper;
        for i in 0..d {
            self.step.set(i, frame.row(i)[0][0]);
        }
        let steps = if m == 0 {
            steps.min(QUIET)
        } else if pieces > 1 {
            self.sum_pieces::<V>(d, m, pieces);
            1
        } else {
            self.refill::<V>(m);
            steps.min((self.ahead.len() - self.next) / m)
        };
        for s in 0..steps {
            if pieces == 1 {
                for c in 0..m {
                    self.step.set(d + c, self.ahead[self.next + c]);
                }
                self.next += m;
            }
            self.step.set_uniform(0, grid.time(k + s as u64));
            self.step.step();
        }
        for i in 0..d {
            frame.row_mut(i)[0] = Lanes::splat(self.step.get(i));
        }
        steps
    }

    /// Adds up `pieces` sets of m normals into the inputs from `d` on.
    #[inline(always)]
    fn sum_pieces<V: Vector>(&mut self, d: usize, m: usize, pieces: usize) {
        for piece in 0..pieces {
            self.refill::<V>(m);
            for c in 0..m {
                let z = self.ahead[self.next + c];
                let sum = if piece == 0 {
                    z
                } else {
                    self.step.get(d + c) + z
                };
                self.step.set(d + c, sum);
            }
            self.next += m;
        }
    }

    /// Draws until at least `need` normals can be read.
    #[inline(always)]
    fn refill<V: Vector>(&mut self, need: usize) {
        let unread = self.ahead.len() - self.next;
        if unread >= need {
            return;
        }
        self.ahead.copy_within(self.next.., 0);
        self.stream.normals::<V>(&mut self.ahead[unread..]);
        self.next = 0;
    }
}
