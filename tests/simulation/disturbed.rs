//! Every kind of work on all sorts of clusters, with and without something in its way: memory that is too small for the
//! results, workers that are lost, runs that are stopped and resumed.

use super::for_each_seed;
use super::simulation::cluster::Cluster;
use super::simulation::progress::Mark;
use super::simulation::pump::Simulation;
use super::simulation::random::Random;
use super::simulation::workloads::{CHUNKS, Outputs, SHAPE, WORKLOADS, fitting, input, try_lower};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use swath::array::{ChunkGrid, DType};
use swath::plan::{Array, KeepAlive, PersistedArray};
use swath::scheduler::Failure;
use swath::task::{Computation, ComputationId, Goal, Partials, Skip, StageId, StageOutput, StageWork, TaskId};

/// A cluster with anything from very little memory to plenty, without scratch, with some or with plenty.
fn any_cluster(random: &mut Random) -> Cluster {
    let budget_bytes = (256 << 10) << random.below(10);
    let budget_bytes = budget_bytes + random.below(budget_bytes);
    let scratch_bytes = [0, 1 << 30, 16 << 20][random.below(3) as usize];
    Cluster::random(random, budget_bytes, scratch_bytes)
}

/// Some kind of work, with its name.
fn any_work(random: &mut Random, x: Array) -> (&'static str, Outputs) {
    let (name, workload) = WORKLOADS[random.below(WORKLOADS.len() as u64) as usize];
    (name, workload(x))
}

fn check_all_done(simulation: &Simulation, computation: &Computation, skip: &Skip) {
    let skipped: u64 = computation.stage_ids().map(|stage| skip.count(stage)).sum();
    let progress = simulation.progress(computation.id);
    assert_eq!(progress.count(Mark::Done) + skipped, computation.task_count());
    assert!(simulation.has_collected(computation));
    let is_written = |task: &TaskId| matches!(computation.stage(task.stage).output, StageOutput::Write { .. });
    assert_eq!(progress.count(Mark::Recorded), progress.tasks(Mark::Done).filter(is_written).count() as u64);
}

/// A cluster in which everything has room, if only in scratch.
fn any_cluster_with_scratch(random: &mut Random) -> Cluster {
    Cluster { scratch_bytes: 1 << 30, ..any_cluster(random) }
}

/// What earlier attempts have left.
#[derive(Default)]
struct Left {
    recorded: BTreeSet<TaskId>,
    saved: BTreeSet<TaskId>,
}

impl Left {
    fn add(&mut self, simulation: &Simulation, computation: &Computation) {
        self.recorded.extend(simulation.progress(computation.id).tasks(Mark::Recorded));
        self.saved.extend(simulation.progress(computation.id).tasks(Mark::Saved));
        // What came to rank 0 is for rank 0 to save.
        self.saved.extend(simulation.progress(computation.id).tasks(Mark::Collected));
    }

    fn skip(&self, computation: &Computation) -> Skip {
        Skip::of(computation, &|task| self.recorded.contains(&task), &|task| self.saved.contains(&task))
    }
}

/// Plans something that may befall a run of a computation.
fn disturb(cluster: &mut Cluster, random: &mut Random, computation: &Computation) -> Vec<Disturbance> {
    let time = Duration::from_micros(random.below(200_000));
    let mut planned = vec![Disturbance::Checkpoint(time / 2), Disturbance::Checkpoint(time)];
    match random.below(5) {
        0 => planned.push(Disturbance::Drain(time, None)),
        1 => planned.push(Disturbance::Drain(time, Some(Duration::from_micros(random.below(20_000))))),
        2 => cluster.lost_at = Some(time),
        3 => cluster.failing_write = Some(random.below(50)),
        _ => {
            let stage = StageId(random.below(computation.stages.len() as u64) as u16);
            cluster.failing = Some(TaskId { stage, index: random.below(computation.stage(stage).task_count) });
        }
    }
    planned
}

enum Disturbance {
    Checkpoint(Duration),
    Drain(Duration, Option<Duration>),
}

/// Where no worker was lost, what was written is recorded.
fn check_nothing_lost(simulation: &Simulation, computation: &Computation, failure: &Failure) {
    let progress = simulation.progress(computation.id);
    for task in progress.tasks(Mark::Done).filter(|_| !matches!(failure, Failure::WorkerLost { .. })) {
        let stage = computation.stage(task.stage);
        let is_written = matches!(stage.output, StageOutput::Write { .. });
        assert_eq!(is_written, progress.has(task, Mark::Recorded), "{task:?} was done, then {failure}");
    }
}

