//! What is observed of the spins, column by column.

use quincunx_core::observe::{Kind, Plan, View};
use quincunx_core::run::Quantity;

use super::law::Law;
use super::scan::Chain;
use crate::geometry::Geometry;

/// Which columns there are besides `energy`, `magnetization` and, last, `state`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout {
    /// Two copies: the site mean of their product.
    pub overlap: bool,
    /// Several temperatures: the inverse temperature of the rung, which formulas may use.
    pub beta: bool,
}

impl Layout {
    /// What can be observed, in the order of the columns.
    pub fn quantities(self, geometry: &Geometry) -> Vec<Quantity> {
        let scalar = |(name, default)| Quantity {
            default,
            ..Quantity::scalar(name, Kind::Float)
        };
        let state = Quantity {
            name: "state".into(),
            kind: Kind::Byte,
            shape: geometry.shape().to_vec(),
            default: false,
        };
        let scalars = self.scalars().into_iter().map(scalar);
        scalars.chain([state]).collect()
    }

    /// Names of the columns that hold numbers, and whether they are observed by default.
    pub fn scalars(self) -> Vec<(&'static str, bool)> {
        let own = [("energy", true), ("magnetization", true)];
        let overlap = self.overlap.then_some(("overlap", true));
        let beta = self.beta.then_some(("beta", false));
        own.into_iter().chain(overlap).chain(beta).collect()
    }
}

/// The columns of one replica on one rung; what nobody asks for is not computed.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    law: &'a Law,
    layout: Layout,
    energy: bool,
    magnetization: bool,
    overlap: bool,
    state: bool,
    values: Vec<f64>,
}

impl<'a> Columns<'a> {
    /// The columns that a plan wants.
    pub fn new(law: &'a Law, layout: Layout, plan: &Plan) -> Self {
        let scalars = layout.scalars().len();
        let wants = |column: usize| plan.wants(&(column..column + 1));
        Self {
            law,
            layout,
            energy: wants(0),
            magnetization: wants(1),
            overlap: layout.overlap && wants(2),
            state: plan.wants(&(scalars..scalars + law.geometry().n_sites())),
            values: Vec::new(),
        }
    }

    /// Energy, magnetization and state of the first copy, at inverse temperature `beta`.
    pub fn of(&mut self, copies: &[Chain], beta: f64) -> View<'_> {
        self.values.clear();
        if let Some(Chain { spins, .. }) = copies.first() {
            let unasked = 0.0;
            let energy = self.energy.then(|| self.law.energy_per_site(spins));
            let magnetization = self.magnetization.then(|| self.law.magnetization(spins));
            self.values
                .extend([energy, magnetization].map(|v| v.unwrap_or(unasked)));
            if let (true, Some(other)) = (self.layout.overlap, copies.get(1)) {
                let overlap = self.overlap.then(|| self.law.overlap(spins, &other.spins));
                self.values.push(overlap.unwrap_or(unasked));
            }
            if self.layout.beta {
                self.values.push(beta);
            }
            if self.state {
                self.values.extend(spins.iter().map(|&s| f64::from(s)));
            }
        }
        View::single(&self.values)
    }
}
