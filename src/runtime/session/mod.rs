//! The session: the only door from a plan to execution.

mod attempt;
mod lowering;
mod options;
mod persist;
#[cfg(test)]
mod tests;

pub use options::{Description, SessionOptions, Started, default_io_threads};

use super::assemble::Assembly;
use super::here::run_here;
use super::job::{Job, Nothing, Receive};
use super::ledger::{BegunOutputs, RunOptions, Skipped};
use super::persisted::PersistedStage;
use super::start::{Part, start};
use super::{RuntimeError, Times, interrupt};
use crate::array::{Chunk, StoredArray};
use crate::environment::Environment;
use crate::journal::Outcome;
use crate::plan::{Array, Evaluate, PlanError};
use crate::store::{StoreError, UnfinishedStore, Workshop};
use crate::task::{Computation, ComputationId, Goal, PlanDigest, Resources, Skip};
use crate::transport::PANICKED;
use attempt::Attempt;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

/// Bytes that an explaining session reads for labels and the like.
const EXPLAINED_READ_BYTES: u64 = 16 << 20;

/// A value that is computed in the calling thread is kept for later attempts where it took longer than this.
const EXPENSIVE: Duration = Duration::from_millis(100);

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
    seed: u64,
    /// Bytes that rank 0 may use.
    limit_bytes: u64,
    next_computation: Cell<u32>,
    /// Persisted stages whose last array was dropped.
    dropped: (Sender<PersistedStage>, Receiver<PersistedStage>),
    attempt: Attempt,
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
    Explaining { sink: RefCell<Sink>, resources: Resources },
}

/// Sees what an explaining session would run.
type Sink = Box<dyn FnMut(&Computation)>;

