//! The square torus in words.

use quincunx_core::Result;
use quincunx_core::observe::Tally;
use quincunx_core::rng::Stream;
use quincunx_core::rng::lanes::States;
use quincunx_core::simd::{LANES, Lanes, dispatch};

use super::super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told};
use super::super::threshold::{Threshold, boltzmann};
use super::bernoulli::{Bernoulli, Rare};
use super::rows::Rows;
use crate::geometry::Kind;
use crate::model::Ising;

/// Sites of one chunk of words.
pub(super) const CHUNK: usize = 64 * LANES;
/// The flips of one row in so many are counted: all of them would take a twentieth longer.
const COUNTED: usize = 128;
/// Rows that one call of the kernel moves: enough to forget what a call costs, few enough for the nearest cache.
const BLOCK: usize = 16;

/// The square torus in words: in row `r` colour `c` holds the columns `2 i + (r + c) mod 2`, and site `i = s C + k`
/// lies in chunk `k` of `C` at place `s`, so that both sideways neighbours are whole chunks.
#[derive(Debug)]
pub(in super::super) struct Packed {
    pub(super) rows: usize,
    pub(super) chunks: usize,
    /// Acceptance with one and with no antiparallel neighbour (for J < 0: parallel).
    pub(super) one: Bernoulli,
    pub(super) none: Bernoulli,
    pub(super) antiferromagnetic: u64,
}

/// Working memory of [`Packed`].
#[derive(Debug, Default)]
pub(crate) struct Words64 {
    colours: [Vec<Lanes<u64>>; 2],
    /// Rare events of the two acceptances.
    rare: [Rare; 2],
    /// A row that is counted, before its attempts.
    before: Vec<Lanes<u64>>,
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
            Bernoulli::new(Threshold::new(boltzmann(
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

    /// One attempt at every site of a colour; tells how many sites of the counted rows flip.
    fn half_sweep(
        &self,
        colour: usize,
        words: &mut Words64,
        lanes: &mut States,
        stream: &mut Stream,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let Words64 {
            colours: [even, odd],
            rare,
            before,
        } = words;
        let mut told = Tally::default();
        let (mine, theirs) = if colour == 0 {
            (even, odd)
        } else {
            (odd, even)
        };
        for first in (0..self.rows).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(self.rows);
            let counted = first * self.chunks..(first + 1) * self.chunks;
            let counts = first % COUNTED == 0;
            if counts {
                before.clear();
                before.extend_from_slice(&mine[counted.clone()]);
            }
            for rare in rare.iter_mut() {
                rare.advance(rows.len() * self.chunks, stream);
            }
            dispatch(Rows {
                rules: self,
                rows,
                colour,
                mine,
                theirs,
                lanes,
                rare: [rare[0].bits(), rare[1].bits()],
            });
            if counts {
                told.add(Tally {
                    sum: differences(before, &mine[counted]),
                    terms: (CHUNK * self.chunks) as u64,
                });
            }
            if first / BLOCK % 4 == 3 {
                beat()?;
            }
        }
        Ok(told)
    }
}

impl Move for Packed {
    fn tells(&self) -> Told {
        ACCEPTANCE
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        self.sweeps(chain, scratch, 1, beat)
    }

    fn sweeps(
        &self,
        chain: &mut Chain,
        scratch: &mut Scratch,
        count: u64,
        beat: Beat<'_>,
    ) -> Result<Tally> {
        let mut told = Tally::default();
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
            let stream = &mut chain.stream;
            for (rare, law) in words.rare.iter_mut().zip([&self.one, &self.none]) {
                rare.begin(law, BLOCK * self.chunks, stream);
            }
            for colour in 0..2 {
                told.add(self.half_sweep(colour, words, &mut lanes, stream, beat)?);
            }
            beat()?;
        }
        self.unpack(words, &mut chain.spins);
        Ok(told)
    }
}

/// The bits that differ.
fn differences(a: &[Lanes<u64>], b: &[Lanes<u64>]) -> u64 {
    let pairs = a.iter().zip(b).flat_map(|(a, b)| a.0.into_iter().zip(b.0));
    pairs.map(|(x, y)| u64::from((x ^ y).count_ones())).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quincunx_core::rng::{Key, Purpose};
    use quincunx_core::simd::{Level, force};

    use super::super::two_colours;
    use super::*;
    use crate::geometry::Geometry;

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
        let sites = two_colours(model.geometry()).unwrap().concat();
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
                let told = packed
                    .sweeps(&mut chain, &mut Scratch::default(), 3, &mut || Ok(()))
                    .unwrap();
                assert_eq!(told.terms, 3 * columns as u64);
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
                for (rare, law) in words.rare.iter_mut().zip([&packed.one, &packed.none]) {
                    rare.begin(law, BLOCK * packed.chunks, &mut stream);
                }
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
            let mut told = Tally::default();
            for &count in batches {
                let before = chain.spins.clone();
                let now = packed
                    .sweeps(&mut chain, &mut scratch, count, &mut || Ok(()))
                    .unwrap();
                // A sweep visits every site once: what changed was accepted. Only the first row is counted.
                let pairs = before.iter().zip(&chain.spins).take(2048);
                let changed = pairs.filter(|(a, b)| a != b);
                assert!(count > 1 || changed.count() as u64 == now.sum);
                told.add(now);
            }
            (chain.spins, told)
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
}
