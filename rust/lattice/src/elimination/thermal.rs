//! `ln Z` with its first two derivatives along beta.

use quincunx_core::Result;
use quincunx_core::run::Pulse;

use super::algebra::forward;
use super::component::Thermal;
use super::logarithm::Jets;
use super::network::Network;
use crate::exact::Jet;

impl Network {
    /// Every component at the model's temperature; with `states` also what is measured in it.
    pub(super) fn thermal(&self, states: bool, pulse: &Pulse) -> Result<Vec<Vec<Thermal>>> {
        let components = self.components.iter();
        components
            .map(|c| c.thermal(self.beta, states, pulse))
            .collect()
    }

    /// Logarithms of the weights of all factors.
    pub(super) fn log_weights(&self, thermal: &[Vec<Thermal>]) -> Vec<Vec<f64>> {
        let mut tables = self.energies();
        for table in &mut tables {
            table.iter_mut().for_each(|e| *e *= -self.beta);
        }
        let values = |all: &Vec<Thermal>| all.iter().map(|t| t.jet.value).collect();
        tables.extend(thermal.iter().map(values));
        tables
    }
}

/// `ln Z`, `-<E>` and `Var(E)`.
pub(crate) fn thermodynamics(network: &Network, pulse: &Pulse) -> Result<Jet> {
    network.check_range()?;
    let jet = |&e: &f64| Jet {
        value: -network.beta * e,
        first: -e,
        second: 0.0,
    };
    let mut tables: Vec<Vec<Jet>> = network
        .energies()
        .iter()
        .map(|table| table.iter().map(jet).collect())
        .collect();
    for component in network.thermal(false, pulse)? {
        tables.push(component.iter().map(|t| t.jet).collect());
    }
    Ok(forward(&network.plan, &Jets, &tables, false, pulse)?.total)
}
