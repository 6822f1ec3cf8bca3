//! From text to graph: tokens, names, functions, and errors that say what was meant.

mod formula;
mod function;
mod scope;
mod suggest;

pub use formula::{Formula, Token};
pub use function::{Operation, function_names};
pub use scope::{Role, Scope};
pub use suggest::{edit_distance, nearest};
