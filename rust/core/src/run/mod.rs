//! Running things: worker pool, cancellation, progress.

mod pool;
mod pulse;

pub use pool::Pool;
pub use pulse::Pulse;
