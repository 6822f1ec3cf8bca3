//! What to keep of a run: the observers, compiled against the columns of a model.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::times::{Times, increasing};
use super::view::Evaluate;
use crate::{Error, Result};

/// The element type in which a quantity reaches the user. Inside the run everything is `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// float64
    Float,
    /// int64 (exact below 2^53)
    Int,
    /// int8
    Byte,
}

/// Something that can be observed, under a name.
#[derive(Clone, Debug)]
pub enum Observable {
    /// Quantities as they are: a range of the kernel's columns.
    Columns(Range<usize>),
    /// One value computed from them.
    Formula(Arc<dyn Evaluate>),
}

impl Observable {
    /// Values per replica and time.
    pub fn width(&self) -> usize {
        match self {
            Self::Columns(range) => range.len(),
            Self::Formula(_) => 1,
        }
    }
}

/// `x >= level` or `x <= level` for one column: what a kernel with continuous paths can test between its steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The column compared.
    pub column: usize,
    /// The level.
    pub level: f64,
    /// True for `>=`, false for `<=`.
    pub above: bool,
}

/// One way of stopping: a condition, and its form as a level where it has one.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Non-zero where the condition holds.
    pub formula: Arc<dyn Evaluate>,
    /// Set when the condition is a level of one column.
    pub level: Option<Level>,
}

/// What an observer does with what it sees.
#[derive(Clone, Debug)]
pub enum Observer {
    /// The values at given times.
    Grid {
        /// Increasing times.
        times: Times,
    },
    /// Every event, with the start as event -1.
    Events,
    /// Dwell-weighted mean from `from` on.
    TimeAverage {
        /// Time from which it counts.
        from: f64,
    },
    /// Largest (or smallest) value from `from` on.
    Extremum {
        /// Time from which it counts.
        from: f64,
        /// True for the largest value.
        largest: bool,
    },
    /// Normalised autocorrelation from samples at `from + k spacing`, at lags given in samples.
    Autocorrelation {
        /// Time of the first sample.
        from: f64,
        /// Time between samples.
        spacing: f64,
        /// Lags in units of `spacing`.
        lags: Vec<usize>,
    },
    /// Time spent in each cell `[edges[k], edges[k + 1])` from `from` on; then below and above.
    Occupation {
        /// Time from which it counts.
        from: f64,
        /// Increasing cell edges.
        edges: Vec<f64>,
    },
    /// The first time one of the conditions holds, which one, and the values there.
    FirstPassage {
        /// The conditions, tested in order.
        conditions: Vec<Condition>,
    },
}

/// One observer with the things it observes.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it does.
    pub observer: Observer,
    /// What it looks at.
    pub of: Vec<Observable>,
    width: usize,
    plain: bool,
}

impl Part {
    /// Checks an observer against the time span of the run.
    pub fn new(observer: Observer, of: Vec<Observable>) -> Result<Self> {
        if let Observer::Grid { times } = &observer {
            times.check("times")?;
        }
        if let Observer::Occupation { edges, .. } = &observer {
            increasing("bins", edges)?;
            if edges.len() < 2 {
                return Err(Error::invalid(
                    "bins",
                    edges.len(),
                    "must have at least two edges",
                ));
            }
        }
        if let Observer::Autocorrelation { spacing, .. } = &observer {
            crate::error::check::positive("lags", *spacing)?;
        }
        let width = of.iter().map(Observable::width).sum();
        let plain = of.iter().all(|o| matches!(o, Observable::Columns(_)));
        Ok(Self {
            observer,
            of,
            width,
            plain,
        })
    }

    /// Values per replica and time over all observables.
    pub fn width(&self) -> usize {
        self.width
    }

    /// True if everything observed is a quantity as it is.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The columns observed, in order, of a plain part.
    #[inline]
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.of.iter().flat_map(|o| match o {
            Observable::Columns(range) => range.clone(),
            Observable::Formula(_) => 0..0,
        })
    }

    /// Numbers kept per replica before any reduction (those of an event list are not known in advance).
    pub fn values(&self) -> usize {
        match &self.observer {
            Observer::Grid { times } => times.len() * self.width,
            Observer::Events => 0,
            Observer::TimeAverage { .. } | Observer::Extremum { .. } => self.width,
            Observer::Autocorrelation { lags, .. } => lags.len() * self.width,
            Observer::Occupation { edges, .. } => (edges.len() + 1) * self.width,
            Observer::FirstPassage { .. } => self.width + 2,
        }
    }

    /// True if it must see every event or step, not only chosen times.
    pub fn watches(&self) -> bool {
        !matches!(
            self.observer,
            Observer::Grid { .. } | Observer::Autocorrelation { .. } | Observer::Events
        )
    }

    /// The times up to `t1` at which it wants to look, if it chooses its times.
    fn looks(&self, t1: f64) -> Option<Times> {
        match &self.observer {
            Observer::Grid { times } => Some(times.clone()),
            Observer::Autocorrelation { from, spacing, .. } => {
                Some(Times::every(*from, *spacing, t1))
            }
            _ => None,
        }
    }
}

