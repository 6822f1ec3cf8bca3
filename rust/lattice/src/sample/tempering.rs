//! Replica exchange (K. Hukushima, K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996)): one chain per temperature, and swaps of
//! neighbouring ones.

use quincunx_core::observe::Tally;
use quincunx_core::rng::Stream;
use quincunx_core::{Error, Result};

use super::chance::Chance;
use super::threshold::{Threshold, boltzmann};

/// Checks the choices of parallel tempering; the ladder and the number of copies.
pub fn check(betas: Vec<f64>, copies: i64) -> Result<()> {
    copies_of(copies)?;
    Ladder::new(betas).map(|_| ())
}

/// One ladder per replica, or two whose states have an overlap.
pub(super) fn copies_of(copies: i64) -> Result<usize> {
    match usize::try_from(copies) {
        Ok(copies @ 1..=2) => Ok(copies),
        _ => Err(Error::invalid("copies", copies, "must be 1 or 2")),
    }
}

/// The inverse temperatures, one after another: neighbours are swapped.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ladder {
    betas: Vec<f64>,
}

impl Ladder {
    /// At least two values, all rising or all falling.
    pub fn new(betas: Vec<f64>) -> Result<Self> {
        if betas.len() < 2 {
            let got = format!("{} values", betas.len());
            let need = "must hold at least two inverse temperatures to swap between";
            return Err(Error::invalid("betas", got, need));
        }
        if let Some(i) = betas.iter().position(|b| !(b.is_finite() && *b >= 0.0)) {
            let got = format!("{:?}", betas[i]);
            return Err(Error::invalid_at(
                "betas",
                [i],
                got,
                "must be finite and >= 0",
            ));
        }
        let rises = betas[1] > betas[0];
        let wrong = |w: &[f64]| w[0] == w[1] || (w[1] > w[0]) != rises;
        match betas.windows(2).position(wrong) {
            None => Ok(Self { betas }),
            Some(i) => Err(Error::invalid_at(
                "betas",
                [i + 1],
                format!("{:?}", betas[i + 1]),
                "must all rise or all fall: neighbours in the list are swapped",
            )),
        }
    }

    pub fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// The lower partners of the swaps after sweep number `sweep`: even pairs after even sweeps, odd after odd.
    pub fn pairs(&self, sweep: u64) -> impl Iterator<Item = usize> + use<> {
        ((sweep % 2) as usize..self.betas.len() - 1).step_by(2)
    }

    /// Whether rungs `lower` and `lower + 1` swap their states of these energies, with
    /// `min(1, exp((beta_i - beta_j)(E_i - E_j)))`.
    pub fn accepts(&self, lower: usize, energies: [f64; 2], chance: &mut impl Chance) -> bool {
        let cost = (self.betas[lower + 1] - self.betas[lower]) * (energies[0] - energies[1]);
        chance.hit(Threshold::new(boltzmann(1.0, cost)))
    }
}

/// Where a walker between the ends of the ladder comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(super) enum Heading {
    /// It has not been at the first rung yet.
    #[default]
    Nowhere,
    /// From the first rung to the last.
    Out,
    /// From the last rung to the first.
    Back,
}

impl Heading {
    /// What becomes of a walker that stands on the first rung, and whether it has come all the way round.
    fn at_first(self) -> (Self, bool) {
        (Self::Out, self == Self::Back)
    }

    fn at_last(self) -> Self {
        if self == Self::Nowhere {
            self
        } else {
            Self::Back
        }
    }
}

/// What a replica carries for its swaps: a stream, and the walker on each rung (rung by rung, copy by copy).
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Exchange {
    pub stream: Stream,
    headings: Vec<Heading>,
}

impl Exchange {
    /// Before the first swap: `walkers` rungs times copies.
    pub fn new(stream: Stream, walkers: usize) -> Self {
        Self {
            stream,
            headings: vec![Heading::default(); walkers],
        }
    }

    /// Walkers that change places.
    pub fn swap(&mut self, a: usize, b: usize) {
        self.headings.swap(a, b);
    }

