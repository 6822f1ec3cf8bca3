//! Counts beyond one machine word: sums modulo several numbers without common factors, put together at the end.

use num_bigint::BigUint;

/// Arithmetic modulo `2^64` (which wraps by itself) or `2^bits - 1` (where the bits above fall back to the bottom: a
/// shift and a sum, on every instruction set).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modulus {
    bits: u32,
}

/// Exponents without common factors: neither have the numbers `2^bits - 1` any.
const EXPONENTS: [u32; 10] = [61, 59, 57, 55, 53, 49, 47, 43, 41, 37];

impl Modulus {
    /// Moduli whose product is beyond `2^bits`, for sums that grow by `growth` bits from one reduction to the next.
    pub fn beyond(bits: f64, growth: u32) -> Option<Vec<Self>> {
        let mut moduli = vec![Self { bits: 64 }];
        let mut product = 64.0;
        let mut others = EXPONENTS.iter().filter(|&&e| 63 - e >= growth);
        while product <= bits {
            let &bits = others.next()?;
            moduli.push(Self { bits });
            product += f64::from(bits) - 1e-9;
        }
        Some(moduli)
    }

    /// Bits by which a reduced number may grow.
    pub fn room(self) -> u32 {
        if self.bits == 64 {
            u32::MAX
        } else {
            63 - self.bits
        }
    }

    /// A number of the same class, at most a few above the modulus.
    #[inline(always)]
    pub fn reduce(self, x: u64) -> u64 {
        if self.bits == 64 {
            return x;
        }
        (x & ((1 << self.bits) - 1)) + (x >> self.bits)
    }

    /// As [`Modulus::reduce`], for a row of numbers.
    #[inline(always)]
    pub fn reduce_all(self, row: &mut [u64]) {
        if self.bits < 64 {
            row.iter_mut().for_each(|x| *x = self.reduce(*x));
        }
    }

    fn value(self) -> u128 {
        if self.bits == 64 {
            1 << 64
        } else {
            (1 << self.bits) - 1
        }
    }

    /// `a + b c`, fully reduced.
    pub fn multiply_add(self, a: u64, b: u64, c: u64) -> u64 {
        let m = self.value();
        ((u128::from(a) + u128::from(b) * u128::from(c)) % m) as u64
    }

    /// `x` with `a x = 1`, for `a` without factors of the modulus, by Euclid's algorithm.
    fn inverse(self, a: u64) -> u64 {
        let m = self.value() as i128;
        let (mut r, mut s) = ([m, i128::from(a) % m], [0_i128, 1]);
        while r[1] != 0 {
            let quotient = r[0] / r[1];
            r = [r[1], r[0] - quotient * r[1]];
            s = [s[1], s[0] - quotient * s[1]];
        }
        s[0].rem_euclid(m) as u64
    }
}

/// The numbers below the product of the moduli that have the given remainders: `remainders[modulus][entry]`.
pub(super) fn joined(moduli: &[Modulus], remainders: &[Vec<u64>]) -> Vec<BigUint> {
    let mut numbers = vec![BigUint::ZERO; remainders.first().map_or(0, Vec::len)];
    let mut product = BigUint::from(1_u8);
    for (modulus, remainders) in moduli.iter().zip(remainders) {
        let m = BigUint::from(modulus.value());
        let low = |x: &BigUint| (x % &m).iter_u64_digits().next().unwrap_or(0);
        let inverse = modulus.inverse(low(&product));
        for (number, &remainder) in numbers.iter_mut().zip(remainders) {
            let missing = modulus.value() - u128::from(low(number)) + u128::from(remainder);
            let digit = (missing % modulus.value()) as u64;
            *number += &product * modulus.multiply_add(0, digit, inverse);
        }
        product *= m;
    }
    numbers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_long_number_comes_back_from_its_remainders() {
        let number = BigUint::from(3_u8).pow(180) + 7_u8;
        let moduli = Modulus::beyond(300.0, 1).unwrap();
        assert_eq!(moduli.len(), 6);
        let remainders: Vec<Vec<u64>> = moduli
            .iter()
            .map(|m| {
                vec![
                    (&number % m.value()).iter_u64_digits().next().unwrap_or(0),
                    5,
                ]
            })
            .collect();
        assert_eq!(joined(&moduli, &remainders), [number, BigUint::from(5_u8)]);
        assert!(Modulus::beyond(600.0, 1).is_none());
    }

    #[test]
    fn a_reduced_number_stays_in_its_class() {
        for modulus in Modulus::beyond(400.0, 2).unwrap() {
            for x in [0, 1, u64::MAX, u64::MAX - 12, 1 << 61] {
                let y = modulus.reduce(x);
                assert_eq!(
                    u128::from(x) % modulus.value(),
                    u128::from(y) % modulus.value()
                );
                assert!(u128::from(y) < modulus.value() + (1 << 27));
            }
        }
    }
}
