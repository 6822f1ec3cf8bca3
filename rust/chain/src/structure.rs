//! Communicating classes and periods; O(n + nnz), no recursion.

use quincunx_core::markov::Csr;

use crate::matrix::{MarkovChain, MarkovJump};

/// Communicating classes in topological order: edges between classes lead to a later one.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    of: Vec<u32>,
    start: Vec<usize>,
    states: Vec<u32>,
    recurrent: Vec<bool>,
}

impl Classes {
    /// Tarjan's strongly connected components of the graph of `edges`.
    ///
    /// Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972) 146-160.
    pub fn of_edges(edges: &Csr) -> Self {
        let (mut of, count) = components(edges);
        // Tarjan closes a class after all that it leads to: reverse for the topological order.
        for c in &mut of {
            *c = count as u32 - 1 - *c;
        }
        let mut recurrent = vec![true; count];
        let mut start = vec![0usize; count + 1];
        for i in 0..edges.n() {
            start[of[i] as usize + 1] += 1;
            // One class alone has no way out.
            if count > 1 && edges.row(i).0.iter().any(|&j| of[j as usize] != of[i]) {
                recurrent[of[i] as usize] = false;
            }
        }
        for c in 0..count {
            start[c + 1] += start[c];
        }
        let mut place = start.clone();
        let mut states = vec![0u32; edges.n()];
        for (i, &c) in of.iter().enumerate() {
            states[place[c as usize]] = i as u32;
            place[c as usize] += 1;
        }
        Self {
            of,
            start,
            states,
            recurrent,
        }
    }

    /// Number of classes.
    pub fn count(&self) -> usize {
        self.recurrent.len()
    }

    /// The class of each state.
    pub fn of(&self) -> &[u32] {
        &self.of
    }

    /// The states of class `c`, ascending.
    pub fn states(&self, c: usize) -> &[u32] {
        &self.states[self.start[c]..self.start[c + 1]]
    }

    /// For each class: true iff no edge leaves it.
    pub fn recurrent(&self) -> &[bool] {
        &self.recurrent
    }

    /// The numbers of the recurrent classes.
    pub fn recurrent_classes(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.count()).filter(|&c| self.recurrent[c])
    }
}

/// Component of each state in the order in which Tarjan's search closes them, and their number.
fn components(edges: &Csr) -> (Vec<u32>, usize) {
    const OPEN: u32 = u32::MAX;
    let n = edges.n();
    let mut of = vec![OPEN; n];
    let mut order = vec![0u32; n]; // 0: not seen
    let mut low = vec![0u32; n];
    let mut path: Vec<(u32, u32)> = Vec::new(); // state, next edge to look at
    let mut open: Vec<u32> = Vec::new();
    let (mut seen, mut count) = (0u32, 0u32);
    for root in 0..n {
        if order[root] != 0 {
            continue;
        }
        path.push((root as u32, 0));
        while let Some(top) = path.last_mut() {
            let i = top.0 as usize;
            if top.1 == 0 && order[i] == 0 {
                seen += 1;
                (order[i], low[i]) = (seen, seen);
                open.push(i as u32);
            }
            let next = edges.row(i).0.get(top.1 as usize).map(|&j| j as usize);
            top.1 += 1;
            match next {
                Some(j) if order[j] == 0 => path.push((j as u32, 0)),
                Some(j) if of[j] == OPEN => low[i] = low[i].min(order[j]),
                Some(_) => {}
                None => {
                    path.pop();
                    if let Some(&(parent, _)) = path.last() {
                        let p = parent as usize;
                        low[p] = low[p].min(low[i]);
                    }
                    if low[i] == order[i] {
                        while let Some(j) = open.pop() {
                            of[j as usize] = count;
                            if j as usize == i {
                                break;
                            }
                        }
                        count += 1;
                    }
                }
            }
        }
    }
    (of, count as usize)
}

