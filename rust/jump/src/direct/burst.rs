//! Many events of one path in a row, for small networks, several at a time.
//!
//! Event by event all operations would wait for each other: counts, propensities, total, threshold, reaction, counts.
//! Instead the lanes are the states in which the path may be after none or some of the next events: a tree, in which
//! the children of a state are those that the reactions lead to. Propensities and reactions of all are found at once,
//! and then the path is followed from the root to a leaf by a few bits.

use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

use super::ahead::Ahead;
use super::crew::{LIMIT, Path};
use super::factors::{MAX_CHANGE, is_fine};
use super::lane_network::Shape;
use crate::Network;

/// The most reactions.
const MAX_REACTIONS: usize = 7;
/// At least as many as the states of each tree, leaves included.
const STATES: usize = 64;
/// The bits in which the firings of a reaction are counted.
const FIELD: usize = 16;

/// The events that a tree foresees in registers of so many lanes.
const fn depth(reactions: usize, lanes: usize) -> usize {
    match (reactions, lanes) {
        (1, _) => LANES,
        (2, _) => 3,
        // More would be more work than waiting.
        (MAX_REACTIONS, ..4) => 1,
        _ => 2,
    }
}

const _: () = assert!(LANES <= Ahead::SEEN);

/// The states of a tree from which an event is foreseen: at most [`LANES`].
const fn inner(reactions: usize, depth: usize) -> usize {
    let (mut all, mut of_depth, mut d) = (0, 1, 0);
    while d < depth {
        all += of_depth;
        of_depth *= reactions;
        d += 1;
    }
    all
}

/// The state reached from `state` by the reaction: states of the same depth are neighbours.
#[inline(always)]
const fn child(reactions: usize, state: usize, reaction: usize) -> usize {
    reactions * state + reaction + 1
}

/// One of the two factors of a propensity: a count, or 1 where there is no such species, and what is added to it.
type Factor = (usize, f64);

/// A network of mass action with few reactions of at most two reactant molecules: `(k_j A_j) B_j` are its propensities.
#[derive(Clone, Debug)]
pub(super) struct Small {
    /// Reactions with those added that never fire.
    reactions: usize,
    k: [f64; MAX_REACTIONS],
    factors: [[Factor; 2]; MAX_REACTIONS],
    /// By how much the factors differ from those of the root in the states from which an event is foreseen.
    offsets: [[Lanes<f64>; 2]; MAX_REACTIONS],
    /// The same, for all states.
    steps: Box<[[[f64; 2]; MAX_REACTIONS]; STATES]>,
    /// How often each reaction fires on the way to a state: a field for each.
    fired: Box<[u128; STATES]>,
}

impl Small {
    /// `None` if there are more reactions, or not of this kind, or their numbers are out of all proportion.
    pub(super) fn of(network: &Network) -> Option<Self> {
        let records = network.propensities();
        let fits = (1..=MAX_REACTIONS).contains(&records.len());
        let fine = records.iter().all(|p| p.form.is_small() && is_fine(p.k));
        let small = |&(_, v): &(usize, i64)| (v as f64).abs() <= MAX_CHANGE;
        if !(fits && fine && network.change().rows().flatten().all(small)) {
            return None;
        }
        let reactions = if records.len() <= 4 {
            records.len()
        } else {
            MAX_REACTIONS
        };
        let ones = network.species().len();
        let mut small = Self {
            reactions,
            k: [0.0; MAX_REACTIONS],
            factors: [[(ones, 0.0); 2]; MAX_REACTIONS],
            offsets: [[Lanes::splat(0.0); 2]; MAX_REACTIONS],
            steps: Box::new([[[0.0; 2]; MAX_REACTIONS]; STATES]),
            fired: Box::new([0; STATES]),
        };
        for (j, p) in records.iter().enumerate() {
            let (shape, a, b) = Shape::of(p, ones);
            let pair = matches!(shape, Shape::Pair);
            small.k[j] = p.k + 0.0;
            small.factors[j] = [(a, 0.0), if pair { (a, -1.0) } else { (b, 0.0) }];
        }
        small.grow(network);
        Some(small)
    }

    /// Fills the tree.
    fn grow(&mut self, network: &Network) {
        for state in 0..inner(self.reactions, depth(self.reactions, LANES)) {
            for (reaction, change) in network.change().rows().enumerate() {
                let to = child(self.reactions, state, reaction);
                self.fired[to] = self.fired[state] + (1 << (FIELD * reaction));
                for j in 0..network.reactions() {
                    for i in 0..2 {
                        let own = change.iter().filter(|c| c.0 == self.factors[j][i].0);
                        let step: f64 = own.map(|c| c.1 as f64).sum();
                        self.steps[to][j][i] = self.steps[state][j][i] + step;
                        if let Some(lane) = self.offsets[j][i].0.get_mut(to) {
                            *lane = self.steps[to][j][i];
                        }
                    }
                }
            }
        }
    }

    /// Events that need nobody else: at most `most`, all before `stop`. Moves the time, and gives how many there were
    /// and how often each reaction fired; none if a count might leave the exact range.
    pub(super) fn burst(
        &self,
        path: &mut Path,
        ahead: &mut Ahead,
        stop: f64,
        most: u64,
    ) -> (u64, [u64; MAX_REACTIONS]) {
        let most = most.min(1 << (FIELD - 1));
        if path.n.iter().any(|&n| n >= LIMIT / 2.0) {
            return (0, [0; MAX_REACTIONS]);
        }
        let (t, events, fired) = dispatch(Burst {
            small: self,
            n: &path.n,
            t: path.t,
            ahead,
            stop,
            most,
        });
        path.t = t;
        let field = |j: usize| (fired >> (FIELD * j)) as u64 & ((1 << FIELD) - 1);
        (events, std::array::from_fn(field))
    }
}

