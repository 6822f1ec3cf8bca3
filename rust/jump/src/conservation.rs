//! Conservation laws: integer vectors `w` with `w . v_r = 0` for every reaction `r`, so that
//! `w . n(t)` is constant along every path.
//!
//! All arithmetic is exact (`i128`, refused on overflow), never a floating decomposition.
//! References: E. H. Bareiss, Math. Comp. 22 (1968) 565 (fraction-free elimination);
//! S. Schuster, T. Hoefer, J. Chem. Soc. Faraday Trans. 87 (1991) 2561 (nonnegative laws).

use quincunx_core::{Error, Result};

/// More candidate rows than this and the search for nonnegative laws stops looking.
const MAX_CANDIDATES: usize = 2_000;

/// One row of the elimination: the image under the reactions, and the combination of species.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    image: Vec<i128>,
    weight: Vec<i128>,
}

/// A basis of the left null space of the stoichiometry. `change[r]` lists `(species, net change)`.
/// Nonnegative laws come first where they exist (they bound the species they contain); each vector
/// is divided by its greatest common divisor and its first nonzero entry is positive.
pub fn laws(species: usize, change: &[Vec<(usize, i64)>]) -> Result<Vec<Vec<i64>>> {
    let full = left_null_space(rows_of(species, change))?;
    let mut chosen: Vec<Vec<i128>> = Vec::new();
    let candidates = nonnegative_generators(species, change)?;
    for law in candidates
        .unwrap_or_default()
        .into_iter()
        .chain(full.iter().cloned())
    {
        if chosen.len() == full.len() {
            break;
        }
        chosen.push(law);
        if rank(&chosen)? < chosen.len() {
            chosen.pop();
        }
    }
    chosen.into_iter().map(narrow).collect()
}

/// The nonnegative laws with minimal support, or as many species bounds as the search affords:
/// an empty list when there are more than the search holds.
pub fn nonnegative_laws(species: usize, change: &[Vec<(usize, i64)>]) -> Result<Vec<Vec<i64>>> {
    let found = nonnegative_generators(species, change)?.unwrap_or_default();
    found.into_iter().map(narrow).collect()
}

fn rows_of(species: usize, change: &[Vec<(usize, i64)>]) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..species)
        .map(|i| {
            let mut weight = vec![0; species];
            weight[i] = 1;
            Row {
                image: vec![0; change.len()],
                weight,
            }
        })
        .collect();
    for (r, list) in change.iter().enumerate() {
        for &(i, v) in list {
            rows[i].image[r] += i128::from(v);
        }
    }
    rows
}

/// Eliminates the images; the weights of the rows whose image vanished span the null space. They are
/// brought to reduced echelon form, which is unique.
fn left_null_space(mut rows: Vec<Row>) -> Result<Vec<Vec<i128>>> {
    let columns = rows.first().map_or(0, |r| r.image.len());
    let mut done = 0;
    for c in 0..columns {
        let Some(p) = (done..rows.len()).find(|&i| rows[i].image[c] != 0) else {
            continue;
        };
        rows.swap(done, p);
        let pivot = rows[done].clone();
        for row in &mut rows[done + 1..] {
            if row.image[c] != 0 {
                *row = combine(row, pivot.image[c], &pivot, -row.image[c])?;
            }
        }
        done += 1;
    }
    reduced_echelon(rows.drain(done..).map(|r| r.weight).collect())
}

fn reduced_echelon(mut basis: Vec<Vec<i128>>) -> Result<Vec<Vec<i128>>> {
    let columns = basis.first().map_or(0, Vec::len);
    let mut done = 0;
    for c in 0..columns {
        let Some(p) = (done..basis.len()).find(|&i| basis[i][c] != 0) else {
            continue;
        };
        basis.swap(done, p);
        primitive(&mut basis[done]);
        let pivot = basis[done].clone();
        for (i, row) in basis.iter_mut().enumerate() {
            if i != done && row[c] != 0 {
                // A positive factor keeps the sign of the pivots already made.
                *row = mix(row, pivot[c], &pivot, -row[c])?;
                primitive(row);
            }
        }
        done += 1;
    }
    basis.truncate(done);
    Ok(basis)
}

fn rank(vectors: &[Vec<i128>]) -> Result<usize> {
    Ok(reduced_echelon(vectors.to_vec())?.len())
}

/// Farkas' algorithm: keep nonnegative combinations of species only. `None` when there are too many.
fn nonnegative_generators(
    species: usize,
    change: &[Vec<(usize, i64)>],
) -> Result<Option<Vec<Vec<i128>>>> {
    let mut rows = rows_of(species, change);
    for c in 0..change.len() {
        let (mut kept, mixed): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|r| r.image[c] == 0);
        let (gain, loss): (Vec<Row>, Vec<Row>) = mixed.into_iter().partition(|r| r.image[c] > 0);
        if gain.len() * loss.len() + kept.len() > MAX_CANDIDATES {
            return Ok(None);
        }
        for g in &gain {
            for l in &loss {
                kept.push(combine(g, -l.image[c], l, g.image[c])?);
            }
        }
        rows = minimal_supports(kept);
    }
    let mut found: Vec<Vec<i128>> = rows.into_iter().map(|r| r.weight).collect();
    found.sort_by(|a, b| b.iter().map(|w| *w != 0).cmp(a.iter().map(|w| *w != 0)));
    Ok(Some(found))
}

