//! x86-64: SSE2 (always there), AVX2 and AVX-512. The types stay private to the vector layer: code over them runs
//! only below [`enter`], which has asked the processor.

mod avx2;
mod avx512;
mod sse2;

use super::dispatch::plain;
use super::{Job, Level};
use avx2::X4;
use avx512::X8;
use sse2::X2;

/// Runs `job` at `level`, or as plain code if the processor has not got it.
#[inline]
pub(super) fn enter<J: Job>(level: Level, job: J) -> J::Out {
    match level {
        Level::Sse2 => sse2(job),
        // SAFETY: the arm is taken only when the processor reports AVX2.
        Level::Avx2 if level.is_available() => unsafe { avx2(job) },
        // SAFETY: the arm is taken only when the processor reports all four AVX-512 sets.
        Level::Avx512 if level.is_available() => unsafe { avx512(job) },
        _ => plain(job),
    }
}

#[inline(never)]
fn sse2<J: Job>(job: J) -> J::Out {
    job.run::<X2>()
}

#[inline(never)]
#[target_feature(enable = "avx2")]
fn avx2<J: Job>(job: J) -> J::Out {
    job.run::<X4>()
}

#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn avx512<J: Job>(job: J) -> J::Out {
    job.run::<X8>()
}
