//! All configurations of a small system, one by one.

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use crate::sample::Law;

/// Most configurations that are listed.
pub const MOST_LISTED: u64 = 1 << 22;

/// Every configuration with its probability. Configuration `k` has at site `i` the value number `(k / q^i) mod q`,
/// values ascending (Ising -1, +1; Potts 0..q-1).
#[derive(Debug, Clone, PartialEq)]
pub struct Configurations {
    /// Energy per site.
    pub energy: Vec<f64>,
    /// Magnetization per site.
    pub magnetization: Vec<f64>,
    /// `exp(-beta E) / Z`; at infinite beta uniform over the ground states.
    pub probability: Vec<f64>,
}

/// Lists all configurations; refused beyond [`MOST_LISTED`].
pub fn configurations(law: &Law, pulse: &Pulse) -> Result<Configurations> {
    let (n, q) = (law.geometry().n_sites(), law.values());
    let count = u32::try_from(n)
        .ok()
        .and_then(|n| (q as u64).checked_pow(n))
        .filter(|&count| count <= MOST_LISTED)
        .ok_or_else(|| {
            Error::Refused(format!(
                "boltzmann: {n} spins of {q} values have more than {MOST_LISTED} configurations; \
                 log_partition, thermodynamics and bond_moments reach further"
            ))
        })?;
    let count = count as usize;
    let (mut energy, mut magnetization) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut digits = vec![0; n];
    let mut state = vec![law.value(0); n];
    for code in 0..count {
        if code % 1024 == 0 {
            pulse.check()?;
        }
        energy.push(law.energy_per_site(&state));
        magnetization.push(law.magnetization(&state));
        for (digit, spin) in digits.iter_mut().zip(&mut state) {
            *digit = if *digit + 1 < q { *digit + 1 } else { 0 };
            *spin = law.value(*digit);
            if *digit > 0 {
                break;
            }
        }
    }
    let lowest = energy.iter().copied().fold(f64::INFINITY, f64::min);
    let weight = |&e: &f64| {
        let above = n as f64 * (e - lowest);
        if above > 0.0 {
            (-law.beta() * above).exp()
        } else {
            1.0
        }
    };
    let mut probability: Vec<f64> = energy.iter().map(weight).collect();
    let total: f64 = probability.iter().sum();
    probability.iter_mut().for_each(|p| *p /= total);
    Ok(Configurations {
        energy,
        magnetization,
        probability,
    })
}
