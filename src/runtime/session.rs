//! The session: the only door from a plan to execution.

use super::assemble::Assembly;
use super::job::{Job, Nothing, Receive, Releaser};
use super::ledger::{BegunOutputs, Ledger, RunOptions, Skipped};
use super::scratch::ScratchOptions;
use super::start::{PANICKED, Part, start};
use super::{RuntimeError, Times, interrupt};
use crate::array::{Chunk, StoredArray, WrittenChunk};
use crate::environment::Environment;
use crate::event::Observer;
use crate::execute::Executor;
use crate::journal::Outcome;
use crate::plan::{Array, Evaluate, KeepAlive, Operation, PersistedArray, Plan, PlanError, optimize};
use crate::store::{StoreError, UnfinishedStore, Workshop};
use crate::task::{
    Computation, ComputationId, Goal, PlanDigest, Resources, ResultId, Skip, StageId, StageOutput, TaskId, TaskResult,
    lower,
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Bytes that an explaining session reads for labels and the like.
const EXPLAINED_READ_BYTES: u64 = 16 << 20;

/// A value that is computed in the calling thread is kept for later attempts where it took longer than this.
const EXPENSIVE: Duration = Duration::from_millis(100);

/// What a session is to run with.
pub struct SessionOptions {
    /// Threads of this rank's worker.
    pub threads: usize,
    /// Bytes of memory that this rank may use, all in all.
    pub memory_bytes: u64,
    /// Where results go that memory doesn't hold.
    pub scratch: ScratchOptions,
    /// Seed of random arrays that name none.
    pub seed: u64,
    /// Who watches the run. Only rank 0's observers see anything.
    pub observers: Vec<Box<dyn Observer>>,
}

impl Default for SessionOptions {
    /// All that this process was given: its cores and its memory. Seed 0, nobody watches.
    fn default() -> SessionOptions {
        let environment = Environment::detect();
        SessionOptions {
            threads: environment.thread_count,
            memory_bytes: environment.memory_bytes,
            scratch: ScratchOptions::default(),
            seed: 0,
            observers: Vec::new(),
        }
    }
}

/// What became of a start: under `mpirun`, only rank 0 has a session.
pub enum Started {
    /// This is the one process, or rank 0: the script runs here.
    Session(Session),
    /// This rank worked until rank 0 was done, and is to exit with this code.
    Served {
        /// The exit code of the run.
        exit_code: i32,
    },
}

/// The running job, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// MPI ranks; 1 in one process.
    pub ranks: usize,
    /// Workers.
    pub workers: usize,
    /// Threads of a worker (of the narrowest).
    pub threads_per_worker: usize,
    /// Bytes of memory that a worker's tasks may take (of the smallest).
    pub memory_bytes: u64,
    /// Names of the nodes that the workers run on, each once.
    pub nodes: Vec<String>,
}

/// A running job, as the script sees it.
///
/// ```
/// use swath::array::Chunk;
/// use swath::plan::Array;
/// use swath::runtime::{Session, SessionOptions, Started};
///
/// let Started::Session(session) = Session::start(SessionOptions::default())? else { return Ok(()) };
/// let array = Array::in_memory(Chunk::from_values(vec![2], vec![1.5, 2.5])?);
/// assert_eq!(session.compute(&[array])?[0].as_slice(), Some(&[1.5, 2.5][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    mode: Mode,
    description: Description,
    resources: Resources,
    seed: u64,
    /// Bytes that rank 0 may use.
    limit_bytes: u64,
    next_computation: Cell<u32>,
    /// Persisted stages whose last array was dropped.
    dropped: (Sender<PersistedStage>, Receiver<PersistedStage>),
    /// The run directory, where there is one.
    ledger: RefCell<Option<Box<Ledger>>>,
    is_drained: Cell<bool>,
}

