//! Sample paths: alias tables, one word a step.

mod begin;
mod jumps;
mod steps;
mod table;

pub use begin::Begin;
pub use jumps::JumpPaths;
pub use steps::StepPaths;
pub use table::Tables;
