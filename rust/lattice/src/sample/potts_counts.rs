//! Metropolis and heat bath for Potts spins of one |J|: the law of a spin depends on how many neighbours have each
//! colour, so that whole numbers and tables do for energies and exponentials.

use quincunx_core::Result;
use quincunx_core::observe::Tally;

use super::chance::Chance;
use super::method::Order;
use super::neighbours::Neighbours;
use super::potts_moves::other_colour;
use super::scan::{ACCEPTANCE, Beat, Chain, Move, Scratch, Told, visit_sites};
use super::seen::{FEW, Seen};
use super::threshold::{Threshold, boltzmann};

/// Room for every colour that fits into a spin: an index of seven bits needs no check.
const COLOURS: usize = 128;

/// Thresholds that a table of laws may have: 64 KiB, which stay in the cache beside the spins.
const LAWS: usize = 1 << 13;

/// One of the other colours, accepted by a table over how many more neighbours have the old colour than the new one.
#[derive(Debug)]
pub(super) struct MetropolisByCounts<N> {
    neighbours: N,
    q: usize,
    order: Order,
    /// Entry `lost + z`.
    accepts: Vec<Threshold>,
    most: usize,
}

impl<N: Neighbours> MetropolisByCounts<N> {
    pub fn new(neighbours: N, q: usize, beta: f64, coupling: f64, order: Order) -> Self {
        let most = neighbours.most();
        let lost = (0..=2 * most).map(|k| k as f64 - most as f64);
        let accepts = lost.map(|lost| Threshold::new(boltzmann(beta, coupling * lost)));
        Self {
            accepts: accepts.collect(),
            neighbours,
            q,
            order,
            most,
        }
    }

    /// One attempt at `site`; true if it is accepted.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, site: usize) -> bool {
        let old = spins[site];
        let new = other_colour(chance, old, self.q);
        let mut entry = self.most as i32;
        self.neighbours.each_signed(site, |other, sign| {
            let there = spins[other];
            entry += sign * (i32::from(there == old) - i32::from(there == new));
        });
        let accepted = chance.hit(self.accepts[entry as usize]);
        spins[site] = if accepted { new } else { old };
        accepted
    }
}

impl<N: Neighbours> Move for MetropolisByCounts<N> {
    fn tells(&self) -> Told {
        ACCEPTANCE
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site)
        })
    }
}

/// `exp(-beta (gain of the best colour - gain))` by the difference of their counts.
#[derive(Debug)]
struct Weights {
    /// -1 where a colour gains by few equal neighbours.
    turn: i32,
    by_loss: Vec<f64>,
}

impl Weights {
    fn new(most: usize, beta: f64, coupling: f64) -> Self {
        let weight = |loss| boltzmann(beta, coupling.abs() * f64::from(loss));
        Self {
            turn: if coupling < 0.0 { -1 } else { 1 },
            by_loss: (0..=2 * most as u32).map(weight).collect(),
        }
    }

    /// By how much a colour of this many neighbours gains.
    #[inline(always)]
    fn gain(&self, count: i32) -> i32 {
        self.turn * count
    }

    /// Cumulative weights of the colours, the best of which weighs 1.
    #[inline(always)]
    fn cumulate(&self, counts: &[i32], cumulative: &mut [f64]) {
        let gains = || counts.iter().map(|&count| self.gain(count));
        let best = gains().max().unwrap_or(0);
        let mut total = 0.0;
        for (sum, gain) in cumulative.iter_mut().zip(gains()) {
            total += self.by_loss[(best - gain) as usize];
            *sum = total;
        }
    }
}

/// A colour drawn from its law among the neighbours: its weight is looked up by its count.
#[derive(Debug)]
pub(super) struct BathByCounts<N> {
    neighbours: N,
    q: usize,
    order: Order,
    weights: Weights,
}

impl<N: Neighbours> BathByCounts<N> {
    pub fn new(neighbours: N, q: usize, beta: f64, coupling: f64, order: Order) -> Self {
        Self {
            weights: Weights::new(neighbours.most(), beta, coupling),
            neighbours,
            q,
            order,
        }
    }

