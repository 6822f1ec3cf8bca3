//! What a Fisher geometry is, once computed.

use quincunx_core::{Error, Result};

use super::cells::Cells;

/// How a Fisher geometry was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// All states: a Walsh-Hadamard transform for Ising, plain enumeration for Potts.
    Enumerate,
    /// Row by row on a torus.
    Transfer,
    /// Free fermions on the two-dimensional Ising torus.
    Fermion,
    /// Samples, with estimators free of the plug-in bias and an error bar.
    MonteCarlo,
}

impl Method {
    /// All methods, in the order in which they are listed to the user.
    pub const ALL: [Self; 4] = [
        Self::Enumerate,
        Self::Transfer,
        Self::Fermion,
        Self::MonteCarlo,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enumerate => "enumerate",
            Self::Transfer => "transfer",
            Self::Fermion => "fermion",
            Self::MonteCarlo => "monte_carlo",
        }
    }

    /// The method of a public name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|m| m.name() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|m| m.name()).collect();
                Error::invalid(
                    "method",
                    format!("{name:?}"),
                    format!("must be None or one of {}", names.join(", ")),
                )
            })
    }
}

/// The Fisher metric `g_ab = <e_a e_b> - <e_a><e_b>` by the rows of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    cells: Cells,
    rows: Vec<f64>,
}

impl Metric {
    /// From the rows of the bonds of cell 0, one after another.
    pub fn new(cells: Cells, rows: Vec<f64>) -> Self {
        debug_assert_eq!(rows.len(), cells.per_cell() * cells.bonds());
        Self { cells, rows }
    }

    /// Cells along each axis; empty if the law has no translations.
    pub fn shape(&self) -> &[usize] {
        self.cells.shape()
    }

    /// Number of bonds.
    pub fn bonds(&self) -> usize {
        self.cells.bonds()
    }

    /// The rows of the bonds of cell 0, row-major.
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// The whole matrix in bond order, row-major; refused beyond `max_bytes`.
    pub fn dense(&self, max_bytes: u64) -> Result<Vec<f64>> {
        let m = self.bonds();
        let bytes = 8 * (m as u128) * (m as u128);
        if bytes > u128::from(max_bytes) {
            return Err(Error::TooLarge {
                what: format!("the {m} x {m} Fisher metric"),
                bytes,
                limit: u128::from(max_bytes),
                remedy: "use the rows of one cell, `.metric_rows`".into(),
            });
        }
        Ok(self.cells.expand(&self.rows))
    }
}

/// Fisher geometry on the manifold of bond couplings `J_a` (dimensionless, `beta J`): with `g = Cov(e)`, `T_abc` the
/// third cumulant, `P_a = g^bc T_abc`, the scalar curvature is `R = (|T|^2 - |P|^2) / 4`.
#[derive(Debug, Clone, PartialEq)]
pub struct FisherGeometry {
    /// `R = R1 + R2 + R3 + R4`.
    pub scalar_curvature: f64,
    /// `R1 = -|P|^2/2`, `R2 = |T|^2/2`, `R3 = |P|^2/4`, `R4 = -|T|^2/4`.
    pub ricci_terms: [f64; 4],
    /// The Fisher metric.
    pub metric: Metric,
    /// One standard error of the scalar curvature; nothing for an exact method.
    pub standard_error: Option<f64>,
    /// The method used.
    pub method: Method,
}

impl FisherGeometry {
    pub(super) fn from_norms(norms: Norms, metric: Metric, method: Method) -> Self {
        let ricci_terms = norms.ricci_terms();
        Self {
            scalar_curvature: norms.scalar_curvature(),
            ricci_terms,
            metric,
            standard_error: None,
            method,
        }
    }

    /// The same geometry with the two axes of a square lattice exchanged, `shape` being the new one.
    pub(super) fn with_axes_exchanged(self, shape: [usize; 2]) -> Self {
        let [lx, ly] = shape;
        let m = 2 * lx * ly;
        let old = |bond: usize| {
            let (cell, axis) = (bond / 2, bond % 2);
            2 * (cell % ly * lx + cell / ly) + 1 - axis
        };
        let rows = (0..2 * m)
            .map(|i| self.metric.rows[(1 - i / m) * m + old(i % m)])
            .collect();
        Self {
            metric: Metric::new(Cells::torus(&shape, 2), rows),
            ..self
        }
    }

    /// The same geometry for observables `factor` times as large, plus a constant: the curvature does not change.
    pub(super) fn with_observables_scaled(mut self, factor: f64) -> Self {
        for value in &mut self.metric.rows {
            *value *= factor * factor;
        }
        self
    }
}

/// The two squared lengths from which everything follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norms {
    /// `|P|^2 = g^ab P_a P_b`.
    pub p2: f64,
    /// `|T|^2 = T_abc T_def g^ad g^be g^cf`.
    pub t2: f64,
}

impl Norms {
    /// R1 to R4.
    pub fn ricci_terms(&self) -> [f64; 4] {
        [-self.p2 / 2.0, self.t2 / 2.0, self.p2 / 4.0, -self.t2 / 4.0]
    }

    /// `(|T|^2 - |P|^2) / 4`.
    pub fn scalar_curvature(&self) -> f64 {
        (self.t2 - self.p2) / 4.0
    }
}
