//! What scheduling costs at sizes that this machine doesn't have: `simulate TASKS WORKERS [SEED]`.
//!
//! A real scheduler and so many real workers of 8 threads in simulated time: about so many tasks of each workload, short
//! ones, reported many at a time, and long ones, reported one by one. For each it prints the time that the scheduler took
//! a task, and beside it the time to make bytes of orders and reports of bytes; messages and bytes a task to and from rank
//! 0; and the most memory that rank 0 held, counted by the allocator. The last line has the resident memory of all of it,
//! simulated workers included: rank 0 alone takes less.

#[path = "../simulation/mod.rs"]
#[allow(dead_code, reason = "tests disturb a simulation, which is to run its course here")]
mod simulation;

use simulation::cluster::Cluster;
use simulation::pump::Simulation;
use simulation::{allocations, workloads};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use swath::task::Computation;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() -> ExitCode {
    let numbers: Option<Vec<u64>> = std::env::args().skip(1).map(|text| text.parse().ok()).collect();
    let (tasks, workers, seed) = match numbers.as_deref() {
        Some([tasks, workers]) => (*tasks, *workers as u32, 1),
        Some([tasks, workers, seed]) => (*tasks, *workers as u32, *seed),
        _ => {
            eprintln!("usage: simulate TASKS WORKERS [SEED]");
            return ExitCode::from(2);
        }
    };
    println!("{workers} workers of 8 threads, seed {seed}");
    for (length, duration) in [("tasks of 1 ms", 2000), ("tasks of 100 ms", 200_000)] {
        let copy = workloads::try_lower(0, &workloads::copy(tasks as usize), (1 << 40).into());
        let Some(copy) = copy else { return ExitCode::FAILURE };
        measure(&format!("elementwise, {length}"), copy, workers, duration, seed);
        let tree = workloads::tree(0, tasks / 16 * 15);
        measure(&format!("reduction with merge tree, {length}"), tree, workers, duration, seed);
        let deviations = workloads::deviations_from_mean(0, tasks as usize);
        measure(&format!("deviations from a mean, {length}"), deviations, workers, duration, seed);
    }
    println!("peak resident memory of everything: {:.0} MiB", mebibytes(peak_bytes()));
    ExitCode::SUCCESS
}

/// Runs a computation and prints what it cost.
fn measure(name: &str, computation: Arc<Computation>, workers: u32, duration: u64, seed: u64) {
    let cluster = Cluster { duration, is_checked: false, ..Cluster::calm(workers, 8, 1 << 40) };
    let tasks = computation.task_count() as f64;
    allocations::reset();
    let mut simulation = Simulation::measured(cluster, seed);
    simulation.run(&computation).expect("nothing goes wrong in this simulation");
    let cost = simulation.rank_zero.cost.unwrap_or_default();
    let allocations = allocations::allocations();
    let each = |time: Duration| 1e6 * time.as_secs_f64() / tasks;
    println!(
        "{name}: {tasks} tasks, {:.2} us a task in the scheduler, {:.2} in messages; {:.2} messages of {:.1} bytes and {:.1} \
         allocations a task; {:.1} MiB on rank 0, {:.1} bytes a task",
        each(cost.scheduling),
        each(cost.coding),
        cost.messages as f64 / tasks,
        cost.bytes as f64 / cost.messages as f64,
        allocations.count as f64 / tasks,
        mebibytes(allocations.peak_bytes as u64),
        allocations.peak_bytes as f64 / tasks,
    );
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The most memory that this process has held.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map_or(0, |kibibytes| kibibytes << 10)
}
