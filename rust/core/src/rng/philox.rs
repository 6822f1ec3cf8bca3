//! Philox4x64-10, a bijection of 256-bit counters chosen by a 128-bit key (Salmon et al., SC 2011), in the counter
//! layout of `numpy.random.Philox`.

const MULTIPLIER: [u64; 2] = [0xd2e7_470e_e14c_6c93, 0xca5a_8263_9512_1157];
const WEYL: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];
const ROUNDS: usize = 10;

/// The high and low word of a product.
#[inline]
fn wide(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

/// The block of four words at `counter`.
#[inline]
pub fn block(key: [u64; 2], counter: [u64; 4]) -> [u64; 4] {
    let [mut k0, mut k1] = key;
    let mut c = counter;
    for _ in 0..ROUNDS {
        let (high0, low0) = wide(MULTIPLIER[0], c[0]);
        let (high1, low1) = wide(MULTIPLIER[1], c[2]);
        c = [high1 ^ c[1] ^ k0, low1, high0 ^ c[3] ^ k1, low0];
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    c
}

/// `counter + 1`, word 0 lowest, with carry.
#[inline]
pub fn successor(counter: [u64; 4]) -> [u64; 4] {
    let mut c = counter;
    for word in &mut c {
        let (sum, carry) = word.overflowing_add(1);
        *word = sum;
        if !carry {
            break;
        }
    }
    c
}

/// The words of `numpy.random.Philox(key=key, counter=counter).random_raw(n)`, without end: NumPy adds 1 to the
/// counter before each block.
pub fn words(key: [u64; 2], counter: [u64; 4]) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(successor(counter)), |&c| Some(successor(c)))
        .flat_map(move |c| block(key, c))
}
