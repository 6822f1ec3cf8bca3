//! The law as Fisher geometry sees it: a geometry, dimensionless couplings and fields, and which methods hold for it.

use quincunx_core::error::check;
use quincunx_core::{Error, Result};

use super::cells::Cells;
use super::colours::{self, PottsGraph};
use super::enumerate::{self, IsingGraph};
use super::fermion::IsingTorus;
use super::result::Method;
use super::transfer::PottsTorus;
use crate::geometry::{Geometry, Kind};
use crate::model::Values;
use crate::sample::Law;

/// Ising spins (`e_b = s_i s_j`) or Potts colours (`e_b = delta(s_i, s_j)`) on a geometry.
#[derive(Debug, Clone)]
pub struct SpinModel<'a> {
    pub(super) geometry: &'a Geometry,
    /// `beta J` of every bond: the coordinates.
    pub(super) couplings: Vec<f64>,
    /// `beta h` of every site, or empty.
    pub(super) fields: Vec<f64>,
    /// Number of colours; nothing for Ising spins.
    pub(super) colours: Option<usize>,
}

impl<'a> SpinModel<'a> {
    /// Refuses couplings and fields that are not finite, and geometries in which two bonds join the same sites: their
    /// observables are equal, so the metric is singular.
    pub fn new(
        geometry: &'a Geometry,
        couplings: Vec<f64>,
        fields: Vec<f64>,
        colours: Option<usize>,
    ) -> Result<Self> {
        check::all_finite("beta J", &couplings)?;
        check::all_finite("beta h", &fields)?;
        check_bonds(geometry)?;
        Ok(Self {
            geometry,
            couplings,
            fields,
            colours,
        })
    }

    /// The dimensionless couplings and fields of a law: `beta J_b`, `beta h_i`.
    pub fn of(law: &'a Law) -> Result<Self> {
        let beta = law.beta();
        if !beta.is_finite() {
            let need = "must be finite: at zero temperature the Fisher metric is singular";
            return Err(Error::invalid("beta", check::fmt_f64(beta), need));
        }
        let geometry = law.geometry();
        let scaled =
            |values: &Values, count: usize| (0..count).map(|i| beta * values.at(i)).collect();
        match law {
            Law::Ising(model) => {
                let sites = if model.fields().is_zero() {
                    0
                } else {
                    geometry.n_sites()
                };
                let fields = scaled(model.fields(), sites);
                Self::new(
                    geometry,
                    scaled(model.couplings(), geometry.n_bonds()),
                    fields,
                    None,
                )
            }
            Law::Potts(model) => {
                let couplings = scaled(model.couplings(), geometry.n_bonds());
                Self::new(geometry, couplings, Vec::new(), Some(model.q()))
            }
        }
    }

    /// The torus that free fermions solve, or a refusal.
    pub fn torus(&self) -> Result<IsingTorus> {
        self.fermions().ok_or_else(|| {
            Error::Refused(format!(
                "R1 alone needs Ising spins on a periodic Square, one J per axis, h = 0; the model has {}",
                self.words()
            ))
        })
    }

    /// The couplings of one cell, if all cells are alike.
    pub(super) fn per_direction(&self) -> Option<&[f64]> {
        let d = self.geometry.kind().bonds_per_cell();
        if !self.geometry.is_torus() {
            return None;
        }
        let cell = &self.couplings[..d];
        let alike = self.couplings.chunks_exact(d).all(|c| c == cell);
        let per_cell = self.geometry.kind().sites_per_cell();
        let even = self.fields.is_empty()
            || self
                .fields
                .chunks_exact(per_cell)
                .all(|c| c == &self.fields[..per_cell]);
        (alike && even).then_some(cell)
    }

    /// The translations that leave the law unchanged.
    pub(super) fn cells(&self) -> Cells {
        match self.per_direction() {
            Some(cell) => Cells::torus(self.geometry.cells(), cell.len()),
            None => Cells::single(self.geometry.n_bonds()),
        }
    }

    fn has_field(&self) -> bool {
        self.fields.iter().any(|&h| h != 0.0)
    }

    /// The two axes of a periodic square lattice without field, if all cells are alike.
    fn square(&self) -> Option<([usize; 2], [f64; 2])> {
        let cell = self.per_direction()?;
        if self.geometry.kind() != Kind::Square || self.has_field() {
            return None;
        }
        match (self.geometry.cells(), cell) {
            (&[lx, ly], &[along_x, along_y]) => Some(([lx, ly], [along_x, along_y])),
            _ => None,
        }
    }

