//! The transient law of both models, with its bound: uniformisation in continuous time, products with P in discrete.

use quincunx_core::error::check::{fmt_f64, positive};
use quincunx_core::markov::{
    Csr, PoissonWeights, Product, Transient, Uniformised, Watch, weighted_powers,
};
use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use crate::matrix::{MarkovChain, MarkovJump};
use crate::stationary::{self, Route, Stationary};
use crate::structure::Classes;

/// What is asked of [`MarkovJump::transient`] and [`MarkovChain::transient`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Largest 1-norm error of truncation and of the steady state.
    pub tol: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { tol: 1e-12 }
    }
}

/// Largest number of states for which a limit law is worked out to end a long pass.
const LIMIT_STATES: usize = 20_000;

/// `p` is a law: as many entries as states, finite, >= 0, sum 1 within 1e-9.
fn check_law(p: &[f64], n: usize) -> Result<()> {
    if p.len() != n {
        return Err(Error::invalid(
            "p0",
            format!("{} entries", p.len()),
            format!("must have one entry per state, {n}"),
        ));
    }
    if let Some(i) = p.iter().position(|&v| !(v.is_finite() && v >= 0.0)) {
        return Err(Error::invalid_at(
            "p0",
            [i],
            fmt_f64(p[i]),
            "must be finite and >= 0",
        ));
    }
    let sum: f64 = p.iter().sum();
    if (sum - 1.0).abs() > 1e-9 {
        return Err(Error::invalid(
            "p0",
            format!("a law with sum {}", fmt_f64(sum)),
            "must sum to 1 within 1e-9",
        ));
    }
    Ok(())
}

impl MarkovJump {
    /// `p(t) = p0 exp(Q t)` for each of `times` (any order) by uniformisation: with `rate >= max |Q_ii|` and
    /// `P = I + Q / rate`, `p(t) = sum_k Poisson(k; rate t) p0 P^k`. One pass serves all times.
    pub fn transient(
        &self,
        p0: &[f64],
        times: &[f64],
        options: Options,
        pulse: &Pulse,
    ) -> Result<Transient> {
        let tol = positive("tol", options.tol)?;
        check_law(p0, self.n())?;
        let mut limit = Recurrence::new(
            self.edges(),
            |pulse| self.stationary(stationary::Options::default(), pulse),
            pulse,
        );
        Uniformised::new(self.edges(), self.exit()).transient(p0, times, tol, &mut limit, pulse)
    }
}

impl MarkovChain {
    /// `p0 P^k` for each of `steps` (any order) by repeated products.
    pub fn transient(
        &self,
        p0: &[f64],
        steps: &[i64],
        options: Options,
        pulse: &Pulse,
    ) -> Result<Transient> {
        let tol = positive("tol", options.tol)?;
        check_law(p0, self.n())?;
        let windows: Vec<PoissonWeights> = steps
            .iter()
            .enumerate()
            .map(|(k, &t)| match u64::try_from(t) {
                Ok(left) => Ok(PoissonWeights {
                    left,
                    weights: vec![1.0],
                    neglected: 0.0,
                }),
                Err(_) => Err(Error::invalid_at("t", [k], t, "must be >= 0")),
            })
            .collect::<Result<_>>()?;
        let (edges, diagonal) = self.stochastic();
        let product = Product::new(&edges, &diagonal);
        let mut limit = Recurrence::new(
            self.edges(),
            |pulse| self.stationary(stationary::Options::default(), pulse),
            pulse,
        );
        weighted_powers(&product, p0, &windows, tol, &mut limit, pulse)
    }
}

/// The limits of a chain: one law per recurrent class, worked out when first needed.
struct Recurrence<'a, F> {
    edges: &'a Csr,
    solve: F,
    pulse: &'a Pulse,
    known: Option<Option<(Classes, Stationary)>>,
}

impl<'a, F: Fn(&Pulse) -> Result<Stationary>> Recurrence<'a, F> {
    fn new(edges: &'a Csr, solve: F, pulse: &'a Pulse) -> Self {
        Self {
            edges,
            solve,
            pulse,
            known: None,
        }
    }

    fn work_out(&self) -> Result<Option<(Classes, Stationary)>> {
        let n = self.edges.n();
        let classes = Classes::of_edges(self.edges);
        if n > LIMIT_STATES || classes.recurrent_classes().count() * n > 10 * LIMIT_STATES {
            return Ok(None);
        }
        let laws = (self.solve)(self.pulse)?;
        // Only laws by elimination carry a bound on their own error.
        Ok((laws.route != Route::Multilevel).then_some((classes, laws)))
    }
}

impl<F: Fn(&Pulse) -> Result<Stationary>> Watch for Recurrence<'_, F> {
    /// Mass m_c in class c tends to m_c pi_c, what is still transient may land anywhere: the distance of every later
    /// law is at most `2 r + sum_c ||x_c - m_c pi_c||_1`, r the transient mass, for P contracts each term.
    fn limit(&mut self, x: &[f64]) -> Result<Option<(Vec<f64>, f64)>> {
        let known = match self.known.take() {
            Some(known) => known,
            None => self.work_out()?,
        };
        let answer = known.as_ref().map(|(classes, laws)| {
            let n = x.len();
            let mut rest = vec![0.0; n];
            let mut settled = 0.0;
            let mut distance = n as f64 * f64::EPSILON;
            for (law, c) in laws.laws.chunks_exact(n).zip(classes.recurrent_classes()) {
                let states = classes.states(c);
                let mass: f64 = states.iter().map(|&i| x[i as usize]).sum();
                settled += mass;
                for &i in states {
                    let i = i as usize;
                    rest[i] = mass * law[i];
                    distance += (x[i] - rest[i]).abs();
                }
            }
            let total: f64 = x.iter().sum();
            distance += 2.0 * (total - settled).max(0.0);
            (rest, distance)
        });
        self.known = Some(known);
        Ok(answer)
    }
}
