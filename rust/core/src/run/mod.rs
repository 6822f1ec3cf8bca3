//! Running things: the kernel contract, worker pool, cancellation, progress.

mod ensemble;
mod kernel;
mod pool;
mod pulse;

pub use ensemble::{Ensemble, Piece, Set};
pub use kernel::{Kernel, Quantity, Saved, Starts, Task};
pub use pool::Pool;
pub use pulse::Pulse;
