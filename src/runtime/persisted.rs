//! Results that workers keep for later computations: they are released when the script drops the last array of them.

use crate::protocol::{Endpoint, Message, Order, WorkerId};
use crate::task::{ComputationId, StageId};
use crate::transport::Transport;
use crossbeam_channel::Sender;
use std::sync::Arc;

/// A stage whose results are kept.
pub(super) type PersistedStage = (ComputationId, StageId);

/// Tells workers at once that kept results won't be read any more; the scheduler hears of it before it next has work.
#[derive(Default)]
pub(super) struct Releaser {
    transport: Option<Arc<dyn Transport>>,
    workers: Vec<WorkerId>,
}

impl Releaser {
    /// Tells these workers.
    pub(super) fn new(transport: Arc<dyn Transport>, workers: Vec<WorkerId>) -> Releaser {
        Releaser { transport: Some(transport), workers }
    }

    /// Drops the kept results of a stage.
    fn release(&self, (computation, stage): PersistedStage) {
        for worker in &self.workers {
            if let Some(transport) = &self.transport {
                let order = Order::ReleaseStage { computation, stage };
                // A worker that is gone holds nothing any more.
                let _ = transport.send(Endpoint::Worker(*worker), Message::Order(order));
            }
        }
    }
}

/// Says when the last array of a persisted stage is dropped.
pub(super) struct PersistedGuard {
    pub(super) stage: PersistedStage,
    pub(super) dropped: Sender<PersistedStage>,
    pub(super) workers: Releaser,
}

impl Drop for PersistedGuard {
    fn drop(&mut self) {
        // Where the session is gone, so are the workers and their chunks.
        let _ = self.dropped.send(self.stage);
        self.workers.release(self.stage);
    }
}
