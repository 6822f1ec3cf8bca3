//! The methods by name, and the move each becomes for a model.

use std::sync::Arc;

use quincunx_core::run::Kernel;
use quincunx_core::{Error, Result};

use super::checkerboard::{Packed, two_colours};
use super::kawasaki::{ByColours, ByFields, BySums, Kawasaki};
use super::kernel::LatticeKernel;
use super::law::Law;
use super::neighbours::{Listed, square_torus};
use super::potts_counts::{MetropolisByCounts, heat_bath};
use super::potts_moves::{PottsHeatBath, PottsMetropolis};
use super::replicas::ReplicaKernel;
use super::scan::Move;
use super::signed::Signed;
use super::single_site::{EachSite, Rule, UniformSite};
use super::start::Start;
use super::swendsen_wang::{self, BySites, EachCoupling, Given, OneCoupling};
use super::wolff::{self, Alike, Frustrated, Painted};
use super::words::Coupled;

/// The order in which a sweep visits sites.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Order {
    /// `n` sites drawn uniformly, with replacement: detailed balance in every attempt.
    Random,
    /// Every site in turn: stationary, though not reversible; faster on large lattices. For moves that can always stay:
    /// Metropolis in a fixed order accepts `dE <= 0` for certain and so never leaves some cycles of states (on a 3 x 3
    /// torus they hold a good part of the weight).
    Sequential,
    /// Every site in turn, in the order of a list.
    Listed(Vec<u32>),
}

/// How a lattice moves; one sweep is one unit of time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Method {
    /// `n` proposals at random sites, each accepted with `min(1, exp(-beta dE))`; Potts proposes one of the other colours.
    Metropolis,
    /// One draw per site from the law of the spin given its neighbours.
    HeatBath(Order),
    /// Metropolis on all even sites, then on all odd ones: stationary, though not reversible; by far the fastest on
    /// wide square tori. Lattices of fewer than 64 sites are refused: there the cycles of states that a fixed order
    /// never leaves carry weight.
    Checkerboard,
    /// A fixed number of clusters (Wolff 1989), each from a uniform seed site.
    Wolff {
        /// Clusters per sweep.
        clusters: usize,
    },
    /// One move of the whole lattice: every bond is tried, every cluster gets a value of its own (Swendsen, Wang 1987).
    SwendsenWang,
    /// `n` swaps of the ends of a uniform bond, each accepted with `min(1, exp(-beta dE))`: the magnetization stays.
    Kawasaki,
}

impl Method {
    /// `clusters` Wolff clusters per sweep, at least one.
    pub fn wolff(clusters: i64) -> Result<Self> {
        match usize::try_from(clusters) {
            Ok(clusters) if clusters >= 1 => Ok(Method::Wolff { clusters }),
            _ => Err(Error::invalid("clusters", clusters, "must be >= 1")),
        }
    }

    /// A law and the method, ready to run; refused where the method does not hold.
    pub fn kernel(self, law: impl Into<Law>, start: Start) -> Result<Arc<dyn Kernel>> {
        let law = law.into();
        if let (Method::Checkerboard, Law::Ising(model)) = (&self, &law) {
            check_checkerboard(model.geometry())?;
            if Packed::new(model).is_none()
                && let Some(kernel) = ReplicaKernel::new(model, start)?
            {
                return Ok(Arc::new(kernel));
            }
        }
        Ok(Arc::new(LatticeKernel::new(law, self, start)?))
    }

    /// The move of one chain; refused where the method does not hold.
    pub(crate) fn bind(self, law: &Law) -> Result<Box<dyn Move>> {
        match (self, law) {
            (Method::Metropolis, Law::Ising(model)) => {
                ising_single_site(model, Order::Random, Rule::Metropolis)
            }
            (Method::HeatBath(order), Law::Ising(model)) => {
                ising_single_site(model, order, Rule::HeatBath)
            }
            (Method::Metropolis, Law::Potts(model)) => Ok(potts_metropolis(model, Order::Random)),
            (Method::HeatBath(order), Law::Potts(model)) => Ok(potts_heat_bath(model, order)),
            (Method::Checkerboard, law) => bind_checkerboard(law),
            (Method::Wolff { clusters }, _) => bind_wolff(law, clusters),
            (Method::Kawasaki, law) => bind_kawasaki(law),
            (Method::SwendsenWang, law @ Law::Ising(model)) => Ok(swendsen_wang_ising(law, model)),
            (Method::SwendsenWang, law @ Law::Potts(model)) => swendsen_wang_potts(law, model),
        }
    }
}

