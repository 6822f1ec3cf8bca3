//! How many independent samples the chains are worth.

use super::estimate::Chain;

/// Windows of at least this many autocorrelation times.
const WINDOW: f64 = 6.0;

/// `N / (2 tau)` summed over chains, `tau` the integrated autocorrelation time of the energy, common to all chains and cut
/// at the first window of `WINDOW` tau. Weighted samples count as `1 / sum w^2`.
pub(super) fn effective_samples(energies: &[Vec<f64>], chains: &[Chain]) -> f64 {
    if chains.iter().any(|c| !c.weights.is_empty()) {
        let worth = |c: &Chain| 1.0 / c.weights.iter().map(|w| w * w).sum::<f64>();
        return chains.iter().map(worth).sum();
    }
    let total: usize = energies.iter().map(Vec::len).sum();
    let mean = energies.iter().flatten().sum::<f64>() / total as f64;
    let covariance = |lag: usize| -> f64 {
        let products = energies.iter().flat_map(|chain| {
            let later = chain.iter().skip(lag);
            chain
                .iter()
                .zip(later)
                .map(|(x, y)| (x - mean) * (y - mean))
        });
        products.sum::<f64>() / total as f64
    };
    let variance = covariance(0);
    if variance <= 0.0 {
        return 0.0;
    }
    let shortest = energies.iter().map(Vec::len).min().unwrap_or(0);
    let mut tau = 0.5;
    for lag in 1..shortest {
        if lag as f64 > WINDOW * tau {
            break;
        }
        tau += covariance(lag) / variance;
    }
    // Antithetic chains are not worth more than they hold.
    total as f64 / (2.0 * tau).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_chain_is_worth_less() {
        // x_t = 0.9 x_(t-1) + noise: tau = (1 + 0.9) / (2 (1 - 0.9)) = 9.5.
        let mut state = 88172645463325252_u64;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let mut chain = |length: usize| {
            let mut x = 0.0;
            let mut step = || {
                x = 0.9 * x + noise();
                x
            };
            (0..length).map(|_| step()).collect::<Vec<f64>>()
        };
        let energies = vec![chain(40_000), chain(40_000)];
        let found = effective_samples(&energies, &[Chain::default(), Chain::default()]);
        assert!((found / (80_000.0 / 19.0) - 1.0).abs() < 0.15, "{found}");
    }
}