/// What became of an order to write a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreWritten {
    /// The arrays are complete in the unfinished store.
    Now,
    /// An earlier attempt of the run has written them, and they lie in their final place.
    Before,
}

enum Mode {
    Running(RefCell<Box<Job>>),
    Explaining(RefCell<Sink>),
}

/// Sees what an explaining session would run.
type Sink = Box<dyn FnMut(&Computation)>;

type PersistedStage = (ComputationId, StageId);

/// Says when the last array of a persisted stage is dropped.
struct PersistedGuard {
    stage: PersistedStage,
    dropped: Sender<PersistedStage>,
    workers: Releaser,
}

impl Drop for PersistedGuard {
    fn drop(&mut self) {
        // Where the session is gone, so are the workers and their chunks.
        let _ = self.dropped.send(self.stage);
        self.workers.release(self.stage);
    }
}

impl Session {
    /// Starts this process's part of the job: in one process the scheduler and a worker; under `mpirun -n N`, rank 0 gets
    /// a session and ranks 1 to N-1 work, inside this call, until rank 0 finishes. Ctrl-C and SIGTERM end the process
    /// from now on.
    ///
    /// # Errors
    /// Where threads or MPI can't be started, or the memory is too small for the program itself.
    pub fn start(options: SessionOptions) -> Result<Started, RuntimeError> {
        let (seed, limit_bytes) = (options.seed, options.memory_bytes);
        let (job, ranks) = match start(options)? {
            Part::Leader { job, rank_count } => (job, rank_count),
            #[cfg(feature = "mpi")]
            Part::Worker { exit_code } => return Ok(Started::Served { exit_code }),
        };
        let workers: Vec<_> = job.workers().into_iter().map(|(_, info)| info).collect();
        let resources = Resources {
            budget_bytes: job.budget_bytes(),
            cluster_bytes: workers.iter().map(|info| info.budget_bytes).sum(),
            task_slots: workers.iter().map(|info| info.threads as u64).sum(),
            scratch_bytes: workers.iter().map(|info| info.scratch.limit_bytes).sum(),
        };
        let mut nodes: Vec<String> = workers.iter().map(|info| info.node.clone()).collect();
        nodes.sort();
        nodes.dedup();
        let description = Description {
            ranks,
            workers: workers.len(),
            threads_per_worker: workers.iter().map(|info| info.threads).min().unwrap_or(1),
            memory_bytes: job.budget_bytes(),
            nodes,
        };
        let mode = Mode::Running(RefCell::new(job));
        Ok(Started::Session(Session::with_mode(mode, description, resources, seed, limit_bytes)))
    }

    /// A session that runs nothing: each computation's optimised plan and stages go to `sink`, and `compute` gives zeros
    /// of the right shape and dtype, so that the script can go on. Labels and the like, which decide what the script does
    /// next, are read nevertheless where they are small.
    pub fn explaining(options: SessionOptions, sink: impl FnMut(&Computation) + 'static) -> Session {
        let description = Description {
            ranks: 1,
            workers: 1,
            threads_per_worker: options.threads,
            memory_bytes: options.memory_bytes,
            nodes: Vec::new(),
        };
        let resources = Resources {
            budget_bytes: options.memory_bytes,
            cluster_bytes: options.memory_bytes,
            task_slots: options.threads as u64,
            scratch_bytes: options.scratch.resolve(&Environment::detect()).0.limit_bytes,
        };
        let mode = Mode::Explaining(RefCell::new(Box::new(sink)));
        Session::with_mode(mode, description, resources, options.seed, options.memory_bytes)
    }

    fn with_mode(mode: Mode, description: Description, resources: Resources, seed: u64, limit_bytes: u64) -> Session {
        Session {
            mode,
            description,
            resources,
            seed,
            limit_bytes,
            next_computation: Cell::new(0),
            dropped: unbounded(),
            ledger: RefCell::default(),
            is_drained: Cell::new(false),
        }
    }

