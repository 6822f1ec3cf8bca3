//! The states reachable from a start within a box, numbered in lexicographic order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use quincunx_core::run::Pulse;
use quincunx_core::{Error, Result};

use crate::Network;

/// States are visited between two looks at the pulse.
const PULSE_EVERY: usize = 4096;

/// States `n` with `0 <= n_i <= bounds_i` that the reactions reach without leaving the box.
#[derive(Clone, Debug)]
pub struct Space {
    bounds: Vec<i64>,
    strides: Vec<u128>,
    counts: Vec<i64>,
    index: HashMap<u128, u32, BuildHasherDefault<Fold>>,
}

impl Space {
    /// Explores from `start`. More than `max_states` states are refused.
    pub fn reach(
        network: &Network,
        start: &[i64],
        bounds: Vec<i64>,
        max_states: usize,
        pulse: &Pulse,
    ) -> Result<Self> {
        let strides = strides(&bounds)?;
        let mut space = Self {
            bounds,
            strides,
            counts: Vec::new(),
            index: HashMap::default(),
        };
        let limit = max_states.min(u32::MAX as usize - network.species().len());
        space.insert(start);
        let mut done = 0;
        let mut n = start.to_vec();
        let mut x = vec![0.0; start.len()];
        let mut scratch = Vec::new();
        while done < space.len() {
            if done % PULSE_EVERY == 0 {
                pulse.check()?;
            }
            for r in 0..network.reactions() {
                n.copy_from_slice(space.state(done));
                x.iter_mut().zip(&n).for_each(|(x, &n)| *x = n as f64);
                if network.propensity(r, &x, &mut scratch) != 0.0 && space.step(network, r, &mut n)
                {
                    space.insert(&n);
                }
            }
            if space.len() > limit {
                return Err(space.too_many(network, limit));
            }
            done += 1;
        }
        space.sort();
        Ok(space)
    }

    /// Adds the change of reaction `r`; false if that leaves the box.
    pub(super) fn step(&self, network: &Network, r: usize, n: &mut [i64]) -> bool {
        for &(i, v) in network.change().row(r) {
            n[i] += v;
        }
        self.contains(n)
    }

    fn contains(&self, n: &[i64]) -> bool {
        n.iter()
            .zip(&self.bounds)
            .all(|(&n, &b)| (0..=b).contains(&n))
    }

    /// Number of states.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Never true: the start is a state.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Number of species.
    pub fn width(&self) -> usize {
        self.bounds.len()
    }

    /// The largest count of each species.
    pub fn bounds(&self) -> &[i64] {
        &self.bounds
    }

    /// The counts of state `i`.
    pub fn state(&self, i: usize) -> &[i64] {
        &self.counts[i * self.width()..(i + 1) * self.width()]
    }

    /// All counts, state after state.
    pub fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// The number of a state, if it is one.
    pub fn find(&self, n: &[i64]) -> Option<usize> {
        if !self.contains(n) {
            return None;
        }
        self.index.get(&self.key(n)).map(|&i| i as usize)
    }

    fn key(&self, n: &[i64]) -> u128 {
        n.iter()
            .zip(&self.strides)
            .map(|(&n, &s)| n as u128 * s)
            .sum()
    }

    fn insert(&mut self, n: &[i64]) {
        let (key, next) = (self.key(n), self.index.len() as u32);
        self.index.entry(key).or_insert_with(|| {
            self.counts.extend_from_slice(n);
            next
        });
    }

    /// Renumbers in lexicographic order, which is the order of the keys.
    fn sort(&mut self) {
        let mut order: Vec<(u128, u32)> = self.index.iter().map(|(&k, &i)| (k, i)).collect();
        order.sort_unstable();
        let old = std::mem::take(&mut self.counts);
        self.counts.reserve(old.len());
        let width = self.width();
        for (new, &(key, i)) in order.iter().enumerate() {
            let i = i as usize;
            self.counts
                .extend_from_slice(&old[i * width..(i + 1) * width]);
            self.index.insert(key, new as u32);
        }
    }

    fn too_many(&self, network: &Network, limit: usize) -> Error {
        let shown: Vec<String> = network
            .species()
            .iter()
            .zip(&self.bounds)
            .map(|(name, b)| format!("{name} <= {b}"))
            .collect();
        Error::Refused(format!(
            "master_equation: more than {limit} states are reachable within {}: \
             give smaller bounds=, or a larger max_states= if the memory is there",
            shown.join(", ")
        ))
    }
}

fn strides(bounds: &[i64]) -> Result<Vec<u128>> {
    let mut strides = vec![1_u128; bounds.len()];
    let mut size = 1_u128;
    for (s, &b) in strides.iter_mut().zip(bounds).rev() {
        *s = size;
        size = u128::try_from(b)
            .ok()
            .and_then(|b| size.checked_mul(b + 1))
            .ok_or_else(|| Error::Refused("bounds: the box has more than 2^128 states".into()))?;
    }
    Ok(strides)
}

/// Hashes a mixed-radix key by multiplication: the keys are already distinct numbers.
#[derive(Clone, Debug, Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u128(u128::from(b));
        }
    }

    fn write_u128(&mut self, x: u128) {
        let mixed = (x as u64) ^ ((x >> 64) as u64).rotate_left(32) ^ self.0;
        let wide = u128::from(mixed) * 0x9E37_79B9_7F4A_7C15_u128;
        self.0 = (wide as u64) ^ ((wide >> 64) as u64);
    }
}
