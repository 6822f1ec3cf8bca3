//! `exp(tG) v` for a rate operator `G` by uniformisation.
//!
//! With `q >= max_i exit_i` and `P = I + G/q`, `exp(tG) v = sum_k Pois(k; qt) P^k v`. All terms are
//! nonnegative, so the error is the neglected Poisson mass: a guaranteed bound.
//! Reference: W. K. Grassmann, "Transient solutions in Markovian queueing systems",
//! Comput. Oper. Res. 4 (1977) 47.

use rayon::prelude::*;

use super::PoissonWeights;
use crate::error::check;
use crate::run::Pulse;
use crate::{Error, Result};

/// Rows handled together; parallel work starts at two of these.
const ROWS: usize = 8192;
/// The change per product is measured once in so many products.
const STEADY_EVERY: u64 = 50;
/// More products than this are refused with the number.
const MAX_PRODUCTS: u64 = 100_000_000;

/// In which norm the error is bounded: it must not grow under `P`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// `sum_i |v_i|`: probability vectors, `G = Q^T`.
    One,
    /// `max_i |v_i|`: functions of the state, `G = Q`.
    Max,
}

/// A rate operator in gathered (CSR) form, ready for uniformisation:
/// `(G v)_i = sum_k values[k] v[columns[k]] - exit_i v_i` over `k` in `offsets[i]..offsets[i+1]`.
#[derive(Clone, Debug)]
pub struct Uniformised {
    offsets: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
    stay: Vec<f64>,
    rate: f64,
}

/// `exp(t_j G) v` at each time.
#[derive(Clone, Debug)]
pub struct Evolution {
    /// One vector per time.
    pub values: Vec<Vec<f64>>,
    /// Per time the guaranteed bound of the error, in the norm asked for, relative to the start.
    pub bound: Vec<f64>,
    /// Number of products with `P`.
    pub products: u64,
}

impl Uniformised {
    /// Takes rows of nonnegative off-diagonal rates and the exit rates. `what` is the public name of
    /// the matrix in messages.
    pub fn new(
        what: &str,
        offsets: Vec<usize>,
        columns: Vec<u32>,
        mut values: Vec<f64>,
        exit: &[f64],
    ) -> Result<Self> {
        let n = exit.len();
        let shaped = offsets.len() == n + 1
            && offsets.first() == Some(&0)
            && offsets.last() == Some(&values.len())
            && offsets.is_sorted()
            && columns.len() == values.len()
            && columns.iter().all(|&c| (c as usize) < n);
        if !shaped {
            return Err(Error::Internal(format!("{what}: rows do not fit together")));
        }
        check::all(what, &values, "must be finite and >= 0", |v| {
            v.is_finite() && v >= 0.0
        })?;
        check::all(what, exit, "must be finite and >= 0", |v| {
            v.is_finite() && v >= 0.0
        })?;
        let rate = exit.iter().fold(0.0_f64, |a, &b| a.max(b));
        if rate > 0.0 {
            values.iter_mut().for_each(|v| *v /= rate);
        }
        let stay = exit
            .iter()
            .map(|&e| if rate > 0.0 { (rate - e) / rate } else { 1.0 })
            .collect();
        Ok(Self {
            offsets,
            columns,
            values,
            stay,
            rate,
        })
    }

    /// Number of states.
    pub fn len(&self) -> usize {
        self.stay.len()
    }

    /// True without states.
    pub fn is_empty(&self) -> bool {
        self.stay.is_empty()
    }

    /// The uniformisation rate `q = max_i exit_i`.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// `out = P v`. Rows are independent: the same bits for any number of threads.
    pub fn apply(&self, v: &[f64], out: &mut [f64]) {
        if out.len() < 2 * ROWS {
            self.apply_rows(v, 0, out);
        } else {
            out.par_chunks_mut(ROWS)
                .enumerate()
                .for_each(|(block, rows)| self.apply_rows(v, block * ROWS, rows));
        }
    }

    fn apply_rows(&self, v: &[f64], first: usize, out: &mut [f64]) {
        for (i, slot) in (first..).zip(out.iter_mut()) {
            let row = self.offsets[i]..self.offsets[i + 1];
            let mut sum = self.stay[i] * v[i];
            for (&c, &p) in self.columns[row.clone()].iter().zip(&self.values[row]) {
                sum += p * v[c as usize];
            }
            *slot = sum;
        }
    }

    /// `exp(t_j G) start` for increasing `times >= 0`, in one pass that shares the powers. Half of
    /// `tol` pays for the Poisson tails, half for stopping once `P^k v` has become steady.
    pub fn evolve(
        &self,
        start: &[f64],
        times: &[f64],
        tol: f64,
        norm: Norm,
        pulse: &Pulse,
    ) -> Result<Evolution> {
        self.evolve_while(start, times, tol, norm, pulse, |_| true)?
            .ok_or_else(|| Error::Internal("evolve: nothing asked it to stop".into()))
    }

