//! Poisson weights without underflow or overflow (after Fox and Glynn).

/// Weights of the powers `left, left + 1, ...` of a matrix; they sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The first power with a weight.
    pub left: u64,
    /// The weights, in order.
    pub weights: Vec<f64>,
}

impl Window {
    /// All weight on one power.
    pub fn point(power: u64) -> Self {
        Self {
            left: power,
            weights: vec![1.0],
        }
    }

    /// The last power with a weight.
    pub fn right(&self) -> u64 {
        self.left + self.weights.len() as u64 - 1
    }

    /// The window of the Poisson law of mean `q` outside which less than `eps / 2` of it lies, renormalised:
    /// any law averaged with these weights is within `eps` (1-norm) of the full average.
    ///
    /// From `w_m = 1`, `m = floor(q)`: down `w_{k-1} = w_k k / q` until `w_k k / (q - k) <= delta`, up
    /// `w_{k+1} = w_k q / (k + 1)` until `w_k q / (k + 1 - q) <= delta`, `delta = (eps / 8) max(1, sqrt q)`: the
    /// two expressions bound the tails by geometric series, and the sum of all w is at least `max(1, sqrt q)`.
    /// `exp(-q)` is never formed.
    ///
    /// Fox, Glynn, Computing Poisson probabilities, Comm. ACM 31 (1988) 440-445.
    pub fn poisson(q: f64, eps: f64) -> Self {
        if q <= 0.0 {
            return Self::point(0);
        }
        let delta = eps / 8.0 * q.sqrt().max(1.0);
        let mode = q.floor();
        let mut down = Vec::new();
        let (mut k, mut w) = (mode, 1.0);
        while k > 0.0 && !(k < q && w * k / (q - k) <= delta) {
            w *= k / q;
            k -= 1.0;
            down.push(w);
        }
        let left = k as u64;
        let mut weights: Vec<f64> = down.into_iter().rev().collect();
        weights.push(1.0);
        (k, w) = (mode, 1.0);
        while w * q / (k + 1.0 - q) > delta {
            w *= q / (k + 1.0);
            k += 1.0;
            weights.push(w);
        }
        let sum = sum_from_ends(&weights);
        weights.iter_mut().for_each(|w| *w /= sum);
        Self { left, weights }
    }
}

/// The sum of weights with one hump, from the small ends to the middle.
fn sum_from_ends(weights: &[f64]) -> f64 {
    let (mut i, mut j) = (0, weights.len());
    let mut sum = 0.0;
    while i < j {
        if weights[i] <= weights[j - 1] {
            sum += weights[i];
            i += 1;
        } else {
            j -= 1;
            sum += weights[j];
        }
    }
    sum
}

/// The least R such that a Poisson variable of mean `q` is larger than R with probability <= `tail`.
pub fn right_point(q: f64, tail: f64) -> u64 {
    let window = Window::poisson(q, tail * 1e-6);
    let mut beyond = 0.0;
    for (k, w) in window.weights.iter().enumerate().rev() {
        beyond += w;
        if beyond > tail {
            return window.left + k as u64;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_points() {
        let cases = [(1.0, 11, 14), (50.0, 94, 107), (1000.0, 1182, 1230)];
        for (q, r8, r12) in cases {
            assert_eq!((right_point(q, 1e-8), right_point(q, 1e-12)), (r8, r12));
        }
    }

    #[test]
    fn weights_are_the_poisson_law() {
        for q in [1e-9, 0.3, 1.0, 7.5, 300.0, 1e5] {
            let window = Window::poisson(q, 1e-13);
            let sum: f64 = window.weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-13);
            for (k, &w) in window.weights.iter().enumerate() {
                let k = (window.left + k as u64) as f64;
                let exact = libm::exp(k * libm::log(q) - q - libm::lgamma(k + 1.0));
                // The oracle's logarithms lose their leading digits.
                let tol = 1e-13 + 1e-15 * (q + k) * libm::log(q + k + 2.0);
                assert!(
                    (w - exact).abs() < tol * exact + 1e-13,
                    "{q} {k} {w} {exact}"
                );
            }
        }
        assert_eq!(Window::poisson(0.0, 1e-12), Window::point(0));
        let far = Window::poisson(1e12, 1e-12);
        assert!(far.left < 1_000_000_000_000 && far.right() > 1_000_000_000_000);
    }
}
