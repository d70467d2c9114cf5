//! Results that stay with the workers for later computations of the script.

use super::{Mode, Session};
use crate::plan::{Array, KeepAlive, Operation, PersistedArray};
use crate::runtime::RuntimeError;
use crate::runtime::job::Nothing;
use crate::runtime::ledger::BegunOutputs;
use crate::runtime::persisted::{PersistedGuard, Releaser};
use crate::task::{Computation, Goal, StageOutput};

impl Session {
    /// Computes arrays into the workers' memory. They stay until the arrays that this returns are dropped. Those that are
    /// in memory already are returned as they are.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn persist(&self, arrays: &[Array]) -> Result<Vec<Array>, RuntimeError> {
        let is_there = |array: &Array| matches!(array.operation(), Operation::InMemory(_) | Operation::Persisted(_));
        let lazy: Vec<Array> = arrays.iter().filter(|array| !is_there(array)).cloned().collect();
        if lazy.is_empty() || matches!(self.mode, Mode::Explaining { .. }) {
            return Ok(arrays.to_vec());
        }
        let goals = vec![Goal::Persist; lazy.len()];
        let mut computation = self.lower(&lazy, &goals, None)?;
        let digest = self.attempt.digest(&computation, &goals);
        let skip = self.attempt.prepare(&mut computation, digest, &BegunOutputs::default());
        self.run(&computation, &skip, &mut Nothing)?;
        let mut persisted = lazy.iter().enumerate().map(|(output, array)| self.kept(&computation, output, array));
        let kept = arrays.iter().map(|array| if is_there(array) { Some(array.clone()) } else { persisted.next() });
        Ok(kept.map(|array| array.expect("every lazy array was persisted")).collect())
    }

    /// The handle to an output that workers keep, under the chunk grid that the user knows.
    fn kept(&self, computation: &Computation, output: usize, array: &Array) -> Array {
        let stage = computation
            .stage_ids()
            .find(|id| computation.stage(*id).output == StageOutput::Persist { output })
            .expect("lowering makes a stage for every output");
        let workers = match &self.mode {
            Mode::Running(job) => job.borrow().releaser(),
            Mode::Explaining { .. } => Releaser::default(),
        };
        let guard = PersistedGuard { stage: (computation.id, stage), dropped: self.dropped.0.clone(), workers };
        let source = PersistedArray { computation: computation.id.0, stage: stage.0 };
        let grid = computation.stage(stage).result_grid().clone();
        Array::persisted(source, array.dtype(), grid, KeepAlive::new(guard)).rechunk(array.grid().clone())
    }
}
