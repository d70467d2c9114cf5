//! How fast values move between two ranks, bare or as Swath moves them:
//! `mpirun -n 2 exchange bare|swath ROUNDS MEBIBYTES...`. `tests/bench/exchange.py` runs both in turn.
//!
//! For each size, rank 0 sends an array of so many MiB to rank 1, which sends it back, so many times (fewer where it is
//! over 32 MiB). Rank 0 prints a line
//! of MB/s: bytes of one direction over half the time of a round trip, of the fastest round. `bare` calls MPI's blocking
//! send and receive on the same two buffers again and again, both written to before, in memory that the C library gives
//! every MPI program; `swath` sends a result through the transport that runs use, and gives every array up when the next
//! one has come.

use mpi::traits::{Communicator, Destination, Source};
use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use swath::array::{Chunk, DType};
use swath::environment::Environment;
use swath::protocol::{Endpoint, Exchange, Message, WorkerId};
use swath::runtime::{Allocator, keep_freed_memory};
use swath::task::{ComputationId, ResultId, ResultPart, StageId, TaskId, TaskResult};
use swath::transport::{
    Transport,
    mpi::{Connection, connect},
};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<usize>> = arguments.iter().skip(1).map(|text| text.parse().ok()).collect();
    let (Some(kind), Some([rounds, sizes @ ..])) = (arguments.first(), numbers.as_deref()) else {
        eprintln!("usage: mpirun -n 2 exchange bare|swath ROUNDS MEBIBYTES...");
        return ExitCode::from(2);
    };
    // As every run does.
    keep_freed_memory(Environment::detect().memory_bytes);
    let sizes: Vec<usize> = sizes.iter().map(|mebibytes| mebibytes << 20).collect();
    let measured = match kind.as_str() {
        "swath" => through_swath(&sizes, *rounds),
        _ => bare(&sizes, *rounds),
    };
    let Some(measured) = measured else { return ExitCode::FAILURE };
    let rates = measured.iter().zip(&sizes).map(|(best, &bytes)| bytes as f64 / 1e6 / (best.as_secs_f64() / 2.0));
    if Environment::detect().ranks.rank == 0 {
        println!("{}", rates.map(|rate| format!("{rate:.0}")).collect::<Vec<_>>().join(" "));
    }
    ExitCode::SUCCESS
}

/// Round trips of so many bytes.
fn trips(bytes: usize, rounds: usize) -> usize {
    (rounds * (32 << 20) / bytes.max(1)).clamp(4, rounds.max(4))
}

/// The times of the fastest round trips.
fn bare(sizes: &[usize], rounds: usize) -> Option<Vec<Duration>> {
    let universe = mpi::initialize()?;
    let world = universe.world();
    let other = world.process_at_rank(1 - world.rank());
    let measure = |&bytes: &usize| {
        let mut buffers = [0, 1].map(|value| ordinary(value, bytes));
        let [received, sent] = &mut buffers;
        let rounds = (0..trips(bytes, rounds)).map(|_| {
            let start = Instant::now();
            if world.rank() == 0 {
                other.send(&sent[..]);
                other.receive_into(&mut received[..]);
            } else {
                other.receive_into(&mut received[..]);
                other.send(&sent[..]);
            }
            start.elapsed()
        });
        rounds.min().unwrap_or_default()
    };
    Some(sizes.iter().map(measure).collect())
}

/// Bytes of this value in memory as the C library has it, which stays for the life of the program.
fn ordinary(value: u8, bytes: usize) -> &'static mut [u8] {
    let layout = Layout::array::<u8>(bytes).expect("the size of an array");
    // SAFETY: the block is zeroed, has as many bytes, and is never freed.
    let block = unsafe { std::slice::from_raw_parts_mut(System.alloc_zeroed(layout), bytes) };
    block.fill(value);
    block
}

fn through_swath(sizes: &[usize], rounds: usize) -> Option<Vec<Duration>> {
    // Workers exchange values; on rank 0 that is the one beside the scheduler.
    let Connection { rank, endpoint, worker_beside, .. } = connect().ok()?;
    let transport = worker_beside.as_ref().unwrap_or(&endpoint);
    let other = Endpoint::Worker(WorkerId(1 - rank as u32));
    let result = ResultId { computation: ComputationId(0), task: TaskId { stage: StageId(0), index: 0 } };
    let part = ResultPart { result, region: None };
    let send = |value: &Arc<TaskResult>| {
        let message = Message::Exchange(Exchange::Data(vec![(part.clone(), value.clone())]));
        transport.send(other, message).ok()
    };
    let mut measured = Vec::new();
    for &bytes in sizes {
        let mut best = Duration::MAX;
        let mut value = Arc::new(TaskResult::Chunk(Chunk::zeros(DType::Float64, vec![bytes / 8])));
        for _ in 0..trips(bytes, rounds) {
            let start = Instant::now();
            if rank == 0 {
                send(&value)?;
                value = receive(transport)?;
            } else {
                value = receive(transport)?;
                send(&value)?;
            }
            best = best.min(start.elapsed());
        }
        measured.push(best);
    }
    endpoint.close();
    Some(measured)
}

fn receive(transport: &impl Transport) -> Option<Arc<TaskResult>> {
    match transport.incoming().recv().ok()?.message {
        Message::Exchange(Exchange::Data(results)) => results.into_iter().next().map(|(_, value)| value),
        _ => None,
    }
}
