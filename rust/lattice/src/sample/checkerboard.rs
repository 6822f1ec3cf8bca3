//! Metropolis on two colours: all even sites, then all odd ones, each with `min(1, exp(-beta dE))`.
//!
//! On wide square tori 64 sites share a word and 512 an instruction (multi-spin coding); elsewhere sites are visited one
//! by one. One random number per site serves both thresholds, `exp(-4 beta J)` and `exp(-8 beta J)`: it is compared
//! with their 12 leading bits, all sites at once, and where they tie its other 52 bits are drawn.

use quincunx_core::rng::lanes::States;
use quincunx_core::rng::{Stream, Words};
use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};
use quincunx_core::{Error, Result};

use super::scan::{Beat, Chain, Move, Scratch};
use super::threshold::{Threshold, boltzmann};
use crate::geometry::{Geometry, Kind};
use crate::model::Ising;

/// Sites of one chunk of words.
const CHUNK: usize = 64 * LANES;
/// Leading bits compared for every site.
const LEADING: usize = 12;
const REST: u32 = 64 - LEADING as u32;

/// The sites of each colour, even ones first; refused if neighbours cannot be told apart by two colours.
pub(super) fn two_colours(geometry: &Geometry) -> Result<Vec<u32>> {
    let n = geometry.n_sites();
    let mut colour = vec![2_u8; n];
    let mut stack = Vec::new();
    for seed in 0..n {
        if colour[seed] == 2 {
            colour[seed] = 0;
            stack.push(seed);
        }
        while let Some(site) = stack.pop() {
            for (other, _) in geometry.adjacency().neighbours(site) {
                if colour[other] == 2 {
                    colour[other] = 1 - colour[site];
                    stack.push(other);
                } else if colour[other] == colour[site] {
                    return Err(Error::Refused(
                        "Checkerboard: the sites cannot be given two colours that alternate along every bond \
                         (a periodic axis of odd length, an odd loop); Metropolis and HeatBath hold"
                            .into(),
                    ));
                }
            }
        }
    }
    let of = |c| (0..n as u32).filter(move |&i| colour[i as usize] == c);
    Ok(of.clone()(0).chain(of(1)).collect())
}

/// A threshold prepared for comparison bit by bit.
#[derive(Debug, Clone, Copy)]
struct Bits {
    /// Leading bits as masks, least significant first.
    leading: [u64; LEADING],
    /// The other bits.
    rest: u64,
    /// All ones if the event is certain.
    certain: u64,
}

impl Bits {
    fn new(threshold: Threshold) -> Self {
        let value = threshold.value();
        let mask = |k: usize| {
            if value >> (REST as usize + k) & 1 == 1 {
                u64::MAX
            } else {
                0
            }
        };
        Self {
            leading: std::array::from_fn(mask),
            rest: value & ((1 << REST) - 1),
            certain: if value == u64::MAX { u64::MAX } else { 0 },
        }
    }
}

/// The square torus in words: in row `r` colour `c` holds the columns `2 i + (r + c) mod 2`, and site `i = s C + k`
/// lies in chunk `k` of `C` at place `s`, so that both sideways neighbours are whole chunks.
#[derive(Debug)]
pub(super) struct Packed {
    rows: usize,
    chunks: usize,
    /// Acceptance with one and with no antiparallel neighbour (for J < 0: parallel).
    one: Bits,
    none: Bits,
    antiferromagnetic: u64,
}

/// Working memory of [`Packed`].
#[derive(Debug, Default)]
pub(crate) struct Words64 {
    colours: [Vec<Lanes<u64>>; 2],
    ties: Vec<Lanes<u64>>,
    ones: Vec<Lanes<u64>>,
}

impl Packed {
    /// `None` unless the model is uniform, without field, on a square torus of even height whose width is a multiple of
    /// 1024.
    pub fn new(model: &Ising) -> Option<Self> {
        let geometry = model.geometry();
        let coupling = model
            .couplings()
            .uniform()
            .filter(|_| model.fields().is_zero())?;
        let &[rows, columns] = geometry.cells() else {
            return None;
        };
        let fits = geometry.kind() == Kind::Square && geometry.is_torus();
        if !fits || rows % 2 == 1 || columns % (2 * CHUNK) != 0 {
            return None;
        }
        let accept = |bonds: f64| {
            Bits::new(Threshold::new(boltzmann(
                model.beta(),
                bonds * coupling.abs(),
            )))
        };
        Some(Self {
            rows,
            chunks: columns / (2 * CHUNK),
            one: accept(4.0),
            none: accept(8.0),
            antiferromagnetic: if coupling < 0.0 { u64::MAX } else { 0 },
        })
    }