struct Burst<'a> {
    small: &'a Small,
    n: &'a [f64],
    t: f64,
    ahead: &'a mut Ahead,
    stop: f64,
    most: u64,
}

impl Job for Burst<'_> {
    /// Time, events, how often each reaction fired.
    type Out = (f64, u64, u128);

    #[inline(always)]
    fn run<V: Vector>(self) -> Self::Out {
        // With the number of reactions known the tree is, and what it needs stays in registers.
        match self.small.reactions {
            1 => self.events::<V, 1>(),
            2 => self.events::<V, 2>(),
            3 => self.events::<V, 3>(),
            4 => self.events::<V, 4>(),
            _ => self.events::<V, MAX_REACTIONS>(),
        }
    }
}

impl Burst<'_> {
    /// The operations of the lane kernel in its order.
    #[inline(always)]
    fn events<V: Vector, const R: usize>(self) -> (f64, u64, u128) {
        let Self {
            small,
            n,
            mut t,
            ahead,
            stop,
            most,
        } = self;
        let mut factors = [[V::splat(0.0); 2]; R];
        let mut j = 0;
        while j < R {
            let [a, b] = small.factors[j];
            factors[j] = [V::splat(value(a, n)), V::splat(value(b, n))];
            j += 1;
        }
        let (mut events, mut fired) = (0, 0);
        loop {
            ahead.make::<V>();
            let tree = Tree::<R>::of::<V>(small, ahead, &factors);
            let (times, states) = tree.follow::<V>(ahead, t);
            let all = const { depth(R, V::N) };
            if !(times[all] < stop && events + all as u64 <= most) {
                // Fewer events, or none.
                let mut some = 0;
                while some < all && times[some + 1] < stop && events < most {
                    some += 1;
                    events += 1;
                }
                ahead.take(some);
                return (
                    times[some],
                    events,
                    fired + small.fired[states[some] % STATES],
                );
            }
            t = times[all];
            events += all as u64;
            let state = states[all] % STATES;
            fired += small.fired[state];
            let mut j = 0;
            while j < R {
                let [a, b] = small.steps[state][j];
                factors[j] = [
                    V::add(factors[j][0], V::splat(a)),
                    V::add(factors[j][1], V::splat(b)),
                ];
                j += 1;
            }
            ahead.take(all);
        }
    }
}

#[inline(always)]
fn value((species, offset): Factor, n: &[f64]) -> f64 {
    let count = if species < n.len() { n[species] } else { 1.0 };
    count + offset
}

/// What is known of the states from which an event is foreseen: state = lane = bit.
struct Tree<const R: usize> {
    total: Lanes<f64>,
    /// For all reactions but the last: the threshold lies below its running sum.
    below: [u32; R],
}

impl<const R: usize> Tree<R> {
    #[inline(always)]
    fn of<V: Vector>(small: &Small, ahead: &Ahead, factors: &[[V::F; 2]; R]) -> Self {
        let mut tree = Self {
            total: Lanes::splat(0.0),
            below: [0; R],
        };
        let mut part = 0;
        while part < const { inner(R, depth(R, V::N)).div_ceil(V::N) } {
            let mut sums = [V::splat(0.0); R];
            let mut j = 0;
            while j < R {
                let a = V::add(factors[j][0], V::load(&small.offsets[j][0], part));
                let b = V::add(factors[j][1], V::load(&small.offsets[j][1], part));
                let rate = V::mul(V::mul(V::splat(small.k[j]), a), b);
                sums[j] = if j == 0 {
                    rate
                } else {
                    V::add(sums[j - 1], rate)
                };
                j += 1;
            }
            V::store(&mut tree.total, part, sums[R - 1]);
            let threshold = V::mul(choices::<V, R>(ahead, part), sums[R - 1]);
            let mut j = 0;
            while j < R - 1 {
                tree.below[j] |= V::bits(V::lt(threshold, sums[j])) << (part * V::N);
                j += 1;
            }
            part += 1;
        }
        tree
    }

    /// The times of the next events and the states after them, those now first.
    #[inline(always)]
    fn follow<V: Vector>(&self, ahead: &Ahead, t: f64) -> ([f64; LANES + 1], [usize; LANES + 1]) {
        let (mut times, mut states) = ([t; LANES + 1], [0; LANES + 1]);
        let mut d = 0;
        while d < const { depth(R, V::N) } {
            let state = states[d];
            // A sum of -0 would send the next event to the infinite past.
            times[d + 1] = times[d] + ahead.pair(d).0 / (self.total[state % LANES] + 0.0);
            let mut reaction = R - 1;
            let mut j = 0;
            while j < R - 1 {
                reaction -= (self.below[j] >> state) as usize & 1;
                j += 1;
            }
            states[d + 1] = child(R, state, reaction);
            d += 1;
        }
        (times, states)
    }
}

/// The uniform number of the next event in each state.
#[inline(always)]
fn choices<V: Vector, const R: usize>(ahead: &Ahead, part: usize) -> V::F {
    let mut choices = V::splat(ahead.pair(0).1);
    let (mut first, mut of_depth) = (1, R);
    let mut d = 1;
    while d < const { depth(R, V::N) } {
        let deeper = (u32::MAX << first) >> (part * V::N) & ((1 << V::N) - 1);
        choices = V::select(V::mask(deeper), V::splat(ahead.pair(d).1), choices);
        first += of_depth;
        of_depth *= R;
        d += 1;
    }
    choices
}
