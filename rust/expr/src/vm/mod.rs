//! The vector machine: formulas as a short list of instructions over rows of lanes.
//!
//! A block of replicas is a [`Frame`]: every quantity, noise increment, constant and intermediate value is one row of
//! `8 chunks` lanes. [`Program`] runs each instruction over the whole row before the next one, so that the price of
//! interpretation is paid once per instruction and block. A step of a method (drift, diffusion, update) is one program.
//!
//! Array state (`x[N]`) has its place here: a quantity becomes N rows in a run, an element-wise instruction repeats
//! over the run (operands with stride 0 are broadcast), and `Code` gains the instructions that look across a run
//! (shift as an offset into it, sum, mean, max, product with a constant matrix). Rows, frames and allocation stay as
//! they are: the allocator hands out runs instead of rows.

mod allocate;
mod choice;
mod code;
mod exec;
mod frame;
mod kernel;
mod observe;
mod program;
mod schedule;
mod single;
mod solo;

pub use frame::Frame;
pub use observe::Observed;
pub use program::{Place, Program};
pub use solo::Solo;
