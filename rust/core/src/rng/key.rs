//! The key of a run.

use serde::{Deserialize, Serialize};

/// 128 bits from `rng=`: with a replica number and a purpose they address every random word of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key(pub [u64; 2]);
