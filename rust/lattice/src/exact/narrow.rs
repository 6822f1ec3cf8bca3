//! Models on narrow square lattices as rows of colours: what is asked of the row transfer.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::answers::Model;
use super::jet::Jet;
use super::moments::Moments;
use super::route::Question;
use super::strip::{Line, MOST_STEPS, Strip, Wanted};
use crate::model::Values;

/// One coupling per axis, if that is all there is: of any square lattice one for both, of a torus also one for each.
fn per_axis(model: Model<'_>) -> Option<[f64; 2]> {
    let torus = model.geometry().is_torus();
    let couplings = match model {
        Model::Ising(m) => m.couplings(),
        Model::Potts(m) => m.couplings(),
        Model::Transverse(_) => return None,
    };
    match couplings {
        Values::Uniform(j) => Some([*j; 2]),
        Values::Each(each) => {
            let first = [*each.first()?, *each.get(1)?];
            let alike = torus && each.chunks_exact(2).all(|pair| pair == first);
            alike.then_some(first)
        }
    }
}

/// The direction along which derivatives are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    /// The inverse temperature.
    Beta,
    /// The weights of equal pairs of the two axes, or of upward spins.
    Weights { bonds: [f64; 2], field: f64 },
}

/// The model as rows along the axis that costs less.
fn strip(
    model: Model<'_>,
    direction: Direction,
    cost: impl Fn(&Strip) -> Option<f64>,
) -> Option<(Strip, f64)> {
    let j = per_axis(model)?;
    // Two colours count a bond as delta = (1 + s s') / 2 and a field as [s = 1] = (1 + s) / 2.
    let (geometry, beta, q, factor, h) = match model {
        Model::Ising(m) => (m.geometry(), m.beta(), 2, 2.0, m.fields().uniform()?),
        Model::Potts(m) => (m.geometry(), m.beta(), m.q(), 1.0, 0.0),
        Model::Transverse(_) => return None,
    };
    let line = |value: f64, slope: f64| Line {
        value: beta * factor * value,
        slope: match direction {
            Direction::Beta => factor * value,
            Direction::Weights { .. } => slope,
        },
    };
    let (slopes, field) = match direction {
        Direction::Beta => ([0.0; 2], 0.0),
        Direction::Weights { bonds, field } => (bonds, field),
    };
    let bonds = [0, 1].map(|axis| line(j[axis], slopes[axis]));
    let field = line(h, field);
    let ways = [0, 1].into_iter();
    ways.filter_map(|axis| Strip::along(geometry, axis, q, bonds, field))
        .filter_map(|strip| cost(&strip).map(|cost| (strip, cost)))
        .filter(|(_, cost)| *cost <= MOST_STEPS)
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// A model that rows of colours answer.
pub(super) struct Narrow<'a> {
    model: Model<'a>,
    wanted: Wanted,
    /// One; or, for the bonds of a torus, one along the coupling of each axis.
    pub strips: Vec<Strip>,
    cost: f64,
}

impl<'a> Narrow<'a> {
    /// None where rows do not hold, or are too wide.
    pub fn new(model: Model<'a>, question: Question) -> Option<Self> {
        let torus = model.geometry().is_torus();
        let wanted = match question {
            Question::Value => Wanted::Value,
            _ => Wanted::Derivatives,
        };
        let all = |direction| strip(model, direction, |strip| Some(strip.cost(wanted)));
        let along = |bonds, field| all(Direction::Weights { bonds, field });
        let open = || strip(model, Direction::Beta, Strip::moments_cost);
        let found = match question {
            Question::Value | Question::Averages => vec![all(Direction::Beta)?],
            Question::Bonds if torus => vec![along([1.0, 0.0], 0.0)?, along([0.0, 1.0], 0.0)?],
            Question::Sites if torus => vec![along([0.0; 2], 1.0)?],
            Question::Bonds | Question::Sites => vec![open()?],
        };
        let cost = found.iter().map(|(_, cost)| cost).sum();
        let strips = found.into_iter().map(|(strip, _)| strip).collect();
        Some(Self {
            model,
            wanted,
            strips,
            cost,
        })
    }

    pub fn cost(&self) -> f64 {
        self.cost
    }

    /// `ln sum exp(beta A)` along the first direction, in the colours' terms.
    pub fn jet(&self, pulse: &Pulse) -> Result<Jet> {
        let first = self.strips.first();
        let first = first.map(|strip| strip.log_partition(self.wanted, pulse));
        first.unwrap_or_else(|| Err(Error::Internal("no rows".into())))
    }

    /// `P(s_i = s_j)` of every bond.
    pub fn equal(&self, pulse: &Pulse) -> Result<Vec<f64>> {
        let geometry = self.model.geometry();
        match self.strips.as_slice() {
            [x, y] => Ok([self.mean(x, pulse)?, self.mean(y, pulse)?].repeat(geometry.n_sites())),
            [open] => {
                let Moments { across, down, .. } = open.open_moments(pulse)?;
                Ok(in_bond_order(geometry, open, &across, &down))
            }
            _ => Err(Error::Internal("no rows".into())),
        }
    }

    /// `P(s_i = -1)` and `P(s_i = 1)` of every site.
    pub fn sites(&self, pulse: &Pulse) -> Result<Vec<f64>> {
        let geometry = self.model.geometry();
        let up = match self.strips.as_slice() {
            [one] if geometry.is_torus() => {
                vec![self.mean(one, pulse)?; geometry.n_sites()]
            }
            [open] => in_site_order(geometry, open, &open.open_moments(pulse)?.up),
            _ => return Err(Error::Internal("no rows".into())),
        };
        Ok(up.into_iter().flat_map(|up| [1.0 - up, up]).collect())
    }

    /// The first derivative per site, of which a torus has as many along each direction.
    fn mean(&self, strip: &Strip, pulse: &Pulse) -> Result<f64> {
        let jet = strip.log_partition(Wanted::Derivatives, pulse)?;
        Ok(jet.first / self.model.geometry().n_sites() as f64)
    }
}

/// Probabilities given row by row, in the order of the sites.
fn in_site_order(geometry: &crate::Geometry, strip: &Strip, rows: &[f64]) -> Vec<f64> {
    if strip.axis == 0 {
        return rows.to_vec();
    }
    let columns = geometry.cells()[1];
    let places = (0..geometry.n_sites()).map(|site| (site % columns, site / columns));
    places
        .map(|(row, column)| rows[row * strip.width + column])
        .collect()
}

/// Moments given row by row, in the order of the geometry's bonds: site-major, then axis.
fn in_bond_order(
    geometry: &crate::Geometry,
    strip: &Strip,
    across: &[f64],
    down: &[f64],
) -> Vec<f64> {
    let columns = geometry.cells()[1];
    let upright = strip.axis == 0;
    let per_row = strip.width - usize::from(!strip.ring);
    let bonds = geometry.bonds().iter();
    bonds
        .map(|&[i, j]| {
            let place = |site: u32| (site as usize / columns, site as usize % columns);
            let ((x, y), (other, _)) = (place(i), place(j));
            let (row, column) = if upright { (x, y) } else { (y, x) };
            let from_row_to_row = (other != x) == upright;
            if from_row_to_row {
                down[row * strip.width + column]
            } else {
                across[row * per_row + column]
            }
        })
        .collect()
}
