//! Switching processes: renewal paths and excursion laws.
#![forbid(unsafe_code)]
