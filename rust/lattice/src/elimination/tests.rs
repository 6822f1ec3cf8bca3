#![allow(clippy::unwrap_used)]

mod supply;