    /// Looks at the ends of the ladder after the swaps of a sweep; tells the round trips completed.
    pub fn arrive(&mut self, copies: usize) -> u64 {
        let last = self.headings.len() - copies;
        let mut trips = 0;
        for heading in &mut self.headings[..copies] {
            let (next, round) = heading.at_first();
            *heading = next;
            trips += u64::from(round);
        }
        for heading in &mut self.headings[last..] {
            *heading = heading.at_last();
        }
        trips
    }

    /// How many walkers there are, as the terms of a tally: what a replica adds once, when it begins.
    pub fn walkers(&self) -> Tally {
        Tally {
            sum: 0,
            terms: self.headings.len() as u64,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Takes every event with a probability above one half and remembers it.
    struct Asked(f64);

    impl Chance for Asked {
        fn below(&mut self, _: u64) -> u64 {
            0
        }

        fn hit(&mut self, threshold: Threshold) -> bool {
            self.0 = threshold.probability();
            self.0 > 0.5
        }

        fn hit_if(&mut self, condition: bool, threshold: Threshold) -> bool {
            condition && self.hit(threshold)
        }

        fn pick(&mut self, _: &[f64]) -> usize {
            0
        }

        fn pick_by(&mut self, _: &[Threshold]) -> usize {
            0
        }
    }

    #[test]
    fn swaps_are_in_detailed_balance() {
        for betas in [[0.3, 0.75], [0.75, 0.3], [0.0, 0.5]] {
            let ladder = Ladder::new(betas.to_vec()).unwrap();
            let energies = [-8.0, -4.0, 0.0, 0.25, 8.0];
            let flow = |a: f64, b: f64, betas: [f64; 2]| {
                let mut asked = Asked(f64::NAN);
                ladder.accepts(0, [a, b], &mut asked);
                (-betas[0] * a - betas[1] * b).exp() * asked.0
            };
            for &a in &energies {
                for &b in &energies {
                    let (there, back) = (flow(a, b, betas), flow(b, a, betas));
                    assert!((there - back).abs() <= 1e-13 * there);
                    // the planted error: a ladder two percent off
                    let off = [betas[0], 1.02 * betas[1]];
                    let wrong = (flow(a, b, off) - flow(b, a, off)).abs();
                    assert!(a == b || wrong > 1e-3 * flow(a, b, off));
                }
            }
        }
    }

    #[test]
    fn pairs_alternate() {
        let ladder = Ladder::new(vec![0.1, 0.2, 0.3, 0.4, 0.5]).unwrap();
        assert_eq!(ladder.pairs(6).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(ladder.pairs(7).collect::<Vec<_>>(), [1, 3]);
        let two = Ladder::new(vec![0.2, 0.1]).unwrap();
        assert_eq!(two.pairs(0).collect::<Vec<_>>(), [0]);
        assert_eq!(two.pairs(1).count(), 0);
    }

    #[test]
    fn a_round_trip_is_out_and_back() {
        let stream = Stream::at(
            quincunx_core::rng::Key([1, 2]),
            0,
            quincunx_core::rng::Purpose::SWAP,
        );
        let mut walkers = Exchange::new(stream, 3);
        let mut trips = Vec::new();
        // the walker that begins in the middle goes to the first rung, to the last, and back to the first
        for (a, b) in [(0, 1), (0, 1), (1, 2), (1, 2), (0, 1)] {
            walkers.swap(a, b);
            trips.push(walkers.arrive(1));
        }
        assert_eq!(trips, [0, 0, 0, 0, 1]);
        assert_eq!(walkers.walkers(), Tally { sum: 0, terms: 3 });
    }

    #[test]
    fn ladders_that_do_not_hold_are_refused() {
        let message = |betas: &[f64]| Ladder::new(betas.to_vec()).unwrap_err().to_string();
        let two = "betas = 1 values: must hold at least two inverse temperatures to swap between";
        assert_eq!(message(&[0.4]), two);
        assert_eq!(
            message(&[0.4, f64::INFINITY]),
            "betas[1] = inf: must be finite and >= 0"
        );
        let order = "must all rise or all fall: neighbours in the list are swapped";
        assert_eq!(
            message(&[0.1, 0.3, 0.2]),
            format!("betas[2] = 0.2: {order}")
        );
        assert_eq!(message(&[0.1, 0.1]), format!("betas[1] = 0.1: {order}"));
    }
}
