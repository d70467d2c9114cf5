//! Scheduler and workers in simulated clusters: every task runs once, with its inputs, within the budget, whatever order
//! messages and completions come in; failures and losses end a computation promptly.
//!
//! `SWATH_SEED=n` repeats a run; failures print the seed.

#[path = "simulation/disturbed.rs"]
mod disturbed;
#[path = "simulation/mod.rs"]
mod simulation;

use simulation::cluster::Cluster;
use simulation::progress::Mark;
use simulation::pump::Simulation;
use simulation::random::Random;
use simulation::workloads::{Outputs, reduce, stored, try_lower};
use simulation::{allocations, workloads};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use swath::array::DType;
use swath::event::Event;
use swath::kernels::elementwise::BinaryOp;
use swath::plan::{Array, KeepAlive, PersistedArray};
use swath::scheduler::Failure;
use swath::task::{Computation, ComputationId, Goal, Partials, Skip, StageId, StageOutput, StageWork, TaskId};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const BUDGET: u64 = 1 << 40;

fn computation(id: u32, outputs: Outputs) -> Arc<Computation> {
    try_lower(id, &outputs, BUDGET.into()).expect("a budget in which everything fits")
}

/// Sums, means of kept axes, deviations from the mean, and a copy: everything that stages can do, at once.
fn mixed(id: u32) -> Arc<Computation> {
    let x = Array::stored(stored("x", &[2000, 3000], &[200, 500]));
    let mean = reduce(&x, "mean", &[0]);
    let deviation = x.binary(BinaryOp::Subtract, &mean).unwrap();
    let target = stored("y", &[2000, 3000], &[200, 500]);
    computation(
        id,
        vec![
            (reduce(&x, "sum", &[0, 1]), Goal::Collect),
            (deviation, Goal::Write(target)),
            (reduce(&x, "max", &[1]), Goal::Collect),
        ],
    )
}

fn copy(id: u32, count: usize) -> Arc<Computation> {
    computation(id, workloads::copy(count))
}

fn cluster(workers: u32) -> Cluster {
    Cluster { delay: 300, ..Cluster::calm(workers, 2, BUDGET) }
}

fn for_each_seed(count: u64, check: impl Fn(u64, &mut Random)) {
    let first = std::env::var("SWATH_SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in first.map_or(0..count, |seed| seed..seed + 1) {
        eprintln!("SWATH_SEED={seed}");
        check(seed, &mut Random(seed));
    }
}

#[test]
fn every_task_runs_once_with_its_inputs() {
    for_each_seed(30, |seed, random| {
        let workers = 1 + random.below(20) as u32;
        let threads = 1 + random.below(8) as usize;
        let io_threads = random.below(5) as usize;
        let delay = 1 + random.below(5000);
        let duration = 1 + random.below(20_000);
        let mut simulation =
            Simulation::new(Cluster { threads, io_threads, delay, duration, ..cluster(workers) }, seed);
        for id in 0..2 {
            let computation = mixed(id);
            simulation.run(&computation).unwrap();
            assert!(simulation.has_collected(&computation));
            assert_eq!(simulation.progress(computation.id).count(Mark::Done), computation.task_count());
        }
        simulation.settle();
    });
}

#[test]
fn a_budget_for_one_task_is_kept_and_enough() {
    for_each_seed(10, |seed, _| {
        let computation = mixed(0);
        let budget_bytes = computation.stages.iter().map(|stage| stage.task_bytes).max().unwrap();
        let scratch_bytes = BUDGET;
        let mut simulation =
            Simulation::new(Cluster { threads: 8, io_threads: 8, budget_bytes, scratch_bytes, ..cluster(3) }, seed);
        simulation.run(&computation).unwrap();
        assert_eq!(simulation.progress(computation.id).count(Mark::Done), computation.task_count());
    });
}

#[test]
fn tasks_run_where_their_inputs_are_kept() {
    for_each_seed(5, |seed, _| {
        let x = stored("x", &[512 * 200, 512], &[512, 512]);
        let persist = computation(0, vec![(Array::stored(x.clone()), Goal::Persist)]);
        let mut simulation = Simulation::new(cluster(8), seed);
        simulation.run(&persist).unwrap();
        let source = PersistedArray { computation: 0, stage: 0 };
        let grid = persist.stage(StageId(0)).result_grid().clone();
        let kept = Array::persisted(source, DType::Float64, grid, KeepAlive::new(()));
        let again = computation(1, vec![(kept, Goal::Write(x))]);
        simulation.fetches = 0;
        simulation.run(&again).unwrap();
        // Each fetch is two messages; workers that end early take a few tasks of others.
        assert!(simulation.fetches < 120, "{} of 400 messages", simulation.fetches);
        simulation.release_persisted(ComputationId(0), StageId(0));
        simulation.run(&copy(2, 10)).unwrap();
        simulation.settle();
    });
}

