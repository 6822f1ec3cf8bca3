//! Reads and writes the control register (MXCSR, FPCR).

#[cfg(target_arch = "x86_64")]
mod register {
    use std::arch::asm;

    /// All traps masked, round to nearest, subnormals kept.
    pub const DEFAULT: u64 = 0x1f80;
    /// Everything but the sticky exception flags.
    pub const MODES: u64 = 0xffc0;
    /// [`DEFAULT`] with flush-to-zero and denormals-are-zero.
    #[cfg(test)]
    pub const FLUSHING: u64 = DEFAULT | 0x8040;

    pub fn read() -> u64 {
        let mut word = 0_u32;
        // SAFETY: `stmxcsr` writes four bytes to the address of a live u32.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack, preserves_flags)) };
        u64::from(word)
    }

    pub fn write(word: u64) {
        let [a, b, ..] = word.to_le_bytes();
        let word = u32::from_le_bytes([a, b, 0, 0]);
        // SAFETY: `ldmxcsr` reads four bytes of a live u32; bits above 15 are reserved and zero.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack, preserves_flags)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod register {
    use std::arch::asm;

    /// Round to nearest, subnormals kept, no traps.
    pub const DEFAULT: u64 = 0;
    /// AHP, DN, FZ, rounding mode, FZ16 and the trap enables.
    pub const MODES: u64 = 0x07f8_9f00;
    /// [`DEFAULT`] with flush-to-zero.
    #[cfg(test)]
    pub const FLUSHING: u64 = 1 << 24;

    pub fn read() -> u64 {
        let word: u64;
        // SAFETY: reading FPCR has no effect.
        unsafe { asm!("mrs {}, fpcr", out(reg) word, options(nomem, nostack, preserves_flags)) };
        word
    }

    pub fn write(word: u64) {
        // SAFETY: the words written are the default, or one that was read here.
        unsafe { asm!("msr fpcr, {}", in(reg) word, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod register {
    pub const DEFAULT: u64 = 0;
    pub const MODES: u64 = 0;
    #[cfg(test)]
    pub const FLUSHING: u64 = 0;

    pub fn read() -> u64 {
        0
    }

    pub fn write(_word: u64) {}
}

pub(super) use register::*;
