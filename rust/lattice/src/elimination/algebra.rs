//! The forward pass, for any sum and product.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

use super::plan::{Input, Plan, Source, Walk};

/// What the entries of the tables are, how they multiply and how they add.
pub(super) trait Algebra: Sync {
    type Value: Clone + Send + Sync;
    /// Entries of a table that are computed by one task.
    const CHUNK: usize;
    fn one(&self) -> Self::Value;
    fn multiply(&self, product: &mut Self::Value, by: &Self::Value);
    fn sum(&self, terms: &[Self::Value]) -> Self::Value;
    /// Divides a table by what all its entries share.
    fn take_common(&self, _table: &mut [Self::Value]) -> Self::Value {
        self.one()
    }
}

/// What a forward pass leaves.
pub(super) struct Forward<V> {
    /// The table of each step, if they are kept.
    pub messages: Vec<Vec<V>>,
    /// The sum over all states of the product of all factors.
    pub total: V,
}

/// The table of an input.
pub(super) fn table<'a, V>(
    input: &Input,
    factors: &'a [Vec<V>],
    messages: &'a [Vec<V>],
) -> &'a [V] {
    match input.source {
        Source::Factor(f) => &factors[f],
        Source::Message(m) => &messages[m],
    }
}

/// Sums out one spin after the other. Runs on the current rayon pool; each entry is computed by one task, in one order.
pub(super) fn forward<A: Algebra>(
    plan: &Plan,
    algebra: &A,
    factors: &[Vec<A::Value>],
    keep: bool,
    pulse: &Pulse,
) -> Result<Forward<A::Value>> {
    let mut messages: Vec<Vec<A::Value>> = Vec::with_capacity(plan.steps.len());
    let mut total = algebra.one();
    for &f in &plan.constants {
        algebra.multiply(&mut total, &factors[f][0]);
    }
    for step in &plan.steps {
        let inputs: Vec<&[A::Value]> = step
            .inputs
            .iter()
            .map(|input| table(input, factors, &messages))
            .collect();
        let fill = |(chunk, entries): (usize, &mut [A::Value])| -> Result<()> {
            pulse.check()?;
            let mut walk = Walk::new(step, plan.q, chunk * A::CHUNK);
            let mut terms = Vec::with_capacity(plan.q);
            for entry in entries {
                terms.clear();
                for value in 0..plan.q {
                    let mut product = algebra.one();
                    for ((input, at), values) in step.inputs.iter().zip(&walk.at).zip(&inputs) {
                        algebra.multiply(&mut product, &values[at + value * input.own]);
                    }
                    terms.push(product);
                }
                *entry = algebra.sum(&terms);
                walk.next();
            }
            Ok(())
        };
        let mut left = vec![algebra.one(); plan.size(step)];
        if left.len() <= A::CHUNK {
            fill((0, &mut left))?;
        } else {
            let chunks = left.par_chunks_mut(A::CHUNK).enumerate();
            chunks.try_for_each(fill)?;
        }
        algebra.multiply(&mut total, &algebra.take_common(&mut left));
        if step.scope.is_empty() {
            algebra.multiply(&mut total, &left[0]);
        }
        if !keep {
            for input in &step.inputs {
                if let Source::Message(m) = input.source {
                    messages[m] = Vec::new();
                }
            }
        }
        messages.push(left);
    }
    Ok(Forward { messages, total })
}
