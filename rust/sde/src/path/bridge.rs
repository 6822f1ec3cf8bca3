//! What a path does between two steps, given both ends: Brownian bridges, and the levels they reach.
//!
//! Between `x0` and `x1` with noise frozen at the beginning of the step the path is a Brownian bridge; `v` below is
//! the variance `|g|^2 h` that the step adds.

use quincunx_core::rng::Stream;

/// Below `-ln` of the smallest uniform number, 2^-53: a level with a larger exponent is never reached.
const NEVER: f64 = 38.0;
/// A step is cut until its variance is this part of the squared distance of two levels: meeting both then has a
/// probability below 1e-12.
const NARROW: f64 = 1.0 / 56.0;

/// True unless a level at distances `a >= 0` (at the beginning) and `c` (at the end; negative: beyond) is out of reach.
#[inline]
pub(super) fn may_reach(a: f64, c: f64, v: f64) -> bool {
    2.0 * a * c < NEVER * v || c <= 0.0
}

/// The levels around a state; infinite where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Walls {
    pub lower: f64,
    pub upper: f64,
}

/// A level that was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crossing {
    /// When, as a fraction of the step.
    pub at: f64,
    /// Which of the two.
    pub upper: bool,
}

impl Walls {
    /// The first wall that a bridge from `x0` (inside) to `x1` of variance `v` meets.
    ///
    /// One wall at distance a, the end at distance c on the same side: met with probability `exp(-2 a c / v)`. Two
    /// walls: the step is cut by bridge midpoints until only one of them can be met in a piece.
    pub fn first_crossing(self, x0: f64, x1: f64, v: f64, stream: &mut Stream) -> Option<Crossing> {
        let gap = self.upper - self.lower;
        if v <= NARROW * gap * gap {
            return self.simple(x0, x1, v, stream);
        }
        let middle = 0.5 * (x0 + x1) + 0.5 * v.sqrt() * stream.normal();
        if let Some(early) = self.first_crossing(x0, middle, 0.5 * v, stream) {
            return Some(Crossing {
                at: 0.5 * early.at,
                ..early
            });
        }
        let late = self.first_crossing(middle, x1, 0.5 * v, stream)?;
        Some(Crossing {
            at: 0.5 + 0.5 * late.at,
            ..late
        })
    }

    /// At most one wall is within reach.
    fn simple(self, x0: f64, x1: f64, v: f64, stream: &mut Stream) -> Option<Crossing> {
        let u = stream.uniform();
        let lower = reach(x0 - self.lower, x1 - self.lower, v);
        let upper = reach(self.upper - x0, self.upper - x1, v);
        let is_upper = if u < lower {
            false
        } else if u < lower + upper {
            true
        } else {
            return None;
        };
        let (a, c) = if is_upper {
            (self.upper - x0, self.upper - x1)
        } else {
            (x0 - self.lower, x1 - self.lower)
        };
        Some(Crossing {
            at: time(a, c.abs(), v, stream),
            upper: is_upper,
        })
    }
}

/// The probability that a level at distance `a` at the beginning and `c` at the end is met.
fn reach(a: f64, c: f64, v: f64) -> f64 {
    if c <= 0.0 {
        1.0
    } else if may_reach(a, c, v) {
        libm::exp(-2.0 * a * c / v)
    } else {
        0.0
    }
}

/// The time of the first meeting, as a fraction of the step, given that there is one: `Y/(1 + Y)` with Y inverse
/// Gaussian of mean `a/c` and shape `a^2/v` (exact for a constant drift and noise).
fn time(a: f64, c: f64, v: f64, stream: &mut Stream) -> f64 {
    if v <= 0.0 {
        return a / (a + c);
    }
    let shape = a * a / v;
    let normal = stream.normal();
    let nu = normal * normal;
    let y = if c > 0.0 {
        inverse_gaussian(a / c, shape, nu, stream.uniform())
    } else {
        shape / nu
    };
    if y.is_finite() { y / (1.0 + y) } else { 1.0 }
}

/// Michael, Schucany and Haas (1976), in a form without cancellation.
fn inverse_gaussian(mean: f64, shape: f64, nu: f64, u: f64) -> f64 {
    let root = (4.0 * mean * shape * nu + mean * mean * nu * nu).sqrt();
    let y = mean * 2.0 * shape / (2.0 * shape + mean * nu + root);
    if u * (mean + y) <= mean {
        y
    } else {
        mean * mean / y
    }
}
