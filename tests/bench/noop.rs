//! What a chunk task costs beside its work: `[mpirun -n N] noop TASKS`.
//!
//! Computes so many chunks of one constant each and keeps nothing. Rank 0 prints tasks a second from the first order to
//! the last report, microseconds of wall time a task, and bytes of rank 0's resident memory a task.

use std::process::ExitCode;
use std::time::Instant;
use swath::array::{ChunkGrid, DType, Scalar};
use swath::kernels::generate::Generator;
use swath::plan::Array;
use swath::runtime::{Session, SessionOptions, Started};

fn main() -> ExitCode {
    let Some(tasks) = std::env::args().nth(1).and_then(|text| text.parse().ok()) else {
        eprintln!("usage: [mpirun -n N] noop TASKS");
        return ExitCode::from(2);
    };
    let session = match Session::start(SessionOptions::default()) {
        Ok(Started::Session(session)) => session,
        Ok(Started::Served { exit_code }) => return ExitCode::from(exit_code as u8),
        Err(error) => {
            eprintln!("noop: {error}");
            return ExitCode::FAILURE;
        }
    };
    let constants = |count| {
        let grid = ChunkGrid::regular(&[count], &[1]);
        Array::generated(Generator::Full(Scalar::Float(1.0)), DType::Float64, grid)
    };
    let warm = session.discard(&[constants(1000)]);
    let before = peak_bytes();
    let start = Instant::now();
    if let Err(error) = warm.and_then(|()| session.discard(&[constants(tasks)])) {
        eprintln!("noop: {error}");
        session.finish(1);
        return ExitCode::FAILURE;
    }
    let seconds = start.elapsed().as_secs_f64();
    let bytes = peak_bytes().saturating_sub(before) as f64 / tasks as f64;
    println!(
        "{tasks} tasks, {} workers: {:.0} tasks/s, {:.2} us a task, {bytes:.1} bytes a task on rank 0",
        session.describe().workers,
        tasks as f64 / seconds,
        1e6 * seconds / tasks as f64
    );
    session.finish(0);
    ExitCode::SUCCESS
}

/// The most memory that this process has held.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map_or(0, |kibibytes| kibibytes << 10)
}
