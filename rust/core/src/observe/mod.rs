//! What is kept of a run: views of replicas, the plan, the recorder, and the folds over replicas.

mod plan;
mod recorder;
mod track;
mod view;

pub use plan::{Condition, Kind, Level, Observable, Observer, Part, Plan};
pub use recorder::{Clock, Hold, Recorder};
pub use track::{Lagged, Status, Trace, Track};
pub use view::{Evaluate, View};
