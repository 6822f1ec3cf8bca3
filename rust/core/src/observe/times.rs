//! The times of a grid.

use std::sync::Arc;

use crate::{Error, Result};

/// Increasing times.
#[derive(Clone, Debug, PartialEq)]
pub enum Times {
    /// One by one.
    Listed(Arc<[f64]>),
    /// `first + k step` for `k < count`, but not beyond `last`: a grid as long as one likes in no memory.
    Regular {
        /// The first time.
        first: f64,
        /// What lies between two of them.
        step: f64,
        /// How many.
        count: usize,
        /// The end of the run, which the last time may exceed by rounding.
        last: f64,
    },
}

impl Times {
    /// `first + k step` for all k that lead no further than `last`.
    pub fn every(first: f64, step: f64, last: f64) -> Self {
        let at = |k: usize| first + k as f64 * step;
        // Up to rounding the quotient is right: the last step or two are counted.
        let mut count = (((last - first) / step).max(1.0) as usize).saturating_sub(1);
        while at(count) <= last {
            count += 1;
        }
        Self::Regular {
            first,
            step,
            count,
            last,
        }
    }

    /// Number of times.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Listed(times) => times.len(),
            Self::Regular { count, .. } => *count,
        }
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time number `index`; infinite behind the last one.
    #[inline]
    pub fn at(&self, index: usize) -> f64 {
        match self {
            Self::Listed(times) => times.get(index).copied().unwrap_or(f64::INFINITY),
            &Self::Regular {
                first,
                step,
                count,
                last,
            } => {
                let time = first + index as f64 * step;
                match (index < count, time > last) {
                    (false, _) => f64::INFINITY,
                    (true, true) => last,
                    (true, false) => time,
                }
            }
        }
    }

    /// The times from number `index` on.
    #[inline]
    pub fn ahead(&self, index: usize) -> impl Iterator<Item = f64> + Clone + '_ {
        (index..self.len()).map(|k| self.at(k))
    }

    /// How many there are up to `time`, itself included.
    pub fn up_to(&self, time: f64) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle) <= time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Refuses times that are not finite or do not increase.
    pub(super) fn check(&self, what: &str) -> Result<()> {
        if let Self::Listed(times) = self {
            return increasing(what, times);
        }
        // Steps well above the rounding of the times need no look at each.
        if let &Self::Regular {
            first,
            step,
            count,
            last,
        } = self
            && [first, step, last].iter().all(|v| v.is_finite())
            && first.abs().max(last.abs()) + step / 4.0 > first.abs().max(last.abs())
            && (count < 2 || self.at(count - 2) < last)
            && (count < 1 || first <= last)
        {
            return Ok(());
        }
        increasing(what, &self.ahead(0).collect::<Vec<_>>())
    }
}

impl From<Vec<f64>> for Times {
    fn from(times: Vec<f64>) -> Self {
        Self::Listed(times.into())
    }
}

impl FromIterator<f64> for Times {
    fn from_iter<I: IntoIterator<Item = f64>>(times: I) -> Self {
        Self::Listed(times.into_iter().collect())
    }
}

/// Refuses values that are not finite or do not increase.
pub(super) fn increasing(what: &str, values: &[f64]) -> Result<()> {
    crate::error::check::all_finite(what, values)?;
    match values.windows(2).position(|w| w[0] >= w[1]) {
        None => Ok(()),
        Some(i) => Err(Error::invalid_at(
            what,
            [i + 1],
            format!("{:?}", values[i + 1]),
            "must be increasing",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_grid_is_the_list_of_its_times() {
        for (first, step, last) in [
            (0.0, 0.1, 1.0),
            (2.5, 3.0, 11.5),
            (0.0, 1.0, 0.0),
            (1.0, 2.0, 0.5),
        ] {
            let regular = Times::every(first, step, last);
            let list: Vec<f64> = (0u32..)
                .map(|k| first + f64::from(k) * step)
                .take_while(|&t| t <= last)
                .collect();
            assert_eq!(regular.ahead(0).collect::<Vec<_>>(), list);
            let listed = Times::from(list.clone());
            assert_eq!(regular.len(), list.len());
            assert_eq!(regular.at(list.len()), f64::INFINITY);
            for t in [-1.0, 0.0, 0.3, 0.30000000000000004, 2.5, 5.5, 5.6, 100.0] {
                let count = list.iter().filter(|&&s| s <= t).count();
                assert_eq!((regular.up_to(t), listed.up_to(t)), (count, count));
            }
            assert!(regular.check("times").is_ok() && listed.check("times").is_ok());
        }
    }

    #[test]
    fn an_end_met_up_to_rounding_is_the_end() {
        let (first, step, last) = (0.0, 0.1, 0.3);
        let times = Times::Regular {
            first,
            step,
            count: 4,
            last,
        };
        assert_eq!(times.ahead(0).collect::<Vec<_>>(), [0.0, 0.1, 0.2, 0.3]);
        assert!(times.check("times").is_ok());
    }

    #[test]
    fn steps_below_the_rounding_of_the_times_are_refused() {
        let (first, last) = (1e16, 1e16 + 4.0);
        let times = Times::Regular {
            first,
            step: 0.5,
            count: 9,
            last,
        };
        let message = times.check("times").map_err(|e| e.to_string());
        assert_eq!(message, Err("times[1] = 1e16: must be increasing".into()));
        let ended = Times::Regular {
            first: 0.0,
            step: 1.0,
            count: 5,
            last: 3.0,
        };
        assert!(ended.check("times").is_err());
        let wide = Times::Regular {
            first,
            step: 2.0,
            count: 3,
            last,
        };
        assert!(wide.check("times").is_ok());
    }
}