fn ising_single_site(model: &crate::Ising, order: Order, rule: Rule) -> Result<Box<dyn Move>> {
    let beta = model.beta();
    let listed = || Listed::new(model.geometry());
    let alike = model.couplings().uniform();
    let Some((size, field)) = model.couplings().magnitude().zip(model.fields().uniform()) else {
        return Ok(Box::new(EachSite::new(model, listed(), order, rule)));
    };
    Ok(match (alike, square_torus(model.geometry())) {
        (Some(j), Some(torus)) => Box::new(UniformSite::new(torus, beta, j, field, order, rule)),
        (Some(j), None) => Box::new(UniformSite::new(listed(), beta, j, field, order, rule)),
        (None, _) => {
            let signed = Signed::new(model.geometry(), model.couplings());
            Box::new(UniformSite::new(signed, beta, size, field, order, rule))
        }
    })
}

fn potts_metropolis(model: &crate::Potts, order: Order) -> Box<dyn Move> {
    let (geometry, couplings) = (model.geometry(), model.couplings());
    let (q, beta) = (model.q(), model.beta());
    let listed = || Listed::new(geometry);
    match (
        couplings.uniform(),
        couplings.magnitude(),
        square_torus(geometry),
    ) {
        (Some(j), _, Some(torus)) => Box::new(MetropolisByCounts::new(torus, q, beta, j, order)),
        (Some(j), _, None) => Box::new(MetropolisByCounts::new(listed(), q, beta, j, order)),
        (None, Some(size), _) => {
            let signed = Signed::new(geometry, couplings);
            Box::new(MetropolisByCounts::new(signed, q, beta, size, order))
        }
        (None, None, _) => Box::new(PottsMetropolis::new(model, listed(), order)),
    }
}

fn potts_heat_bath(model: &crate::Potts, order: Order) -> Box<dyn Move> {
    let (geometry, couplings) = (model.geometry(), model.couplings());
    let (q, beta) = (model.q(), model.beta());
    let listed = || Listed::new(geometry);
    match (
        couplings.uniform(),
        couplings.magnitude(),
        square_torus(geometry),
    ) {
        (Some(j), _, Some(torus)) => heat_bath(torus, q, beta, j, order),
        (Some(j), _, None) => heat_bath(listed(), q, beta, j, order),
        (None, Some(size), _) => heat_bath(Signed::new(geometry, couplings), q, beta, size, order),
        (None, None, _) => Box::new(PottsHeatBath::new(model, listed(), order)),
    }
}

fn bind_kawasaki(law: &Law) -> Result<Box<dyn Move>> {
    let (geometry, beta) = (law.geometry(), law.beta());
    let listed = || Listed::new(geometry);
    let model = match law {
        Law::Ising(model) => model,
        Law::Potts(model) => {
            let colours = ByColours::new(model, listed());
            return Ok(Box::new(Kawasaki::new(listed(), colours)?));
        }
    };
    let size = model
        .couplings()
        .magnitude()
        .filter(|_| model.fields().uniform().is_some());
    Ok(
        match (size, model.couplings().uniform(), square_torus(geometry)) {
            (Some(_), Some(j), Some(torus)) => {
                Box::new(Kawasaki::new(torus, BySums::new(torus, beta, j))?)
            }
            (Some(_), Some(j), None) => {
                Box::new(Kawasaki::new(listed(), BySums::new(listed(), beta, j))?)
            }
            (Some(size), None, _) => {
                let sums =
                    BySums::new(Signed::new(model.geometry(), model.couplings()), beta, size);
                Box::new(Kawasaki::new(listed(), sums)?)
            }
            (None, _, _) => {
                let fields = ByFields::new(model, listed());
                Box::new(Kawasaki::new(listed(), fields)?)
            }
        },
    )
}

