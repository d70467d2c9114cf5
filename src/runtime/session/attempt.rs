//! What a session records in the run directory and finds there, where it keeps one.

use crate::array::{Chunk, WrittenChunk};
use crate::journal::Outcome;
use crate::plan::Plan;
use crate::runtime::RuntimeError;
use crate::runtime::job::Receive;
use crate::runtime::ledger::{BegunOutputs, Ledger, RunOptions, Skipped};
use crate::store::{StoreError, UnfinishedStore, Workshop};
use crate::task::{Computation, ComputationId, Goal, Partials, PlanDigest, Skip, StageId, TaskId, TaskResult};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The run directory of this attempt; without one, nothing is recorded and nothing is found.
#[derive(Default)]
pub(super) struct Attempt {
    ledger: RefCell<Option<Box<Ledger>>>,
}

impl Attempt {
    /// Has a run directory from now on.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub(super) fn open(&self, options: &RunOptions, seed: u64) -> Result<(), RuntimeError> {
        *self.ledger.borrow_mut() = Some(Box::new(Ledger::open(options, seed)?));
        Ok(())
    }

    /// Has none any more; what earlier attempts had done, where this one went on with it.
    ///
    /// # Errors
    /// As [`Ledger::close`].
    pub(super) fn close(&self, outcome: &Outcome) -> Result<Option<Skipped>, RuntimeError> {
        let Some(ledger) = self.ledger.borrow_mut().take() else { return Ok(None) };
        let skipped = ledger.skipped();
        ledger.close(outcome)?;
        Ok(skipped)
    }

    /// Whether there is a run directory.
    pub(super) fn is_open(&self) -> bool {
        self.ledger.borrow().is_some()
    }

    /// Does something with the ledger; `None` where there is none.
    fn with<T>(&self, act: impl FnOnce(&mut Ledger) -> T) -> Option<T> {
        self.ledger.borrow_mut().as_deref_mut().map(act)
    }

    /// Where the next store is to be filled.
    ///
    /// # Errors
    /// As [`Ledger::workshop`].
    pub(super) fn workshop(&self, location: &str) -> Result<Option<Workshop>, RuntimeError> {
        self.with(|ledger| ledger.workshop(location)).transpose()
    }

    /// Has a filled store take its place, by `finish`.
    ///
    /// # Errors
    /// As [`Ledger::place`].
    pub(super) fn place(
        &self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        match self.with(|ledger| ledger.place(store, finish)) {
            Some(placed) => placed,
            None => Ok(finish()?),
        }
    }

    /// Whether an earlier attempt has put parts of arrays in place that were filled there.
    pub(super) fn has_grafted(&self, store: &UnfinishedStore) -> bool {
        self.with(|ledger| ledger.has_grafted(store)).unwrap_or(false)
    }

    /// Has parts of arrays take their place, by `finish`.
    ///
    /// # Errors
    /// As [`Ledger::graft`].
    pub(super) fn graft(
        &self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        match self.with(|ledger| ledger.graft(store, finish)) {
            Some(grafted) => grafted,
            None => Ok(finish()?),
        }
    }

    /// Takes note of what a plan reads.
    ///
    /// # Errors
    /// As [`Ledger::check_inputs`].
    pub(super) fn check_inputs(&self, plan: &Plan) -> Result<(), RuntimeError> {
        self.with(|ledger| ledger.check_inputs(plan)).unwrap_or(Ok(()))
    }

    /// The digest of a computation's plan.
    pub(super) fn digest(&self, computation: &Computation, goals: &[Goal]) -> Option<PlanDigest> {
        self.with(|ledger| ledger.digest(computation.id, &computation.plan, goals, None))
    }

    /// What an earlier attempt has left of a computation's reductions, if anything.
    pub(super) fn kept_partials(
        &self,
        computation: &Computation,
        goals: &[Goal],
        store: Option<&UnfinishedStore>,
    ) -> Option<Partials> {
        self.with(|ledger| ledger.kept_partials(computation, goals, store)).flatten()
    }

    /// What is there of the outputs that a computation has in a store; `None` where that is everything, and it lies in its
    /// final place.
    ///
    /// # Errors
    /// As [`Ledger::begin_outputs`].
    pub(super) fn begin_outputs(
        &self,
        computation: &Computation,
        goals: &[Goal],
        store: &UnfinishedStore,
    ) -> Result<Option<(Option<PlanDigest>, BegunOutputs)>, RuntimeError> {
        let begin = |ledger: &mut Ledger| {
            let digest = ledger.digest(computation.id, &computation.plan, goals, Some(store));
            let begun = ledger.begin_outputs(computation, digest, store)?;
            Ok(begun.map(|begun| (Some(digest), begun)))
        };
        self.with(begin).unwrap_or_else(|| Ok(Some((None, BegunOutputs::default()))))
    }

    /// Has a computation keep what reductions need to go on, and says what need not run.
    pub(super) fn prepare(
        &self,
        computation: &mut Arc<Computation>,
        digest: Option<PlanDigest>,
        begun: &BegunOutputs,
    ) -> Skip {
        let prepare = |ledger: &mut Ledger| Some(ledger.prepare(Arc::make_mut(computation), digest?, begun));
        self.with(prepare).flatten().unwrap_or_else(Skip::none)
    }

    /// The values that an earlier attempt has computed, else those that `compute` gives: they are kept for later attempts
    /// where that takes longer than `worthwhile`.
    ///
    /// # Errors
    /// Those of `compute`, or the values can't be kept.
    pub(super) fn recall_or(
        &self,
        computation: &Computation,
        goals: &[Goal],
        worthwhile: Duration,
        compute: impl FnOnce(Option<PlanDigest>) -> Result<Vec<Chunk>, RuntimeError>,
    ) -> Result<Vec<Chunk>, RuntimeError> {
        let may_know = self.with(|ledger| worthwhile.is_zero() || ledger.has_values()).unwrap_or(false);
        let digest = if may_know { self.digest(computation, goals) } else { None };
        if let Some(digest) = digest
            && let Some(values) = self.with(|ledger| ledger.value(computation.id, digest)).flatten()
        {
            return Ok(values);
        }
        let started = Instant::now();
        let values = compute(digest)?;
        if started.elapsed() >= worthwhile
            && let Some(digest) = digest.or_else(|| self.digest(computation, goals))
        {
            self.with(|ledger| ledger.keep_value(computation.id, digest, &values)).unwrap_or(Ok(()))?;
        }
        Ok(values)
    }

    /// The number that the first attempt found, which is kept for later ones; counts as a computation.
    ///
    /// # Errors
    /// Where it can't be kept.
    pub(super) fn first_found(&self, id: ComputationId, what: &str, found: i64) -> Result<i64, RuntimeError> {
        let first_found = |ledger: &mut Ledger| {
            let digest = PlanDigest::of(&("first found", what));
            if let Some(&[known]) = ledger.value(id, digest).as_deref().and_then(|values| values.first()?.as_slice()) {
                return Ok(known);
            }
            let value = Chunk::from_values(Vec::new(), vec![found]).expect("one value has no dimensions");
            ledger.keep_value(id, digest, &[value])?;
            Ok(found)
        };
        self.with(first_found).unwrap_or(Ok(found))
    }

    /// Removes what was kept of a computation's reductions, since it is over.
    pub(super) fn forget_partials(&self, computation: &Computation) {
        self.with(|ledger| ledger.forget_partials(computation));
    }

    /// Something that records what is written of outputs.
    pub(super) fn recorder(&self, begun: BegunOutputs) -> Recorder<'_> {
        Recorder { attempt: self, numbers: begun.numbers }
    }
}

/// Records what is written.
pub(super) struct Recorder<'a> {
    attempt: &'a Attempt,
    /// The number of each stage's output.
    numbers: BTreeMap<StageId, u32>,
}

impl Receive for Recorder<'_> {
    fn collect(&mut self, _: TaskId, _: Arc<TaskResult>) {}

    fn written(&mut self, stage: StageId, chunks: Vec<WrittenChunk>) -> Result<(), RuntimeError> {
        let Some(&number) = self.numbers.get(&stage) else { return Ok(()) };
        self.attempt.with(|ledger| ledger.note_written(number, chunks)).unwrap_or(Ok(()))
    }
}
