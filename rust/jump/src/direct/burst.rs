//! Many events of one path in a row, for small networks: no branch depends on which reaction fires.

use quincunx_core::simd::{Job, LANES, Lanes, Vector, dispatch};

use super::ahead::Ahead;
use super::crew::{LIMIT, Path};
use super::lane_network::Shape;
use crate::Network;

/// Most reactions: all propensities are taken anew at every event.
const MAX_REACTIONS: usize = 8;
/// The place after the species, which holds 1: what a constant propensity reads.
const ONE: usize = LANES - 1;

/// A reaction of a small network.
#[derive(Clone, Copy, Debug)]
struct Reaction {
    shape: Shape,
    a: usize,
    b: usize,
    k: f64,
    /// Change of each species.
    change: Lanes<f64>,
}

/// A network of mass action with at most two reactant molecules whose counts fit into one chunk: here the
/// lanes are its species.
#[derive(Clone, Debug)]
pub(super) struct Small {
    reactions: [Reaction; MAX_REACTIONS],
    count: usize,
    species: usize,
}

impl Small {
    /// `None` if the network is larger, or not of this kind.
    pub(super) fn of(network: &Network) -> Option<Self> {
        let (records, species) = (network.propensities(), network.species().len());
        let fits = (1..=MAX_REACTIONS).contains(&records.len()) && species <= ONE;
        if !fits || !records.iter().all(|p| p.form.is_small()) {
            return None;
        }
        let none = Reaction {
            shape: Shape::Single,
            a: ONE,
            b: ONE,
            k: 0.0,
            change: Lanes::splat(0.0),
        };
        let mut reactions = [none; MAX_REACTIONS];
        for ((r, p), row) in reactions
            .iter_mut()
            .zip(records)
            .zip(network.change().rows())
        {
            (r.shape, r.a, r.b) = Shape::of(p, ONE);
            r.k = p.k;
            row.iter().for_each(|&(i, v)| r.change[i] = v as f64);
        }
        Some(Self {
            reactions,
            count: records.len(),
            species,
        })
    }

    /// Events that need nobody else: at most `most`, all before `stop`. Gives their number, and false if a
    /// count left the exact range.
    pub(super) fn burst(
        &self,
        path: &mut Path,
        ahead: &mut Ahead,
        stop: f64,
        most: u64,
    ) -> (u64, bool) {
        let mut n = Lanes::splat(0.0);
        n[ONE] = 1.0;
        n.0[..ONE]
            .iter_mut()
            .zip(&path.n)
            .for_each(|(to, from)| *to = *from);
        let (t, fired, inside) = dispatch(Burst {
            small: self,
            n: &mut n,
            t: path.t,
            ahead,
            stop,
            most,
        });
        path.t = t;
        path.n.copy_from_slice(&n.0[..self.species]);
        (fired, inside)
    }
}

struct Burst<'a> {
    small: &'a Small,
    n: &'a mut Lanes<f64>,
    t: f64,
    ahead: &'a mut Ahead,
    stop: f64,
    most: u64,
}

impl Job for Burst<'_> {
    /// Time, events, all counts in range.
    type Out = (f64, u64, bool);

    #[inline(always)]
    fn run<V: Vector>(self) -> Self::Out {
        // With the number of reactions known the running sums stay in registers.
        match self.small.count {
            1 => self.events::<V, 1>(),
            2 => self.events::<V, 2>(),
            3 => self.events::<V, 3>(),
            4 => self.events::<V, 4>(),
            _ => self.events::<V, MAX_REACTIONS>(),
        }
    }
}

impl Burst<'_> {
    /// The operations of the lane kernel in its order, with the same number in every lane.
    #[inline(always)]
    fn events<V: Vector, const R: usize>(self) -> (f64, u64, bool) {
        let small = self.small;
        let (mut n, mut t) = (*self.n, V::splat(self.t));
        let (stop, most) = (V::splat(self.stop), self.most);
        let mut sums = [V::splat(0.0); R];
        let (mut events, mut inside) = (0, true);
        while events < most && inside {
            let total = propensities::<V, R>(small, &n, &mut sums);
            let (delay, choice) = self.ahead.peek_at::<V>();
            let next = V::add(t, V::div(V::splat(delay), total));
            let threshold = V::mul(V::splat(choice), total);
            if !V::all(V::lt_where(V::lt(next, stop), threshold, total)) {
                break;
            }
            self.ahead.take();
            t = next;
            events += 1;
            inside = fire::<V, R>(small, &mut n, &sums, threshold);
        }
        *self.n = n;
        let mut out = Lanes::splat(0.0);
        V::store(&mut out, 0, t);
        (out[0], events, inside)
    }
}

/// The number of reactions: known to the compiler where `R` is below its maximum.
#[inline(always)]
fn count<const R: usize>(small: &Small) -> usize {
    if R == MAX_REACTIONS {
        small.count.min(MAX_REACTIONS)
    } else {
        R
    }
}

/// Running sums of the propensities, in the order of the reactions; gives the last.
#[inline(always)]
fn propensities<V: Vector, const R: usize>(
    small: &Small,
    n: &Lanes<f64>,
    sums: &mut [V::F; R],
) -> V::F {
    let mut sum = V::splat(0.0);
    let mut j = 0;
    while j < count::<R>(small) {
        let r = &small.reactions[j];
        let a = V::splat(n[r.a % LANES]);
        let first = V::mul(V::splat(r.k), a);
        let rate = match r.shape {
            Shape::Single => first,
            Shape::Product => V::mul(first, V::splat(n[r.b % LANES])),
            Shape::Pair => V::mul(first, V::sub(a, V::splat(1.0))),
        };
        sum = V::add(sum, rate);
        sums[j] = sum;
        j += 1;
    }
    sum
}

/// Fires the first reaction whose running sum exceeds the threshold; false if a count left the exact range.
#[inline(always)]
fn fire<V: Vector, const R: usize>(
    small: &Small,
    n: &mut Lanes<f64>,
    sums: &[V::F; R],
    threshold: V::F,
) -> bool {
    let last = count::<R>(small) - 1;
    let mut inside = V::mask((1 << V::N) - 1);
    let mut part = 0;
    while part < small.species.div_ceil(V::N) {
        let mut change = V::load(&small.reactions[last].change, part);
        let mut j = last;
        while j > 0 {
            j -= 1;
            let this = V::load(&small.reactions[j].change, part);
            change = V::select(V::lt(threshold, sums[j]), this, change);
        }
        let now = V::add(V::load(n, part), change);
        V::store(n, part, now);
        inside = V::lt_where(inside, now, V::splat(LIMIT));
        part += 1;
    }
    V::all(inside)
}
