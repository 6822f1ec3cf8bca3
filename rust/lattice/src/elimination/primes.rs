//! Whole numbers beyond a machine word: remainders by primes just below 2^62, joined by Garner's mixed radix.

/// `a b mod p`.
fn times(a: u64, b: u64, p: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(p)) as u64
}

/// `a^e mod p`.
fn power(mut a: u64, mut e: u64, p: u64) -> u64 {
    let mut result = 1;
    while e > 0 {
        if e & 1 == 1 {
            result = times(result, a, p);
        }
        a = times(a, a, p);
        e >>= 1;
    }
    result
}

/// Miller and Rabin's test with the bases that decide every number below 2^64.
fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if n < 2 || BASES.iter().any(|&b| n.is_multiple_of(b)) {
        return BASES.contains(&n);
    }
    let twos = (n - 1).trailing_zeros();
    let passes = |&base: &u64| {
        let mut x = power(base, (n - 1) >> twos, n);
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = times(x, x, n);
            x == n - 1
        })
    };
    BASES.iter().all(passes)
}

/// Distinct primes, the largest below 2^62 first, whose product exceeds `2^bits`.
pub(super) fn primes(bits: u64) -> Vec<u64> {
    // each is above 2^61
    let count = bits as usize / 61 + 1;
    (0..1_u64 << 62)
        .rev()
        .filter(|&n| is_prime(n))
        .take(count)
        .collect()
}

/// The number below the product of the primes with these remainders, in 64-bit words, lowest first.
pub(super) fn join(remainders: &[u64], primes: &[u64]) -> Vec<u64> {
    let mut digits: Vec<u64> = Vec::with_capacity(primes.len());
    for (&remainder, &p) in remainders.iter().zip(primes) {
        // What the digits so far give mod p, and the place value of the next one.
        let (mut value, mut place) = (0, 1);
        for (&digit, &base) in digits.iter().zip(primes) {
            value = (value + times(digit % p, place, p)) % p;
            place = times(place, base % p, p);
        }
        let difference = (remainder + p - value) % p;
        digits.push(times(difference, power(place, p - 2, p), p));
    }
    let mut words: Vec<u64> = Vec::with_capacity(primes.len());
    for (&digit, &base) in digits.iter().zip(primes).rev() {
        let mut carry = u128::from(digit);
        for word in &mut words {
            carry += u128::from(*word) * u128::from(base);
            *word = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            words.push(carry as u64);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_those_known_below_2_to_62() {
        // 2^62 - 57 and 2^62 - 87 are the two largest.
        assert_eq!(primes(61)[..2], [(1 << 62) - 57, (1 << 62) - 87]);
        let below_100 = (0..100).filter(|&n| is_prime(n)).count();
        assert_eq!(below_100, 25);
        // strong pseudoprimes to the bases 2, 3, 5, 7
        assert!(!is_prime(3_215_031_751) && !is_prime(3_825_123_056_546_413_051));
    }

    #[test]
    fn remainders_join_to_the_number() {
        let p = primes(250);
        for bits in [0, 1, 40, 61, 62, 64, 127, 128, 200] {
            let remainders: Vec<u64> = p.iter().map(|&p| power(2, bits, p)).collect();
            let mut want = vec![0; bits as usize / 64 + 1];
            want[bits as usize / 64] = 1 << (bits % 64);
            assert_eq!(join(&remainders, &p), want, "2^{bits}");
        }
        assert!(join(&[0; 5], &p).is_empty());
    }
}
