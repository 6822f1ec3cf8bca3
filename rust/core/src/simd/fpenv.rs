//! The floating-point environment of a thread: rounding mode, flush-to-zero. A new thread inherits it, and a
//! library built with `-ffast-math` sets it at load, after which `1e-310 * 0.5` is 0. Runs reset it first.

use super::fpenv_asm::{DEFAULT, MODES, read, write};

/// Puts the calling thread into the default environment: round to nearest, subnormals kept, no traps.
pub fn reset() {
    if read() & MODES != DEFAULT {
        write(DEFAULT);
    }
}

/// Is the calling thread in the default environment?
pub fn is_default() -> bool {
    read() & MODES == DEFAULT
}

/// The default environment for as long as it lives; the former one comes back on drop, on the same thread.
#[derive(Debug)]
pub struct Guard {
    before: u64,
    thread_bound: std::marker::PhantomData<*const ()>,
}

impl Guard {
    /// Resets the calling thread.
    pub fn new() -> Self {
        let before = read();
        reset();
        Self {
            before,
            thread_bound: std::marker::PhantomData,
        }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if read() & MODES != self.before & MODES {
            write(self.before);
        }
    }
}

/// For tests: what a `-ffast-math` library leaves behind on the calling thread.
#[cfg(test)]
pub(crate) fn flush_subnormals() {
    write(super::fpenv_asm::FLUSHING);
}
