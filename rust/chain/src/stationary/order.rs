//! A fill-reducing order of elimination: approximate minimum degree on the symmetric pattern.

use quincunx_core::Result;
use quincunx_core::markov::Csr;
use quincunx_core::run::Pulse;

/// An order of elimination and, for each state, the states that come later and meet it in the reduced matrix.
pub(super) struct Order {
    /// States, first eliminated first.
    pub sequence: Vec<u32>,
    /// For each state (not position): its later neighbours at the time of its elimination.
    pub fill: Vec<Vec<u32>>,
}

const NONE: u32 = u32::MAX;

/// Lists of states by degree, doubly linked.
struct Buckets {
    head: Vec<u32>,
    next: Vec<u32>,
    before: Vec<u32>,
    degree: Vec<u32>,
    least: usize,
}

impl Buckets {
    fn new(n: usize) -> Self {
        Self {
            head: vec![NONE; n],
            next: vec![NONE; n],
            before: vec![NONE; n],
            degree: vec![0; n],
            least: 0,
        }
    }

    fn insert(&mut self, i: u32, degree: usize) {
        let d = degree.min(self.head.len() - 1);
        let first = self.head[d];
        self.next[i as usize] = first;
        self.before[i as usize] = NONE;
        if first != NONE {
            self.before[first as usize] = i;
        }
        self.head[d] = i;
        self.degree[i as usize] = d as u32;
        self.least = self.least.min(d);
    }

    fn remove(&mut self, i: u32) {
        let (b, f) = (self.before[i as usize], self.next[i as usize]);
        if b == NONE {
            self.head[self.degree[i as usize] as usize] = f;
        } else {
            self.next[b as usize] = f;
        }
        if f != NONE {
            self.before[f as usize] = b;
        }
    }

    fn pop(&mut self) -> Option<u32> {
        while self.least < self.head.len() {
            let i = self.head[self.least];
            if i != NONE {
                self.remove(i);
                return Some(i);
            }
            self.least += 1;
        }
        None
    }
}

/// The order for the pattern of `edges` and its transpose, or None once the elimination would take more than
/// `work` multiplications.
///
/// Amestoy, Davis, Duff, An approximate minimum degree ordering algorithm, SIAM J. Matrix Anal. Appl. 17 (1996)
/// 886-905: quotient graph with element absorption and their degree bound, without supervariables.
pub(super) fn minimum_degree(
    edges: &Csr,
    reverse: &Csr,
    work: u64,
    pulse: &Pulse,
) -> Result<Option<Order>> {
    let n = edges.n();
    let mut states: Vec<Vec<u32>> = (0..n)
        .map(|i| merged(edges.row(i).0, reverse.row(i).0))
        .collect();
    let mut elements: Vec<Vec<u32>> = vec![Vec::new(); n]; // elements next to a state
    let mut fill: Vec<Vec<u32>> = vec![Vec::new(); n]; // states next to an element
    let mut absorbed = vec![false; n];
    let mut buckets = Buckets::new(n);
    for i in (0..n).rev() {
        buckets.insert(i as u32, states[i].len());
    }
    let mut mark = vec![NONE; n]; // mark[i] == step: i is in the new element
    let mut outside = vec![0u32; n]; // |element \ new element|, valid where stamp == step
    let mut stamp = vec![NONE; n];
    let mut sequence = Vec::with_capacity(n);
    let mut spent = 0u64;
    while let Some(p) = buckets.pop() {
        let step = sequence.len() as u32;
        if step.is_multiple_of(64) {
            pulse.check()?;
        }
        sequence.push(p);
        mark[p as usize] = step;
        let mut front: Vec<u32> = Vec::new();
        let mut gather = |list: &[u32]| {
            for &i in list {
                if mark[i as usize] != step {
                    mark[i as usize] = step;
                    front.push(i);
                }
            }
        };
        gather(&std::mem::take(&mut states[p as usize]));
        // No state of an element that still lives has been eliminated: that would have absorbed it.
        for e in std::mem::take(&mut elements[p as usize]) {
            if !absorbed[e as usize] {
                gather(&fill[e as usize]);
                absorbed[e as usize] = true;
            }
        }
        spent += (front.len() * front.len()) as u64;
        if spent > work {
            return Ok(None);
        }
        if front.len() + sequence.len() == n {
            finish(&mut sequence, &mut fill, front, p);
            break;
        }
        for &i in &front {
            for &e in &elements[i as usize] {
                let e = e as usize;
                if stamp[e] != step {
                    stamp[e] = step;
                    outside[e] = fill[e].len() as u32;
                }
                outside[e] -= 1;
                absorbed[e] |= outside[e] == 0;
            }
        }
        for &i in &front {
            let s = i as usize;
            states[s].retain(|&j| mark[j as usize] != step);
            elements[s].retain(|&e| !absorbed[e as usize]);
            let around: usize = elements[s]
                .iter()
                .map(|&e| outside[e as usize] as usize)
                .sum();
            let grown = buckets.degree[s] as usize + front.len() - 1;
            elements[s].push(p);
            buckets.remove(i);
            buckets.insert(i, grown.min(states[s].len() + front.len() - 1 + around));
        }
        fill[p as usize] = front;
    }
    Ok(Some(Order { sequence, fill }))
}

/// All states left meet each other: their order does not matter.
fn finish(sequence: &mut Vec<u32>, fill: &mut [Vec<u32>], rest: Vec<u32>, p: u32) {
    for (k, &i) in rest.iter().enumerate() {
        fill[i as usize] = rest[k + 1..].to_vec();
        sequence.push(i);
    }
    fill[p as usize] = rest;
}

/// The union of two ascending lists.
fn merged(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut all = Vec::with_capacity(a.len().max(b.len()));
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let x = a.get(i).copied().unwrap_or(NONE);
        let y = b.get(j).copied().unwrap_or(NONE);
        all.push(x.min(y));
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    all
}
