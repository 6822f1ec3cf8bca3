//! Where replicas start.

use quincunx_core::Result;
use quincunx_core::rng::Stream;

use super::law::Law;

/// Where replicas start when no state is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// All up, or all of colour 0.
    Ordered,
    /// Every spin uniform and independent, from the replica's own stream.
    Random,
}

impl Start {
    /// The spins of one replica: those of `row` if it is given.
    pub(super) fn spins(
        self,
        law: &Law,
        row: Option<&[f64]>,
        stream: impl FnOnce() -> Stream,
    ) -> Result<Vec<i8>> {
        let n = law.geometry().n_sites();
        Ok(match (row, self) {
            (Some(row), _) => {
                law.check_start(row)?;
                row.iter().map(|&v| v as i8).collect()
            }
            (None, Start::Ordered) => vec![law.ground(); n],
            (None, Start::Random) => {
                let (values, mut stream) = (law.values() as u64, stream());
                let draw = |_| law.value(stream.below(values) as usize);
                (0..n).map(draw).collect()
            }
        })
    }
}
