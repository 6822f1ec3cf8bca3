//! A number carried together with its first and second derivative along one line.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `f`, `f'`, `f''` at one point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Jet<T = f64> {
    /// The function.
    pub value: T,
    /// Its derivative.
    pub first: T,
    /// Its second derivative.
    pub second: T,
}

impl Jet {
    /// A number that does not vary.
    pub fn constant(value: f64) -> Self {
        Self {
            value,
            first: 0.0,
            second: 0.0,
        }
    }

    /// `g(self)`, from `g`, `g'`, `g''` at the value.
    fn chain(self, g: f64, first: f64, second: f64) -> Self {
        Self {
            value: g,
            first: first * self.first,
            second: second * self.first * self.first + first * self.second,
        }
    }

    /// Natural logarithm.
    pub fn ln(self) -> Self {
        let inverse = 1.0 / self.value;
        self.chain(self.value.ln(), inverse, -inverse * inverse)
    }

    /// `ln(1 + self)`.
    pub fn ln_1p(self) -> Self {
        let inverse = 1.0 / (1.0 + self.value);
        self.chain(self.value.ln_1p(), inverse, -inverse * inverse)
    }

    /// Square root.
    pub fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, 0.5 / root, -0.25 / (root * self.value))
    }

    /// `self^n`, also at zero.
    pub fn power(self, n: usize) -> Self {
        let k = n as f64;
        let lower = |by: usize| {
            if n >= by {
                self.value.powf(k - by as f64)
            } else {
                0.0
            }
        };
        self.chain(lower(0), k * lower(1), k * (k - 1.0) * lower(2))
    }

    /// `self^2`.
    pub fn square(self) -> Self {
        self * self
    }

    /// `self` times a number.
    pub fn scale(self, factor: f64) -> Self {
        self * Self::constant(factor)
    }
}

impl<T: Add<Output = T>> Add for Jet<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            first: self.first + other.first,
            second: self.second + other.second,
        }
    }
}

impl Neg for Jet {
    type Output = Self;
    fn neg(self) -> Self {
        self.scale(-1.0)
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<T: Copy + Add<Output = T> + Mul<Output = T>> Mul for Jet<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let cross = self.first * other.first;
        Self {
            value: self.value * other.value,
            first: self.first * other.value + self.value * other.first,
            second: self.second * other.value + (cross + cross) + self.value * other.second,
        }
    }
}

impl Div for Jet {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let inverse = 1.0 / other.value;
        self * other.chain(inverse, -inverse * inverse, 2.0 * inverse.powi(3))
    }
}