    /// One draw at `site`, true if its colour changes; `counts` and `sums` have one place per colour.
    #[inline(always)]
    pub fn attempt(
        &self,
        spins: &mut [i8],
        chance: &mut impl Chance,
        site: usize,
        (counts, sums): (&mut [i32], &mut [f64]),
    ) -> bool {
        if self.q <= FEW {
            counts.fill(0);
            self.neighbours
                .each_signed(site, |other, sign| counts[spins[other] as usize] += sign);
            self.weights.cumulate(counts, sums);
            let new = chance.pick(sums) as i8;
            return std::mem::replace(&mut spins[site], new) != new;
        }
        let mut seen = Seen::default();
        self.neighbours.each_signed(site, |other, sign| {
            let colour = spins[other] as usize;
            let before = if seen.insert(colour) {
                0
            } else {
                counts[colour]
            };
            counts[colour] = before + sign;
        });
        let gain = |colour: usize| self.weights.gain(counts[colour]);
        let best = seen.colours().map(gain).max();
        let none = seen.leaves_some(self.q).then_some(0);
        let best = best.max(none).unwrap_or(0);
        let weight = |gain: i32| self.weights.by_loss[(best - gain) as usize];
        let room = (self.q, sums);
        let new = seen.draw(chance, room, |colour| weight(gain(colour)), || weight(0));
        std::mem::replace(&mut spins[site], new) != new
    }
}

impl<N: Neighbours> Move for BathByCounts<N> {
    fn tells(&self) -> Told {
        None
    }

    fn sweep(&self, chain: &mut Chain, scratch: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        let Scratch { counts, sums, .. } = scratch;
        counts.resize(self.q, 0);
        sums.resize(self.q, 0.0);
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site, (counts, sums))
        })
    }
}

/// The same where colours and neighbours are few: the counts of all colours are the digits of one number, which finds
/// the law in a table.
#[derive(Debug)]
pub(super) struct BathByLaws<N> {
    neighbours: N,
    q: usize,
    order: Order,
    /// The number of a site without neighbours.
    origin: i32,
    /// What a neighbour of each colour adds to the number.
    places: [i32; COLOURS],
    /// `q - 1` thresholds for each number.
    laws: Vec<Threshold>,
}

impl<N: Neighbours> BathByLaws<N> {
    /// None if the table would be too large.
    pub fn new(neighbours: &N, q: usize, beta: f64, coupling: f64, order: &Order) -> Option<Self>
    where
        N: Clone,
    {
        let most = neighbours.most();
        let least = if neighbours.has_signs() { most } else { 0 };
        let base = least + most + 1;
        let numbers = base.checked_pow(q as u32)?;
        if numbers.checked_mul(q - 1)? > LAWS {
            return None;
        }
        let mut places = [0; COLOURS];
        let mut place = 1;
        for entry in places.iter_mut().take(q) {
            *entry = place as i32;
            place *= base;
        }
        let weights = Weights::new(most, beta, coupling);
        let (mut counts, mut law) = (vec![0; q], vec![0.0; q]);
        let mut laws = Vec::with_capacity(numbers * (q - 1));
        for number in 0..numbers {
            let mut rest = number;
            for count in &mut counts {
                *count = (rest % base) as i32 - least as i32;
                rest /= base;
            }
            weights.cumulate(&counts, &mut law);
            let (total, others) = law.split_last()?;
            laws.extend(others.iter().map(|c| Threshold::new(c / total)));
        }
        Some(Self {
            neighbours: neighbours.clone(),
            q,
            order: order.clone(),
            origin: places.iter().sum::<i32>() * least as i32,
            places,
            laws,
        })
    }

    /// One draw at `site`, true if its colour changes.
    #[inline(always)]
    pub fn attempt(&self, spins: &mut [i8], chance: &mut impl Chance, site: usize) -> bool {
        let mut number = self.origin;
        self.neighbours.each_signed(site, |other, sign| {
            number += sign * self.places[spins[other] as usize % COLOURS];
        });
        let first = number as usize * (self.q - 1);
        let new = chance.pick_by(&self.laws[first..first + self.q - 1]) as i8;
        std::mem::replace(&mut spins[site], new) != new
    }
}

impl<N: Neighbours> Move for BathByLaws<N> {
    fn tells(&self) -> Told {
        None
    }

    fn sweep(&self, chain: &mut Chain, _: &mut Scratch, beat: Beat<'_>) -> Result<Tally> {
        visit_sites(&self.order, chain, beat, |spins, stream, site| {
            self.attempt(spins, stream, site)
        })
    }
}

/// The heat bath by the faster table that fits.
pub(super) fn heat_bath<N: Neighbours + Clone + 'static>(
    neighbours: N,
    q: usize,
    beta: f64,
    coupling: f64,
    order: Order,
) -> Box<dyn Move> {
    match BathByLaws::new(&neighbours, q, beta, coupling, &order) {
        Some(by_laws) => Box::new(by_laws),
        None => Box::new(BathByCounts::new(neighbours, q, beta, coupling, order)),
    }
}