impl Session {
    /// Starts this process's part of the job: in one process the scheduler and a worker; under `mpirun -n N`, rank 0 gets
    /// a session and ranks 1 to N-1 work, inside this call, until rank 0 finishes; rank 0 works too where asked to. Ctrl-C and SIGTERM end the process
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
        let mut nodes: Vec<String> = workers.iter().map(|info| info.node.clone()).collect();
        nodes.sort();
        nodes.dedup();
        let description = Description {
            ranks,
            workers: workers.len(),
            threads_per_worker: workers.iter().map(|info| info.threads).max().unwrap_or(1),
            memory_bytes: job.budget_bytes(),
            nodes,
        };
        let mode = Mode::Running(RefCell::new(job));
        Ok(Started::Session(Session::with_mode(mode, description, seed, limit_bytes)))
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
            worker_count: 1,
            task_slots: options.threads as u64,
            scratch_bytes: options.scratch.resolve(&Environment::detect()).0.limit_bytes,
        };
        let mode = Mode::Explaining { sink: RefCell::new(Box::new(sink)), resources };
        Session::with_mode(mode, description, options.seed, options.memory_bytes)
    }

    fn with_mode(mode: Mode, description: Description, seed: u64, limit_bytes: u64) -> Session {
        Session {
            mode,
            description,
            seed,
            limit_bytes,
            next_computation: Cell::new(0),
            dropped: unbounded(),
            attempt: Attempt::default(),
            is_drained: Cell::new(false),
        }
    }

    /// Keeps a run directory from now on: what is finished is recorded there, and what an earlier attempt has recorded isn't
    /// computed again.
    ///
    /// # Errors
    /// Where another process has the directory, it is of another run, or it can't be written.
    pub fn open_run(&self, options: &RunOptions) -> Result<(), RuntimeError> {
        self.attempt.open(options, self.seed)
    }

    /// Closes the run directory: it is removed where the run has finished, and left for the next attempt where not. Gives
    /// what earlier attempts had done, where this one went on with it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn close_run(&self, outcome: &Outcome) -> Result<Option<Skipped>, RuntimeError> {
        self.attempt.close(outcome)
    }

    /// Keeps these times from now on: a deadline, checkpoints.
    ///
    /// # Errors
    /// Where no thread can be started to watch the deadline.
    pub fn set_times(&self, times: Times) -> Result<(), RuntimeError> {
        match &self.mode {
            Mode::Running(job) => job.borrow_mut().set_times(times),
            Mode::Explaining { .. } => Ok(()),
        }
    }

    /// Whether the run was asked to stop and something wasn't computed because of that.
    pub fn is_drained(&self) -> bool {
        self.is_drained.get()
    }

    /// Whether there is a run directory.
    pub fn has_run(&self) -> bool {
        self.attempt.is_open()
    }

    /// Where the next store that is written is to be filled, so that the next attempt of the run finds it; `None` where
    /// there is no run directory.
    ///
    /// # Errors
    /// Where the path can't be followed.
    pub fn workshop(&self, location: &str) -> Result<Option<Workshop>, RuntimeError> {
        self.attempt.workshop(location)
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
        self.attempt.place(store, finish)
    }

    /// Whether an earlier attempt of the run has put parts of arrays in place that were filled there, or has begun to: then
    /// nothing is computed for them, and they count as a computation that was.
    pub fn has_grafted(&self, store: &UnfinishedStore) -> bool {
        let grafted = self.attempt.has_grafted(store);
        if grafted || store.is_placing {
            self.next_computation.set(self.next_computation.get() + 1);
        }
        grafted
    }

    /// Has parts of arrays take their place in a store, by `finish`; once, however often the run is resumed.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    pub fn graft(
        &self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), RuntimeError> {
        self.attempt.graft(store, finish)
    }

    /// A number that the script finds in its surroundings, as the first attempt of the run found it there: the run itself
    /// may have changed it since.
    ///
    /// # Errors
    /// Where it can't be kept for the next attempt.
    pub fn first_found(&self, what: &str, found: i64) -> Result<i64, RuntimeError> {
        let id = ComputationId(self.next_computation.replace(self.next_computation.get() + 1));
        self.attempt.first_found(id, what, found)
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
            let computation = self.lower(&lazy, &goals, None)?;
            let collect = |digest| self.collect(computation.clone(), digest);
            computed = self.attempt.recall_or(&computation, &goals, Duration::ZERO, collect)?;
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
        let (arrays, goals) = write_goals(outputs);
        let computation = self.lower(&arrays, &goals, None)?;
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
        if outputs.is_empty() {
            return Ok(StoreWritten::Now);
        }
        let (arrays, goals) = write_goals(outputs);
        let mut computation = self.lower(&arrays, &goals, Some(store))?;
        let Some((digest, begun)) = self.attempt.begin_outputs(&computation, &goals, store)? else {
            return Ok(StoreWritten::Before);
        };
        let skip = self.attempt.prepare(&mut computation, digest, &begun);
        self.run(&computation, &skip, &mut self.attempt.recorder(begun))?;
        Ok(StoreWritten::Now)
    }

    /// Computes every chunk of arrays and drops it: for measuring what that costs.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn discard(&self, arrays: &[Array]) -> Result<(), RuntimeError> {
        let computation = self.lower(arrays, &vec![Goal::Discard; arrays.len()], None)?;
        self.run(&computation, &Skip::none(), &mut Nothing)
    }

    /// Computes one small array in the calling thread, without workers, unless they keep some of its inputs.
    ///
    /// # Errors
    /// As [`Session::compute`].
    pub fn evaluate_local(&self, array: &Array) -> Result<Chunk, RuntimeError> {
        if let Some(values) = array.in_memory_values() {
            return Ok(Chunk::clone(values));
        }
        let computation = self.lower(std::slice::from_ref(array), &[Goal::Collect], None)?;
        if computation.persisted_sources().is_empty() {
            let run = |_| run_here(&computation);
            return Ok(self.attempt.recall_or(&computation, &[Goal::Collect], EXPENSIVE, run)?.remove(0));
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

    /// Has the workers compute values for the script.
    fn collect(
        &self,
        mut computation: Arc<Computation>,
        digest: Option<PlanDigest>,
    ) -> Result<Vec<Chunk>, RuntimeError> {
        let skip = self.attempt.prepare(&mut computation, digest, &BegunOutputs::default());
        let mut assembly = Assembly::new(&computation);
        let ended = self.run(&computation, &skip, &mut assembly);
        if ended.is_err() {
            assembly.save();
        }
        ended.map(|()| assembly.finish())
    }

    /// Persisted results of which no array is left are released.
    fn release_dropped(&self, job: &mut Job) {
        for (computation, stage) in self.dropped.1.try_iter() {
            job.release(computation, stage);
        }
    }

    fn run(&self, computation: &Arc<Computation>, skip: &Skip, receiver: &mut dyn Receive) -> Result<(), RuntimeError> {
        match &self.mode {
            Mode::Explaining { sink, .. } => {
                sink.borrow_mut()(computation);
                Ok(())
            }
            Mode::Running(job) => {
                let mut job = job.borrow_mut();
                self.release_dropped(&mut job);
                let ended = job.run(computation.clone(), skip, receiver);
                match &ended {
                    Ok(()) => self.attempt.forget_partials(computation),
                    Err(error) => self.is_drained.set(self.is_drained.get() || error.is_drained()),
                }
                ended
            }
        }
    }
}

/// Arrays and what becomes of each: it is written to its target.
fn write_goals(outputs: &[(Array, StoredArray)]) -> (Vec<Array>, Vec<Goal>) {
    outputs.iter().map(|(array, target)| (array.clone(), Goal::Write(target.clone()))).unzip()
}

impl Evaluate for Session {
    fn evaluate(&self, arrays: &[Array]) -> Result<Vec<Chunk>, PlanError> {
        let evaluate = || {
            if matches!(self.mode, Mode::Explaining { .. }) {
                let computation = self.lower(arrays, &vec![Goal::Collect; arrays.len()], None)?;
                let read_bytes: u64 = computation.stages.iter().map(|stage| stage.read_bytes).sum();
                if read_bytes <= EXPLAINED_READ_BYTES {
                    return run_here(&computation);
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
