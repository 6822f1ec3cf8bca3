//! The order of elimination: always the vertex whose neighbours lack the fewest edges, of equals the lowest.

use std::collections::BTreeSet;

use quincunx_core::Result;
use quincunx_core::run::Pulse;

/// Vertices in the order in which they are eliminated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Each vertex once.
    pub sequence: Vec<usize>,
    /// Most neighbours that a vertex has when its turn comes.
    pub width: usize,
}

/// The min-fill order of a graph of `n` vertices, or the number of neighbours met that exceeds `widest`.
///
/// ```
/// use quincunx_core::run::Pulse;
/// use quincunx_lattice::elimination::min_fill;
/// let ring = [[0, 1], [1, 2], [2, 3], [0, 3]];
/// let order = min_fill(4, ring, 24, &Pulse::new())?;
/// assert_eq!(order.map(|o| o.width), Ok(2));
/// # Ok::<(), quincunx_core::Error>(())
/// ```
pub fn min_fill(
    n: usize,
    edges: impl IntoIterator<Item = [usize; 2]>,
    widest: usize,
    pulse: &Pulse,
) -> Result<std::result::Result<Order, usize>> {
    let mut graph = Graph::new(n, edges);
    let mut queue: BTreeSet<(usize, usize)> = (0..n).map(|v| (graph.missing(v), v)).collect();
    let mut fill = vec![0; n];
    for &(missing, v) in &queue {
        fill[v] = missing;
    }
    let mut order = Order {
        sequence: Vec::with_capacity(n),
        width: 0,
    };
    while let Some((_, v)) = queue.pop_first() {
        pulse.check()?;
        let around = graph.neighbours[v].clone();
        if around.len() > widest {
            return Ok(Err(around.len()));
        }
        order.width = order.width.max(around.len());
        order.sequence.push(v);
        let mut set = |u: usize, value: usize, fill: &mut [usize]| {
            queue.remove(&(fill[u], u));
            fill[u] = value;
            queue.insert((value, u));
        };
        graph.remove(v);
        for (k, &a) in around.iter().enumerate() {
            for &b in &around[..k] {
                if graph.join(a, b) {
                    // Those outside that see both ends lack one edge less.
                    for w in graph.common(a, b) {
                        set(w, fill[w].saturating_sub(1), &mut fill);
                    }
                }
            }
        }
        for &u in &around {
            set(u, graph.missing(u), &mut fill);
        }
    }
    Ok(Ok(order))
}

/// Sorted neighbours of each vertex.
struct Graph {
    neighbours: Vec<Vec<usize>>,
    /// `mark[v] == stamp` while v belongs to the set looked at.
    mark: Vec<usize>,
    stamp: usize,
}

impl Graph {
    fn new(n: usize, edges: impl IntoIterator<Item = [usize; 2]>) -> Self {
        let mut neighbours = vec![Vec::new(); n];
        for [a, b] in edges {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        for row in &mut neighbours {
            row.sort_unstable();
            row.dedup();
        }
        Self {
            neighbours,
            mark: vec![0; n],
            stamp: 0,
        }
    }

    /// Edges that are missing among the neighbours of `v`.
    fn missing(&mut self, v: usize) -> usize {
        self.stamp += 1;
        let around = &self.neighbours[v];
        for &u in around {
            self.mark[u] = self.stamp;
        }
        let inside = |&u: &usize| {
            let seen = self.neighbours[u]
                .iter()
                .filter(|&&w| self.mark[w] == self.stamp);
            seen.count()
        };
        let ends: usize = around.iter().map(inside).sum();
        (around.len() * around.len().saturating_sub(1) - ends) / 2
    }

    fn remove(&mut self, v: usize) {
        for u in std::mem::take(&mut self.neighbours[v]) {
            if let Ok(place) = self.neighbours[u].binary_search(&v) {
                self.neighbours[u].remove(place);
            }
        }
    }

    /// Adds an edge; false if it was there.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let Err(place) = self.neighbours[a].binary_search(&b) else {
            return false;
        };
        self.neighbours[a].insert(place, b);
        let place = self.neighbours[b].binary_search(&a).unwrap_or_else(|p| p);
        self.neighbours[b].insert(place, a);
        true
    }

    /// Vertices next to both.
    fn common(&self, a: usize, b: usize) -> Vec<usize> {
        let row = &self.neighbours[b];
        let both = |w: &&usize| row.binary_search(w).is_ok();
        self.neighbours[a].iter().filter(both).copied().collect()
    }
}