    /// Keeps a run directory from now on: what is finished is recorded there, and what an earlier attempt has recorded isn't
    /// computed again.
    ///
    /// # Errors
    /// Where another process has the directory, it is of another run, or it can't be written.
    pub fn open_run(&self, options: &RunOptions) -> Result<(), RuntimeError> {
        *self.ledger.borrow_mut() = Some(Box::new(Ledger::open(options, self.seed)?));
        Ok(())
    }

    /// Closes the run directory: it is removed where the run has finished, and left for the next attempt where not. Gives
    /// what earlier attempts had done, where this one went on with it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn close_run(&self, outcome: &Outcome) -> Result<Option<Skipped>, RuntimeError> {
        let Some(ledger) = self.ledger.borrow_mut().take() else { return Ok(None) };
        let skipped = ledger.skipped();
        ledger.close(outcome)?;
        Ok(skipped)
    }

    /// Takes note of how a computation ended.
    fn note_end(&self, computation: &Computation, ended: &Result<(), RuntimeError>) {
        match ended {
            Ok(()) => {
                if let Some(ledger) = self.ledger.borrow_mut().as_mut() {
                    ledger.forget_partials(computation);
                }
            }
            Err(error) => self.is_drained.set(self.is_drained.get() || error.is_drained()),
        }
    }

    /// Keeps these times from now on: a deadline, checkpoints.
    ///
    /// # Errors
    /// Where no thread can be started to watch the deadline.
    pub fn set_times(&self, times: Times) -> Result<(), RuntimeError> {
        match &self.mode {
            Mode::Running(job) => job.borrow_mut().set_times(times),
            Mode::Explaining(_) => Ok(()),
        }
    }

    /// Whether the run was asked to stop and something wasn't computed because of that.
    pub fn is_drained(&self) -> bool {
        self.is_drained.get()
    }

    /// Whether there is a run directory.
    pub fn has_run(&self) -> bool {
        self.ledger.borrow().is_some()
    }

    /// Where the next store that is written is to be filled, so that the next attempt of the run finds it; `None` where
    /// there is no run directory.
    ///
    /// # Errors
    /// Where the path can't be followed.
    pub fn workshop(&self, location: &str) -> Result<Option<Workshop>, RuntimeError> {
        self.ledger.borrow_mut().as_mut().map(|ledger| ledger.workshop(location)).transpose()
    }

    /// Has a filled store take its place, by `finish`.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    pub fn place(
        &self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        match self.ledger.borrow_mut().as_mut() {
            Some(ledger) => ledger.place(store, finish),
            None => Ok(finish()?),
        }
    }

    /// Computes the values of arrays. Costs their size in memory on rank 0. Values in memory already cost nothing.
    ///
    /// # Errors
    /// Where the plan doesn't fit in memory or a task failed on any rank.
    pub fn compute(&self, arrays: &[Array]) -> Result<Vec<Chunk>, RuntimeError> {
        let lazy: Vec<Array> = arrays.iter().filter(|array| array.in_memory_values().is_none()).cloned().collect();
        let mut computed = Vec::new();
        if !lazy.is_empty() {
            self.check_result_size(&lazy)?;
            let goals = vec![Goal::Collect; lazy.len()];
            let computation = self.lower(&lazy, goals.clone())?;
            computed =
                self.recall_or(&computation, &goals, Duration::ZERO, |digest| self.collect(&computation, digest))?;
        }
        let mut computed = computed.into_iter();
        let values = arrays.iter().map(|array| match array.in_memory_values() {
            Some(values) => Some(Chunk::clone(values)),
            None => computed.next(),
        });
        Ok(values.map(|chunk| chunk.expect("every lazy array was computed")).collect())
    }

    /// Computes arrays straight into stored ones, which exist already, with their metadata.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn write(&self, outputs: &[(Array, StoredArray)]) -> Result<(), RuntimeError> {
        if outputs.is_empty() {
            return Ok(());
        }
        let (arrays, goals): (Vec<_>, _) =
            outputs.iter().map(|(array, target)| (array.clone(), Goal::Write(target.clone()))).unzip();
        let computation = self.lower(&arrays, goals)?;
        self.run(&computation, &Skip::none(), &mut Nothing)
    }

    /// Computes arrays into those of an unfinished store; with a run directory, only the chunks that no earlier attempt of
    /// the run has written.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn write_store(
        &self,
        store: &UnfinishedStore,
        outputs: &[(Array, StoredArray)],
    ) -> Result<StoreWritten, RuntimeError> {
        if outputs.is_empty() || self.ledger.borrow().is_none() {
            return self.write(outputs).map(|()| StoreWritten::Now);
        }
        let (arrays, goals): (Vec<_>, Vec<_>) =
            outputs.iter().map(|(array, target)| (array.clone(), Goal::Write(target.clone()))).unzip();
        let mut computation = self.lower(&arrays, goals.clone())?;
        let begun = self.ledger.borrow_mut().as_mut().map(|ledger| {
            let digest = ledger.digest(computation.id, &computation.plan, &goals, Some(store));
            Ok::<_, RuntimeError>((digest, ledger.begin_outputs(&computation, digest, store)?))
        });
        let Some((digest, Some(begun))) = begun.transpose()? else { return Ok(StoreWritten::Before) };
        let skip = self.prepare(&mut computation, Some(digest), &begun);
        self.run(&computation, &skip, &mut Recorder { ledger: &self.ledger, numbers: begun.numbers })?;
        Ok(StoreWritten::Now)
    }

    /// Computes every chunk of arrays and drops it: for measuring what that costs.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn discard(&self, arrays: &[Array]) -> Result<(), RuntimeError> {
        let computation = self.lower(arrays, vec![Goal::Discard; arrays.len()])?;
        self.run(&computation, &Skip::none(), &mut Nothing)
    }

    /// Computes arrays into the workers' memory. They stay until the arrays that this returns are dropped. Those that are
    /// in memory already are returned as they are.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn persist(&self, arrays: &[Array]) -> Result<Vec<Array>, RuntimeError> {
        let is_there = |array: &Array| matches!(array.operation(), Operation::InMemory(_) | Operation::Persisted(_));
        let lazy: Vec<Array> = arrays.iter().filter(|array| !is_there(array)).cloned().collect();
        if lazy.is_empty() || matches!(self.mode, Mode::Explaining(_)) {
            return Ok(arrays.to_vec());
        }
        let goals = vec![Goal::Persist; lazy.len()];
        let mut computation = self.lower(&lazy, goals.clone())?;
        let digest = self.digest(&computation, &goals);
        let skip = self.prepare(&mut computation, digest, &BegunOutputs::default());
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
            Mode::Explaining(_) => Releaser::default(),
        };
        let guard = PersistedGuard { stage: (computation.id, stage), dropped: self.dropped.0.clone(), workers };
        let source = PersistedArray { computation: computation.id.0, stage: stage.0 };
        let grid = computation.stage(stage).result_grid().clone();
        Array::persisted(source, array.dtype(), grid, KeepAlive::new(guard)).rechunk(array.grid().clone())
    }

    /// Computes one small array in the calling thread, without workers, unless they keep some of its inputs.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn evaluate_local(&self, array: &Array) -> Result<Chunk, RuntimeError> {
        if let Some(values) = array.in_memory_values() {
            return Ok(Chunk::clone(values));
        }
        let computation = self.lower(std::slice::from_ref(array), vec![Goal::Collect])?;
        if computation.persisted_sources().is_empty() {
            let computation = Arc::new(computation);
            return Ok(self
                .recall_or(&computation, &[Goal::Collect], EXPENSIVE, |_| run_here(&computation))?
                .remove(0));
        }
        Ok(self.compute(std::slice::from_ref(array))?.remove(0))
    }

    /// The running job, in numbers.
    pub fn describe(&self) -> Description {
        self.description.clone()
    }

    /// Seed of random arrays that name none.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Ends the job: workers leave with this exit code. Nothing can be computed afterwards. Dropping a session ends it
    /// with exit code 0, in a panic with that of the panic, on all ranks at once.
    pub fn finish(&self, exit_code: i32) {
        if let Mode::Running(job) = &self.mode {
            if self.description.ranks > 1 {
                interrupt::end_quietly(exit_code);
            }
            job.borrow_mut().finish(exit_code);
        }
    }

    /// Values for the script must fit in rank 0's memory.
    fn check_result_size(&self, arrays: &[Array]) -> Result<(), RuntimeError> {
        let (needed_bytes, memory_bytes) = (arrays.iter().map(Array::size_bytes).sum(), self.limit_bytes);
        match arrays.iter().max_by_key(|array| array.size_bytes()) {
            Some(largest) if needed_bytes > memory_bytes => {
                Err(RuntimeError::ResultTooLarge { shape: largest.shape().to_vec(), needed_bytes, memory_bytes })
            }
            _ => Ok(()),
        }
    }

    fn lower(&self, arrays: &[Array], goals: Vec<Goal>) -> Result<Computation, RuntimeError> {
        let id = ComputationId(self.next_computation.get());
        self.next_computation.set(id.0 + 1);
        let plan = optimize(Plan::of(arrays));
        if let Some(ledger) = self.ledger.borrow_mut().as_mut() {
            ledger.check_inputs(&plan)?;
        }
        Ok(lower(id, plan, goals, self.resources)?)
    }

    /// The digest of a computation's plan, where there is a run directory.
    fn digest(&self, computation: &Computation, goals: &[Goal]) -> Option<PlanDigest> {
        let mut ledger = self.ledger.borrow_mut();
        ledger.as_mut().map(|ledger| ledger.digest(computation.id, &computation.plan, goals, None))
    }

    /// The values that an earlier attempt of the run has computed, else those that `compute` gives: they are kept for
    /// later attempts where that takes longer than `worthwhile`.
    fn recall_or(
        &self,
        computation: &Computation,
        goals: &[Goal],
        worthwhile: Duration,
        compute: impl FnOnce(Option<PlanDigest>) -> Result<Vec<Chunk>, RuntimeError>,
    ) -> Result<Vec<Chunk>, RuntimeError> {
        let is_cheap = |ledger: &Ledger| worthwhile > Duration::ZERO && !ledger.has_values();
        let may_know = self.ledger.borrow().as_deref().is_some_and(|ledger| !is_cheap(ledger));
        let digest = if may_know { self.digest(computation, goals) } else { None };
        if let (Some(digest), Some(ledger)) = (digest, self.ledger.borrow_mut().as_mut())
            && let Some(values) = ledger.value(computation.id, digest)
        {
            return Ok(values);
        }
        let started = Instant::now();
        let values = compute(digest)?;
        if started.elapsed() >= worthwhile
            && let Some(digest) = digest.or_else(|| self.digest(computation, goals))
            && let Some(ledger) = self.ledger.borrow_mut().as_mut()
        {
            ledger.keep_value(computation.id, digest, &values)?;
        }
        Ok(values)
    }

    /// Has the workers compute values for the script.
    fn collect(&self, computation: &Computation, digest: Option<PlanDigest>) -> Result<Vec<Chunk>, RuntimeError> {
        let mut computation = computation.clone();
        let skip = self.prepare(&mut computation, digest, &BegunOutputs::default());
        let mut assembly = Assembly::new(&computation);
        let ended = self.run(&computation, &skip, &mut assembly);
        if ended.is_err() {
            assembly.save();
        }
        ended.map(|()| assembly.finish())
    }

    /// Has a computation keep what reductions need to go on, where there is a run directory, and says what need not run.
    fn prepare(&self, computation: &mut Computation, digest: Option<PlanDigest>, begun: &BegunOutputs) -> Skip {
        match (self.ledger.borrow_mut().as_mut(), digest) {
            (Some(ledger), Some(digest)) => ledger.prepare(computation, digest, begun),
            _ => Skip::none(),
        }
    }

    fn run(&self, computation: &Computation, skip: &Skip, receiver: &mut dyn Receive) -> Result<(), RuntimeError> {
        match &self.mode {
            Mode::Explaining(sink) => {
                sink.borrow_mut()(computation);
                Ok(())
            }
            Mode::Running(job) => {
                let mut job = job.borrow_mut();
                for (computation, stage) in self.dropped.1.try_iter() {
                    job.release(computation, stage);
                }
                let ended = job.run(Arc::new(computation.clone()), skip, receiver);
                self.note_end(computation, &ended);
                ended
            }
        }
    }
}

