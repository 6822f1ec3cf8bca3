//! The values of spins as bits, and eight of them at a time.

use super::super::law::Law;

/// How the value of a spin is written in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Ising: one bit, set for -1.
    Sign,
    /// Potts: as many digits as the largest colour has.
    Binary(u32),
}

impl Spelling {
    pub fn of(law: &Law) -> Self {
        match law {
            Law::Ising(_) => Spelling::Sign,
            Law::Potts(model) => Spelling::Binary(usize::BITS - (model.q() - 1).leading_zeros()),
        }
    }

    /// Bits of a value.
    pub fn planes(self) -> usize {
        match self {
            Spelling::Sign => 1,
            Spelling::Binary(digits) => digits as usize,
        }
    }

    /// The place of a plane's bit in the byte of a value.
    pub fn bit(self, plane: usize) -> u32 {
        match self {
            Spelling::Sign => 7,
            Spelling::Binary(_) => plane as u32,
        }
    }

    /// Whether a value has the bit of a plane.
    pub fn has(self, value: i8, plane: usize) -> bool {
        value as u8 >> self.bit(plane) & 1 == 1
    }

    /// The value of the site at a bit of a word, from planes of `words` words each.
    pub fn read(self, planes: &[u64], words: usize, (word, bit): (usize, u32)) -> i8 {
        let digit = |plane: usize| planes[plane * words + word] >> bit & 1;
        self.eight(digit) as i8
    }

    /// Eight values from eight bytes per plane that are 0 or 1.
    #[inline(always)]
    pub fn eight(self, bits: impl Fn(usize) -> u64) -> u64 {
        match self {
            Spelling::Sign => ONES ^ (bits(0) * 0xfe),
            Spelling::Binary(digits) => {
                (0..digits).fold(0, |all, plane| all | bits(plane as usize) << plane)
            }
        }
    }
}

/// One in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Bit number `bit` of up to eight bytes, side by side.
#[inline(always)]
pub(super) fn gathered(bytes: &[i8], bit: u32) -> u64 {
    let mut eight = [0; 8];
    for (to, &from) in eight.iter_mut().zip(bytes) {
        *to = from as u8;
    }
    // Every product of two ones lands on a place of its own; those of the top byte are the bits in order.
    (u64::from_le_bytes(eight) >> bit & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Eight bytes, 0 or 1, from eight bits.
#[inline(always)]
pub(super) fn scattered(bits: u8) -> u64 {
    let own = (u64::from(bits) * ONES) & 0x8040_2010_0804_0201;
    // Adding 127 carries whatever is not zero into the top bit of its byte, and no further.
    ((own + 0x7f * ONES) >> 7) & ONES
}
