//! Running things: the kernel contract, worker pool, cancellation, progress.

mod ensemble;
mod kernel;
mod piece;
mod pool;
mod pulse;

pub use ensemble::{Ensemble, Set};
pub use kernel::{Kernel, Quantity, Saved, Starts, Task};
pub use piece::Piece;
pub use pool::Pool;
pub use pulse::Pulse;
