//! Probabilities of Poisson and binomial counts without loss of digits at large counts (Loader 2000, "Fast and
//! accurate computation of binomial probabilities"): `ln n! = ln sqrt(2 pi n) + n ln n - n + stirling(n)`, and the
//! deviance `x ln(x/m) + m - x` by its series where `x` is close to `m`.

use crate::simd::math::scalar::{ln, log1p};

/// `ln n! - (ln sqrt(2 pi n) + n ln n - n)` for `n = 0..16` (`n = 0`: not used); by mpmath, 30 digits.
const SMALL: [f64; 16] = [
    0.0,
    0.08106146679532726,
    0.0413406959554093,
    0.02767792568499834,
    0.020790672103765093,
    0.016644691189821193,
    0.013876128823070748,
    0.01189670994589177,
    0.010411265261972096,
    0.009255462182712733,
    0.00833056343336287,
    0.007573675487951841,
    0.00694284010720953,
    0.006408994188004207,
    0.0059513701127588475,
    0.005554733551962801,
];

/// The error of Stirling's formula at `n >= 1`, below 1e-16 absolute.
fn stirling(n: f64) -> f64 {
    if n < 15.5 {
        return SMALL.get(n as usize).copied().unwrap_or(0.0);
    }
    let z = 1.0 / (n * n);
    let tail = 1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0 - z * (691.0 / 360_360.0)));
    (1.0 / 12.0 - z * (1.0 / 360.0 - z * tail)) / n
}

/// `x ln(x/m) + m - x`, `x > 0`, `m > 0`.
fn deviance(x: f64, m: f64) -> f64 {
    let gap = x - m;
    if gap.abs() >= 0.1 * (x + m) {
        return x * ln(x / m) - gap;
    }
    // ln(x/m) = 2 atanh(v), so the deviance is gap v + 2x (v^3/3 + v^5/5 + ...)
    let v = gap / (x + m);
    let square = v * v;
    let mut power = 2.0 * x * v;
    let mut sum = gap * v;
    let mut odd = 3.0;
    while odd < 60.0 {
        power *= square;
        let next = sum + power / odd;
        if next == sum {
            break;
        }
        sum = next;
        odd += 2.0;
    }
    sum
}

/// `ln P(k)` of the Poisson law with mean `mean > 0`, integer `k >= 0`.
pub(super) fn ln_poisson(k: f64, mean: f64) -> f64 {
    if k < 0.5 {
        return -mean;
    }
    -(deviance(k, mean) + stirling(k)) - 0.5 * ln(std::f64::consts::TAU * k)
}

/// `ln P(k)` of the binomial law of `n` tries with `0 < p < 1`, `q = 1 - p`, integer `0 <= k <= n`.
pub(super) fn ln_binomial(k: f64, n: f64, p: f64, q: f64) -> f64 {
    let rest = n - k;
    if k < 0.5 {
        return n * if p < 0.1 { log1p(-p) } else { ln(q) };
    }
    if rest < 0.5 {
        return n * if q < 0.1 { log1p(-q) } else { ln(p) };
    }
    let corrections = (stirling(n) - stirling(k)) - stirling(rest);
    let deviances = deviance(k, n * p) + deviance(rest, n * q);
    // n / (2 pi k (n - k))
    let scale = std::f64::consts::TAU * k * (rest / n);
    (corrections - deviances) - 0.5 * ln(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_keep_their_digits() {
        // mpmath, 40 digits
        for (k, mean, exact) in [
            (0.0, 3.5, -3.5),
            (1.0, 0.25, -1.6362943611198906),
            (15.0, 10.5, -3.128642526388726),
            (16.0, 10.5, -3.5498559914650296),
            (130.0, 100.0, -7.460701163582997),
            (10000.0, 10000.0, -5.524117052526095),
            (10321.0, 10000.0, -10.637705741956227),
            (1000003000000.0, 1000000000000.0, -19.23444609117353),
            (4000000000000000.0, 4000000000000000.0, -18.88147391121996),
        ] {
            let got = ln_poisson(k, mean);
            assert!(
                (got - exact).abs() < 2e-13 * (1.0 + exact.abs()),
                "{k} {mean}: {got} {exact}"
            );
        }
        for (k, n, p, exact) in [
            (0.0, 10.0, 0.25, -2.8768207245178092),
            (10.0, 10.0, 0.25, -13.862943611198906),
            (3.0, 10.0, 0.25, -1.3851658477400923),
            (17.0, 40.0, 0.5, -2.5169965255416793),
            (300.0, 1000.0, 0.25, -9.99426278783907),
            (1000000000.0, 4000000000.0, 0.25, -11.136730415542266),
            (1000100000.0, 4000000000.0, 0.25, -17.803282273257974),
            (
                5.0,
                1000000000000.0,
                7.275957614183426e-12,
                -2.140572180912703,
            ),
        ] {
            let got = ln_binomial(k, n, p, 1.0 - p);
            assert!(
                (got - exact).abs() < 2e-13 * (1.0 + exact.abs()),
                "{k} {n} {p}: {got} {exact}"
            );
        }
    }

    #[test]
    fn all_counts_together_have_mass_one() {
        for mean in [0.3, 7.0, 123.4] {
            let sum: f64 = (0..2000)
                .map(|k| ln_poisson(f64::from(k), mean).exp())
                .sum();
            assert!((sum - 1.0).abs() < 1e-13, "{mean}: {sum}");
        }
        for (n, p) in [(1, 0.5), (20, 0.3), (500, 0.97)] {
            let at = |k| ln_binomial(f64::from(k), f64::from(n), p, 1.0 - p).exp();
            let sum: f64 = (0..=n).map(at).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{n} {p}: {sum}");
        }
    }
}
