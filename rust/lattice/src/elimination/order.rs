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
    let mut queue: BTreeSet<(usize, usize)> = (0..n).map(|v| (graph.fill[v], v)).collect();
    let mut order = Order {
        sequence: Vec::with_capacity(n),
        width: 0,
    };
    while let Some((_, v)) = queue.pop_first() {
        pulse.check()?;
        let around: Vec<usize> = graph.neighbours[v].iter().copied().collect();
        if around.len() > widest {
            return Ok(Err(around.len()));
        }
        order.width = order.width.max(around.len());
        order.sequence.push(v);
        let mut before = Vec::new();
        for (k, &a) in around.iter().enumerate() {
            for &b in &around[..k] {
                graph.join(a, b, &mut before);
            }
        }
        graph.remove(v, &mut before);
        for (u, fill) in before {
            // The first entry of a vertex is the one in the queue.
            if queue.remove(&(fill, u)) {
                queue.insert((graph.fill[u], u));
            }
        }
    }
    Ok(Ok(order))
}

/// Neighbours of each vertex, and how many edges are missing among them.
struct Graph {
    neighbours: Vec<BTreeSet<usize>>,
    fill: Vec<usize>,
}

impl Graph {
    fn new(n: usize, edges: impl IntoIterator<Item = [usize; 2]>) -> Self {
        let mut neighbours = vec![BTreeSet::new(); n];
        for [a, b] in edges {
            neighbours[a].insert(b);
            neighbours[b].insert(a);
        }
        let mut graph = Self {
            neighbours,
            fill: vec![0; n],
        };
        for v in 0..n {
            let degree = graph.neighbours[v].len();
            let common = |&u: &usize| graph.common(u, v).len();
            let ends: usize = graph.neighbours[v].iter().map(common).sum();
            graph.fill[v] = (degree * degree.saturating_sub(1) - ends) / 2;
        }
        graph
    }

    /// Vertices next to both.
    fn common(&self, a: usize, b: usize) -> Vec<usize> {
        let (a, b) = (&self.neighbours[a], &self.neighbours[b]);
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        few.iter().filter(|w| many.contains(w)).copied().collect()
    }

    /// Adds an edge unless it is there; `before` takes the vertices whose fill changes, and what it was.
    fn join(&mut self, a: usize, b: usize, before: &mut Vec<(usize, usize)>) {
        if self.neighbours[a].contains(&b) {
            return;
        }
        let common = self.common(a, b);
        for (end, other) in [(a, b), (b, a)] {
            before.push((end, self.fill[end]));
            // The new neighbour knows but the common ones among the old.
            self.fill[end] += self.neighbours[end].len() - common.len();
            self.neighbours[end].insert(other);
        }
        for w in common {
            before.push((w, self.fill[w]));
            self.fill[w] -= 1;
        }
    }

    /// Removes a vertex whose neighbours all know each other.
    fn remove(&mut self, v: usize, before: &mut Vec<(usize, usize)>) {
        let around = std::mem::take(&mut self.neighbours[v]);
        for &u in &around {
            before.push((u, self.fill[u]));
            // Of its other neighbours it shared those around v; the rest did not know v.
            self.fill[u] -= self.neighbours[u].len() - around.len();
            self.neighbours[u].remove(&v);
        }
    }
}
