//! Named laws with exact transitions in one dimension.

use quincunx_core::Result;
use quincunx_core::error::check;

/// A law whose value at any later time can be drawn at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// `dx = theta (mu - x) dt + sigma dW` (Uhlenbeck and Ornstein 1930).
    OrnsteinUhlenbeck {
        /// Rate of return.
        theta: f64,
        /// Where to.
        mu: f64,
        /// Noise.
        sigma: f64,
    },
    /// `dx = mu x dt + sigma x dW`, in Ito's calculus.
    GeometricBrownian {
        /// Rate of growth of the mean.
        mu: f64,
        /// Noise relative to x.
        sigma: f64,
    },
}

/// One transition: `x' = shift + factor x + spread z`, or `x' = x exp(shift + spread z)`, z standard normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Transition {
    pub geometric: bool,
    pub shift: f64,
    pub factor: f64,
    pub spread: f64,
}

impl Law {
    /// An Ornstein-Uhlenbeck process; `theta` may have any sign.
    pub fn ornstein_uhlenbeck(theta: f64, mu: f64, sigma: f64) -> Result<Self> {
        Ok(Self::OrnsteinUhlenbeck {
            theta: check::finite("theta", theta)?,
            mu: check::finite("mu", mu)?,
            sigma: check::non_negative("sigma", sigma)?,
        })
    }

    /// A geometric Brownian motion.
    pub fn geometric_brownian(mu: f64, sigma: f64) -> Result<Self> {
        Ok(Self::GeometricBrownian {
            mu: check::finite("mu", mu)?,
            sigma: check::non_negative("sigma", sigma)?,
        })
    }

    /// The mean of x a time `t` after it was `x0`.
    pub fn mean(&self, t: f64, x0: f64) -> f64 {
        match *self {
            Self::OrnsteinUhlenbeck { theta, mu, .. } => mu + (x0 - mu) * libm::exp(-theta * t),
            Self::GeometricBrownian { mu, .. } => x0 * libm::exp(mu * t),
        }
    }

    /// The variance of x a time `t` after it was `x0`.
    pub fn variance(&self, t: f64, x0: f64) -> f64 {
        match *self {
            Self::OrnsteinUhlenbeck { theta, sigma, .. } => {
                sigma * sigma * integrated_decay(2.0 * theta, t)
            }
            Self::GeometricBrownian { mu, sigma } => {
                x0 * x0 * libm::exp(2.0 * mu * t) * libm::expm1(sigma * sigma * t)
            }
        }
    }

    /// The transition over a time `h`.
    pub(super) fn transition(&self, h: f64) -> Transition {
        match *self {
            Self::OrnsteinUhlenbeck { theta, mu, .. } => Transition {
                geometric: false,
                shift: -mu * libm::expm1(-theta * h),
                factor: libm::exp(-theta * h),
                spread: self.variance(h, 0.0).sqrt(),
            },
            Self::GeometricBrownian { mu, sigma } => Transition {
                geometric: true,
                shift: (mu - 0.5 * sigma * sigma) * h,
                factor: 1.0,
                spread: sigma * h.sqrt(),
            },
        }
    }
}

/// `int_0^t exp(-rate s) ds`, also for rate 0.
fn integrated_decay(rate: f64, t: f64) -> f64 {
    if rate == 0.0 {
        t
    } else {
        -libm::expm1(-rate * t) / rate
    }
}