    /// Calls `visit(colour, chunk, word, first, stride)` for every word: its bit `b` is site `first + b stride`.
    fn places(&self, mut visit: impl FnMut(usize, usize, usize, usize, usize)) {
        let columns = 2 * CHUNK * self.chunks;
        for row in 0..self.rows {
            for colour in 0..2 {
                let left = row * columns + (row + colour) % 2;
                for k in 0..self.chunks {
                    for word in 0..LANES {
                        let first = left + 2 * (64 * word * self.chunks + k);
                        visit(colour, row * self.chunks + k, word, first, 2 * self.chunks);
                    }
                }
            }
        }
    }

    fn pack(&self, spins: &[i8], words: &mut Words64) {
        for colour in &mut words.colours {
            colour.resize(self.rows * self.chunks, Lanes::splat(0));
        }
        words.ties.resize(self.chunks, Lanes::splat(0));
        words.ones.resize(self.chunks, Lanes::splat(0));
        self.places(|colour, chunk, word, first, stride| {
            let sites = spins[first..].iter().step_by(stride).take(64);
            let bits = sites
                .rev()
                .fold(0, |bits, &spin| bits << 1 | u64::from(spin > 0));
            words.colours[colour][chunk][word] = bits;
        });
    }

    fn unpack(&self, words: &Words64, spins: &mut [i8]) {
        self.places(|colour, chunk, word, first, stride| {
            let mut bits = words.colours[colour][chunk][word];
            for spin in spins[first..].iter_mut().step_by(stride).take(64) {
                *spin = 2 * (bits & 1) as i8 - 1;
                bits >>= 1;
            }
        });
    }

    fn half_sweep(
        &self,
        colour: usize,
        words: &mut Words64,
        lanes: &mut States,
        stream: &mut Stream,
        beat: Beat<'_>,
    ) -> Result<()> {
        let Words64 {
            colours: [even, odd],
            ties,
            ones,
        } = words;
        let (mine, theirs) = if colour == 0 {
            (even, odd)
        } else {
            (odd, even)
        };
        for row in 0..self.rows {
            dispatch(Row {
                rules: self,
                row,
                colour,
                mine,
                theirs,
                lanes,
                ties,
                ones,
            });
            let start = row * self.chunks;
            for (k, tie) in ties.iter().enumerate() {
                self.settle(tie, &ones[k], &mut mine[start + k], stream);
            }
            if row % 64 == 63 {
                beat()?;
            }
        }
        Ok(())
    }

    /// Decides the sites whose number has the 12 leading bits of its threshold, by its other 52 bits.
    fn settle(
        &self,
        ties: &Lanes<u64>,
        ones: &Lanes<u64>,
        mine: &mut Lanes<u64>,
        stream: &mut Stream,
    ) {
        for lane in 0..LANES {
            let mut rest = ties[lane];
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                let bits = if ones[lane] & bit != 0 {
                    &self.one
                } else {
                    &self.none
                };
                if stream.word() >> LEADING < bits.rest {
                    mine[lane] ^= bit;
                }
            }
        }
    }
}

impl Move for Packed {
    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<()> {
        self.sweeps(chain, scratch, 1, beat)
    }

    fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<()> {
        let words = &mut scratch.words;
        self.pack(&chain.spins, words);
        for _ in 0..count {
            // Eight lanes, whatever the instruction set, seeded anew by every sweep: nothing of them must be saved.
            let mut lanes = States([Lanes::splat(0); 4]);
            for lane in 0..LANES {
                for word in &mut lanes.0 {
                    word[lane] = chain.stream.word();
                }
            }
            for colour in 0..2 {
                self.half_sweep(colour, words, &mut lanes, &mut chain.stream, beat)?;
            }
        }
        self.unpack(words, &mut chain.spins);
        Ok(())
    }
}

/// One colour of one row.
struct Row<'a> {
    rules: &'a Packed,
    row: usize,
    colour: usize,
    mine: &'a mut [Lanes<u64>],
    theirs: &'a [Lanes<u64>],
    lanes: &'a mut States,
    ties: &'a mut [Lanes<u64>],
    ones: &'a mut [Lanes<u64>],
}

