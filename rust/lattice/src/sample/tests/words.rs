//! Lattices in words, and the clusters that grow over them.
use std::collections::HashMap;

use quincunx_core::rng::{Key, Purpose, Stream};

use super::super::neighbours::Listed;
use super::super::swendsen_wang::{self, BySites, EachCoupling, Given};
use super::super::wolff::{self, Alike, Painted};
use super::super::words::{Coupled, Flood, Grid, Spelling};
use super::*;

/// Rows of less than a word, of whole words and of a word and a bit, closed and open, and axes of length 2.
fn shapes() -> Vec<Geometry> {
    let squares = [
        ([2, 2], [true, true]),
        ([3, 5], [true, false]),
        ([2, 64], [false, true]),
        ([4, 65], [true, true]),
        ([3, 128], [true, false]),
        ([5, 130], [false, true]),
    ];
    let cubes = [
        ([2, 3, 2], [true, true, true]),
        ([3, 2, 67], [false, true, true]),
        ([2, 4, 64], [true, false, false]),
    ];
    let squares = squares
        .iter()
        .map(|(l, p)| Geometry::square(*l, *p).unwrap());
    let cubes = cubes.iter().map(|(l, p)| Geometry::cubic(*l, *p).unwrap());
    squares.chain(cubes).collect()
}

fn stream(seed: u64) -> Stream {
    Stream::at(Key([3, seed]), 0, Purpose::MAIN)
}

#[test]
fn values_are_what_was_packed() {
    let mut stream = stream(1);
    for geometry in shapes() {
        let grid = Grid::new(&geometry).unwrap();
        let n = geometry.n_sites();
        assert_eq!(grid.sites(), n);
        for q in [2, 3, 4, 5, 9, 127] {
            let geometry = Arc::new(geometry.clone());
            let law = Law::from(Potts::new(geometry, q, 1.0, 1.0).unwrap());
            let value = |_| stream.below(q as u64) as i8;
            round_trip(&grid, Spelling::of(&law), (0..n).map(value).collect());
        }
        let sign = |_| 2 * stream.below(2) as i8 - 1;
        round_trip(&grid, Spelling::Sign, (0..n).map(sign).collect());
    }
}

fn round_trip(grid: &Grid, spelling: Spelling, values: Vec<i8>) {
    let (mut planes, mut again) = (Vec::new(), vec![0; values.len()]);
    grid.pack(spelling, &values, &mut planes);
    grid.unpack(spelling, &planes, &mut again);
    assert_eq!(values, again);
    for (site, &value) in values.iter().enumerate() {
        let place = grid.word_of(site);
        assert_eq!(spelling.read(&planes, grid.len(), place), value);
    }
}

/// The sites that can be reached from `seed` along open bonds.
fn component(geometry: &Geometry, open: &[bool], seed: usize) -> Vec<bool> {
    let mut reached = vec![false; geometry.n_sites()];
    let mut ahead = vec![seed];
    reached[seed] = true;
    while let Some(site) = ahead.pop() {
        for (other, bond) in geometry.adjacency().neighbours(site) {
            if open[bond] && !reached[other] {
                reached[other] = true;
                ahead.push(other);
            }
        }
    }
    reached
}

