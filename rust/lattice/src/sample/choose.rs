//! The method that is taken where none is named: a function of the number of sites and of the signs of J and h, never of
//! beta or of their sizes, so that a sweep over temperatures runs by one method.

use super::law::Law;
use super::method::Method;
use crate::model::Values;

/// Sites from which clusters pay at the critical point and cost little elsewhere: below, single spins decorrelate within
/// some tens of sweeps that are four times as fast.
const CLUSTER_SITES: usize = 256;

impl Method {
    /// `SwendsenWang` for ferromagnets without field from 256 sites on, else `Metropolis`. Both hold at every beta:
    /// `Checkerboard`, faster than either far from the critical point, stands still at beta = 0.
    pub fn automatic(law: &Law) -> Self {
        let ferromagnet = match law {
            Law::Ising(model) => model.fields().is_zero() && is_ferromagnet(model.couplings()),
            Law::Potts(model) => is_ferromagnet(model.couplings()),
        };
        if ferromagnet && law.geometry().n_sites() >= CLUSTER_SITES {
            Method::SwendsenWang
        } else {
            Method::Metropolis
        }
    }

    /// The name under which users know it.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Metropolis => "Metropolis",
            Method::HeatBath(_) => "HeatBath",
            Method::Checkerboard => "Checkerboard",
            Method::Wolff { .. } => "Wolff",
            Method::SwendsenWang => "SwendsenWang",
            Method::Kawasaki => "Kawasaki",
        }
    }
}

fn is_ferromagnet(couplings: &Values) -> bool {
    !couplings.is_zero() && couplings.first_negative().is_none()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::{Geometry, Ising, Potts};

    fn square(rows: i64, columns: i64) -> Arc<Geometry> {
        Arc::new(Geometry::square([rows, columns], [true, true]).unwrap())
    }

    fn ising(rows: i64, columns: i64, j: impl Into<Values>, h: f64) -> &'static str {
        let model = Ising::new(square(rows, columns), 0.4, j, h).unwrap();
        Method::automatic(&model.into()).name()
    }

    fn potts(rows: i64, q: i64, j: f64) -> &'static str {
        let model = Potts::new(square(rows, rows), q, 0.4, j).unwrap();
        Method::automatic(&model.into()).name()
    }

    #[test]
    fn the_choice_on_both_sides_of_each_threshold() {
        assert_eq!(ising(16, 16, 1.0, 0.0), "SwendsenWang");
        assert_eq!(ising(15, 17, 1.0, 0.0), "Metropolis");
        assert_eq!(ising(16, 16, 1.0, 0.1), "Metropolis");
        assert_eq!(ising(16, 16, -1.0, 0.0), "Metropolis");
        let mut glass = vec![1.0; 512];
        assert_eq!(ising(16, 16, glass.clone(), 0.0), "SwendsenWang");
        glass[7] = -1.0;
        assert_eq!(ising(16, 16, glass, 0.0), "Metropolis");
        assert_eq!(ising(4, 1024, 1.0, 0.0), "SwendsenWang");
        assert_eq!(ising(4, 1024, -1.0, 0.0), "Metropolis");
        assert_eq!(ising(16, 16, 0.0, 0.0), "Metropolis");
        assert_eq!(potts(16, 3, 1.0), "SwendsenWang");
        assert_eq!(potts(16, 3, -1.0), "Metropolis");
        assert_eq!(potts(15, 3, 1.0), "Metropolis");
    }
}
