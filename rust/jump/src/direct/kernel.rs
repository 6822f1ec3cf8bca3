//! The direct method as a kernel of the run loop.

use std::sync::Arc;

use quincunx_core::observe::{Clock, Kind};
use quincunx_core::run::{Kernel, Quantity, Task};
use quincunx_core::{Error, Result};

use super::burst::Small;
use super::crew::{Crew, Path};
use super::lane_network::LaneNetwork;
use super::scalar::{self, Table};
use crate::Network;

/// The direct method on one network.
#[derive(Clone, Debug)]
pub struct Direct {
    network: Arc<Network>,
    lanes: Option<LaneNetwork>,
    small: Option<Small>,
    max_events: u64,
}

impl Direct {
    /// `max_events`: a replica that reaches this number of events ends as `truncated`.
    pub fn new(network: Arc<Network>, max_events: Option<u64>) -> Result<Self> {
        if max_events == Some(0) {
            return Err(Error::invalid("max_events", 0, "must be >= 1"));
        }
        let lanes = LaneNetwork::of(&network).filter(|_| max_events.is_none());
        let small = Small::of(&network).filter(|_| max_events.is_none());
        Ok(Self {
            network,
            lanes,
            small,
            max_events: max_events.unwrap_or(u64::MAX),
        })
    }

    /// The same law on the one-path kernel alone, for comparison: the bits are the same.
    pub fn without_lanes(mut self) -> Self {
        self.lanes = None;
        self
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }
}

impl Kernel for Direct {
    fn clock(&self) -> Clock {
        Clock::Time
    }

    fn quantities(&self) -> Vec<Quantity> {
        let named = |name: &String| Quantity::scalar(name.clone(), Kind::Int);
        self.network.species().iter().map(named).collect()
    }

    fn grain(&self) -> usize {
        if self.lanes.is_some() {
            super::block::WIDTH
        } else {
            1
        }
    }

    fn run(&self, task: &mut Task<'_>) -> Result<()> {
        let watch = task.recorder.watches() || task.recorder.keeps_events();
        let mut crew = Crew::new(&self.network, task, self.max_events);
        let mut table = Table::new(&self.network, self.small.as_ref());
        if let Some(lanes) = self.lanes.as_ref().filter(|_| !watch) {
            lanes.run(&mut crew, &mut table)?;
        }
        let mut path = Path::empty();
        while let Some(slot) = crew.enlist(&mut path)? {
            if watch {
                scalar::advance::<true>(&mut crew, &mut table, slot, &mut path, 0)?;
            } else {
                scalar::advance::<false>(&mut crew, &mut table, slot, &mut path, 0)?;
            }
            crew.tick()?;
        }
        Ok(())
    }
}