/// Refuses lattices with so few sites that the cycles of states weigh.
fn check_checkerboard(geometry: &crate::Geometry) -> Result<()> {
    if geometry.n_sites() < 64 {
        return Err(Error::Refused(format!(
            "Checkerboard: {} sites are too few: a fixed order never leaves some cycles of states, which carry weight \
             below 64 sites; Metropolis and HeatBath hold",
            geometry.n_sites()
        )));
    }
    Ok(())
}

fn bind_checkerboard(law: &Law) -> Result<Box<dyn Move>> {
    let geometry = law.geometry();
    check_checkerboard(geometry)?;
    match law {
        Law::Potts(model) => {
            let order = Order::Listed(two_colours(geometry)?.concat());
            Ok(potts_metropolis(model, order))
        }
        Law::Ising(model) => match Packed::new(model) {
            Some(packed) => Ok(Box::new(packed)),
            None => {
                let order = Order::Listed(two_colours(geometry)?.concat());
                ising_single_site(model, order, Rule::Metropolis)
            }
        },
    }
}

fn bind_wolff(law: &Law, clusters: usize) -> Result<Box<dyn Move>> {
    let geometry = law.geometry();
    let (uniform, ghost, painted) = match law {
        Law::Ising(m) => {
            let uniform = m
                .couplings()
                .uniform()
                .filter(|&j| j >= 0.0 && m.fields().is_zero());
            (uniform, !m.fields().is_zero(), Painted::Opposite)
        }
        Law::Potts(m) => {
            m.check_ferromagnetic()?;
            (
                m.couplings().uniform(),
                false,
                Painted::OneOfTheOthers(m.q()),
            )
        }
    };
    // A bond of Ising spins gains 2J by being satisfied, one of Potts spins J.
    let gain = if matches!(law, Law::Ising(_)) {
        2.0
    } else {
        1.0
    };
    if let (Some(coupling), false) = (uniform, ghost) {
        if let Some(coupled) = Coupled::wide(law) {
            return Ok(Box::new(wolff::InWords::new(coupled, painted, clusters)));
        }
        let (listed, gain) = (Listed::new(geometry), gain * coupling);
        let alike = Alike::new(listed, law.beta(), gain, painted, clusters);
        return Ok(Box::new(alike));
    }
    match law {
        Law::Ising(model) => Ok(Box::new(Frustrated::ising(model, clusters))),
        Law::Potts(model) => Ok(Box::new(Frustrated::potts(model, clusters))),
    }
}

fn swendsen_wang_ising(law: &Law, model: &crate::Ising) -> Box<dyn Move> {
    let (geometry, beta) = (model.geometry(), model.beta());
    // A satisfied bond of Ising spins gains 2|J|, one of Potts spins J.
    let one = model
        .couplings()
        .uniform()
        .map(|j| OneCoupling::new(beta, 2.0, j));
    if let (true, Some(coupled)) = (model.fields().is_zero(), Coupled::wide(law)) {
        return Box::new(swendsen_wang::InWords::new(coupled, Given::Sign));
    }
    match (square_torus(geometry), one) {
        (Some(torus), Some(one)) => Box::new(BySites::ising(model, torus, one)),
        (None, Some(one)) => Box::new(BySites::ising(model, Listed::new(geometry), one)),
        (_, None) => {
            let listed = Listed::new(geometry);
            let each = EachCoupling::new(&listed, beta, 2.0, model.couplings());
            Box::new(BySites::ising(model, listed, each))
        }
    }
}

fn swendsen_wang_potts(law: &Law, model: &crate::Potts) -> Result<Box<dyn Move>> {
    model.check_ferromagnetic()?;
    let (geometry, beta) = (model.geometry(), model.beta());
    let one = model
        .couplings()
        .uniform()
        .map(|j| OneCoupling::new(beta, 1.0, j));
    if let Some(coupled) = Coupled::wide(law) {
        let given = Given::Colour(model.q());
        return Ok(Box::new(swendsen_wang::InWords::new(coupled, given)));
    }
    Ok(match (square_torus(geometry), one) {
        (Some(torus), Some(one)) => Box::new(BySites::potts(model, torus, one)),
        (None, Some(one)) => Box::new(BySites::potts(model, Listed::new(geometry), one)),
        (_, None) => {
            let listed = Listed::new(geometry);
            let each = EachCoupling::new(&listed, beta, 1.0, model.couplings());
            Box::new(BySites::potts(model, listed, each))
        }
    })
}
