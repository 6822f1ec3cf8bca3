//! The structure of noise, read off the graph: additive, scalar, diagonal, commutative, general (sde_engine.md).

use super::arena::Dag;
use super::diff::Derivatives;
use super::node::NodeId;

/// What a diffusion matrix g(t, x), d x m, allows a method to assume. Several may hold at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Noise {
    /// g is free of the state.
    pub additive: bool,
    /// One Wiener process.
    pub scalar: bool,
    /// m = d and column k acts on component k only, through `g_k(x_k)`.
    pub diagonal: bool,
    /// `(dg_l/dx) g_k = (dg_k/dx) g_l` for all pairs of columns.
    pub commutative: bool,
}

/// Points at which commutativity is tried where the graph does not show it, and how closely it must hold.
const TRIALS: u64 = 8;
const TRIAL_TOLERANCE: f64 = 1e-10;

/// The structure of `g` (rows: components, columns: Wiener processes) in the inputs `states`, one per row.
///
/// Structural zeros decide; commutativity that does not show in the graph is tried at 8 points to 1e-10, other
/// inputs (time, unbound parameters) at such points too.
pub fn noise_structure(dag: &mut Dag, g: &[Vec<NodeId>], states: &[u32]) -> Noise {
    let d = g.len();
    let m = g.first().map_or(0, Vec::len);
    let bare: Vec<Vec<NodeId>> = g
        .iter()
        .map(|row| row.iter().map(|&e| dag.annihilate(e)).collect())
        .collect();
    // The states that entry (i, k) is made of, by their row.
    let made_of: Vec<Vec<Vec<usize>>> = bare
        .iter()
        .map(|row| row.iter().map(|&e| rows_of(dag, e, states)).collect())
        .collect();
    let additive = made_of.iter().flatten().all(Vec::is_empty);
    let own = |i: usize, k: usize| {
        if i == k {
            made_of[i][k].iter().all(|&j| j == i)
        } else {
            dag.is_zero(bare[i][k])
        }
    };
    let diagonal = m == d && (0..d).all(|i| (0..m).all(|k| own(i, k)));
    let commutative = additive || diagonal || m <= 1 || commutes(dag, &bare, states);
    Noise {
        additive,
        scalar: m == 1,
        diagonal,
        commutative,
    }
}

fn rows_of(dag: &Dag, node: NodeId, states: &[u32]) -> Vec<usize> {
    let inputs = dag.inputs_of(&[node]);
    let row = |i: &u32| states.iter().position(|x| x == i);
    inputs.iter().filter_map(row).collect()
}

fn commutes(dag: &mut Dag, g: &[Vec<NodeId>], states: &[u32]) -> bool {
    let m = g.first().map_or(0, Vec::len);
    let mut derivatives = Derivatives::new();
    let mut doubtful = Vec::new();
    for k in 0..m {
        for l in k + 1..m {
            for row in g {
                let lk = along(dag, &mut derivatives, row[l], g, k, states);
                let kl = along(dag, &mut derivatives, row[k], g, l, states);
                if lk != kl {
                    doubtful.push((lk, kl));
                }
            }
        }
    }
    doubtful.is_empty() || agree_at_points(dag, &doubtful)
}

/// `sum_j (d node / d x_j) g_jk`.
fn along(
    dag: &mut Dag,
    derivatives: &mut Derivatives,
    node: NodeId,
    g: &[Vec<NodeId>],
    k: usize,
    states: &[u32],
) -> NodeId {
    let mut total = dag.constant(0.0);
    for (&x, row) in states.iter().zip(g) {
        let slope = derivatives.of(dag, node, x);
        if !dag.is_zero(slope) && !dag.is_zero(row[k]) {
            let term = dag.mul(slope, row[k]);
            total = dag.add(total, term);
        }
    }
    total
}

fn agree_at_points(dag: &Dag, pairs: &[(NodeId, NodeId)]) -> bool {
    let roots: Vec<NodeId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    let width = dag.inputs_of(&roots).last().map_or(0, |&i| i as usize + 1);
    let mut seen = 0;
    for trial in 0..TRIALS {
        let point: Vec<f64> = (0..width as u64).map(|i| trial_value(trial, i)).collect();
        for pair in dag.evaluate(&roots, &point).chunks_exact(2) {
            let (a, b) = (pair[0], pair[1]);
            if !(a.is_finite() && b.is_finite()) {
                continue;
            }
            seen += 1;
            if (a - b).abs() > TRIAL_TOLERANCE * (1.0 + a.abs().max(b.abs())) {
                return false;
            }
        }
    }
    seen > 0
}

/// A fixed point of (0.1, 1.9), well spread: the fractional part of a multiple of the golden ratio.
fn trial_value(trial: u64, i: u64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let x = (1 + trial + 13 * i) as f64 * GOLDEN;
    0.1 + 1.8 * (x - libm::floor(x))
}
