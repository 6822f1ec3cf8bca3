//! Switching processes: sojourn laws, alternating renewal paths, geometric sums.
#![forbid(unsafe_code)]

pub mod geometric;
pub mod law;
pub mod renewal;
mod tries;

pub use law::Law;
pub use renewal::{Start, SwitchProcess};
