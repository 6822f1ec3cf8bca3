//! The vector layer: kernels written once over [`Vector`], run at the level that the processor has, with the
//! same bits at each level. How to write one:
//!
//! ```
//! use quincunx_core::simd::{dispatch, Job, Lanes, Vector};
//!
//! struct Double<'a>(&'a mut [Lanes<f64>]);
//!
//! impl Job for Double<'_> {
//!     type Out = ();
//!     #[inline(always)] // all the way down: a callee that is not inlined loses the instruction set
//!     fn run<V: Vector>(self) {
//!         for chunk in self.0 {
//!             for part in 0..V::PARTS {
//!                 let x = V::load(chunk, part);
//!                 V::store(chunk, part, V::add(x, x));
//!             }
//!         }
//!     }
//! }
//!
//! let mut rows = [Lanes([1.5; 8])];
//! dispatch(Double(&mut rows));
//! assert_eq!(rows[0].0, [3.0; 8]);
//! ```
//!
//! Nothing here contracts `a * b + c`, estimates a reciprocal, or adds across lanes: those are the operations by
//! which instruction sets differ.

mod dispatch;
#[allow(unsafe_code)]
mod fpenv_asm;
mod lanes;
mod level;
pub mod math;
mod scalar;
mod vector;

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code)]
mod neon;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

pub mod fpenv;

pub use dispatch::{Job, dispatch, dispatch_at};
pub use lanes::{LANES, Lanes, chunks_of};
pub use level::{Level, force};
pub use scalar::X1;
pub use vector::Vector;

#[cfg(test)]
mod tests;