#[test]
fn a_cluster_is_all_that_open_bonds_reach() {
    let (mut stream, mut flood) = (stream(2), Flood::default());
    for geometry in shapes() {
        let grid = Grid::new(&geometry).unwrap();
        let axes = grid.axes();
        // Bonds by the site they start from and their axis, the last axis of the lattice being the first of words.
        let ends = geometry.bonds().iter().enumerate();
        let bonds: HashMap<[u32; 2], usize> = ends.map(|(b, &ends)| (ends, b)).collect();
        assert_eq!(bonds.len(), geometry.n_bonds());
        let mut sites = HashMap::new();
        for site in 0..geometry.n_sites() {
            sites.insert(grid.word_of(site), site);
        }
        let bond = |word: usize, bit: u32, axis: usize| {
            let place = grid.place(word);
            let next = match axis {
                0 if bit < place.last => (word, bit + 1),
                0 => (place.after[0] as usize, 0),
                _ => (place.after[axis] as usize, bit),
            };
            let from = *sites.get(&(word, bit))?;
            bonds.get(&[from as u32, sites[&next] as u32]).copied()
        };
        for share in [0.2, 0.45, 0.7, 1.0] {
            for _ in 0..20 {
                let open: Vec<bool> = (0..geometry.n_bonds())
                    .map(|_| stream.uniform() < share)
                    .collect();
                let seed = stream.below(geometry.n_sites() as u64) as usize;
                let mut asked = HashMap::new();
                let draw = |word: usize, axis: usize| {
                    assert!(asked.insert((word, axis), ()).is_none(), "asked twice");
                    let joined = |bit| bond(word, bit, axis).is_some_and(|b| open[b]);
                    (0..64).fold(0, |all, bit| all | u64::from(joined(bit)) << bit)
                };
                flood.clear(&grid);
                let seed_bit = grid.word_of(seed);
                let mut visited = 0;
                let visit = |_, run: u64| visited += run.count_ones();
                match axes {
                    2 => flood.grow::<2>(&grid, seed_bit, draw, visit, &mut quiet),
                    _ => flood.grow::<3>(&grid, seed_bit, draw, visit, &mut quiet),
                }
                .unwrap();
                let expected = component(&geometry, &open, seed);
                let mut cluster = vec![false; geometry.n_sites()];
                for (word, bits) in flood.cluster() {
                    for bit in (0..64).filter(|bit| bits >> bit & 1 == 1) {
                        cluster[sites[&(word, bit)]] = true;
                    }
                }
                assert_eq!(cluster, expected);
                assert_eq!(visited as usize, cluster.iter().filter(|&&c| c).count());
            }
        }
    }
}

#[test]
fn bonds_of_equal_values_are_those_of_the_lattice() {
    let mut stream = stream(3);
    for geometry in shapes() {
        let geometry = Arc::new(geometry);
        let grid = Grid::new(&geometry).unwrap();
        let law = Law::from(Potts::new(Arc::clone(&geometry), 3, 1.0, 1.0).unwrap());
        let colours: Vec<i8> = (0..geometry.n_sites())
            .map(|_| stream.below(3) as i8)
            .collect();
        let mut planes = Vec::new();
        grid.pack(Spelling::of(&law), &colours, &mut planes);
        let of_words: u32 = (0..grid.len())
            .flat_map(|word| (0..grid.axes()).map(move |axis| (word, axis)))
            .map(|(word, axis)| grid.equal(&planes, word, axis).count_ones())
            .sum();
        let equal = |ends: &&[u32; 2]| colours[ends[0] as usize] == colours[ends[1] as usize];
        assert_eq!(
            of_words as usize,
            geometry.bonds().iter().filter(equal).count()
        );
    }
}

/// The exact matrix of a move in words.
fn matrix(
    law: &Law,
    mut step: impl FnMut(Coupled, &mut [u64], &mut Branches, &mut Flood),
) -> (States, Vec<Vec<f64>>) {
    let (mut planes, mut flood) = (Vec::new(), Flood::default());
    let states = States::new(law.clone());
    let matrix = states.matrix(|spins, branches| {
        let coupled = || Coupled::new(law).unwrap();
        coupled().pack(spins, &mut planes);
        step(coupled(), &mut planes, branches, &mut flood);
        coupled().unpack(&planes, spins);
    });
    (states, matrix)
}

fn one_cluster(law: &Law, painted: Painted) -> (States, Vec<Vec<f64>>) {
    matrix(law, |coupled, planes, branches, flood| {
        let moves = wolff::InWords::new(coupled, painted, 1);
        let told = moves.flip_cluster(planes, branches, flood, &mut quiet);
        assert!(told.unwrap().sum > 0);
    })
}

fn all_clusters(law: &Law, given: Given) -> (States, Vec<Vec<f64>>) {
    matrix(law, |coupled, planes, branches, flood| {
        let moves = swendsen_wang::InWords::new(coupled, given);
        let told = moves.flip_clusters(planes, branches, flood, &mut quiet);
        assert_eq!(told.unwrap().sum, law.geometry().n_sites() as u64);
    })
}

