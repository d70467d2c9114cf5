//! How fast values move between two ranks, bare or as Swath moves them:
//! `mpirun -n 2 exchange bare|swath MEBIBYTES ROUNDS`.
//!
//! Rank 0 sends an array of so many MiB to rank 1, which sends it back, so many times. Rank 0 prints MB/s: bytes of one
//! direction over half the time of a round trip, of the fastest round. `bare` calls MPI's blocking send and receive on
//! the same two buffers again and again; `swath` sends a result through the transport that runs use.

use mpi::traits::{Communicator, Destination, Source};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use swath::array::{Chunk, DType};
use swath::protocol::{Endpoint, Exchange, Message, WorkerId};
use swath::task::{ComputationId, ResultId, ResultPart, StageId, TaskId, TaskResult};
use swath::transport::{Transport, mpi::connect};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |position: usize| arguments.get(position).and_then(|text| text.parse().ok());
    let (Some(kind), Some(mebibytes), Some(rounds)) = (arguments.first(), number(1), number(2)) else {
        eprintln!("usage: mpirun -n 2 exchange bare|swath MEBIBYTES ROUNDS");
        return ExitCode::from(2);
    };
    let bytes = mebibytes << 20;
    let best = if kind == "bare" { bare(bytes, rounds) } else { through_swath(bytes, rounds) };
    if let Some(best) = best {
        println!("{:.0}", bytes as f64 / 1e6 / (best.as_secs_f64() / 2.0));
    }
    ExitCode::SUCCESS
}

/// The time of the fastest round trip, on rank 0.
fn bare(bytes: usize, rounds: usize) -> Option<Duration> {
    let universe = mpi::initialize()?;
    let world = universe.world();
    let other = world.process_at_rank(1 - world.rank());
    let (sent, mut received) = (vec![1_u8; bytes], vec![0_u8; bytes]);
    let mut best = None;
    for _ in 0..rounds {
        let start = Instant::now();
        if world.rank() == 0 {
            other.send(&sent[..]);
            other.receive_into(&mut received[..]);
        } else {
            other.receive_into(&mut received[..]);
            other.send(&sent[..]);
        }
        best = faster(best, start.elapsed());
    }
    best.filter(|_| world.rank() == 0)
}

fn through_swath(bytes: usize, rounds: usize) -> Option<Duration> {
    let (rank, _, transport) = connect().ok()?;
    let other = if rank == 0 { Endpoint::Worker(WorkerId(0)) } else { Endpoint::Scheduler };
    let result = ResultId { computation: ComputationId(0), task: TaskId { stage: StageId(0), index: 0 } };
    let part = ResultPart { result, region: None };
    let mut value = Arc::new(TaskResult::Chunk(Chunk::zeros(DType::Float64, vec![bytes / 8])));
    let mut best = None;
    for _ in 0..rounds {
        let start = Instant::now();
        if rank == 0 {
            transport.send(other, Message::Exchange(Exchange::Data(vec![(part.clone(), value.clone())]))).ok()?;
            value = receive(&transport)?;
        } else {
            value = receive(&transport)?;
            transport.send(other, Message::Exchange(Exchange::Data(vec![(part.clone(), value.clone())]))).ok()?;
        }
        best = faster(best, start.elapsed());
    }
    transport.close();
    best.filter(|_| rank == 0)
}

fn faster(best: Option<Duration>, found: Duration) -> Option<Duration> {
    Some(best.map_or(found, |best| best.min(found)))
}

fn receive(transport: &impl Transport) -> Option<Arc<TaskResult>> {
    match transport.incoming().recv().ok()?.message {
        Message::Exchange(Exchange::Data(results)) => results.into_iter().next().map(|(_, value)| value),
        _ => None,
    }
}
