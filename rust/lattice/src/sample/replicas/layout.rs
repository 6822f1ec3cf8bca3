//! Where the spins of 64 replicas lie: one word per site, eight sites of one colour to a chunk.

use quincunx_core::Result;
use quincunx_core::simd::{LANES, Lanes};

use super::super::checkerboard::two_colours;
use crate::geometry::Geometry;
use crate::model::Values;

/// Most neighbours of a site.
pub(super) const MOST: usize = 8;

/// Sites of one colour that have equally many neighbours.
#[derive(Debug)]
pub(super) struct Group {
    /// Neighbours of each site, those without coupling left out.
    pub degree: usize,
    /// How many there are; what is left of the last chunk holds no site.
    pub sites: usize,
    /// Their first chunk among those of the colour.
    pub first: usize,
    /// Chunk by chunk and slot by slot the places of the neighbours, among the words of the other colour.
    pub neighbours: Vec<Lanes<u32>>,
    /// All ones where a coupling is negative; empty if none is.
    pub signs: Vec<Lanes<u64>>,
}

impl Group {
    pub fn chunks(&self) -> usize {
        self.sites.div_ceil(LANES)
    }
}

/// The places of all sites.
#[derive(Debug)]
pub(super) struct Layout {
    pub groups: [Vec<Group>; 2],
    /// The word of every site: those of the even ones come first, eight by eight. Words that hold no site are zero for
    /// ever; the last eight of each colour are among them.
    pub places: Vec<u32>,
    /// Chunks of the even sites, and of all.
    pub chunks: [usize; 2],
    /// Bonds with a coupling.
    pub bonds: usize,
}

impl Layout {
    /// `None` if a site has too many neighbours; refused if neighbours cannot be told apart by two colours.
    pub fn new(geometry: &Geometry, couplings: &Values) -> Result<Option<Self>> {
        let colours = two_colours(geometry)?;
        let coupled = |site: usize| {
            let bonds = geometry.adjacency().neighbours(site);
            let bonds = bonds.map(|(other, bond)| (other, couplings.at(bond)));
            bonds.filter(|&(_, j)| j != 0.0)
        };
        let sites = 0..geometry.n_sites();
        let degrees: Vec<usize> = sites.map(|site| coupled(site).count()).collect();
        if degrees.iter().any(|&degree| degree > MOST) {
            return Ok(None);
        }
        let mut places = vec![0; degrees.len()];
        let mut alike: [Vec<(usize, Vec<usize>)>; 2] = Default::default();
        let mut ends = [0; 2];
        let mut end = 0;
        for (colour, sites) in colours.iter().enumerate() {
            for degree in 0..=MOST {
                let sites = sites.iter().map(|&site| site as usize);
                let sites: Vec<usize> = sites.filter(|&site| degrees[site] == degree).collect();
                for (k, &site) in sites.iter().enumerate() {
                    places[site] = (end + k) as u32;
                }
                end += sites.len().next_multiple_of(LANES);
                if !sites.is_empty() {
                    alike[colour].push((degree, sites));
                }
            }
            end += LANES;
            ends[colour] = end;
        }
        let starts = [0, ends[0]];
        let signed = couplings.first_negative().is_some();
        let group = |colour: usize, degree: usize, sites: &[usize]| {
            let others = starts[1 - colour];
            let nobody = (ends[1 - colour] - others) as u32 - 1;
            let entries = sites.len().div_ceil(LANES) * degree;
            let mut group = Group {
                degree,
                sites: sites.len(),
                first: (places[sites[0]] as usize - starts[colour]) / LANES,
                neighbours: vec![Lanes::splat(nobody); entries],
                signs: vec![Lanes::splat(0); if signed { entries } else { 0 }],
            };
            for (k, &site) in sites.iter().enumerate() {
                for (slot, (other, j)) in coupled(site).enumerate() {
                    let at = k / LANES * degree + slot;
                    group.neighbours[at][k % LANES] = places[other] - others as u32;
                    if j < 0.0 {
                        group.signs[at][k % LANES] = u64::MAX;
                    }
                }
            }
            group
        };
        let groups = [0, 1].map(|colour| {
            let groups = alike[colour].iter();
            groups
                .map(|(degree, sites)| group(colour, *degree, sites))
                .collect()
        });
        Ok(Some(Self {
            groups,
            places,
            chunks: ends.map(|end| end / LANES),
            bonds: degrees.iter().sum::<usize>() / 2,
        }))
    }
}

impl Layout {
    /// Puts the spins of a replica where its bits are zero.
    pub fn pack(&self, spins: &[i8], bit: usize, words: &mut [[u64; LANES]]) {
        let words = words.as_flattened_mut();
        for (&spin, &place) in spins.iter().zip(&self.places) {
            words[place as usize] |= u64::from(spin > 0) << bit;
        }
    }

    /// The spins of a replica.
    pub fn unpack(&self, words: &[[u64; LANES]], bit: usize) -> Vec<i8> {
        let words = words.as_flattened();
        let spin = |&place: &u32| 2 * (words[place as usize] >> bit & 1) as i8 - 1;
        self.places.iter().map(spin).collect()
    }
}
