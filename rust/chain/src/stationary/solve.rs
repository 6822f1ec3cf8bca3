//! Which way to the stationary law, one law per recurrent class.

use quincunx_core::error::check::positive;
use quincunx_core::markov::Csr;
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use super::elimination::eliminate;
use super::gth::gth;
use super::multilevel::multilevel;
use super::square::Square;
use crate::matrix::{MarkovChain, MarkovJump};
use crate::structure::Classes;

/// Classes up to this size are eliminated densely,
const DENSE: usize = 256;
/// and up to this size if they hold more than one entry in `FULL` of the matrix.
const DENSE_FULL: usize = 8192;
const FULL: usize = 10;
/// Sparse elimination is tried up to this many states, or for chains with hardly more edges than a tree,
const SPARSE: usize = 150_000;
/// and given up beyond this many multiplications.
const WORK: u64 = 3_000_000_000;
/// More bytes of laws than this are refused.
const LARGEST: u128 = 8_000_000_000;

/// How a law was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Dense elimination without subtraction: relative accuracy of every entry.
    Dense,
    /// Sparse elimination without subtraction: relative accuracy of every entry.
    Sparse,
    /// Multilevel iteration to the residual asked for.
    Multilevel,
}

/// What is asked of [`MarkovChain::stationary`] and [`MarkovJump::stationary`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Largest residual `||x P - x||_1`, or `||x Q||_1 / max |Q_ii|`, of an iterated law.
    pub tol: f64,
    /// The way to take; None chooses by size and density.
    pub route: Option<Route>,
    /// True for one law per recurrent class; else a chain with several of them is refused.
    pub all: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tol: 1e-12,
            route: None,
            all: true,
        }
    }
}

/// The stationary laws of the recurrent classes: the extreme points of all stationary laws.
#[derive(Clone, Debug)]
pub struct Stationary {
    /// One law per recurrent class, row-major, classes in topological order.
    pub laws: Vec<f64>,
    /// Number of laws.
    pub count: usize,
    /// The largest residual.
    pub residual: f64,
    /// Cycles of the iteration, 0 for elimination.
    pub iterations: usize,
    /// The least accurate route taken.
    pub route: Route,
}

/// The stationary laws of the chain with the given off-diagonal weights. `scale`: unit of the residual.
fn stationary(edges: &Csr, scale: f64, options: Options, pulse: &Pulse) -> Result<Stationary> {
    let tol = positive("tol", options.tol)?;
    let n = edges.n();
    let classes = Classes::of_edges(edges);
    let count = classes.recurrent_classes().count();
    if count > 1 && !options.all {
        return Err(not_unique(&classes));
    }
    let bytes = count as u128 * n as u128 * 8;
    if bytes > LARGEST {
        return Err(Error::TooLarge {
            what: format!("{count} stationary laws of {n} states"),
            bytes,
            limit: LARGEST,
            remedy: "restrict the chain to one recurrent class (classes()) and ask for its law"
                .into(),
        });
    }
    let mut out = Stationary {
        laws: vec![0.0; count * n],
        count,
        residual: 0.0,
        iterations: 0,
        route: Route::Dense,
    };
    for (row, c) in out
        .laws
        .chunks_exact_mut(n)
        .zip(classes.recurrent_classes())
    {
        let states = classes.states(c);
        let part = (states.len() < n).then(|| edges.restrict(states));
        let part = part.as_ref().unwrap_or(edges);
        let law = class_law(part, scale, tol, options.route, pulse)?;
        for (&i, &v) in states.iter().zip(&law.x) {
            row[i as usize] = v;
        }
        out.residual = out.residual.max(law.residual);
        out.iterations = out.iterations.max(law.iterations);
        if law.route as u8 > out.route as u8 {
            out.route = law.route;
        }
    }
    Ok(out)
}

/// Names the recurrent classes by their first states.
fn not_unique(classes: &Classes) -> Error {
    let shown: Vec<String> = classes
        .recurrent_classes()
        .take(4)
        .map(|c| {
            let states = classes.states(c);
            let mut names: Vec<String> = states.iter().take(4).map(u32::to_string).collect();
            if states.len() > names.len() {
                names.push("...".into());
            }
            format!("{{{}}}", names.join(", "))
        })
        .collect();
    let count = classes.recurrent_classes().count();
    let more = if count > shown.len() { ", ..." } else { "" };
    Error::Refused(format!(
        "the stationary law is not unique: the chain has {count} recurrent classes, {}{more}; stationary(all=True) \
         gives one law per class",
        shown.join(", ")
    ))
}

/// The law of one recurrent class.
struct Law {
    x: Vec<f64>,
    residual: f64,
    iterations: usize,
    route: Route,
}

fn class_law(
    edges: &Csr,
    scale: f64,
    tol: f64,
    route: Option<Route>,
    pulse: &Pulse,
) -> Result<Law> {
    let n = edges.n();
    let full = n <= DENSE_FULL && edges.nnz() > n * n / FULL;
    let direct = |x: Vec<f64>, route| Law {
        residual: residual(edges, &x) / scale,
        iterations: 0,
        x,
        route,
    };
    if route == Some(Route::Dense) || (route.is_none() && (n <= DENSE || full)) {
        let x = gth(Square::of(edges), pulse)?;
        return Ok(direct(x, Route::Dense));
    }
    let thin = edges.nnz() <= 2 * n + n / 5;
    if route == Some(Route::Sparse) || (route.is_none() && (n <= SPARSE || thin)) {
        let work = if route.is_none() { WORK } else { u64::MAX };
        if let Some(x) = eliminate(edges, &edges.transpose(), work, pulse)? {
            return Ok(direct(x, Route::Sparse));
        }
    }
    let found = multilevel(edges, scale, tol, pulse)?;
    Ok(Law {
        x: found.x,
        residual: found.residual,
        iterations: found.cycles,
        route: Route::Multilevel,
    })
}

/// `||x Q||_1`.
fn residual(edges: &Csr, x: &[f64]) -> f64 {
    let mut inflow = vec![0.0; edges.n()];
    for (i, &x) in x.iter().enumerate() {
        edges.entries(i).for_each(|(j, v)| inflow[j] += x * v);
    }
    let balance = |(j, inflow): (usize, f64)| {
        let exit: f64 = edges.row(j).1.iter().sum();
        (inflow - x[j] * exit).abs()
    };
    inflow.into_iter().enumerate().map(balance).sum()
}

impl MarkovChain {
    /// The laws with `pi P = pi`, one per recurrent class. Only off-diagonal entries are used, nothing is
    /// subtracted: on the eliminating routes each entry has a relative error of order n 2^-53.
    pub fn stationary(&self, options: Options, pulse: &Pulse) -> Result<Stationary> {
        stationary(self.edges(), 1.0, options, pulse)
    }
}

impl MarkovJump {
    /// The laws with `pi Q = 0`, one per recurrent class; see [`MarkovChain::stationary`].
    pub fn stationary(&self, options: Options, pulse: &Pulse) -> Result<Stationary> {
        let fastest = self.exit().iter().copied().fold(0.0, f64::max);
        let scale = if fastest > 0.0 { fastest } else { 1.0 };
        stationary(self.edges(), scale, options, pulse)
    }
}
