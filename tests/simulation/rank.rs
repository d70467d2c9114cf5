//! One simulated rank: a real worker, threads and scratch that take their time, and what must hold of it at every
//! instant. What the rank holds is counted here a second time, from outside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use swath::array::{Chunk, DType};
use swath::kernels::reduction::{self, Accumulator};
use swath::plan::NodeId;
use swath::protocol::{Order, WorkerInfo};
use swath::task::{
    Computation, ComputationId, ResultId, ResultPart, StageOutput, StageWork, TaskId, TaskInputs, TaskResult,
};
use swath::worker::{Withdrawn, Worker};

/// Something that scratch is to do; it does one after the other.
#[derive(Debug)]
pub enum ScratchWork {
    Write { result: ResultId, bytes: u64 },
    Read(ResultPart),
    Discard(ResultId),
}

/// A worker, and what it holds.
pub struct Rank {
    pub worker: Worker,
    pub info: WorkerInfo,
    /// Its tasks take so many times as long as others'.
    pub slowness: u64,
    /// When its worker wants to be flushed, as far as that is planned.
    pub flush: Option<Duration>,
    /// When scratch has done all that it was told.
    pub scratch_until: Duration,
    /// Threads that run tasks.
    pub busy: usize,
    /// Tasks that no thread has taken.
    pub waiting: VecDeque<Withdrawn>,
    /// Tasks that run, with what they were promised.
    running: BTreeMap<ResultId, u64>,
    /// Results of tasks that ran here, in memory.
    kept: BTreeMap<ResultId, u64>,
    /// Results in scratch.
    scratch: BTreeMap<ResultId, u64>,
    /// Computations of which no result is kept any more.
    dropped: BTreeSet<ComputationId>,
}

impl Rank {
    pub fn new(info: WorkerInfo, slowness: u64) -> Rank {
        Rank {
            worker: Worker::new(info.clone()),
            info,
            slowness,
            flush: None,
            scratch_until: Duration::ZERO,
            busy: 0,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            kept: BTreeMap::new(),
            scratch: BTreeMap::new(),
            dropped: BTreeSet::new(),
        }
    }

    /// The next task, where a thread is free for it.
    pub fn take_task(&mut self) -> Option<Withdrawn> {
        let task = if self.busy < self.info.threads + self.info.io_threads { self.waiting.pop_front() } else { None };
        self.busy += usize::from(task.is_some());
        task
    }

    /// A task starts. It must have its inputs, in the room that it was promised.
    pub fn start(&mut self, computation: &Computation, task: TaskId, inputs: &TaskInputs, is_loaded: bool) {
        let id = ResultId { computation: computation.id, task };
        let promised = computation.stage(task.stage).task_bytes;
        assert_eq!(self.running.insert(id, promised), None, "{id} runs here already");
        let WorkerInfo { threads, io_threads, .. } = self.info;
        assert!(self.running.len() <= threads + io_threads, "more tasks run than there are threads");
        // What is loaded needs nothing, but may get it where other tasks do.
        let needs_nothing = is_loaded && inputs.results().next().is_none();
        let parts = if needs_nothing { Vec::new() } else { computation.input_parts_of(task) };
        let expected: BTreeSet<ResultId> = parts.iter().map(|part| part.result).collect();
        assert_eq!(inputs.results().collect::<BTreeSet<_>>(), expected, "inputs of {id}");
        let mut brought = 0;
        for part in parts {
            let found = match &part.region {
                None => inputs.get(&part.result).is_some(),
                Some(region) => inputs.part(&part.result, region).is_some(),
            };
            assert!(found, "{id} lacks {part:?}");
            if let (Some(region), false) = (&part.region, self.kept.contains_key(&part.result)) {
                brought += region.element_count() as u64;
            }
        }
        let fits = brought <= promised || matches!(computation.stage(task.stage).work, StageWork::Reduce(_));
        assert!(fits, "{brought} values came for {id}, which was promised {promised} bytes");
    }

    /// A task has ended; its result, if it keeps one, takes its place in memory.
    pub fn end(&mut self, computation: &Computation, id: ResultId, result: Option<&TaskResult>) {
        let Some(promised) = self.running.remove(&id) else { return };
        if matches!(computation.stage(id.task.stage).work, StageWork::Merge(_)) {
            // What was merged here isn't needed, and the worker knows.
            let inputs = computation.inputs_of(id.task);
            self.kept.retain(|result, _| !inputs.contains(result));
        }
        let bytes = result.map_or(0, TaskResult::size_bytes) as u64;
        assert!(bytes <= promised, "{id} has {bytes} bytes, more than it was promised");
        let is_kept =
            matches!(computation.stage(id.task.stage).output, StageOutput::Keep | StageOutput::Persist { .. });
        assert!(!is_kept || bytes <= computation.stage(id.task.stage).result_bytes, "{id} keeps {bytes} bytes");
        if result.is_some() && is_kept && !self.dropped.contains(&id.computation) {
            self.kept.insert(id, bytes);
        }
    }

