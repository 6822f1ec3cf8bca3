//! The schemes by name, and where each holds.

use quincunx_core::{Error, Result};

use super::step::StepGraph;
use super::{euler_maruyama, milstein};
use crate::law::{Calculus, Equation};

/// A one-step scheme of fixed step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `x + f h + g dW` (Maruyama 1955).
    EulerMaruyama,
    /// With the second-order noise terms (Milstein 1974), commutative noise.
    Milstein,
}

impl Scheme {
    /// All of them, the one of highest strong order first.
    pub const ALL: [Self; 2] = [Self::Milstein, Self::EulerMaruyama];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::EulerMaruyama => "EulerMaruyama",
            Self::Milstein => "Milstein",
        }
    }

    /// The schemes that hold for `equation`, the one of highest strong order first.
    pub fn that_hold(equation: &Equation) -> Vec<Self> {
        let hold = |s: &Self| s.why_not(equation).is_none();
        Self::ALL.into_iter().filter(hold).collect()
    }

    /// Refuses an equation for which the scheme does not converge, naming those that do.
    pub fn holds_for(self, equation: &Equation) -> Result<()> {
        let Some(why) = self.why_not(equation) else {
            return Ok(());
        };
        let others: Vec<String> = Self::that_hold(equation)
            .iter()
            .map(|s| format!("{}(dt)", s.name()))
            .collect();
        let remedy = match (others.as_slice(), equation.calculus()) {
            ([], Calculus::Stratonovich) => {
                "no method of this version holds: add 1/2 sum_k (dg_k/dx) g_k to the drift and write calculus='ito'".into()
            }
            ([], Calculus::Ito) => "no method of this version holds".into(),
            (some, _) => format!("methods that hold: {}", some.join(", ")),
        };
        Err(Error::Refused(format!("{}: {why}; {remedy}", self.name())))
    }

    fn why_not(self, equation: &Equation) -> Option<String> {
        let noise = equation.structure();
        match self {
            Self::EulerMaruyama
                if equation.calculus() == Calculus::Stratonovich && !noise.additive =>
            {
                Some("it converges to the Ito solution, and this equation is written in Stratonovich's calculus".into())
            }
            Self::Milstein if !noise.commutative => Some(format!(
                "it needs commutative noise, (dg_l/dx) g_k = (dg_k/dx) g_l, and this noise is {}",
                equation.noise_type()
            )),
            _ => None,
        }
    }

    /// One step over `h`, with normals of standard deviation `scale` per unit.
    pub(crate) fn step(self, equation: &Equation, h: f64, scale: f64) -> StepGraph {
        match self {
            Self::EulerMaruyama => euler_maruyama::step(equation, h, scale),
            Self::Milstein => milstein::step(equation, h, scale),
        }
    }
}
