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
use crate::transport::{Transport, TransportError, in_process};
use crate::worker::Worker;
use rayon::ThreadPoolBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes that a process holds beside its tasks: idle buffers, what is on its way to scratch or a peer, and what the
/// allocator doesn't give back. A smaller share of little memory.
const BESIDE_TASKS_BYTES: u64 = 160 << 20;

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
    let (worker, pool, directory) = prepare_worker(&options)?;
    let observers = Observers::start(options.observers)?;
    let mut worker = Some((worker, pool, directory));
    let threads = workers.into_iter().filter_map(|transport| {
        let (worker, pool, directory) = worker.take()?;
        let work = move || {
            let served = catch_unwind(AssertUnwindSafe(|| serve(worker, &transport, &pool, directory)));
            if let Err(panic) = served {
                report_loss(&transport, panic_message(&*panic));
            }
        };
        Some(std::thread::Builder::new().name("swath-worker".to_owned()).spawn(work))
    });
    let thread = threads.last().transpose().map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
    let job = Job::start(Arc::new(own), observers, thread, 1, memory_bytes)?;
    Ok(Part::Leader { job: Box::new(job), rank_count: 1 })
}

/// Starts one of several ranks.
#[cfg(feature = "mpi")]
fn start_rank(options: SessionOptions, launched: usize) -> Result<Part, RuntimeError> {
    let (rank, found, transport) = crate::transport::mpi::connect()?;
    if found != launched {
        return Err(TransportError::RankCount { launched, found }.into());
    }
    if rank > 0 {
        // One line, of all ranks' output the one that counts.
        std::panic::set_hook(Box::new(move |panic| {
            eprintln!("swath: internal error on rank {rank}: {}", one_line(panic))
        }));
        return Ok(Part::Worker { exit_code: work(options, &transport) });
    }
    let memory_bytes = options.memory_bytes;
    let observers = Observers::start(options.observers)?;
    let job = Job::start(Arc::new(transport), observers, None, found - 1, memory_bytes)?;
    interrupt::watch_peers(&job.workers());
    Ok(Part::Leader { job: Box::new(job), rank_count: found })
}

/// Refuses to be one of several ranks that don't know of each other.
#[cfg(not(feature = "mpi"))]
fn start_rank(_options: SessionOptions, launched: usize) -> Result<Part, RuntimeError> {
    Err(TransportError::WithoutMpi { size: launched }.into())
}

/// Works until rank 0 is done. What goes wrong here is for rank 0 to say.
#[cfg(feature = "mpi")]
fn work(options: SessionOptions, transport: &dyn Transport) -> i32 {
    let exit_code = match prepare_worker(&options) {
        Ok((worker, pool, directory)) => {
            match catch_unwind(AssertUnwindSafe(|| serve(worker, transport, &pool, directory))) {
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

/// Rust's exit code of a panic.
pub(super) const PANICKED: i32 = 101;

fn report_loss(transport: &dyn Transport, reason: &str) {
    let report = Message::Report(Report::Lost { reason: reason.to_owned() });
    // Where the scheduler is gone too, nobody is left to tell.
    let _ = transport.send(Endpoint::Scheduler, report);
}

/// A worker with its threads and its directory of scratch; its budget is what the program itself leaves of the memory.
fn prepare_worker(options: &SessionOptions) -> Result<(Worker, Threads, Option<PathBuf>), RuntimeError> {
    let (threads, io_threads, memory_bytes) = (options.threads.max(1), options.io_threads, options.memory_bytes);
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads + io_threads)
        .thread_name(|index| format!("swath-{index}"))
        .build()
        .map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
    let resident_bytes = resident_bytes();
    let beside_tasks = BESIDE_TASKS_BYTES.min(memory_bytes / 4);
    let budget_bytes = memory_bytes.saturating_sub(resident_bytes + beside_tasks);
    if budget_bytes == 0 {
        return Err(RuntimeError::MemoryTooSmall { memory_bytes, resident_bytes });
    }
    let node = node();
    let (scratch, directory) = options.scratch.resolve(&Environment::detect());
    let process = std::process::id();
    let info = WorkerInfo { threads, io_threads, budget_bytes, memory_bytes, scratch, node, process };
    let cores = Arc::new(Cores::new(threads, threads + io_threads));
    Ok((Worker::new(info), Threads { pool, cores }, directory))
}
