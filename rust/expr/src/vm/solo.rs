//! A step of one replica alone: the instructions of [`Program`] on single numbers that stay in place. Equal bits.

use std::cell::Cell;

use quincunx_core::simd::X1;

use super::choice::{Choice, choose};
use super::code::Instruction;
use super::kernel::{Ending, Operation};
use super::program::Program;

/// Numbers and uniforms of one replica. Made by [`Program::solo`]. Where a frame exchanges the rows of a state and of
/// its next value, two versions of the code take turns, so that nothing is copied.
#[derive(Clone, Debug)]
pub struct Solo {
    /// The code as compiled, and with the rows of each assigned input and its output exchanged.
    codes: [Vec<Instruction>; 2],
    /// Row of input i after an even and after an odd number of steps.
    rows: [Vec<u32>; 2],
    /// Which of them is next.
    turn: bool,
    values: Vec<f64>,
    prelude: Vec<Instruction>,
    spread: Vec<(u32, u32)>,
    scalars: Vec<f64>,
}

impl Program {
    /// Numbers for one replica, with the inputs at NaN.
    #[must_use]
    pub fn solo(&self) -> Solo {
        let other = |row: u32| {
            let partner = self.assigned.iter().find_map(|&(input, output)| match row {
                r if r == input => Some(output),
                r if r == output => Some(input),
                _ => None,
            });
            partner.unwrap_or(row)
        };
        let exchanged = self.code.iter().map(|i| Instruction {
            dst: other(i.dst),
            src: i.src.map(other),
            ends: i.ends.map(other),
            ..*i
        });
        let inputs = 0..self.inputs as u32;
        let mut values = vec![f64::NAN; self.rows];
        for &(row, value) in &self.constants {
            values[row as usize] = value;
        }
        Solo {
            codes: [self.code.clone(), exchanged.collect()],
            rows: [inputs.clone().collect(), inputs.map(other).collect()],
            turn: false,
            values,
            prelude: self.prelude.clone(),
            spread: self.spread.clone(),
            scalars: self.scalars.clone(),
        }
    }
}

impl Solo {
    /// Input `i`, or what was assigned to it; NaN beyond the inputs.
    #[inline]
    #[must_use]
    pub fn get(&self, i: usize) -> f64 {
        let row = self.rows[usize::from(self.turn)].get(i);
        row.and_then(|&r| self.values.get(r as usize))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Sets input `i`.
    #[inline]
    pub fn set(&mut self, i: usize, value: f64) {
        if let Some(&row) = self.rows[usize::from(self.turn)].get(i)
            && let Some(place) = self.values.get_mut(row as usize)
        {
            *place = value;
        }
    }

    /// Sets uniform `u`.
    #[inline]
    pub fn set_uniform(&mut self, u: usize, value: f64) {
        if let Some(slot) = self.scalars.get_mut(u) {
            *slot = value;
        }
    }

    /// Executes the program once.
    #[inline]
    pub fn step(&mut self) {
        if !self.prelude.is_empty() {
            run(&self.prelude, &mut self.scalars, &[]);
        }
        for &(row, scalar) in &self.spread {
            self.values[row as usize] = self.scalars[scalar as usize];
        }
        run(
            &self.codes[usize::from(self.turn)],
            &mut self.values,
            &self.scalars,
        );
        self.turn = !self.turn;
    }
}

fn run(code: &[Instruction], values: &mut [f64], scalars: &[f64]) {
    let cells = Cell::from_mut(values).as_slice_of_cells();
    for i in code {
        choose(i, Apply { cells, scalars, i });
    }
}

/// An instruction on one number per row.
struct Apply<'a> {
    cells: &'a [Cell<f64>],
    scalars: &'a [f64],
    i: &'a Instruction,
}

impl Choice for Apply<'_> {
    type Out = ();
    #[inline(always)]
    fn with<O: Operation, E: Ending>(self) {
        let Self { cells, scalars, i } = self;
        let read = |row: u32| cells[row as usize].get();
        let a = read(i.src[0]);
        let other = |k: usize| if k < O::OPERANDS { read(i.src[k]) } else { a };
        let result = O::at::<X1>(a, other(1), other(2), other(3));
        let end = |k: usize| if k < E::OPERANDS { read(i.ends[k]) } else { a };
        let scalar = |k: usize| {
            if k < E::OPERANDS {
                scalars[i.by[k] as usize]
            } else {
                a
            }
        };
        let (ends, by) = ([end(0), end(1)], [scalar(0), scalar(1)]);
        cells[i.dst as usize].set(E::at::<X1>(result, ends, by));
    }
}