    /// What method `fermion` needs.
    pub(super) fn fermions(&self) -> Option<IsingTorus> {
        let (shape, couplings) = self.square().filter(|_| self.colours.is_none())?;
        IsingTorus::new(shape, couplings).ok()
    }

    /// What method `transfer` needs: Ising spins are two colours with twice the coupling.
    pub(super) fn rows(&self) -> Option<PottsTorus> {
        let (shape, [x, y]) = self.square()?;
        let (q, factor) = self.colours.map_or((2, 2.0), |q| (q, 1.0));
        PottsTorus::new(shape, q, factor * x)
            .ok()
            .filter(|_| x == y)
    }

    /// The Ising graph with the same law, if there are two spin values; two colours have half the coupling.
    pub(super) fn with_ising<R>(&self, f: impl FnOnce(&IsingGraph) -> R) -> Option<R> {
        let halved: Vec<f64>;
        let couplings = match self.colours {
            None => &self.couplings,
            Some(2) => {
                halved = self.couplings.iter().map(|j| j / 2.0).collect();
                &halved
            }
            Some(_) => return None,
        };
        Some(f(&IsingGraph {
            n_sites: self.geometry.n_sites(),
            bonds: self.geometry.bonds(),
            couplings,
            fields: &self.fields,
            cells: self.cells(),
        }))
    }

    pub(super) fn potts(&self, q: usize) -> PottsGraph<'_> {
        PottsGraph {
            n_sites: self.geometry.n_sites(),
            q,
            bonds: self.geometry.bonds(),
            couplings: &self.couplings,
            cells: self.cells(),
        }
    }

    /// Whether all states can be visited.
    fn is_small(&self) -> bool {
        match self.colours {
            None | Some(2) => {
                self.geometry.n_sites() + usize::from(self.has_field()) <= enumerate::MOST_SPINS
            }
            Some(q) => {
                (q as f64).powf(self.geometry.n_sites() as f64 - 1.0) <= colours::MOST_STATES
            }
        }
    }

    /// The methods that hold and are in reach, in the order in which they are preferred; Monte Carlo is last and only
    /// used when asked for.
    pub fn methods(&self) -> Vec<Method> {
        let mut methods = Vec::new();
        if self.fermions().is_some() {
            methods.push(Method::Fermion);
        }
        if self.is_small() {
            methods.push(Method::Enumerate);
        }
        if self.rows().is_some_and(|rows| rows.is_in_reach()) {
            methods.push(Method::Transfer);
        }
        if self.per_direction().is_some() {
            methods.push(Method::MonteCarlo);
        }
        methods
    }

    /// A few words on the law, for messages.
    pub(super) fn words(&self) -> String {
        let kind = match self.colours {
            None => "Ising spins".into(),
            Some(q) => format!("Potts colours with q = {q}"),
        };
        let sizes: Vec<String> = self.geometry.cells().iter().map(usize::to_string).collect();
        let place = match self.geometry.kind() {
            Kind::Graph => format!("a graph of {} sites", self.geometry.n_sites()),
            lattice => {
                let closed = if self.geometry.is_torus() {
                    "periodic"
                } else {
                    "open"
                };
                format!("an {} {closed} {lattice:?}", sizes.join(" x "))
            }
        };
        let even = self.geometry.kind() == Kind::Graph || self.per_direction().is_some();
        let uneven = if even { "" } else { ", not all cells alike" };
        let field = if self.has_field() { ", in a field" } else { "" };
        format!("{kind} on {place}{uneven}{field}")
    }
}

/// No two bonds may join the same sites.
fn check_bonds(geometry: &Geometry) -> Result<()> {
    let need = "must be >= 3: a periodic axis of length 2 doubles its bonds and the Fisher metric is singular";
    match geometry.kind() {
        Kind::Honeycomb => Ok(()),
        Kind::Graph => match geometry.repeated_bond() {
            None => Ok(()),
            Some((first, second)) => {
                let [i, j] = geometry.bonds()[second];
                let need = format!(
                    "must not repeat edges[{first}]: equal bonds make the Fisher metric singular"
                );
                Err(Error::invalid_at(
                    "edges",
                    [second],
                    format!("({i}, {j})"),
                    need,
                ))
            }
        },
        _ => {
            let axes = ["Lx", "Ly", "Lz"].iter().zip(geometry.cells());
            for ((name, &length), &closed) in axes.zip(geometry.periodic()) {
                if closed && length < 3 {
                    return Err(Error::invalid(*name, length, need));
                }
            }
            Ok(())
        }
    }
}
