//! The number that has given remainders, digit by digit in the mixed radix of the moduli (Garner).

use num_bigint::BigUint;

/// The numbers below the product of the moduli (at most 2^64, without common factors) that have the given remainders:
/// `remainders[modulus][entry]`.
pub fn joined(moduli: &[u128], remainders: &[Vec<u64>]) -> Vec<BigUint> {
    let mut numbers = vec![BigUint::ZERO; remainders.first().map_or(0, Vec::len)];
    let mut product = BigUint::from(1_u8);
    for (&modulus, remainders) in moduli.iter().zip(remainders) {
        let m = BigUint::from(modulus);
        let low = |x: &BigUint| (x % &m).iter_u64_digits().next().unwrap_or(0);
        let inverse = inverse(low(&product), modulus);
        for (number, &remainder) in numbers.iter_mut().zip(remainders) {
            let missing = modulus - u128::from(low(number)) + u128::from(remainder);
            let digit = missing % modulus * inverse % modulus;
            *number += &product * digit as u64;
        }
        product *= m;
    }
    numbers
}

/// `x` with `a x = 1` modulo a number that has no factor in common with `a`, by Euclid's algorithm.
fn inverse(a: u64, modulus: u128) -> u128 {
    let m = modulus as i128;
    let (mut r, mut s) = ([m, i128::from(a) % m], [0_i128, 1]);
    while r[1] != 0 {
        let quotient = r[0] / r[1];
        r = [r[1], r[0] - quotient * r[1]];
        s = [s[1], s[0] - quotient * s[1]];
    }
    s[0].rem_euclid(m) as u128
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::residues::primes;

    fn come_back(moduli: &[u128], numbers: &[BigUint]) {
        let by = |m: &u128| -> Vec<u64> {
            let remainders = numbers.iter().map(|number| number % *m);
            remainders
                .map(|r| r.iter_u64_digits().next().unwrap_or(0))
                .collect()
        };
        let remainders: Vec<Vec<u64>> = moduli.iter().map(by).collect();
        assert_eq!(joined(moduli, &remainders), numbers);
    }

    #[test]
    fn long_numbers_come_back_from_their_remainders() {
        let mut numbers: Vec<BigUint> = [0, 1, 40, 61, 62, 64, 127, 128, 200]
            .map(|bits| BigUint::from(2_u8).pow(bits))
            .to_vec();
        numbers.push(BigUint::from(3_u8).pow(150) + 7_u8);
        numbers.push(BigUint::ZERO);
        let by_primes: Vec<u128> = primes(5).into_iter().map(u128::from).collect();
        come_back(&by_primes, &numbers);
        let powers = [64, 61, 59, 57, 55].map(|e| (1_u128 << e) - u128::from(e < 64));
        come_back(&powers, &numbers);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(joined(&[], &[]).is_empty());
        assert_eq!(joined(&[7], &[vec![3]]), [BigUint::from(3_u8)]);
    }
}