    /// Like [`evolve`](Self::evolve), but gives `None` as soon as `go_on(P^k v)` is false. It is asked
    /// now and then while all but `tol` of the weight of the last time still lies ahead: what has
    /// been absorbed by then is absorbed at the last time too.
    pub fn evolve_while(
        &self,
        start: &[f64],
        times: &[f64],
        tol: f64,
        norm: Norm,
        pulse: &Pulse,
        go_on: impl FnMut(&[f64]) -> bool,
    ) -> Result<Option<Evolution>> {
        if start.len() != self.len() {
            return Err(Error::Internal("evolve: start has another length".into()));
        }
        check::all("t", times, "must be finite, >= 0 and increasing", |t| {
            t.is_finite() && t >= 0.0
        })?;
        if !times.is_sorted() {
            return Err(Error::Refused("t: times must be increasing".into()));
        }
        let windows = times
            .iter()
            .map(|t| PoissonWeights::new(self.rate * t, tol / 2.0))
            .collect::<Result<Vec<_>>>()?;
        let last = windows.iter().map(PoissonWeights::right).max().unwrap_or(0);
        if last > MAX_PRODUCTS {
            return Err(Error::Refused(format!(
                "t: {last} products with a matrix of {} entries are needed (largest exit rate {:?} x time), \
                 more than {MAX_PRODUCTS}: ask for shorter times",
                self.values.len(),
                self.rate
            )));
        }
        self.sweep(start, &windows, (tol, norm), pulse, go_on)
    }

    fn sweep(
        &self,
        start: &[f64],
        windows: &[PoissonWeights],
        (tol, norm): (f64, Norm),
        pulse: &Pulse,
        mut go_on: impl FnMut(&[f64]) -> bool,
    ) -> Result<Option<Evolution>> {
        let last = windows.iter().map(PoissonWeights::right).max().unwrap_or(0);
        let sure = windows.iter().map(|w| w.left).max().unwrap_or(0);
        let mut values = vec![vec![0.0; self.len()]; windows.len()];
        let mut bound: Vec<f64> = windows
            .iter()
            .map(|w| w.neglected + (w.right() + 1) as f64 * f64::EPSILON)
            .collect();
        let (mut v, mut next) = (start.to_vec(), vec![0.0; self.len()]);
        let mut k = 0;
        pulse.expect(last);
        loop {
            pulse.check()?;
            for (w, out) in windows.iter().zip(&mut values) {
                add_scaled(w.at(k), &v, out);
            }
            if k == last {
                break;
            }
            self.apply(&v, &mut next);
            if k % STEADY_EVERY == STEADY_EVERY - 1 {
                if k <= sure && !go_on(&v) {
                    return Ok(None);
                }
                let change = (last - k) as f64 * distance(&v, &next, norm);
                if change <= tol / 2.0 {
                    for ((w, out), b) in windows.iter().zip(&mut values).zip(&mut bound) {
                        if w.right() > k {
                            let rest = w.left.max(k + 1)..=w.right();
                            add_scaled(rest.map(|j| w.at(j)).sum(), &next, out);
                            *b += change;
                        }
                    }
                    pulse.add(last - k);
                    break;
                }
            }
            std::mem::swap(&mut v, &mut next);
            k += 1;
            pulse.add(1);
        }
        Ok(Some(Evolution {
            values,
            bound,
            products: k,
        }))
    }
}

fn add_scaled(w: f64, v: &[f64], out: &mut [f64]) {
    if w > 0.0 {
        out.iter_mut().zip(v).for_each(|(o, x)| *o += w * x);
    }
}

fn distance(a: &[f64], b: &[f64], norm: Norm) -> f64 {
    let terms = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    match norm {
        Norm::One => terms.sum(),
        Norm::Max => terms.fold(0.0, f64::max),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn two_states(a: f64, b: f64) -> Uniformised {
        // Q = [[-a, a], [b, -b]], gathered form of Q^T.
        Uniformised::new("Q", vec![0, 1, 2], vec![1, 0], vec![b, a], &[a, b]).unwrap()
    }

    #[test]
    fn two_states_follow_the_closed_form() {
        let (a, b): (f64, f64) = (0.7, 1.9);
        let times = [0.0, 0.3, 2.0, 40.0, 4000.0];
        let out = two_states(a, b)
            .evolve(&[1.0, 0.0], &times, 1e-13, Norm::One, &Pulse::new())
            .unwrap();
        for ((t, p), bound) in times.iter().zip(&out.values).zip(&out.bound) {
            let exact = b / (a + b) + a / (a + b) * libm::exp(-(a + b) * t);
            assert!((p[0] - exact).abs() < 1e-13 + bound, "t = {t}");
            assert!((p[0] + p[1] - 1.0).abs() < 1e-12);
        }
        assert!(out.products < 500, "the steady law was not noticed");
    }

    #[test]
    fn leaking_mass_is_a_plain_exponential() {
        let leak = Uniformised::new("Q", vec![0, 0], vec![], vec![], &[2.0]).unwrap();
        let out = leak
            .evolve(&[1.0], &[0.5], 1e-14, Norm::One, &Pulse::new())
            .unwrap();
        assert!((out.values[0][0] - libm::exp(-1.0)).abs() < 1e-14);
    }

    #[test]
    fn a_cancelled_pulse_stops_the_work() {
        let pulse = Pulse::new();
        pulse.cancel();
        let out = two_states(1.0, 1.0).evolve(&[1.0, 0.0], &[1.0], 1e-9, Norm::One, &pulse);
        assert!(matches!(out, Err(Error::Cancelled)));
    }

    #[test]
    fn no_rates_means_no_motion() {
        let still = Uniformised::new("Q", vec![0, 0], vec![], vec![], &[0.0]).unwrap();
        let out = still
            .evolve(&[1.0], &[1e12], 1e-9, Norm::Max, &Pulse::new())
            .unwrap();
        assert_eq!(out.values[0], [1.0]);
    }
}