/// All observers of a run and the merged schedule of their looks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The observers.
    pub parts: Vec<Part>,
    /// Times at which some part looks.
    pub(super) looks: Times,
    /// The sets of parts that look together, and the set of each of these times; none where they all look every time.
    groups: Vec<Vec<usize>>,
    group: Vec<u32>,
}

impl Plan {
    /// Merges the looks of all parts of a run that ends at `t1`.
    pub fn new(parts: Vec<Part>, t1: f64) -> Self {
        let looks = |p: usize| parts[p].looks(t1).map(|times| (p, times));
        let lookers: Vec<(usize, Times)> = (0..parts.len()).filter_map(looks).collect();
        let mut plan = Self {
            looks: lookers
                .first()
                .map_or_else(|| Vec::new().into(), |(_, times)| times.clone()),
            groups: vec![lookers.iter().map(|&(p, _)| p).collect()],
            group: Vec::new(),
            parts,
        };
        if lookers.iter().any(|(_, times)| *times != plan.looks) {
            plan.merge(&lookers);
        }
        plan
    }

    fn merge(&mut self, lookers: &[(usize, Times)]) {
        let each =
            |(p, times): &'_ (usize, Times)| times.ahead(0).map(|t| (t, *p)).collect::<Vec<_>>();
        let mut all: Vec<(f64, usize)> = lookers.iter().flat_map(each).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.groups.clear();
        let mut together = Vec::new();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            together.clear();
            together.extend(same.iter().map(|&(_, p)| p));
            let known = self.groups.iter().position(|g| *g == together);
            let group = known.unwrap_or_else(|| {
                self.groups.push(together.clone());
                self.groups.len() - 1
            });
            self.group.push(group as u32);
        }
        self.looks = all
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| same[0].0)
            .collect();
    }

    /// The parts that look at time number `index`.
    #[inline]
    pub(super) fn lookers(&self, index: usize) -> &[usize] {
        let group = self.group.get(index).map_or(0, |&g| g as usize);
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// How many of the looks `index..end` the parts that look first make together.
    pub(super) fn alike(&self, index: usize, end: usize) -> usize {
        match self.group.get(index..end) {
            Some(ahead) => ahead.iter().take_while(|&g| *g == ahead[0]).count(),
            None => end - index,
        }
    }

    /// True if some part must see every event or step.
    pub fn watches(&self) -> bool {
        self.parts.iter().any(Part::watches)
    }

    /// True if some part keeps every event.
    pub fn keeps_events(&self) -> bool {
        self.parts
            .iter()
            .any(|p| matches!(p.observer, Observer::Events))
    }

    /// True if some observable reads one of the columns in `range`. Formulas are taken to read scalars only,
    /// so a kernel may leave out an array column that is not asked for by name.
    pub fn wants(&self, range: &Range<usize>) -> bool {
        self.parts.iter().flat_map(|p| &p.of).any(|o| match o {
            Observable::Columns(r) => r.start < range.end && range.start < r.end,
            Observable::Formula(_) => range.len() == 1,
        }) || (range.len() == 1
            && self
                .parts
                .iter()
                .any(|p| matches!(p.observer, Observer::FirstPassage { .. })))
    }

    /// The levels that kernels with continuous paths test between their steps: (part, condition index, level).
    pub fn levels(&self) -> Vec<(usize, usize, Level)> {
        let mut out = Vec::new();
        for (p, part) in self.parts.iter().enumerate() {
            if let Observer::FirstPassage { conditions } = &part.observer {
                out.extend(
                    conditions
                        .iter()
                        .enumerate()
                        .filter_map(|(c, x)| x.level.map(|l| (p, c, l))),
                );
            }
        }
        out
    }
}