/// Records what is written.
struct Recorder<'a> {
    ledger: &'a RefCell<Option<Box<Ledger>>>,
    /// The number of each stage's output.
    numbers: BTreeMap<StageId, u32>,
}

impl Receive for Recorder<'_> {
    fn collect(&mut self, _: TaskId, _: Arc<TaskResult>) {}

    fn written(&mut self, stage: StageId, chunks: Vec<WrittenChunk>) -> Result<(), RuntimeError> {
        match (self.numbers.get(&stage), self.ledger.borrow_mut().as_mut()) {
            (Some(&number), Some(ledger)) => ledger.note_written(number, chunks),
            _ => Ok(()),
        }
    }
}

impl Receive for Assembly<'_> {
    fn collect(&mut self, task: TaskId, result: Arc<TaskResult>) {
        self.add(task, result);
    }

    fn checkpoint(&mut self) {
        self.save();
    }

    fn written(&mut self, _: StageId, _: Vec<WrittenChunk>) -> Result<(), RuntimeError> {
        Ok(())
    }
}

/// Runs all tasks of a computation one after the other, in the calling thread.
fn run_here(computation: &Arc<Computation>) -> Result<Vec<Chunk>, RuntimeError> {
    let executor = Executor::new(computation.clone());
    let mut assembly = Assembly::new(computation);
    let mut kept: HashMap<ResultId, Arc<TaskResult>> = HashMap::new();
    for stage in computation.stage_ids() {
        for index in 0..computation.stage(stage).task_count {
            let task = TaskId { stage, index };
            let inputs = computation.inputs_of(task).into_iter();
            let inputs = inputs.filter_map(|id| Some((id, kept.get(&id)?.clone()))).collect();
            let outcome = executor.run(task, &inputs, &AtomicBool::new(false))?;
            if let Some(result) = outcome.result.map(Arc::new) {
                match computation.stage(stage).output {
                    StageOutput::Collect { .. } => assembly.add(task, result),
                    _ => drop(kept.insert(ResultId { computation: computation.id, task }, result)),
                }
            }
        }
    }
    Ok(assembly.finish())
}