    /// Whether a task of a computation runs.
    pub fn runs_any(&self, computation: ComputationId) -> bool {
        self.running.keys().any(|id| id.computation == computation)
    }

    /// An order arrives that may have results dropped.
    pub fn hear(&mut self, order: &Order, computations: &BTreeMap<ComputationId, Arc<Computation>>) {
        match order {
            Order::Release(results) => self.drop_results(&|id| results.contains(&id)),
            Order::ReleaseStage { computation, stage } => {
                self.drop_results(&|id| id.computation == *computation && id.task.stage == *stage);
            }
            Order::End(computation) => {
                let ended = &computations[computation];
                let is_persisted =
                    |id: ResultId| matches!(ended.stage(id.task.stage).output, StageOutput::Persist { .. });
                self.drop_results(&|id| id.computation == *computation && !is_persisted(id));
            }
            Order::Cancel(computation) => self.drop_computation(*computation),
            _ => {}
        }
    }

    /// What is left of a computation isn't needed.
    pub fn drop_computation(&mut self, computation: ComputationId) {
        self.dropped.insert(computation);
        self.drop_results(&|id| id.computation == computation);
    }

    fn drop_results(&mut self, is_dropped: &dyn Fn(ResultId) -> bool) {
        self.kept.retain(|id, _| !is_dropped(*id));
    }

    /// Scratch has done something; gives what was read.
    pub fn end_scratch(
        &mut self,
        work: &ScratchWork,
        computations: &BTreeMap<ComputationId, Arc<Computation>>,
    ) -> Option<TaskResult> {
        match work {
            ScratchWork::Write { result, bytes } => {
                assert_eq!(self.scratch.insert(*result, *bytes), None, "{result} is in scratch already");
                let used: u64 = self.scratch.values().sum();
                assert!(used <= self.info.scratch.limit_bytes, "{used} bytes are in scratch");
                self.kept.remove(result);
                None
            }
            ScratchWork::Discard(result) => {
                assert!(self.scratch.remove(result).is_some(), "{result} isn't in scratch");
                None
            }
            ScratchWork::Read(part) => {
                assert!(self.scratch.contains_key(&part.result), "{part:?} isn't in scratch");
                let value = result_of(&computations[&part.result.computation], part.result.task);
                let value = Arc::new(value.expect("what is in scratch is a result"));
                let value = part.of(&value);
                Some(Arc::unwrap_or_clone(value))
            }
        }
    }

    /// Whether scratch holds a result.
    pub fn has_in_scratch(&self, result: ResultId) -> bool {
        self.scratch.contains_key(&result)
    }

    /// What must hold after every step.
    pub fn check(&self) {
        let held = self.kept.values().sum::<u64>() + self.running.values().sum::<u64>();
        let committed = self.worker.committed_bytes();
        assert!(held <= committed, "{held} bytes are held, of which the worker knows {committed}");
        let budget = self.info.budget_bytes;
        assert!(committed <= budget, "{committed} bytes are promised, and the budget is {budget}");
    }

    /// What must hold when nothing is left to do.
    pub fn check_at_rest(&self) {
        assert_eq!(self.worker.committed_bytes(), 0, "bytes are left: {:?}", self.worker);
        assert!(self.worker.is_at_rest(), "something is left: {:?}", self.worker);
        assert!(self.kept.is_empty() && self.running.is_empty());
        assert!(self.scratch.is_empty(), "files are left: {:?}", self.scratch);
    }
}

/// The result that a task leaves, of the size that it has in earnest; `None` where it leaves none.
pub fn result_of(computation: &Computation, task: TaskId) -> Option<TaskResult> {
    let stage = computation.stage(task.stage);
    if matches!(stage.output, StageOutput::Write { .. } | StageOutput::Discard) {
        return None;
    }
    let region = computation.region_of(task);
    if computation.merged_by(task).is_some() {
        let states = stage.nodes().iter().map(|&node| {
            let bytes = state_bytes(computation, node) * region.element_count();
            Accumulator { fields: vec![Chunk::zeros(DType::UInt8, vec![bytes]).into_data()] }
        });
        return Some(TaskResult::Partial(states.collect()));
    }
    let chunk = |&node: &NodeId| Chunk::zeros(computation.plan.node(node).dtype, region.shape.clone());
    Some(match stage.nodes() {
        [only] => TaskResult::Chunk(chunk(only)),
        several => TaskResult::Chunks(several.iter().map(chunk).collect()),
    })
}

/// Bytes of a reduction's state for one element.
fn state_bytes(computation: &Computation, node: NodeId) -> usize {
    let dtype = computation.plan.node(computation.plan.node(node).inputs[0]).dtype;
    let found = reduction::find(&computation.reduce_of(node).name).expect("plans have reductions that there are");
    found.reduction.start(dtype, 1).size_bytes()
}