/// Place `s` of the result is place `s + 1` of `x`.
fn next_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] >> 1 | x[(k + 1) % LANES] << 63
    }))
}

/// Place `s` of the result is place `s - 1` of `x`.
fn previous_place(x: &Lanes<u64>) -> Lanes<u64> {
    Lanes(std::array::from_fn(|k| {
        x[k] << 1 | x[(k + LANES - 1) % LANES] >> 63
    }))
}

impl Job for Row<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let (rows, chunks) = (self.rules.rows, self.rules.chunks);
        let start = self.row * chunks;
        let above = (self.row + rows - 1) % rows * chunks;
        let below = (self.row + 1) % rows * chunks;
        // Columns of even parity have their second sideways neighbour to the left, the others to the right.
        let to_left = (self.row + self.colour).is_multiple_of(2);
        let edge = if to_left {
            previous_place(&self.theirs[start + chunks - 1])
        } else {
            next_place(&self.theirs[start])
        };
        for part in 0..V::PARTS {
            let mut words = Words::<V>::load(self.lanes, part);
            for k in 0..chunks {
                let side = match (to_left, k) {
                    (true, 0) => &edge,
                    (true, _) => &self.theirs[start + k - 1],
                    (false, _) if k + 1 == chunks => &edge,
                    (false, _) => &self.theirs[start + k + 1],
                };
                let around = [
                    &self.theirs[above + k],
                    &self.theirs[below + k],
                    &self.theirs[start + k],
                    side,
                ];
                let mine = &mut self.mine[start + k];
                let (flipped, tie, one) = attempt::<V>(
                    self.rules,
                    V::load_u(mine, part),
                    around.map(|n| V::load_u(n, part)),
                    &mut words,
                );
                V::store_u(mine, part, flipped);
                V::store_u(&mut self.ties[k], part, tie);
                V::store_u(&mut self.ones[k], part, one);
            }
            words.store(self.lanes, part);
        }
    }
}

