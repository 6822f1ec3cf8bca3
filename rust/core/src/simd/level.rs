//! Which instruction set to run at.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::{Error, Result};

/// An instruction set that kernels are compiled for. Results have the same bits at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Plain code, one lane.
    Scalar = 0,
    /// x86-64 baseline, two lanes.
    Sse2 = 1,
    /// x86-64 with AVX2, four lanes.
    Avx2 = 2,
    /// x86-64 with AVX-512 F, DQ, VL and BW, eight lanes.
    Avx512 = 3,
    /// aarch64 baseline, two lanes.
    Neon = 4,
}

/// The environment variable that forces a level.
const VARIABLE: &str = "QUINCUNX_SIMD";
const NOT_FORCED: u8 = u8::MAX;
static FORCED: AtomicU8 = AtomicU8::new(NOT_FORCED);
static DETECTED: OnceLock<Level> = OnceLock::new();

impl Level {
    /// Each level, in the order of its number.
    pub const ALL: [Self; 5] = [
        Self::Scalar,
        Self::Sse2,
        Self::Avx2,
        Self::Avx512,
        Self::Neon,
    ];

    /// The level that runs use: [`force`]d, else that of the environment variable `QUINCUNX_SIMD`, else the widest
    /// of the processor. An unknown or unavailable name in the variable is passed over here;
    /// [`Level::environment`] reports it.
    #[inline]
    pub fn detect() -> Self {
        let forced = FORCED.load(Relaxed);
        match Self::ALL.get(usize::from(forced)) {
            Some(&level) => level,
            None => *DETECTED.get_or_init(|| {
                let best = || Self::available().last().copied().unwrap_or(Self::Scalar);
                Self::environment().ok().flatten().unwrap_or_else(best)
            }),
        }
    }

    /// What `QUINCUNX_SIMD` asks for; an error when it names no level of this machine.
    pub fn environment() -> Result<Option<Self>> {
        match std::env::var(VARIABLE) {
            Ok(name) if !name.is_empty() => name.parse::<Self>()?.checked().map(Some),
            _ => Ok(None),
        }
    }

    /// The levels of this processor, narrowest first.
    pub fn available() -> Vec<Self> {
        let mut levels = Self::ALL.to_vec();
        levels.retain(|level| level.is_available());
        levels
    }

    /// Can this processor run it?
    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar | Self::Sse2 => true,
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                    && std::arch::is_x86_feature_detected!("avx512bw")
            }
            Self::Neon => false,
        }
    }

    /// Can this processor run it?
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        matches!(
            (self, cfg!(target_arch = "aarch64")),
            (Self::Scalar, _) | (Self::Neon, true)
        )
    }

    /// Lanes in a register.
    pub fn lanes(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Sse2 | Self::Neon => 2,
            Self::Avx2 => 4,
            Self::Avx512 => 8,
        }
    }

    /// The name that `QUINCUNX_SIMD` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "sse2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    fn checked(self) -> Result<Self> {
        if self.is_available() {
            return Ok(self);
        }
        let have: Vec<_> = Self::available().iter().map(|l| l.name()).collect();
        Err(Error::invalid(
            VARIABLE,
            self,
            format!("must be a level of this processor: {}", have.join(", ")),
        ))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.name() == name)
            .ok_or_else(|| {
                Error::invalid(VARIABLE, name, "must be scalar, sse2, avx2, avx512 or neon")
            })
    }
}

/// For tests: fixes the level of the whole process, or with `None` gives the choice back. Refused when this
/// processor has not got it.
pub fn force(level: Option<Level>) -> Result<()> {
    let code = match level {
        Some(level) => level.checked()? as u8,
        None => NOT_FORCED,
    };
    FORCED.store(code, Relaxed);
    Ok(())
}
