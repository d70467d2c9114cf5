//! Starts this process's part of a job: all of it in one process, or one rank of several.

use super::cores::Cores;
use super::job::Job;
use super::memory::resident_bytes;
use super::observers::Observers;
use super::place::node;
use super::serve::{Threads, panic_message, serve};
use super::{RuntimeError, SessionOptions, allocator, interrupt};
use crate::environment::Environment;
use crate::protocol::{Endpoint, Message, Report, WorkerInfo};
#[cfg(feature = "mpi")]
use crate::transport::PANICKED;
#[cfg(feature = "mpi")]
use crate::transport::mpi::{self, Connection};
use crate::transport::{Transport, TransportError, in_process};
use crate::worker::Worker;
use rayon::ThreadPoolBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Bytes that a process holds beside its tasks: idle buffers, what is on its way to scratch or a peer, and what the
/// allocator doesn't give back. A smaller share of little memory.
const BESIDE_TASKS_BYTES: u64 = 160 << 20;

/// From so many threads on, one of rank 0's is the scheduler's where both are there.
#[cfg(feature = "mpi")]
const CORES_TO_SPARE: usize = 4;

/// This process's part of a job.
pub(super) enum Part {
    /// It leads.
    Leader { job: Box<Job>, rank_count: usize },
    /// It has worked, and the run is over.
    #[cfg(feature = "mpi")]
    Worker { exit_code: i32 },
}

/// Starts what the launcher's variables ask for.
///
/// # Errors
/// Where threads or MPI can't be started, or the memory is too small.
pub(super) fn start(options: SessionOptions) -> Result<Part, RuntimeError> {
    let ranks = Environment::detect().ranks;
    allocator::keep_freed_memory(options.memory_bytes);
    interrupt::install(ranks)?;
    if ranks.count > 1 { start_rank(options, ranks.count) } else { start_alone(options) }
}

/// Starts a scheduler and a worker in this process.
fn start_alone(options: SessionOptions) -> Result<Part, RuntimeError> {
    let (own, workers) = in_process::connect(1);
    let memory_bytes = options.memory_bytes;
    let mut prepared = Some(prepare_worker(&options, options.threads)?);
    let observers = Observers::start(options.observers)?;
    let threads = workers.into_iter().filter_map(|transport| Some(work_beside(prepared.take()?, transport)));
    let thread = threads.last().transpose()?;
    let job = Job::start(Arc::new(own), observers, thread, 1, memory_bytes)?;
    Ok(Part::Leader { job: Box::new(job), rank_count: 1 })
}

/// Has a worker work beside the scheduler of this process.
fn work_beside(prepared: Prepared, transport: impl Transport + 'static) -> Result<JoinHandle<()>, RuntimeError> {
    let Prepared { worker, threads, scratch } = prepared;
    let work = move || {
        let served = catch_unwind(AssertUnwindSafe(|| serve(worker, &transport, &threads, scratch)));
        if let Err(panic) = served {
            report_loss(&transport, panic_message(&*panic));
        }
    };
    let thread = std::thread::Builder::new().name("swath-worker".to_owned()).spawn(work);
    thread.map_err(|error| RuntimeError::Thread { message: error.to_string() })
}

/// Starts one of several ranks.
#[cfg(feature = "mpi")]
fn start_rank(options: SessionOptions, launched: usize) -> Result<Part, RuntimeError> {
    let Connection { rank, size, endpoint, worker_beside } = mpi::connect()?;
    if size != launched {
        return Err(TransportError::RankCount { launched, found: size }.into());
    }
    if rank > 0 {
        // One line, of all ranks' output the one that counts.
        std::panic::set_hook(Box::new(move |panic| {
            eprintln!("swath: internal error on rank {rank}: {}", one_line(panic))
        }));
        return Ok(Part::Worker { exit_code: work(options, &endpoint) });
    }
    let memory_bytes = options.memory_bytes;
    let beside = worker_beside.filter(|_| options.rank_zero_computes);
    let worker_count = size - 1 + usize::from(beside.is_some());
    let thread = match beside {
        Some(transport) => start_beside(&options, transport)?,
        None => None,
    };
    let observers = Observers::start(options.observers)?;
    let job = Job::start(Arc::new(endpoint), observers, thread, worker_count, memory_bytes)?;
    interrupt::watch_peers(&job.workers());
    Ok(Part::Leader { job: Box::new(job), rank_count: size })
}

