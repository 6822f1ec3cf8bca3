//! Reference numbers and laws in closed form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod stationary_laws;
mod transient_laws;

use quincunx_chain::stationary::{self, Route};
use quincunx_chain::{Input, MarkovChain, MarkovJump};

fn chain(n: usize, values: &[f64]) -> MarkovChain {
    MarkovChain::new(Input::Dense {
        rows: n,
        columns: n,
        values,
    })
    .unwrap()
}

fn jump(n: usize, values: &[f64]) -> MarkovJump {
    MarkovJump::new(Input::Dense {
        rows: n,
        columns: n,
        values,
    })
    .unwrap()
}

const ROUTES: [Option<Route>; 2] = [Some(Route::Dense), Some(Route::Sparse)];

fn options(route: Option<Route>) -> stationary::Options {
    stationary::Options {
        tol: 1e-13,
        route,
        all: true,
    }
}

fn close(a: &[f64], b: &[f64], tol: f64) {
    assert_eq!(a.len(), b.len());
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!(
            (x - y).abs() <= tol * y.abs(),
            "[{i}] {x:e} {y:e} {:e}",
            x / y - 1.0
        );
    }
}
