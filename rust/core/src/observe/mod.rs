//! What is kept of a run: views of replicas, the plan, the recorder, and the folds over replicas.

mod collect;
mod fold;
mod moments;
mod plan;
mod recorder;
mod tally;
mod times;
mod trace;
mod track;
mod tracks;
mod view;
mod write;

pub use collect::Collector;
pub use fold::{Array, BLOCK, Endings, Fold, Output, Reduce, Rewrite};
pub use moments::{MomentTree, Moments};
pub use plan::{Condition, Kind, Level, Observable, Observer, Part, Plan};
pub use recorder::{Clock, Hold, Recorder};
pub use tally::Tally;
pub use times::Times;
pub use track::{Failure, Head, Lagged, Record, Status, Trace, Track};
pub use tracks::Tracks;
pub use view::{Evaluate, View};
