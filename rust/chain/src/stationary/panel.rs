//! The two steps of dense elimination in vector lanes: one state after the other in a few rows, and many states at once
//! from all rows above them. Each entry is one fixed sum, whatever the instruction set.

use quincunx_core::simd::{Job, LANES, Lanes, Vector};

/// Eliminates the states of at most [`LANES`] neighbouring rows from each other, last state first.
pub(super) struct OneByOne<'a> {
    /// The rows, whole ones.
    pub rows: &'a mut [Lanes<f64>],
    /// Chunks in a row.
    pub stride: usize,
    /// State of the first row, a multiple of [`LANES`]; state 0 stays.
    pub first: usize,
    /// Where the exit weights of the states go.
    pub exits: &'a mut [f64],
}

impl Job for OneByOne<'_> {
    /// An exit weight that is not a positive number.
    type Out = Option<f64>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Option<f64> {
        let Self {
            rows,
            stride,
            first,
            exits,
        } = self;
        let left = first / LANES;
        for k in (0..exits.len()).rev() {
            if first + k == 0 {
                break;
            }
            let (upper, lower) = rows.split_at_mut(k * stride);
            let (whole, own) = (&lower[..left], lower[left]);
            let s = sum::<V>(whole) + own.0[..k].iter().sum::<f64>();
            exits[k] = s;
            if !(s > 0.0 && s.is_finite()) {
                return Some(s);
            }
            for row in upper.chunks_exact_mut(stride) {
                let f = row[left][k] / s;
                row[left][k] = f;
                let factor = V::splat(f);
                for (to, from) in row[..left].iter_mut().zip(whole) {
                    for part in 0..V::PARTS {
                        let add = V::mul(factor, V::load(from, part));
                        V::store(to, part, V::add(V::load(to, part), add));
                    }
                }
                for (to, from) in row[left].0[..k].iter_mut().zip(own.0) {
                    *to += f * from;
                }
            }
        }
        None
    }
}

/// The sum of whole chunks: one sum per lane, then the lanes in order.
#[inline(always)]
fn sum<V: Vector>(chunks: &[Lanes<f64>]) -> f64 {
    let mut sums = Lanes::splat(0.0);
    for chunk in chunks {
        for part in 0..V::PARTS {
            let sum = V::add(V::load(&sums, part), V::load(chunk, part));
            V::store(&mut sums, part, sum);
        }
    }
    sums.0.iter().sum()
}

/// Eliminated states, laid out for the rows above them.
pub(super) struct Panel {
    /// The first state, a multiple of [`LANES`].
    first: usize,
    /// The exit weights.
    exits: Vec<f64>,
    /// `corner[k * width + j]` = the weight from state k to state j < k of the panel.
    corner: Vec<f64>,
    /// `left[c * width + k]` = chunk c of row k, left of the panel.
    left: Vec<Lanes<f64>>,
}

impl Panel {
    /// The states from `first` on, one per exit weight, in `rows`.
    pub fn new(rows: &[Lanes<f64>], stride: usize, first: usize, exits: &[f64]) -> Self {
        let (width, chunks) = (exits.len(), first / LANES);
        let mut corner = vec![0.0; width * width];
        let mut left = vec![Lanes::splat(0.0); chunks * width];
        for (k, row) in rows.chunks_exact(stride).take(width).enumerate() {
            for (c, chunk) in row[..chunks].iter().enumerate() {
                left[c * width + k] = *chunk;
            }
            let own = row[chunks..].iter().flat_map(|chunk| chunk.0);
            for (to, v) in corner[k * width..][..k].iter_mut().zip(own) {
                *to = v;
            }
        }
        Self {
            first,
            exits: exits.to_vec(),
            corner,
            left,
        }
    }
}

/// Eliminates the states of a panel from [`LANES`] rows above it.
pub(super) struct Above<'a> {
    /// The rows, whole ones.
    pub rows: &'a mut [Lanes<f64>],
    /// Chunks in a row.
    pub stride: usize,
    /// The states.
    pub panel: &'a Panel,
}

impl Job for Above<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self {
            rows,
            stride,
            panel,
        } = self;
        let (width, chunks) = (panel.exits.len(), panel.first / LANES);
        // One lane per row: the entries in the columns of the panel become factors, last column first.
        let mut factors = vec![Lanes::splat(0.0); width];
        for (r, row) in rows.chunks_exact(stride).enumerate() {
            let own = row[chunks..].iter().flat_map(|chunk| chunk.0);
            for (f, v) in factors.iter_mut().zip(own) {
                f[r] = v;
            }
        }
        for k in (0..width).rev() {
            let (before, own) = factors.split_at_mut(k);
            let weights = &panel.corner[k * width..][..k];
            for part in 0..V::PARTS {
                let f = V::div(V::load(&own[0], part), V::splat(panel.exits[k]));
                V::store(&mut own[0], part, f);
                for (v, &p) in before.iter_mut().zip(weights) {
                    let add = V::mul(f, V::splat(p));
                    V::store(v, part, V::add(V::load(v, part), add));
                }
            }
        }
        for (r, row) in rows.chunks_exact_mut(stride).enumerate() {
            let own = row[chunks..].iter_mut().flat_map(|chunk| &mut chunk.0);
            for (v, f) in own.zip(&factors) {
                *v = f[r];
            }
        }
        // As many sums at a time as the registers hold.
        match V::N {
            8 => update::<V, 8, 1>(rows, stride, &factors, &panel.left),
            4 => update::<V, 4, 2>(rows, stride, &factors, &panel.left),
            2 => update::<V, 2, 4>(rows, stride, &factors, &panel.left),
            _ => update::<V, 1, 8>(rows, stride, &factors, &panel.left),
        }
    }
}

/// `rows += factors^T left`, for tiles of `R` rows and one chunk of `P` registers.
#[inline(always)]
fn update<V: Vector, const R: usize, const P: usize>(
    rows: &mut [Lanes<f64>],
    stride: usize,
    factors: &[Lanes<f64>],
    left: &[Lanes<f64>],
) {
    for (c, tile) in left.chunks_exact(factors.len()).enumerate() {
        for (half, rows) in rows.chunks_exact_mut(R * stride).enumerate() {
            let mut sums = [[V::splat(0.0); P]; R];
            for (f, u) in factors.iter().zip(tile) {
                for (r, sums) in sums.iter_mut().enumerate() {
                    let f = V::splat(f[(half * R + r) % LANES]);
                    for (part, sum) in sums.iter_mut().enumerate() {
                        *sum = V::add(*sum, V::mul(f, V::load(u, part)));
                    }
                }
            }
            for (row, sums) in rows.chunks_exact_mut(stride).zip(&sums) {
                for (part, &sum) in sums.iter().enumerate() {
                    let sum = V::add(V::load(&row[c], part), sum);
                    V::store(&mut row[c], part, sum);
                }
            }
        }
    }
}
