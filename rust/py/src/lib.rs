//! The border to Python: the only crate that knows it.