#[test]
fn a_failure_stops_everything_and_the_next_computation_runs() {
    for_each_seed(20, |seed, random| {
        let failing = Some(TaskId { stage: StageId(0), index: random.below(50) });
        let mut simulation = Simulation::new(Cluster { failing, ..cluster(5) }, seed);
        match simulation.run(&copy(0, 1000)).unwrap_err() {
            Failure::Task { task, message, .. } => {
                assert_eq!(Some(task), failing);
                assert_eq!(message, "no such chunk");
            }
            other => panic!("expected the failure of a task, found {other}"),
        }
        let done = simulation.progress(ComputationId(0)).count(Mark::Done);
        assert!(done < 500, "{done} tasks ran after all");
        assert!(matches!(simulation.events.last(), Some(Event::ComputationFailed { .. })));
        simulation
            .run(&copy(1, 20))
            .unwrap_or_else(|failure| assert!(failing.is_some_and(|task| task.index < 20), "{failure}"));
        simulation.settle();
    });
}

#[test]
fn a_lost_worker_ends_the_computation_and_the_others_go_on() {
    for_each_seed(20, |seed, _| {
        let lost_at = Some(Duration::from_millis(20));
        let mut simulation = Simulation::new(Cluster { lost_at, ..cluster(4) }, seed);
        let failure = simulation.run(&copy(0, 5000)).unwrap_err();
        assert!(matches!(failure, Failure::WorkerLost { .. }), "{failure}");
        simulation.run(&copy(1, 100)).unwrap();
    });
}