/// The spins after one attempt each, the sites still to be decided, and those with at least one antiparallel neighbour.
#[inline(always)]
fn attempt<V: Vector>(
    rules: &Packed,
    spins: V::U,
    around: [V::U; 4],
    words: &mut Words<V>,
) -> (V::U, V::U, V::U) {
    let turn = V::splat_u(rules.antiferromagnetic);
    let [a, b, c, d] = around.map(|n| V::xor(V::xor(spins, n), turn));
    let (ab, cd) = (V::or(a, b), V::or(c, d));
    let one = V::or(ab, cd);
    let two = V::or(V::and(ab, cd), V::or(V::and(a, b), V::and(c, d)));
    let (mut less_one, mut less_none) = (
        V::splat_u(rules.one.certain),
        V::splat_u(rules.none.certain),
    );
    let (mut same_one, mut same_none) = (
        V::splat_u(!rules.one.certain),
        V::splat_u(!rules.none.certain),
    );
    for k in 0..LEADING {
        let u = words.word();
        let p = V::splat_u(rules.one.leading[k]);
        less_one = V::or(V::and_not(p, u), V::and_not(less_one, V::and_not(u, p)));
        same_one = V::and_not(same_one, V::xor(u, p));
        let p = V::splat_u(rules.none.leading[k]);
        less_none = V::or(V::and_not(p, u), V::and_not(less_none, V::and_not(u, p)));
        same_none = V::and_not(same_none, V::xor(u, p));
    }
    let accept = V::or(
        two,
        V::or(V::and(one, less_one), V::and_not(less_none, one)),
    );
    let tie = V::and_not(
        V::or(V::and(one, same_one), V::and_not(same_none, one)),
        two,
    );
    (V::xor(spins, accept), tie, one)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quincunx_core::rng::{Key, Purpose};
    use quincunx_core::simd::{Level, force};

    use super::*;

    fn model(beta: f64, coupling: f64, columns: i64) -> Ising {
        let geometry = Geometry::square([4, columns], [true, true]).unwrap();
        Ising::new(geometry, beta, coupling, 0.0).unwrap()
    }

    fn chain(n: usize, random: bool) -> Chain {
        let mut stream = Stream::at(Key([1, 2]), 3, Purpose::MAIN);
        let spin = |_| {
            if random {
                2 * (stream.word() >> 63) as i8 - 1
            } else {
                1
            }
        };
        let spins = (0..n).map(spin).collect();
        Chain { spins, stream }
    }

    /// One sweep at zero temperature, site by site.
    fn quench(model: &Ising, spins: &mut [i8]) {
        let sites = two_colours(model.geometry()).unwrap();
        let sign = if model.couplings().at(0) < 0.0 { -1 } else { 1 };
        for site in sites.into_iter().map(|i| i as usize) {
            let around = model.geometry().adjacency().neighbours(site);
            let sum: i32 = around.map(|(other, _)| i32::from(spins[other])).sum();
            if sign * i32::from(spins[site]) * sum <= 0 {
                spins[site] *= -1;
            }
        }
    }

    #[test]
    fn words_know_their_neighbours() {
        for columns in [1024, 3072] {
            for coupling in [1.0, -1.0] {
                let model = model(f64::INFINITY, coupling, columns);
                let packed = Packed::new(&model).unwrap();
                let mut chain = chain(4 * columns as usize, true);
                let mut expected = chain.spins.clone();
                for _ in 0..3 {
                    quench(&model, &mut expected);
                }
                packed
                    .sweeps(&mut chain, &mut Scratch::default(), 3, &mut || Ok(()))
                    .unwrap();
                assert!(chain.spins == expected, "{columns} {coupling}");
            }
        }
    }

    #[test]
    fn half_a_sweep_from_order_flips_with_the_exact_probability() {
        for (beta, sweeps) in [(0.05, 200), (0.3, 400), (0.62, 2000)] {
            let model = model(beta, 1.0, 1024);
            let packed = Packed::new(&model).unwrap();
            let p = (-8.0 * beta).exp();
            let (mut flips, mut n) = (0, 0);
            let mut stream = chain(0, false).stream;
            for _ in 0..sweeps {
                let mut words = Words64::default();
                packed.pack(&vec![1; 4096], &mut words);
                let mut lanes = States([Lanes::splat(0); 4]);
                lanes
                    .0
                    .iter_mut()
                    .for_each(|word| word.0.iter_mut().for_each(|x| *x = stream.word()));
                packed
                    .half_sweep(0, &mut words, &mut lanes, &mut stream, &mut || Ok(()))
                    .unwrap();
                let up: u32 = words.colours[0]
                    .iter()
                    .flat_map(|c| c.0)
                    .map(u64::count_ones)
                    .sum();
                flips += 2048 - i64::from(up);
                n += 2048;
            }
            let z = (flips as f64 - n as f64 * p) / (n as f64 * p * (1.0 - p)).sqrt();
            assert!(z.abs() < 5.0, "beta {beta}: z = {z}");
        }
    }

    #[test]
    fn batches_and_instruction_sets_do_not_matter() {
        let model = model(0.4, 1.0, 2048);
        let packed = Packed::new(&model).unwrap();
        let run = |batches: &[u64]| {
            let mut chain = chain(8192, true);
            let mut scratch = Scratch::default();
            for &count in batches {
                packed
                    .sweeps(&mut chain, &mut scratch, count, &mut || Ok(()))
                    .unwrap();
            }
            chain.spins
        };
        let expected = run(&[6]);
        assert!(expected == run(&[1, 3, 2]));
        for level in Level::available() {
            force(Some(level)).unwrap();
            assert!(expected == run(&[6]), "{level:?}");
        }
        force(None).unwrap();
        let free = Packed::new(&self::model(0.0, 1.0, 1024)).unwrap();
        let mut chain = chain(4096, true);
        let before = chain.spins.clone();
        free.sweeps(&mut chain, &mut Scratch::default(), 1, &mut || Ok(()))
            .unwrap();
        assert!(
            before.iter().zip(&chain.spins).all(|(a, b)| *a == -b),
            "beta = 0 accepts all"
        );
    }

    #[test]
    fn odd_loops_are_refused() {
        let odd = Geometry::square([4, 5], [true, true]).unwrap();
        assert!(
            two_colours(&odd)
                .unwrap_err()
                .to_string()
                .contains("cannot be given two colours")
        );
        let open = Geometry::square([4, 5], [true, false]).unwrap();
        assert_eq!(two_colours(&open).unwrap()[..3], [0, 2, 4]);
    }
}
