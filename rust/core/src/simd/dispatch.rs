//! One entry point per instruction set, chosen once per run.

use super::scalar::X1;
use super::{Level, Vector};

/// A kernel with its arguments. Implementors mark `run`, and everything it calls over `V`, `#[inline(always)]`:
/// a callee that is not inlined is compiled without the instruction set and runs many times slower.
pub trait Job {
    /// What comes out.
    type Out;
    /// The work, over any vector type.
    fn run<V: Vector>(self) -> Self::Out;
}

/// Runs `job` at [`Level::detect`].
#[inline]
pub fn dispatch<J: Job>(job: J) -> J::Out {
    dispatch_at(Level::detect(), job)
}

/// Runs `job` at `level`; one that this processor has not got runs as plain code (with the same bits).
#[inline]
pub fn dispatch_at<J: Job>(level: Level, job: J) -> J::Out {
    debug_assert!(level.is_available());
    #[cfg(target_arch = "x86_64")]
    {
        super::x86::enter(level, job)
    }
    #[cfg(target_arch = "aarch64")]
    {
        match level {
            Level::Neon => super::neon::enter(job),
            _ => plain(job),
        }
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        plain(job)
    }
}

/// The entry for one lane.
#[inline(never)]
pub(super) fn plain<J: Job>(job: J) -> J::Out {
    job.run::<X1>()
}