/// Starts a worker beside the scheduler of several ranks. Where it can't work, the scheduler hears so as of another rank's.
#[cfg(feature = "mpi")]
fn start_beside(options: &SessionOptions, transport: mpi::Mpi) -> Result<Option<JoinHandle<()>>, RuntimeError> {
    let threads = match options.threads {
        // The scheduler takes little of a core where tasks are few.
        few if few < CORES_TO_SPARE => few,
        many => many - 1,
    };
    match prepare_worker(options, threads) {
        Ok(prepared) => work_beside(prepared, transport).map(Some),
        Err(error) => {
            report_loss(&transport, &error.to_string());
            Ok(None)
        }
    }
}

/// Refuses to be one of several ranks that don't know of each other.
#[cfg(not(feature = "mpi"))]
fn start_rank(_options: SessionOptions, launched: usize) -> Result<Part, RuntimeError> {
    Err(TransportError::WithoutMpi { size: launched }.into())
}

/// Works until rank 0 is done. What goes wrong here is for rank 0 to say.
#[cfg(feature = "mpi")]
fn work(options: SessionOptions, transport: &dyn Transport) -> i32 {
    let exit_code = match prepare_worker(&options, options.threads) {
        Ok(Prepared { worker, threads, scratch }) => {
            match catch_unwind(AssertUnwindSafe(|| serve(worker, transport, &threads, scratch))) {
                Ok(exit_code) => exit_code,
                // Its line is on standard error already.
                Err(_) => transport.abort(PANICKED),
            }
        }
        Err(error) => {
            report_loss(transport, &error.to_string());
            1
        }
    };
    transport.close();
    exit_code
}

#[cfg(feature = "mpi")]
fn one_line(panic: &std::panic::PanicHookInfo<'_>) -> String {
    panic.to_string().lines().collect::<Vec<_>>().join(" ")
}

fn report_loss(transport: &dyn Transport, reason: &str) {
    let report = Message::Report(Report::Lost { reason: reason.to_owned() });
    // Where the scheduler is gone too, nobody is left to tell.
    let _ = transport.send(Endpoint::Scheduler, report);
}

/// A worker that can start.
struct Prepared {
    worker: Worker,
    threads: Threads,
    /// Its directory of scratch.
    scratch: Option<PathBuf>,
}

/// What tasks may take of a rank's memory, of which the program itself takes so much.
fn budget_within(memory_bytes: u64, resident_bytes: u64) -> u64 {
    memory_bytes.saturating_sub(resident_bytes + BESIDE_TASKS_BYTES.min(memory_bytes / 4))
}

/// Memory of a rank whose tasks may take so many bytes.
pub(super) fn memory_with_budget(budget_bytes: u64) -> u64 {
    let taken = budget_bytes + resident_bytes();
    (taken + taken.div_ceil(3)).min(taken + BESIDE_TASKS_BYTES)
}

/// A worker with so many threads; its budget is what the program itself leaves of the memory.
fn prepare_worker(options: &SessionOptions, threads: usize) -> Result<Prepared, RuntimeError> {
    let (threads, io_threads, memory_bytes) = (threads.max(1), options.io_threads, options.memory_bytes);
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads + io_threads)
        .thread_name(|index| format!("swath-{index}"))
        .build()
        .map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
    let resident_bytes = resident_bytes();
    let budget_bytes = budget_within(memory_bytes, resident_bytes);
    if budget_bytes == 0 {
        return Err(RuntimeError::MemoryTooSmall { memory_bytes, resident_bytes });
    }
    let node = node();
    let (scratch, directory) = options.scratch.resolve(&Environment::detect());
    let process = std::process::id();
    let info = WorkerInfo { threads, io_threads, budget_bytes, memory_bytes, scratch, node, process };
    let cores = Arc::new(Cores::new(threads, threads + io_threads));
    Ok(Prepared { worker: Worker::new(info), threads: Threads { pool, cores }, scratch: directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_that_an_error_names_is_enough_and_not_far_more() {
        for budget_bytes in [1, 100 << 20, 400 << 20, 436_731_904, 480 << 20, 10 << 30] {
            let memory_bytes = memory_with_budget(budget_bytes);
            let found = budget_within(memory_bytes, resident_bytes());
            // What is resident changes a little while tests run.
            assert!(
                found + (16 << 20) >= budget_bytes && found <= budget_bytes + (16 << 20),
                "{budget_bytes}: {found}"
            );
        }
    }
}