fn differ(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

#[test]
fn clusters_in_words_are_those_of_the_sites() {
    let beta = 0.45;
    let squares = [([2, 2], [true, true]), ([2, 3], [true, false])];
    for (lengths, periodic) in squares {
        let geometry = Arc::new(Geometry::square(lengths, periodic).unwrap());
        let ising = Ising::new(Arc::clone(&geometry), beta, 1.0, 0.0).unwrap();
        let (states, in_words) = one_cluster(&ising.clone().into(), Painted::Opposite);
        assert!(states.imbalance(&in_words) < 1e-14);
        let warmer = Ising::new(Arc::clone(&geometry), 0.98 * beta, 1.0, 0.0).unwrap();
        assert!(States::new(warmer).imbalance(&in_words) > 1e-3, "planted");
        let alike = Alike::new(Listed::new(&geometry), beta, 2.0, Painted::Opposite, 1);
        let mut queue = Vec::new();
        let by_sites = states.matrix(|s, c| {
            alike.flip_cluster(s, c, &mut queue, &mut quiet).unwrap();
        });
        assert!(differ(&in_words, &by_sites) < 1e-14);
    }
    let geometry = Arc::new(Geometry::square([2, 2], [true, true]).unwrap());
    let potts = Potts::new(geometry, 3, beta, 1.0).unwrap();
    let (states, in_words) = one_cluster(&potts.into(), Painted::OneOfTheOthers(3));
    assert!(states.imbalance(&in_words) < 1e-14);
    let cube = Arc::new(Geometry::cubic([2, 2, 2], [false; 3]).unwrap());
    let ising = Ising::new(cube, beta, 1.0, 0.0).unwrap();
    let (states, in_words) = one_cluster(&ising.into(), Painted::Opposite);
    assert!(states.imbalance(&in_words) < 1e-14);
}

#[test]
fn all_clusters_in_words_are_those_of_the_sites() {
    let (beta, mut scratch) = (0.45, Scratch::default());
    let squares = [
        ([2, 2], [true, true], 1.0),
        ([2, 2], [true, true], -0.7),
        ([2, 3], [true, false], 1.0),
        ([3, 2], [false, true], 1.0),
    ];
    for (lengths, periodic, coupling) in squares {
        let geometry = Arc::new(Geometry::square(lengths, periodic).unwrap());
        let ising = Ising::new(Arc::clone(&geometry), beta, coupling, 0.0).unwrap();
        let law = Law::from(ising.clone());
        let (states, in_words) = all_clusters(&law, Given::Sign);
        assert!(states.imbalance(&in_words) < 1e-14);
        let listed = Listed::new(&geometry);
        let each = EachCoupling::new(&listed, beta, 2.0, ising.couplings());
        let moves = BySites::ising(&ising, listed, each);
        let by_sites = states.matrix(|s, c| moves.flip_clusters(s, c, &mut scratch, &mut quiet));
        assert!(differ(&in_words, &by_sites) < 1e-14);
    }
    let geometry = Arc::new(Geometry::square([2, 2], [true, true]).unwrap());
    let potts = Potts::new(geometry, 3, beta, 1.0).unwrap();
    let (states, in_words) = all_clusters(&potts.into(), Given::Colour(3));
    assert!(states.imbalance(&in_words) < 1e-14);
}

#[test]
fn all_clusters_are_found_once() {
    let (mut stream, mut flood) = (stream(4), Flood::default());
    for geometry in shapes() {
        let geometry = Arc::new(geometry);
        let n = geometry.n_sites();
        let law = |beta| Law::from(Ising::new(Arc::clone(&geometry), beta, 1.0, 0.0).unwrap());
        let told = |beta: f64, spins: &mut [i8], stream: &mut Stream, flood: &mut Flood| {
            let coupled = || Coupled::new(&law(beta)).unwrap();
            let moves = swendsen_wang::InWords::new(coupled(), Given::Sign);
            let mut planes = Vec::new();
            coupled().pack(spins, &mut planes);
            let told = moves.flip_clusters(&mut planes, stream, flood, &mut quiet);
            coupled().unpack(&planes, spins);
            told.unwrap().terms as usize
        };
        let mut spins: Vec<i8> = (0..n).map(|_| 2 * stream.below(2) as i8 - 1).collect();
        assert_eq!(told(0.0, &mut spins, &mut stream, &mut flood), n);
        // At zero temperature clusters are the domains, each of which flips as a whole.
        let before = spins.clone();
        let ends = geometry.bonds().iter();
        let open: Vec<bool> = ends
            .map(|&[i, j]| before[i as usize] == before[j as usize])
            .collect();
        let mut first = vec![usize::MAX; n];
        for site in 0..n {
            if first[site] == usize::MAX {
                let domain = component(&geometry, &open, site);
                (0..n).filter(|&i| domain[i]).for_each(|i| first[i] = site);
            }
        }
        let domains = (0..n).filter(|&i| first[i] == i).count();
        assert_eq!(
            told(f64::INFINITY, &mut spins, &mut stream, &mut flood),
            domains
        );
        let flipped = |i: usize| spins[i] != before[i];
        assert!((0..n).all(|i| flipped(i) == flipped(first[i])));
    }
}
