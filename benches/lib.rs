//! Benches of quincunx; see `benches/*.rs` and `peers/`.
