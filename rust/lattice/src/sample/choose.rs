//! The method that is taken where none is named: a function of the lattice and of the signs of J and h, never of beta or
//! of their sizes, so that a sweep over temperatures runs by one method.

use super::checkerboard::Packed;
use super::law::Law;
use super::method::{Method, Order};
use crate::model::Values;

/// Sites from which clusters pay at the critical point and cost little elsewhere: below, single spins decorrelate within
/// some tens of sweeps that are four times as fast.
const CLUSTER_SITES: usize = 256;

/// Colours from which a draw among all beats a proposal of one.
const DRAWN_COLOURS: usize = 4;

impl Method {
    /// `SwendsenWang` for ferromagnets without field from 256 sites on; else single spins: `Checkerboard` where 64 share
    /// a word, `HeatBath` for four colours or more, `Metropolis`.
    pub fn automatic(law: &Law) -> Self {
        let large = law.geometry().n_sites() >= CLUSTER_SITES;
        match law {
            Law::Ising(model) => {
                let zero_field = model.fields().is_zero();
                if large && zero_field && is_ferromagnet(model.couplings()) {
                    Method::SwendsenWang
                } else if Packed::new(model).is_some() {
                    Method::Checkerboard
                } else {
                    Method::Metropolis
                }
            }
            Law::Potts(model) => {
                if large && is_ferromagnet(model.couplings()) {
                    Method::SwendsenWang
                } else if model.q() >= DRAWN_COLOURS {
                    Method::HeatBath(Order::Random)
                } else {
                    Method::Metropolis
                }
            }
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
        assert_eq!(ising(4, 1024, -1.0, 0.0), "Checkerboard");
        assert_eq!(ising(4, 1024, -1.0, 0.1), "Metropolis");
        assert_eq!(ising(16, 16, 0.0, 0.0), "Metropolis");
        assert_eq!(potts(16, 3, 1.0), "SwendsenWang");
        assert_eq!(potts(16, 3, -1.0), "Metropolis");
        assert_eq!(potts(16, 4, -1.0), "HeatBath");
        assert_eq!(potts(15, 5, 1.0), "HeatBath");
    }
}
