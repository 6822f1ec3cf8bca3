//! Weights as logarithms, and jets of them along beta.

use super::algebra::Algebra;
use crate::exact::Jet;

/// `ln sum exp`, with a value that never leaves the range of a double.
fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + libm::log(terms.map(|t| libm::exp(t - top)).sum())
}

/// Logarithms of weights: products are sums. Functions of `libm` only, for draws depend on the tables.
pub(super) struct Logarithms;

impl Algebra for Logarithms {
    type Value = f64;
    const CHUNK: usize = 1 << 12;

    fn one(&self) -> f64 {
        0.0
    }

    fn multiply(&self, product: &mut f64, by: &f64) {
        *product += by;
    }

    fn sum(&self, terms: &[f64]) -> f64 {
        log_sum(terms.iter().copied())
    }

    fn take_common(&self, table: &mut [f64]) -> f64 {
        let top = table.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if top == f64::NEG_INFINITY {
            return 0.0;
        }
        table.iter_mut().for_each(|t| *t -= top);
        top
    }
}

/// Logarithms with their first two derivatives: the derivatives of `ln Z` are a mean and a variance.
pub(super) struct Jets;

impl Algebra for Jets {
    type Value = Jet;
    const CHUNK: usize = 1 << 11;

    fn one(&self) -> Jet {
        Jet {
            value: 0.0,
            first: 0.0,
            second: 0.0,
        }
    }

    fn multiply(&self, product: &mut Jet, by: &Jet) {
        product.value += by.value;
        product.first += by.first;
        product.second += by.second;
    }

    fn sum(&self, terms: &[Jet]) -> Jet {
        let value = log_sum(terms.iter().map(|t| t.value));
        let weighed = |f: &dyn Fn(&Jet) -> f64| -> f64 {
            terms
                .iter()
                .map(|t| libm::exp(t.value - value) * f(t))
                .sum()
        };
        let first = weighed(&|t| t.first);
        let second = weighed(&|t| t.second + (t.first - first).powi(2));
        Jet {
            value,
            first,
            second,
        }
    }

    fn take_common(&self, table: &mut [Jet]) -> Jet {
        let top = table
            .iter()
            .map(|t| t.value)
            .fold(f64::NEG_INFINITY, f64::max);
        let slope = table.first().map_or(0.0, |t| t.first);
        for t in table {
            t.value -= top;
            t.first -= slope;
        }
        Jet {
            value: top,
            first: slope,
            second: 0.0,
        }
    }
}