/// What an earlier attempt has left, at random: of the tasks that write, some, and of those that reduce, some results.
fn left_behind(computation: &Computation, random: &mut Random) -> (BTreeSet<TaskId>, BTreeSet<TaskId>) {
    let (mut done, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for stage in computation.stage_ids() {
        let share = random.below(5);
        for task in (0..computation.stage(stage).task_count).map(|index| TaskId { stage, index }) {
            if random.below(4) < share {
                match (&computation.stage(stage).output, &computation.stage(stage).work) {
                    (StageOutput::Write { .. }, _) => done.insert(task),
                    (_, StageWork::Produce { .. }) => false,
                    _ => kept.insert(task),
                };
            }
        }
    }
    (done, kept)
}

#[test]
fn a_resumed_computation_runs_what_is_missing_and_nothing_else() {
    for_each_seed(40, |seed, random| {
        let computation = mixed(0);
        let (done, kept) = left_behind(&computation, random);
        let skip = Skip::of(&computation, &|task| done.contains(&task), &|task| kept.contains(&task));
        let mut simulation = Simulation::new(cluster(1 + random.below(6) as u32), seed);
        simulation.run_but(&computation, &skip, &|task| kept.contains(&task)).unwrap();
        assert!(simulation.has_collected(&computation));
        let skipped: u64 = computation.stage_ids().map(|stage| skip.count(stage)).sum();
        let progress = simulation.progress(computation.id);
        assert_eq!(progress.count(Mark::Done) + skipped, computation.task_count());
        assert!(progress.tasks(Mark::Done).all(|task| !skip.contains(task) && !done.contains(&task)));
        simulation.settle();
    });
}

#[test]
fn a_drained_computation_keeps_all_that_it_has_done() {
    for_each_seed(40, |seed, random| {
        let mut computation = Computation::clone(&mixed(0));
        computation.partials = Some(Partials { directory: "/run/partials".into(), kept: Default::default() });
        let computation = Arc::new(computation);
        let mut simulation = Simulation::new(cluster(1 + random.below(6) as u32), seed);
        simulation.drain_at(Duration::from_micros(random.below(60_000)), None);
        match simulation.run(&computation) {
            Ok(()) => return,
            Err(failure) => assert_eq!(failure, Failure::Drained),
        }
        let progress = simulation.progress(computation.id);
        let done: BTreeSet<TaskId> = progress.tasks(Mark::Done).collect();
        let is_written = |task: &&TaskId| matches!(computation.stage(task.stage).output, StageOutput::Write { .. });
        assert_eq!(progress.count(Mark::Recorded), done.iter().filter(is_written).count() as u64);
        // What was decoded for other tasks only is decoded again.
        let is_partial = |task: &&TaskId| {
            let stage = computation.stage(task.stage);
            stage.output == StageOutput::Keep && !matches!(stage.work, StageWork::Produce { .. })
        };
        for task in done.iter().filter(is_partial) {
            let is_merged = computation.merged_by(*task).is_some_and(|merge| done.contains(&merge));
            assert!(is_merged || progress.has(*task, Mark::Saved), "{task:?} is lost");
        }
        simulation.settle();
        simulation.run(&copy(1, 20)).unwrap();
    });
}

#[test]
fn workers_end_together() {
    for_each_seed(5, |seed, _| {
        // 4 workers of 2 threads, tasks of 1 ms in the mean: 125 ms of work.
        let mut simulation = Simulation::new(cluster(4), seed);
        simulation.run(&copy(0, 1000)).unwrap();
        assert!(simulation.wall < Duration::from_millis(150), "{:?}", simulation.wall);
    });
}

#[test]
fn counts_that_observers_see_add_up() {
    let computation = mixed(0);
    let mut simulation = Simulation::new(cluster(3), 1);
    simulation.run(&computation).unwrap();
    for stage in computation.stage_ids() {
        assert_eq!(simulation.counts[&(computation.id, stage)], computation.stage(stage).task_count);
        let finished = Event::StageFinished { computation: computation.id, stage };
        assert_eq!(simulation.events.iter().filter(|event| **event == finished).count(), 1);
    }
}

#[test]
fn a_million_tasks_cost_little() {
    let computation = copy(0, 1_000_000);
    assert_eq!(computation.task_count(), 1_000_000);
    let mut simulation = Simulation::new(Cluster { threads: 16, duration: 50, ..cluster(8) }, 1);
    let start = Instant::now();
    simulation.run(&computation).unwrap();
    eprintln!("{:?}, {} messages", start.elapsed(), simulation.messages);
    assert_eq!(simulation.progress(computation.id).count(Mark::Done), 1_000_000);
    assert!(simulation.messages < 100_000, "{} messages", simulation.messages);
    // The pump itself and an unoptimised build included.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_task_costs_the_scheduler_little_on_thousands_of_workers() {
    let copy = copy(0, 200_000);
    let (tree, deviations) = (workloads::tree(0, 200_000), workloads::deviations_from_mean(0, 200_000));
    for (computation, most_allocations) in [(copy, 3), (tree, 5), (deviations, 60)] {
        allocations::reset();
        let cluster = Cluster { threads: 8, is_checked: false, ..cluster(4096) };
        let mut simulation = Simulation::measured(cluster, 1);
        simulation.run(&computation).unwrap();
        let (cost, held) = (simulation.rank_zero.cost.unwrap(), allocations::allocations());
        eprintln!("{cost:?}, {held:?}");
        let tasks = computation.task_count();
        assert!(held.peak_bytes < (10 * tasks) as i64 + (16 << 20), "{} bytes for {tasks} tasks", held.peak_bytes);
        assert!(held.held_bytes < 4 << 20, "{} bytes are left", held.held_bytes);
        assert!(held.count < most_allocations * tasks, "{} allocations for {tasks} tasks", held.count);
        assert!(cost.messages < 2 * tasks, "{} messages for {tasks} tasks", cost.messages);
        // Time grows with tasks, not with tasks times workers: an unoptimised build takes some 10 us a task.
        assert!(cost.scheduling < Duration::from_micros(100 * tasks), "{:?} for {tasks} tasks", cost.scheduling);
    }
}

#[test]
fn a_lost_message_ends_in_a_description_or_was_not_needed() {
    let limit = Duration::from_secs(2);
    let stalled = Cell::new(0);
    for_each_seed(60, |seed, random| {
        let lost_message = Some(1 + random.below(150));
        let mut simulation = Simulation::new(Cluster { lost_message, ..cluster(3) }, seed);
        match simulation.run_watched(&mixed(0), limit) {
            Ok(()) => {}
            Err(state) => {
                let lost = simulation.lost.as_deref().unwrap_or("nothing");
                assert!(simulation.lost.is_some(), "stalled although no message was lost: {state}");
                let is_whole = ["computation 0", "stage ", "worker 0", "worker 1", "worker 2"];
                assert!(is_whole.iter().all(|part| state.contains(part)), "{lost} was lost: {state}");
                stalled.set(stalled.get() + 1);
            }
        }
    });
    assert!(stalled.get() > 0 || std::env::var_os("SWATH_SEED").is_some(), "most messages are needed");
}

#[test]
fn a_long_task_is_no_stall() {
    for_each_seed(10, |seed, _| {
        // Up to 30 s a task, and a limit of 1 s.
        let mut simulation = Simulation::new(Cluster { duration: 30_000_000, ..cluster(3) }, seed);
        simulation.run_watched(&mixed(0), Duration::from_secs(1)).unwrap();
    });
}

#[test]
fn time_in_which_the_scheduler_was_stopped_does_not_count() {
    let mut simulation = Simulation::new(cluster(1), 1);
    simulation.rank_zero.scheduler.submit(Duration::ZERO, mixed(0), &Skip::none());
    let hour = Duration::from_secs(3600);
    assert!((0..5).all(|hours| simulation.rank_zero.scheduler.look(hours * hour, Duration::from_secs(300)).is_none()));
}
