#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn message(result: Result<Geometry>) -> String {
    result.err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn bonds_run_site_major_then_axis() {
    let square = Geometry::square([2, 3], [true, true]).unwrap();
    assert_eq!(
        square.bonds()[..6],
        [[0, 3], [0, 1], [1, 4], [1, 2], [2, 5], [2, 0]]
    );
    assert_eq!(square.bonds()[6], [3, 0]);
    let open = Geometry::square([2, 3], [false, false]).unwrap();
    assert_eq!(
        open.bonds(),
        [[0, 3], [0, 1], [1, 4], [1, 2], [2, 5], [3, 4], [4, 5]]
    );
    let triangular = Geometry::triangular([3, 3], [true, true]).unwrap();
    assert_eq!(
        triangular.bonds()[..6],
        [[0, 3], [0, 1], [0, 4], [1, 4], [1, 2], [1, 5]]
    );
    assert_eq!(triangular.bonds()[26], [8, 0]);
    let honeycomb = Geometry::honeycomb([2, 3], [true, true]).unwrap();
    assert_eq!(honeycomb.bonds()[..3], [[0, 1], [0, 7], [0, 5]]);
    let cubic = Geometry::cubic([2, 3, 4], [true, true, true]).unwrap();
    assert_eq!(cubic.bonds()[..3], [[0, 12], [0, 4], [0, 1]]);
}

#[test]
fn counts_agree_with_the_lists_for_open_and_closed_axes() {
    for code in 0..8 {
        let p = [code & 1 == 1, code & 2 == 2, code & 4 == 4];
        let all = [
            Geometry::square([3, 5], [p[0], p[1]]),
            Geometry::cubic([3, 2, 4], p),
            Geometry::triangular([4, 3], [p[0], p[1]]),
            Geometry::honeycomb([2, 3], [p[0], p[1]]),
        ];
        for geometry in all.map(Result::unwrap) {
            assert_eq!(geometry.bonds().len(), geometry.n_bonds(), "{geometry:?}");
            assert_eq!(
                geometry.shape().iter().product::<usize>(),
                geometry.n_sites()
            );
        }
    }
}

#[test]
fn an_axis_of_length_two_has_doubled_bonds() {
    let square = Geometry::square([2, 3], [true, true]).unwrap();
    assert_eq!((square.n_bonds(), square.coordination()), (12, Some(4)));
    assert_eq!(square.repeated_bond(), Some((0, 6)));
    assert_eq!(
        Geometry::square([3, 3], [true, true])
            .unwrap()
            .repeated_bond(),
        None
    );
    assert_eq!(
        Geometry::honeycomb([2, 2], [true, true])
            .unwrap()
            .repeated_bond(),
        None
    );
    let graph = Geometry::graph(&[[0, 1], [1, 2], [1, 0]], None).unwrap();
    assert_eq!(graph.repeated_bond(), Some((0, 2)));
}

#[test]
fn coordination_is_known_where_all_sites_are_alike() {
    let torus = [true; 2];
    assert_eq!(
        Geometry::triangular([3, 3], torus).unwrap().coordination(),
        Some(6)
    );
    assert_eq!(
        Geometry::honeycomb([3, 3], torus).unwrap().coordination(),
        Some(3)
    );
    assert_eq!(
        Geometry::cubic([3; 3], [true; 3]).unwrap().coordination(),
        Some(6)
    );
    assert_eq!(
        Geometry::square([3, 3], [true, false])
            .unwrap()
            .coordination(),
        None
    );
    let ring = Geometry::graph(&[[0, 1], [1, 2], [2, 0]], None).unwrap();
    assert_eq!(ring.coordination(), Some(2));
}

#[test]
fn wrong_sizes_and_edges_are_named() {
    assert_eq!(
        message(Geometry::square([3, 1], [true; 2])),
        "Ly = 1: must be >= 2"
    );
    assert_eq!(
        message(Geometry::graph(&[[0, 1], [2, 2]], None)),
        "edges[1] = (2, 2): must join two different sites"
    );
    assert_eq!(
        message(Geometry::graph(&[[0, -1]], None)),
        "edges[0, 1] = -1: must be >= 0 and < n_sites = 1"
    );
    assert_eq!(
        message(Geometry::graph(&[[0, 3]], Some(3))),
        "edges[0, 1] = 3: must be >= 0 and < n_sites = 3"
    );
    assert_eq!(
        message(Geometry::graph(&[], None)),
        "n_sites = 0: must be >= 1 and <= 2147483647"
    );
    assert!(
        message(Geometry::cubic([1 << 40; 3], [true; 3]))
            .starts_with("a lattice of Lx = 1099511627776, Ly = "),
        "too many sites must be refused before any table is built"
    );
}

#[test]
fn a_graph_may_have_lonely_sites() {
    let graph = Geometry::graph(&[], Some(3)).unwrap();
    assert_eq!((graph.n_sites(), graph.n_bonds()), (3, 0));
    assert_eq!(graph.coordination(), Some(0));
}

proptest! {
    #[test]
    fn neighbour_lists_hold_each_bond_at_both_ends(lx in 2_i64..6, ly in 2_i64..6, px: bool, py: bool, kind in 0..3) {
        let (lengths, periodic) = ([lx, ly], [px, py]);
        let geometry = match kind {
            0 => Geometry::square(lengths, periodic),
            1 => Geometry::triangular(lengths, periodic),
            _ => Geometry::honeycomb(lengths, periodic),
        }.unwrap();
        let adjacency = geometry.adjacency();
        let mut found = vec![0; geometry.n_bonds()];
        for site in 0..geometry.n_sites() {
            for (other, bond) in adjacency.neighbours(site) {
                let [i, j] = geometry.bonds()[bond].map(|s| s as usize);
                prop_assert!((i, j) == (site, other) || (j, i) == (site, other));
                found[bond] += 1;
            }
        }
        prop_assert!(found.iter().all(|&times| times == 2));
    }
}
