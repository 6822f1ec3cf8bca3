#![allow(clippy::unwrap_used)]

mod agreement;
mod properties;
mod supply;
