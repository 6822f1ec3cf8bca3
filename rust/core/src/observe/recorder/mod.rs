//! The one interface through which every kernel reports what its replicas do.

mod holds;
mod looks;
mod recording;
mod work;

pub use recording::{Clock, Hold, Recorder};