/// Drops a row whose support contains that of another one (a sum of others), and duplicates.
fn minimal_supports(rows: Vec<Row>) -> Vec<Row> {
    let inside = |a: &Row, b: &Row| {
        a.weight
            .iter()
            .zip(&b.weight)
            .all(|(x, y)| *x == 0 || *y != 0)
    };
    let keep: Vec<bool> = (0..rows.len())
        .map(|i| {
            !(0..rows.len()).any(|j| {
                i != j && inside(&rows[j], &rows[i]) && (!inside(&rows[i], &rows[j]) || j < i)
            })
        })
        .collect();
    rows.into_iter()
        .zip(keep)
        .filter_map(|(r, k)| k.then_some(r))
        .collect()
}

/// `p a + q b`, divided by the common divisor of the whole row.
fn combine(a: &Row, p: i128, b: &Row, q: i128) -> Result<Row> {
    let mut image = mix(&a.image, p, &b.image, q)?;
    let mut weight = mix(&a.weight, p, &b.weight, q)?;
    let divisor = image.iter().chain(&weight).fold(0, |g, &x| gcd(g, x));
    if divisor > 1 {
        image
            .iter_mut()
            .chain(&mut weight)
            .for_each(|x| *x /= divisor);
    }
    Ok(Row { image, weight })
}

fn mix(a: &[i128], p: i128, b: &[i128], q: i128) -> Result<Vec<i128>> {
    let term = |x: i128, y: i128| p.checked_mul(x)?.checked_add(q.checked_mul(y)?);
    a.iter()
        .zip(b)
        .map(|(&x, &y)| term(x, y))
        .collect::<Option<_>>()
        .ok_or_else(overflow)
}

/// Divides by the common divisor and makes the first nonzero entry positive.
fn primitive(v: &mut [i128]) {
    let divisor = v.iter().fold(0, |g, &x| gcd(g, x));
    let lead = v.iter().find(|x| **x != 0).map_or(1, |x| x.signum());
    if divisor > 0 {
        v.iter_mut().for_each(|x| *x /= divisor * lead);
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a as i128
}

fn narrow(mut law: Vec<i128>) -> Result<Vec<i64>> {
    primitive(&mut law);
    law.into_iter()
        .map(|x| i64::try_from(x).map_err(|_| overflow()))
        .collect()
}

fn overflow() -> Error {
    Error::Refused(
        "conservation laws: the exact integers of the elimination exceed 127 bits; \
         use smaller stoichiometric coefficients"
            .into(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_networks() {
        // S + I -> 2 I; I -> R
        let sir = [vec![(0, -1), (1, 1)], vec![(1, -1), (2, 1)]];
        assert_eq!(laws(3, &sir).unwrap(), [[1, 1, 1]]);
        // 2 P <-> P2
        let dimer = [vec![(0, -2), (1, 1)], vec![(0, 2), (1, -1)]];
        assert_eq!(laws(2, &dimer).unwrap(), [[1, 2]]);
        // E + S <-> C -> E + P
        let enzyme = [
            vec![(0, -1), (1, -1), (2, 1)],
            vec![(0, 1), (1, 1), (2, -1)],
            vec![(0, 1), (2, -1), (3, 1)],
        ];
        assert_eq!(laws(4, &enzyme).unwrap(), [[1, 0, 1, 0], [0, 1, 1, 1]]);
        // C, A, B in this order with A + B <-> C: nonnegative laws, not A - B.
        let bind = [vec![(1, -1), (2, -1), (0, 1)]];
        assert_eq!(laws(3, &bind).unwrap(), [[1, 1, 0], [1, 0, 1]]);
        // 0 -> A + B: only the difference is conserved.
        assert_eq!(laws(2, &[vec![(0, 1), (1, 1)]]).unwrap(), [[1, -1]]);
        assert!(
            nonnegative_laws(2, &[vec![(0, 1), (1, 1)]])
                .unwrap()
                .is_empty()
        );
        assert_eq!(laws(2, &[]).unwrap(), [[1, 0], [0, 1]]);
        assert!(laws(0, &[]).unwrap().is_empty());
    }

    #[test]
    fn coprime_giants_are_refused_not_wrapped() {
        let p = [i64::MAX, i64::MAX - 1, i64::MAX - 24, i64::MAX - 58];
        let change: Vec<Vec<(usize, i64)>> = (0..3)
            .map(|r| {
                (0..4)
                    .map(|i| (i, p[(i * 7 + r * 3) % 4] - (i * r) as i64))
                    .collect()
            })
            .collect();
        assert!(matches!(laws(4, &change), Err(Error::Refused(_))));
    }

    proptest! {
        #[test]
        fn laws_annihilate_every_reaction_and_fill_the_null_space(
            change in proptest::collection::vec(proptest::collection::vec(-3_i64..=3, 5), 0..6)
        ) {
            let sparse: Vec<Vec<(usize, i64)>> = change
                .iter()
                .map(|v| v.iter().copied().enumerate().filter(|x| x.1 != 0).collect())
                .collect();
            let found = laws(5, &sparse).unwrap();
            for w in &found {
                for v in &change {
                    prop_assert_eq!(w.iter().zip(v).map(|(a, b)| a * b).sum::<i64>(), 0);
                }
            }
            let wide: Vec<Vec<i128>> = change
                .iter()
                .map(|v| v.iter().map(|&x| i128::from(x)).collect())
                .collect();
            prop_assert_eq!(found.len() + rank(&wide).unwrap(), 5);
            let nonnegative = nonnegative_laws(5, &sparse).unwrap();
            prop_assert!(nonnegative.iter().flatten().all(|&w| w >= 0));
        }
    }
}
