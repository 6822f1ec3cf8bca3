//! The time grid `t_k = t0 + k h`: multiplied out, never accumulated.

/// Equal steps from `t0` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    pub t0: f64,
    pub h: f64,
}

/// Where a time lies on a [`Grid`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// The last grid point at or before it.
    pub k: u64,
    /// It is that grid point, up to rounding.
    pub exact: bool,
}

/// Roundings allowed between a time given by a user and the grid point it means.
const ROUNDINGS: f64 = 8.0;

impl Grid {
    #[inline]
    pub fn time(&self, k: u64) -> f64 {
        self.t0 + k as f64 * self.h
    }

    /// Where `t >= t0` lies. Times within a few roundings of a grid point are that point.
    pub fn locate(&self, t: f64) -> Place {
        let near = ((t - self.t0) / self.h).round().max(0.0) as u64;
        let rounding = ROUNDINGS * f64::EPSILON * t.abs().max(self.t0.abs());
        if (t - self.time(near)).abs() <= rounding.min(0.25 * self.h) {
            return Place {
                k: near,
                exact: true,
            };
        }
        let k = if self.time(near) > t {
            near.saturating_sub(1)
        } else {
            near
        };
        Place { k, exact: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_steps_meet_decimal_times() {
        let grid = Grid { t0: 0.0, h: 0.1 };
        for k in 0..10_000_u32 {
            let place = grid.locate(f64::from(k) / 10.0);
            assert_eq!(
                place,
                Place {
                    k: u64::from(k),
                    exact: true
                }
            );
        }
        assert_eq!(grid.locate(0.35), Place { k: 3, exact: false });
        assert_eq!(grid.locate(0.399), Place { k: 3, exact: false });
        assert_eq!(grid.locate(0.401), Place { k: 4, exact: false });
    }

    proptest! {
        #[test]
        fn a_time_lies_between_its_grid_point_and_the_next(t0 in -1e3..1e3f64, h in 1e-4..1.0f64, after in 0.0..1e3f64) {
            let grid = Grid { t0, h };
            let t = t0 + after;
            let place = grid.locate(t);
            if place.exact {
                prop_assert!((grid.time(place.k) - t).abs() < 1e-10);
            } else {
                prop_assert!(grid.time(place.k) <= t && t < grid.time(place.k + 1));
            }
        }
    }
}
