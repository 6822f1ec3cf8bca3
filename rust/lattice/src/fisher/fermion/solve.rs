//! The whole geometry of a torus, or its first Ricci term alone.

use quincunx_core::Result;

use super::metric::TorusMetric;
use super::norm::third_norm;
use super::plan::Plan2;
use super::sectors::Sectors;
use super::torus::IsingTorus;
use crate::fisher::cells::Cells;
use crate::fisher::result::{FisherGeometry, Method, Metric, Norms};
use crate::work::Work;

/// The first Ricci term and what it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstRicciTerm {
    /// `R1 = -|P|^2/2`.
    pub r1: f64,
    /// `P_a = d ln det g / dJ_a` of the bonds along x and y.
    pub p: [f64; 2],
}

/// `R1` alone, `O(n log n)`: no third cumulants are needed.
pub fn first_ricci_term(torus: IsingTorus, work: Work) -> Result<FirstRicciTerm> {
    let metric = work
        .pool
        .install(|| TorusMetric::new(&Sectors::new(torus), &Plan2::new(torus.shape()), work))?;
    Ok(FirstRicciTerm {
        r1: -metric.p2 / 2.0,
        p: metric.p,
    })
}

/// Fisher geometry of the Ising torus, exact at any coupling; time `O(n^2)`.
pub fn fermion(torus: IsingTorus, work: Work) -> Result<FisherGeometry> {
    let plan = Plan2::new(torus.shape());
    let sectors = Sectors::new(torus);
    let (metric, t2) = work.pool.install(|| {
        let metric = TorusMetric::new(&sectors, &plan, work)?;
        let t2 = third_norm(&sectors, &metric, &plan, work)?;
        Ok::<_, quincunx_core::Error>((metric, t2))
    })?;
    let norms = Norms { p2: metric.p2, t2 };
    let cells = Cells::torus(&torus.shape(), 2);
    let rows = metric.rows(torus.shape());
    Ok(FisherGeometry::from_norms(
        norms,
        Metric::new(cells, rows),
        Method::Fermion,
    ))
}
