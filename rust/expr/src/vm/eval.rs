//! One lane at a time, with the bits of the vector code.

use super::program::Program;
use super::single;

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
        scratch.clear();
        scratch.extend_from_slice(&self.scalars);
        for (u, slot) in scratch.iter_mut().take(self.uniforms).enumerate() {
            *slot = uniforms.get(u).copied().unwrap_or(f64::NAN);
        }
        single::execute(&self.prelude, scratch);
        let base = scratch.len();
        scratch.resize(base + self.rows, f64::NAN);
        let (scalars, registers) = scratch.split_at_mut(base);
        let inputs = self.inputs.min(rows.len());
        registers[..inputs].copy_from_slice(&rows[..inputs]);
        for &(row, value) in &self.constants {
            registers[row as usize] = value;
        }
        for &(row, scalar) in &self.spread {
            registers[row as usize] = scalars[scalar as usize];
        }
        single::execute(&self.code, registers);
        let outputs = &registers[self.inputs..self.inputs + self.outputs];
        for (to, &value) in out.iter_mut().zip(outputs) {
            *to = value;
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
