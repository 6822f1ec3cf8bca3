//! Two colours that alternate along every bond.

use quincunx_core::{Error, Result};

use crate::geometry::Geometry;

/// The sites of each colour, even ones first; refused if neighbours cannot be told apart by two colours.
pub(in super::super) fn two_colours(geometry: &Geometry) -> Result<[Vec<u32>; 2]> {
    let n = geometry.n_sites();
    let mut colour = vec![2_u8; n];
    let mut stack = Vec::new();
    for seed in 0..n {
        if colour[seed] == 2 {
            colour[seed] = 0;
            stack.push(seed);
        }
        while let Some(site) = stack.pop() {
            for (other, _) in geometry.adjacency().neighbours(site) {
                if colour[other] == 2 {
                    colour[other] = 1 - colour[site];
                    stack.push(other);
                } else if colour[other] == colour[site] {
                    return Err(Error::Refused(
                        "Checkerboard: the sites cannot be given two colours that alternate along every bond \
                         (a periodic axis of odd length, an odd loop); Metropolis and HeatBath hold"
                            .into(),
                    ));
                }
            }
        }
    }
    let of = |c| {
        let sites = (0..n as u32).filter(|&i| colour[i as usize] == c);
        sites.collect()
    };
    Ok([of(0), of(1)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn odd_loops_are_refused() {
        let odd = Geometry::square([4, 5], [true, true]).unwrap();
        assert!(
            two_colours(&odd)
                .unwrap_err()
                .to_string()
                .contains("cannot be given two colours")
        );
        let open = Geometry::square([4, 5], [true, false]).unwrap();
        assert_eq!(two_colours(&open).unwrap()[0][..3], [0, 2, 4]);
    }
}
