//! The same instructions on single numbers: for one replica and for what depends on uniforms alone. Equal bits.

use super::code::{Code, Instruction, Tail};
use super::program::Program;
use crate::number;

/// Runs `code` on numbers: register r is `inputs[r]`, beyond `first` it is `registers[r - first]`. Results never go to
/// inputs. Only tails read `scalars`.
#[inline]
pub(super) fn execute(
    code: &[Instruction],
    inputs: &[f64],
    first: usize,
    registers: &mut [f64],
    scalars: &[f64],
) {
    for i in code {
        let read = |r: u32| {
            let r = r as usize;
            let from = if r < first {
                inputs.get(r)
            } else {
                registers.get(r - first)
            };
            from.copied().unwrap_or(f64::NAN)
        };
        let by = |k: usize| scalars.get(i.by[k] as usize).copied().unwrap_or(f64::NAN);
        let result = value(i, read);
        let [e, f] = i.ends;
        let result = match i.tail {
            Tail::Bare => result,
            Tail::Drift => read(e) + result * by(0),
            Tail::Kick => (read(e) + result * by(0)) + by(1) * read(f),
        };
        if let Some(to) = registers.get_mut((i.dst as usize).wrapping_sub(first)) {
            *to = result;
        }
    }
}

#[inline]
fn value(i: &Instruction, read: impl Fn(u32) -> f64) -> f64 {
    let [a, b, c, d] = i.src;
    match i.code {
        Code::Copy => read(a),
        Code::Unary(op) => number::unary(op, read(a)),
        Code::Binary(op) => number::binary(op, read(a), read(b)),
        Code::Select => number::select(read(a), read(b), read(c)),
        Code::Choose(op) => number::select(number::binary(op, read(a), read(b)), read(c), read(d)),
        Code::Pair(first, second) => {
            let first = number::binary(first.binary(), read(a), read(b));
            second.at(first, read(c))
        }
        Code::Chain(first, second, third) => {
            let first = number::binary(first.binary(), read(a), read(b));
            third.at(second.at(first, read(c)), read(d))
        }
        Code::Twin(left, right, join) => {
            let left = number::binary(left.binary(), read(a), read(b));
            let right = number::binary(right.binary(), read(c), read(d));
            number::binary(join.binary(), left, right)
        }
    }
}

impl Program {
    /// The outputs at these inputs: `rows` by row, `uniforms` by uniform. `scratch` may be any vector and is reused.
    /// Missing values are NaN; outputs beyond `out` are not written.
    pub fn eval_into(
        &self,
        rows: &[f64],
        uniforms: &[f64],
        scratch: &mut Vec<f64>,
        out: &mut [f64],
    ) {
        let (first, size) = (self.inputs, self.rows - self.inputs);
        if scratch.len() < size + self.scalars.len() {
            scratch.resize(size + self.scalars.len(), f64::NAN);
        }
        let (registers, scalars) = scratch.split_at_mut(size);
        for &(row, value) in &self.constants {
            registers[row as usize - first] = value;
        }
        if !self.scalars.is_empty() {
            self.spread_once(uniforms, scalars, registers);
        }
        execute(&self.code, rows, first, registers, scalars);
        for (to, &value) in out.iter_mut().zip(&registers[..self.outputs]) {
            *to = value;
        }
    }

    /// Computes what depends on uniforms alone, into the registers that stand for it.
    fn spread_once(&self, uniforms: &[f64], scalars: &mut [f64], registers: &mut [f64]) {
        let scalars = &mut scalars[..self.scalars.len()];
        scalars.copy_from_slice(&self.scalars);
        for (u, slot) in scalars.iter_mut().take(self.uniforms).enumerate() {
            *slot = uniforms.get(u).copied().unwrap_or(f64::NAN);
        }
        execute(&self.prelude, &[], 0, scalars, &[]);
        for &(row, scalar) in &self.spread {
            registers[row as usize - self.inputs] = scalars[scalar as usize];
        }
    }

    /// The outputs at these inputs, in a vector of their own.
    #[must_use]
    pub fn eval(&self, rows: &[f64], uniforms: &[f64]) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.outputs];
        self.eval_into(rows, uniforms, &mut Vec::new(), &mut out);
        out
    }
}
