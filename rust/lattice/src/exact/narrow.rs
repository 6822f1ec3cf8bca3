//! Models on narrow square lattices as rows of colours: what is asked of the row transfer.

use quincunx_core::Result;
use quincunx_core::run::Pulse;

use super::answers::Model;
use super::jet::Jet;
use super::transfer::{Line, MOST_STEPS, Strip};
use crate::model::Values;

/// Configurations that are enumerated without a look at other methods.
const FEW: u64 = 1 << 20;

/// One coupling per axis, if that is all there is: of any square lattice one for both, of a torus also one for each.
fn per_axis(model: Model<'_>) -> Option<[f64; 2]> {
    let (couplings, torus) = match model {
        Model::Ising(m) => (m.couplings(), m.geometry().is_torus()),
        Model::Potts(m) => (m.couplings(), m.geometry().is_torus()),
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

/// Whether rows cost less than so many configurations (none: too many to enumerate).
fn cheaper(strip: &Strip, configurations: Option<u64>) -> bool {
    configurations.is_none_or(|count| count > FEW && strip.steps() < count as f64)
}

/// `ln sum exp(beta A)` along beta, in the colours' terms, where rows hold and cost less than the enumeration.
pub(super) fn log_partition(
    model: Model<'_>,
    configurations: Option<u64>,
    pulse: &Pulse,
) -> Result<Option<Jet>> {
    let strip = strip(model, None, false).filter(|s| cheaper(s, configurations));
    strip.map(|s| s.log_partition(pulse)).transpose()
}

/// `P(s_i = s_j)` of every bond, where rows hold and cost less than the enumeration.
pub(super) fn equal(
    model: Model<'_>,
    configurations: Option<u64>,
    pulse: &Pulse,
) -> Result<Option<Vec<f64>>> {
    let (geometry, torus) = match model {
        Model::Ising(m) => (m.geometry(), m.geometry().is_torus()),
        Model::Potts(m) => (m.geometry(), m.geometry().is_torus()),
    };
    let n = geometry.n_sites();
    if torus {
        let mut pair = [0.0; 2];
        for (axis, slopes) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
            let Some(strip) =
                strip(model, Some(slopes), false).filter(|s| cheaper(s, configurations))
            else {
                return Ok(None);
            };
            pair[axis] = strip.log_partition(pulse)?.first / n as f64;
        }
        return Ok(Some(pair.repeat(n)));
    }
    let Some(strip) = strip(model, None, true).filter(|s| cheaper(s, configurations)) else {
        return Ok(None);
    };
    let [across, down] = strip.open_moments(pulse)?;
    Ok(Some(in_bond_order(geometry, &strip, &across, &down)))
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
