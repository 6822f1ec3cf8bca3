//! Row transfer modulo several numbers without common factors, for counts beyond one machine word.

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

    /// The number itself.
    pub fn value(self) -> u128 {
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn moduli_reach_560_bits() {
        assert_eq!(Modulus::beyond(300.0, 1).unwrap().len(), 6);
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
