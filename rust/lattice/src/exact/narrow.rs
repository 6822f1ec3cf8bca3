//! Models on narrow square lattices as rows of colours: what is asked of the row transfer.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::answers::Model;
use super::jet::Jet;
use super::route::Question;
use super::transfer::{Line, MOST_STEPS, Strip};
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

/// The model as rows along the axis that costs less, derivatives along `slopes` (bonds of the axes) or along beta.
fn strip(model: Model<'_>, slopes: Option<[f64; 2]>, open: bool) -> Option<Strip> {
    let j = per_axis(model)?;
    // Two colours count a bond as delta = (1 + s s') / 2 and a field as [s = 1] = (1 + s) / 2.
    let (geometry, beta, q, factor, h) = match model {
        Model::Ising(m) => (m.geometry(), m.beta(), 2, 2.0, m.fields().uniform()?),
        Model::Potts(m) => (m.geometry(), m.beta(), m.q(), 1.0, 0.0),
        Model::Transverse(_) => return None,
    };
    let line = |value: f64, slope: Option<f64>| Line {
        value: beta * factor * value,
        slope: slope.unwrap_or(factor * value),
    };
    let bonds = [0, 1].map(|axis| line(j[axis], slopes.map(|s| s[axis])));
    let field = line(h, slopes.map(|_| 0.0));
    let ways = [0, 1].into_iter();
    ways.filter_map(|axis| Strip::along(geometry, axis, q, bonds, field))
        .filter(|strip| !(open && strip.closed) && strip.steps() <= MOST_STEPS)
        .min_by(|a, b| a.steps().total_cmp(&b.steps()))
}

/// A model that rows of colours answer.
pub(super) struct Narrow<'a> {
    model: Model<'a>,
    /// Along beta; or, for the bonds of a torus, along the coupling of each axis.
    strips: Vec<Strip>,
}

impl<'a> Narrow<'a> {
    /// None where rows do not hold, or are too wide.
    pub fn new(model: Model<'a>, question: Question) -> Option<Self> {
        let torus = model.geometry().is_torus();
        let axes = [[1.0, 0.0], [0.0, 1.0]];
        let strips = match question {
            Question::Averages => vec![strip(model, None, false)?],
            Question::Bonds if torus => axes
                .map(|axis| strip(model, Some(axis), false))
                .into_iter()
                .collect::<Option<_>>()?,
            Question::Bonds => vec![strip(model, None, true)?],
            Question::Sites => return None,
        };
        Some(Self { model, strips })
    }

    pub fn cost(&self) -> f64 {
        self.strips.iter().map(Strip::steps).sum()
    }

    /// `ln sum exp(beta A)` along the first direction, in the colours' terms.
    pub fn jet(&self, pulse: &Pulse) -> Result<Jet> {
        let first = self.strips.first().map(|strip| strip.log_partition(pulse));
        first.unwrap_or_else(|| Err(Error::Internal("no rows".into())))
    }

    /// `P(s_i = s_j)` of every bond.
    pub fn equal(&self, pulse: &Pulse) -> Result<Vec<f64>> {
        let geometry = self.model.geometry();
        let n = geometry.n_sites();
        match self.strips.as_slice() {
            [x, y] => {
                let slope = |strip: &Strip| Ok(strip.log_partition(pulse)?.first / n as f64);
                Ok([slope(x)?, slope(y)?].repeat(n))
            }
            [open] => {
                let [across, down] = open.open_moments(pulse)?;
                Ok(in_bond_order(geometry, open, &across, &down))
            }
            _ => Err(Error::Internal("no rows".into())),
        }
    }
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