impl Evaluate for Session {
    fn evaluate(&self, arrays: &[Array]) -> Result<Vec<Chunk>, PlanError> {
        let evaluate = || {
            if matches!(self.mode, Mode::Explaining(_)) {
                let computation = self.lower(arrays, vec![Goal::Collect; arrays.len()])?;
                let read_bytes: u64 = computation.stages.iter().map(|stage| stage.read_bytes).sum();
                if read_bytes <= EXPLAINED_READ_BYTES {
                    return run_here(&Arc::new(computation));
                }
            }
            self.compute(arrays)
        };
        evaluate().map_err(|error| PlanError::Evaluation(Box::new(error)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Mode::Running(job) = &self.mode {
            let mut job = job.borrow_mut();
            if std::thread::panicking() && !job.is_finished() && self.description.ranks > 1 {
                job.abort(PANICKED);
            }
            job.finish(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{ChunkGrid, DType, Scalar};
    use crate::kernels::elementwise::BinaryOp;
    use crate::kernels::generate::Generator;
    use crate::kernels::reduction::ReductionOptions;
    use std::rc::Rc;

    fn session() -> Session {
        let options = SessionOptions { threads: 3, memory_bytes: 1 << 40, seed: 7, ..SessionOptions::default() };
        match Session::start(options).unwrap() {
            Started::Session(session) => session,
            Started::Served { .. } => unreachable!("tests run in one process"),
        }
    }

    /// Element (i, j) is `100 i + j`.
    fn counted() -> Array {
        let count = |length| {
            let values = (0..length).map(|index| index as f64).collect();
            Array::in_memory(Chunk::from_values(vec![length], values).unwrap())
        };
        let hundred = Array::in_memory(Chunk::scalar(DType::Float64, &Scalar::Float(100.0)).unwrap());
        let rows = count(40).binary(BinaryOp::Multiply, &hundred).unwrap().insert_axis(1).unwrap();
        let sum = rows.binary(BinaryOp::Add, &count(30)).unwrap();
        sum.rechunk(ChunkGrid::regular(&[40, 30], &[7, 11]))
    }

    #[test]
    fn arrays_in_memory_and_lazy_ones_come_back_in_order() {
        let session = session();
        let one = Array::in_memory(Chunk::from_values(vec![1], vec![1_i32]).unwrap());
        let values = session.compute(&[one.clone(), counted(), one]).unwrap();
        assert_eq!(values[0], values[2]);
        assert_eq!(values[1].shape(), [40, 30]);
        assert_eq!(values[1].get(31), Some(Scalar::Float(101.0)));
    }

    #[test]
    fn the_calling_thread_and_the_workers_agree() {
        let session = session();
        let sum = counted().reduce("sum", &[0], ReductionOptions::default()).unwrap();
        let here = session.evaluate_local(&sum).unwrap();
        assert_eq!(here, session.compute(&[sum]).unwrap()[0]);
        assert_eq!(here.get(2), Some(Scalar::Float(780.0 * 100.0 + 80.0)));
    }

    #[test]
    fn persisted_chunks_serve_later_computations_until_they_are_dropped() {
        let session = session();
        let persisted = session.persist(&[counted()]).unwrap().remove(0);
        assert_eq!(persisted.grid(), counted().grid());
        let total = persisted.reduce("max", &[0, 1], ReductionOptions::default()).unwrap();
        assert_eq!(session.compute(&[total]).unwrap()[0].get(0), Some(Scalar::Float(3929.0)));
        drop(persisted);
        assert_eq!(session.dropped.1.len(), 1);
        session.compute(&[counted()]).unwrap();
        assert!(session.dropped.1.is_empty());
    }

    #[test]
    fn an_explaining_session_gives_zeros_and_shows_stages() {
        let seen = Rc::new(Cell::new(0));
        let count = seen.clone();
        let options = SessionOptions { threads: 1, memory_bytes: 1 << 30, ..SessionOptions::default() };
        let session =
            Session::explaining(options, move |computation| count.set(count.get() + computation.stages.len()));
        let values = session.compute(&[counted()]).unwrap();
        assert_eq!(values[0], Chunk::zeros(DType::Float64, vec![40, 30]));
        assert_eq!(seen.get(), 1);
    }

    #[test]
    fn values_that_cannot_fit_are_refused() {
        let session = session();
        let grid = ChunkGrid::single(&[1 << 40]);
        let huge = Array::generated(Generator::Full(Scalar::Float(1.0)), DType::Float64, grid);
        assert!(matches!(session.compute(&[huge]), Err(RuntimeError::ResultTooLarge { .. })));
        session.finish(0);
        assert!(matches!(session.compute(&[counted()]), Err(RuntimeError::Finished)));
    }
}
