//! The Walsh-Hadamard transform `x[k] <- sum_s x[s] (-1)^popcount(s & k)`, in place, blocked for the caches.

use quincunx_core::Result;
use quincunx_core::run::Pulse;
use rayon::prelude::*;

/// Values that are transformed together inside one core's cache: 2^14 doubles are 128 kB.
const BLOCK: usize = 1 << 14;
/// Values handled between two looks at the pulse in the passes over memory.
const STRIP: usize = 1 << 13;

/// Transforms `x`, whose length is a power of two. Runs on the current rayon pool.
pub fn transform(x: &mut [f64], pulse: &Pulse) -> Result<()> {
    let block = BLOCK.min(x.len());
    x.par_chunks_mut(block).try_for_each(|chunk| {
        pulse.check()?;
        small(chunk);
        Ok(())
    })?;
    let mut stride = block;
    while stride < x.len() {
        let factor = (x.len() / stride).min(8);
        match factor {
            2 => radix::<2>(x, stride, pulse)?,
            4 => radix::<4>(x, stride, pulse)?,
            _ => radix::<8>(x, stride, pulse)?,
        }
        stride *= factor;
    }
    Ok(())
}

/// All levels of one block.
fn small(x: &mut [f64]) {
    let mut half = 1;
    while half < x.len() {
        for pair in x.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

/// The levels `stride, 2 stride, ..` up to a factor `R`, in one pass over memory.
fn radix<const R: usize>(x: &mut [f64], stride: usize, pulse: &Pulse) -> Result<()> {
    x.chunks_exact_mut(R * stride).try_for_each(|group| {
        // Strip j of each of the R rows of this group form one task.
        let mut rows: Vec<_> = group
            .chunks_exact_mut(stride)
            .map(|row| row.chunks_mut(STRIP))
            .collect();
        let mut tasks: Vec<Vec<&mut [f64]>> = Vec::with_capacity(stride.div_ceil(STRIP));
        while let Some(task) = rows.iter_mut().map(Iterator::next).collect() {
            tasks.push(task);
        }
        tasks.into_par_iter().try_for_each(|mut strips| {
            pulse.check()?;
            butterflies::<R>(&mut strips);
            Ok(())
        })
    })
}

fn butterflies<const R: usize>(strips: &mut [&mut [f64]]) {
    let mut half = 1;
    while half < R {
        for pair in strips.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                for (a, b) in low.iter_mut().zip(high.iter_mut()) {
                    (*a, *b) = (*a + *b, *a - *b);
                }
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn equals_its_definition_and_is_its_own_inverse_up_to_the_length() {
        for bits in [0_u32, 1, 3, 6] {
            let n = 1_usize << bits;
            let x: Vec<f64> = (0..n).map(|i| ((i * 7919 + 13) % 101) as f64).collect();
            let mut y = x.clone();
            transform(&mut y, &Pulse::new()).unwrap();
            for (k, &value) in y.iter().enumerate() {
                let sign = |s: usize| 1.0 - 2.0 * f64::from((s & k).count_ones() % 2);
                let direct: f64 = x.iter().enumerate().map(|(s, v)| sign(s) * v).sum();
                assert_eq!(value, direct);
            }
        }
        for bits in 15..20 {
            let n = 1_usize << bits;
            let x: Vec<f64> = (0..n).map(|i| ((i * 7919 + 13) % 101) as f64).collect();
            let mut y = x.clone();
            transform(&mut y, &Pulse::new()).unwrap();
            assert_eq!(y[0], x.iter().sum::<f64>());
            transform(&mut y, &Pulse::new()).unwrap();
            assert!(x.iter().zip(&y).all(|(a, b)| a * n as f64 == *b));
        }
    }
}
