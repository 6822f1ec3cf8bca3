//! As many moduli as needed: the primes just below 2^62.

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

/// How many of the primes have a product beyond `2^bits`: each is above 2^61.
pub fn primes_beyond(bits: u64) -> usize {
    bits as usize / 61 + 1
}

/// The `count` largest primes below 2^62, the largest first.
pub fn primes(count: usize) -> Vec<u64> {
    (0..1_u64 << 62)
        .rev()
        .filter(|&n| is_prime(n))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_those_known_below_2_to_62() {
        // 2^62 - 57 and 2^62 - 87 are the two largest.
        assert_eq!(primes(2), [(1 << 62) - 57, (1 << 62) - 87]);
        assert_eq!((primes_beyond(60), primes_beyond(61)), (1, 2));
        let below_100 = (0..100).filter(|&n| is_prime(n)).count();
        assert_eq!(below_100, 25);
        // strong pseudoprimes to the bases 2, 3, 5, 7
        assert!(!is_prime(3_215_031_751) && !is_prime(3_825_123_056_546_413_051));
    }
}