/// Period of each class: gcd over its edges (i, j) of `l(i) + 1 - l(j)`, l = breadth-first levels.
/// `stays(i)`: the state has a self-loop. A transient single state without one has period 0.
fn periods(edges: &Csr, classes: &Classes, stays: impl Fn(usize) -> bool) -> Vec<u64> {
    let mut level = vec![u32::MAX; edges.n()];
    let mut queue: Vec<u32> = Vec::new();
    (0..classes.count())
        .map(|c| {
            queue.clear();
            queue.push(classes.states(c)[0]);
            level[queue[0] as usize] = 0;
            let mut period = 0u64;
            let mut head = 0;
            while head < queue.len() {
                let i = queue[head] as usize;
                head += 1;
                if stays(i) {
                    period = 1;
                }
                for &j in edges.row(i).0 {
                    if classes.of[j as usize] as usize != c {
                        continue;
                    }
                    if level[j as usize] == u32::MAX {
                        level[j as usize] = level[i] + 1;
                        queue.push(j);
                    } else {
                        let turn = u64::from((level[i] + 1).abs_diff(level[j as usize]));
                        period = gcd(period, turn);
                    }
                }
            }
            period
        })
        .collect()
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl MarkovChain {
    /// Communicating classes.
    pub fn classes(&self) -> Classes {
        Classes::of_edges(self.edges())
    }

    /// Period of each class, in the order of [`MarkovChain::classes`]: the greatest common divisor of the
    /// lengths of its cycles, 0 for a transient state that is never visited twice.
    pub fn periods(&self) -> Vec<u64> {
        periods(self.edges(), &self.classes(), |i| self.diagonal()[i] > 0.0)
    }
}

impl MarkovJump {
    /// Communicating classes.
    pub fn classes(&self) -> Classes {
        Classes::of_edges(self.edges())
    }

    /// Period of each class of the embedded chain of jumps (an absorbing state counts as one that stays).
    pub fn periods(&self) -> Vec<u64> {
        periods(self.edges(), &self.classes(), |i| self.exit()[i] == 0.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::matrix::Input;

    fn chain(n: usize, values: &[f64]) -> MarkovChain {
        MarkovChain::new(Input::Dense {
            rows: n,
            columns: n,
            values,
        })
        .unwrap()
    }

    #[test]
    fn one_state() {
        let c = chain(1, &[1.0]);
        assert_eq!((c.classes().count(), c.periods()), (1, vec![1]));
    }

    #[test]
    fn transient_states_come_first_and_have_their_period() {
        // 0 -> 1 or 2; 1 <-> 2; 2 -> 3; 3 absorbing; 4 -> 5 -> 4 apart.
        let mut p = vec![0.0; 36];
        (p[1], p[2]) = (0.5, 0.5);
        p[6 + 2] = 1.0;
        (p[12 + 1], p[12 + 3]) = (0.5, 0.5);
        p[18 + 3] = 1.0;
        p[24 + 5] = 1.0;
        p[30 + 4] = 1.0;
        let c = chain(6, &p);
        let classes = c.classes();
        assert_eq!(classes.count(), 4);
        let of = classes.of();
        assert!(of[0] < of[1] && of[1] == of[2] && of[2] < of[3] && of[4] == of[5]);
        let at = |i: usize| of[i] as usize;
        let periods = c.periods();
        assert_eq!(
            (
                periods[at(0)],
                periods[at(1)],
                periods[at(3)],
                periods[at(4)]
            ),
            (0, 2, 1, 2)
        );
        assert_eq!(classes.recurrent_classes().count(), 2);
        assert_eq!(classes.states(at(4)), &[4, 5]);
    }

    #[test]
    fn a_million_states_do_not_overflow_the_stack() {
        let n = 1_000_000usize;
        let start: Vec<i64> = (0..=n as i64).collect();
        let column: Vec<i64> = (0..n as i64).map(|i| (i + 1) % n as i64).collect();
        let value = vec![1.0; n];
        let c = MarkovChain::new(Input::Sparse {
            rows: n,
            columns: n,
            start: &start,
            column: &column,
            value: &value,
        })
        .unwrap();
        assert_eq!(c.classes().count(), 1);
        assert_eq!(c.periods(), vec![n as u64]);
    }
}
