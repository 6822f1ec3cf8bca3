//! A scheme compiled for one step size, and its run over the lanes of a block.

use quincunx_core::Result;
use quincunx_core::simd::{Job, Level, Vector, dispatch_at};
use quincunx_expr::{Place, Program};

use super::block::Block;
use super::grid::Grid;
use crate::law::Equation;
use crate::scheme::Scheme;

/// Values (states and normals of one lane) computed before the run is asked whether it goes on: well below a
/// millisecond of work.
const STRETCH: usize = 2048;
/// Steps between two looks for numbers that are not finite, where no noise is drawn.
pub(super) const QUIET: usize = 16;

/// What came of some steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    /// Steps made since [`Block::keep_before`]: those that can be taken back.
    pub last: usize,
    /// All states are finite.
    pub finite: bool,
}

/// One step over `h` as a program. Rows of its frame: d states, m normals. Uniform 0 is the time.
#[derive(Clone, Debug)]
pub(crate) struct Stepper {
    program: Program,
    /// States.
    pub d: usize,
    /// Wiener processes.
    pub m: usize,
    /// Normals that are added up to one increment.
    pub pieces: usize,
}

impl Stepper {
    /// The step of `scheme` over `h`, each increment drawn as `2^refine` equal pieces.
    pub fn new(equation: &Equation, scheme: Scheme, h: f64, refine: u32) -> Result<Self> {
        let (d, m) = (equation.dimension(), equation.processes());
        let pieces = 1_usize << refine;
        let step = scheme.step(equation, h, (h / pieces as f64).sqrt());
        let mut places: Vec<Place> = (0..d).map(Place::Row).collect();
        places.push(Place::Uniform(0));
        places.extend((d..d + m).map(Place::Row));
        let assigned: Vec<_> = step.next.iter().copied().enumerate().collect();
        let program = Program::step(&step.dag, &places, &assigned, &[])?;
        Ok(Self {
            program,
            d,
            m,
            pieces,
        })
    }

    /// The program, to make frames for.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Moves `block` by at most `steps` steps of `grid`, at least by one; stops where a state is not finite.
    pub fn advance(&self, block: &mut Block, grid: Grid, steps: u64) -> Made {
        let stretch = (STRETCH / (self.d + self.m)).max(QUIET);
        let steps = usize::try_from(steps).map_or(stretch, |s| s.min(stretch));
        dispatch_at(
            Level::detect(),
            Steps {
                stepper: self,
                block,
                grid,
                steps,
            },
        )
    }
}

/// Some steps of one block.
struct Steps<'a> {
    stepper: &'a Stepper,
    block: &'a mut Block,
    grid: Grid,
    steps: usize,
}

impl Job for Steps<'_> {
    type Out = Made;

    #[inline(always)]
    fn run<V: Vector>(self) -> Made {
        let block = self.block;
        let mut left = self.steps;
        loop {
            block.keep_before();
            let last = batch::<V>(self.stepper, block, self.grid, left);
            left -= last;
            let finite = all_finite::<V>(block, self.stepper.d);
            if left == 0 || !finite {
                return Made { last, finite };
            }
        }
    }
}

/// As many of `steps` steps as there are normals drawn ahead.
#[inline(always)]
fn batch<V: Vector>(stepper: &Stepper, block: &mut Block, grid: Grid, steps: usize) -> usize {
    if let Some(lone) = &mut block.lone {
        let steps = lone.batch::<V>(stepper, &mut block.frame, (grid, block.k), steps);
        block.k += steps as u64;
        return steps;
    }
    let Stepper {
        program,
        d,
        m,
        pieces,
    } = stepper;
    let steps = if *m == 0 {
        steps.min(QUIET)
    } else if *pieces > 1 {
        sum_pieces::<V>(block, *m, *pieces);
        1
    } else {
        block.normals.refill::<V>(*m, block.frame.spares_mut());
        steps.min(block.normals.unread() / m)
    };
    for _ in 0..steps {
        if *m > 0 {
            let first = if *pieces > 1 {
                block.summed
            } else {
                block.normals.take(*m)
            };
            for c in 0..*m {
                block.frame.show(d + c, first + c);
            }
        }
        block.frame.set_uniform(0, grid.time(block.k));
        program.run(V::LEVEL, &mut block.frame, block.chunks);
        block.k += 1;
    }
    steps
}

/// Adds up `pieces` sets of m normals into the spare rows from `block.summed` on.
#[inline(always)]
fn sum_pieces<V: Vector>(block: &mut Block, m: usize, pieces: usize) {
    for piece in 0..pieces {
        block.normals.refill::<V>(m, block.frame.spares_mut());
        let first = block.normals.take(m);
        let (rows, stride) = block.frame.spares_mut();
        let (drawn, sums) = rows.split_at_mut(block.summed * stride);
        let drawn = &drawn[first * stride..(first + m) * stride];
        for (sum, z) in sums.iter_mut().zip(drawn) {
            if piece == 0 {
                *sum = *z;
                continue;
            }
            for part in 0..V::PARTS {
                let both = V::add(V::load(sum, part), V::load(z, part));
                V::store(sum, part, both);
            }
        }
    }
}

/// `x - x` is 0 for finite numbers and NaN for the others.
#[inline(always)]
fn all_finite<V: Vector>(block: &Block, d: usize) -> bool {
    let mut rest = V::splat(0.0);
    for row in 0..d {
        for chunk in &block.frame.row(row)[..block.chunks] {
            for part in 0..V::PARTS {
                let x = V::load(chunk, part);
                rest = V::add(rest, V::sub(x, x));
            }
        }
    }
    V::all(V::eq(rest, V::splat(0.0)))
}