/// Where a run was stopped in good order, nothing that was reduced is reduced again.
fn check_goes_on(simulation: &Simulation, computation: &Computation, left: &Left) {
    let skip = left.skip(computation);
    let is_reduced = |task: &TaskId| {
        let stage = computation.stage(task.stage);
        stage.output == StageOutput::Keep && !matches!(stage.work, StageWork::Produce { .. })
    };
    for task in simulation.progress(computation.id).tasks(Mark::Done).filter(is_reduced) {
        assert!(skip.contains(task) || left.saved.contains(&task), "{task:?} is lost");
    }
}

#[test]
fn a_disturbed_run_loses_nothing_and_is_resumed_on_other_ranks() {
    for_each_seed(120, |seed, random| {
        let mut cluster = any_cluster_with_scratch(random);
        let (name, outputs) = any_work(random, input());
        let mut computation = fitting(0, &outputs, &mut cluster);
        let partials = Partials { directory: "/run/partials".into(), kept: Default::default() };
        Arc::make_mut(&mut computation).partials = Some(partials);
        let mut left = Left::default();
        for attempt in 0.. {
            let planned = if attempt < 4 { disturb(&mut cluster, random, &computation) } else { Vec::new() };
            eprintln!("{name}, attempt {attempt}: {} tasks on {cluster:?}", computation.task_count());
            let budget_bytes = cluster.budget_bytes;
            let mut simulation = Simulation::new(cluster, seed + attempt);
            let has_dropped = planned.iter().any(|planned| matches!(planned, Disturbance::Drain(_, Some(_))));
            for disturbance in planned {
                match disturbance {
                    Disturbance::Checkpoint(time) => simulation.checkpoint_at(time),
                    Disturbance::Drain(time, patience) => simulation.drain_at(time, patience),
                }
            }
            let skip = left.skip(&computation);
            let outcome = simulation.run_but(&computation, &skip, &|task| left.saved.contains(&task));
            assert!(simulation.progress(computation.id).tasks(Mark::Started).all(|task| !skip.contains(task)));
            match &outcome {
                Ok(()) => check_all_done(&simulation, &computation, &skip),
                Err(failure) => check_nothing_lost(&simulation, &computation, failure),
            }
            left.add(&simulation, &computation);
            if outcome == Err(Failure::Drained) && !has_dropped {
                check_goes_on(&simulation, &computation, &left);
            }
            simulation.settle();
            if outcome.is_ok() {
                break;
            }
            cluster = Cluster { budget_bytes, ..any_cluster_with_scratch(random) };
        }
    });
}

#[test]
fn persisted_results_serve_later_computations_and_leave_nothing_when_they_are_dropped() {
    let (lowered, refused) = (Cell::new(0), Cell::new(0));
    for_each_seed(120, |seed, random| {
        let mut cluster = any_cluster(random);
        let persist = fitting(0, &vec![(input(), Goal::Persist)], &mut cluster);
        let stage = persist.stage_ids().last().unwrap();
        let source = PersistedArray { computation: 0, stage: stage.0 };
        let grid = persist.stage(stage).result_grid().clone();
        let kept = Array::persisted(source, DType::Float64, grid, KeepAlive::new(()));
        let kept = kept.rechunk(ChunkGrid::regular(&SHAPE, &CHUNKS));
        eprintln!("{cluster:?}");
        let mut simulation = Simulation::new(cluster, seed);
        simulation.run(&persist).unwrap();
        for id in 1..4 {
            let outputs = any_work(random, kept.clone()).1;
            // Beside what is persisted, there may be no room, which is found before anything runs.
            let Some(later) = try_lower(id, &outputs, simulation.rank_zero.scheduler.resources()) else {
                refused.set(refused.get() + 1);
                continue;
            };
            lowered.set(lowered.get() + 1);
            simulation.run(&later).unwrap_or_else(|failure| panic!("{failure}"));
            check_all_done(&simulation, &later, &Skip::none());
        }
        simulation.release_persisted(ComputationId(0), stage);
        simulation.settle();
    });
    eprintln!("{lowered:?} computations ran beside persisted results, {refused:?} had no room there");
    assert!(lowered.get() > refused.get() || std::env::var_os("SWATH_SEED").is_some());
}

#[test]
fn every_kind_of_work_is_done_within_the_memory_of_every_rank() {
    for_each_seed(300, |seed, random| {
        let mut cluster = any_cluster(random);
        let (name, outputs) = any_work(random, input());
        let computation = fitting(0, &outputs, &mut cluster);
        eprintln!("{name}: {} tasks on {cluster:?}", computation.task_count());
        let mut simulation = Simulation::new(cluster, seed);
        simulation.run(&computation).unwrap_or_else(|failure| panic!("{failure}"));
        check_all_done(&simulation, &computation, &Skip::none());
        simulation.settle();
    });
}
