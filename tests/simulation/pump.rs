//! Carries messages between a real scheduler and real workers in simulated time: random delays, random durations of
//! tasks, messages between two endpoints in order, as every transport keeps them, and between others in any. Checks what
//! must hold at every instant.

use super::agenda::Agenda;
use super::cluster::Cluster;
use super::progress::{Mark, Progress};
use super::random::Random;
use super::rank::{Rank, ScratchWork, result_of};
use super::rank_zero::{Cost, RankZero};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use swath::array::WrittenChunk;
use swath::event::Event;
use swath::protocol::{Endpoint, Exchange, Message, Order, Report, WorkerId};
use swath::scheduler::{self, Failure, Scheduler};
use swath::task::{Computation, ComputationId, ResultId, Skip, StageId, StageOutput, TaskId};
use swath::worker::{self, Completion, Withdrawn};

enum Happening {
    Arrival { from: Endpoint, to: Endpoint, message: Message },
    TaskEnd { worker: WorkerId, id: ResultId, took: Duration },
    Saved { worker: WorkerId, computation: ComputationId, count: usize },
    Scratch { worker: WorkerId, work: ScratchWork },
    Flush { worker: WorkerId },
    Join { worker: WorkerId },
    Drain,
    DropRunning,
    Checkpoint,
    Loss { worker: WorkerId },
}

/// A cluster at work.
pub struct Simulation {
    cluster: Cluster,
    random: Random,
    now: Duration,
    pub rank_zero: RankZero,
    ranks: BTreeMap<WorkerId, Rank>,
    agenda: Agenda<Happening>,
    last_arrival: BTreeMap<(Endpoint, Endpoint), Duration>,
    computations: BTreeMap<ComputationId, Arc<Computation>>,
    progress: BTreeMap<ComputationId, Progress>,
    /// Tasks whose results are loaded instead of computed.
    loaded: BTreeSet<TaskId>,
    pub fetches: u64,
    pub messages: u64,
    /// The beginning of the message that was lost.
    pub lost: Option<String>,
    /// Results written to scratch, and parts read.
    pub spills: u64,
    pub loads: u64,
    /// Results of which a part was fetched.
    pub parts: u64,
    /// All but [`Event::TasksDone`].
    pub events: Vec<Event>,
    /// Counts of those.
    pub counts: BTreeMap<(ComputationId, StageId), u64>,
    /// Time that the last computation took.
    pub wall: Duration,
}

impl Simulation {
    pub fn new(cluster: Cluster, seed: u64) -> Simulation {
        let mut simulation = Simulation {
            random: Random(seed),
            now: Duration::ZERO,
            rank_zero: RankZero { scheduler: Scheduler::new(), cost: None },
            ranks: BTreeMap::new(),
            agenda: Agenda::new(),
            last_arrival: BTreeMap::new(),
            computations: BTreeMap::new(),
            progress: BTreeMap::new(),
            loaded: BTreeSet::new(),
            fetches: 0,
            messages: 0,
            lost: None,
            spills: 0,
            loads: 0,
            parts: 0,
            events: Vec::new(),
            counts: BTreeMap::new(),
            wall: Duration::ZERO,
            cluster,
        };
        for worker in (0..simulation.cluster.workers).map(WorkerId) {
            let time = if worker.0 == 0 { simulation.cluster.joined_at } else { Duration::ZERO };
            simulation.plan(time, Happening::Join { worker });
        }
        if let Some(time) = simulation.cluster.lost_at {
            let worker = WorkerId(simulation.cluster.workers - 1);
            simulation.plan(time, Happening::Loss { worker });
        }
        simulation
    }

    /// The same, with what rank 0 costs measured.
    pub fn measured(cluster: Cluster, seed: u64) -> Simulation {
        let mut simulation = Simulation::new(cluster, seed);
        simulation.rank_zero.cost = Some(Cost::default());
        simulation
    }

    fn plan(&mut self, time: Duration, happening: Happening) {
        self.agenda.plan(&mut self.random, time, happening);
    }

    /// A time from now that something takes.
    fn soon(&mut self, most_micros: u64) -> Duration {
        self.now + Duration::from_micros(1 + self.random.below(most_micros))
    }

    fn send(&mut self, from: Endpoint, to: Endpoint, message: Message) {
        self.messages += 1;
        if self.cluster.lost_message == Some(self.messages) {
            self.lost = Some(format!("{message:?}").chars().take(60).collect());
            return;
        }
        let earliest = self.last_arrival.get(&(from, to)).copied().unwrap_or_default() + Duration::from_nanos(1);
        let time = earliest.max(self.soon(self.cluster.delay));
        self.last_arrival.insert((from, to), time);
        self.plan(time, Happening::Arrival { from, to, message });
    }

    /// Has the scheduler stop in good order at a time, and drop what still runs at another.
    pub fn drain_at(&mut self, time: Duration, patience: Option<Duration>) {
        self.plan(time, Happening::Drain);
        if let Some(patience) = patience {
            self.plan(time + patience, Happening::DropRunning);
        }
    }

    /// Has results of reducing tasks kept at a time.
    pub fn checkpoint_at(&mut self, time: Duration) {
        self.plan(time, Happening::Checkpoint);
    }

    /// Runs a computation to its end.
    pub fn run(&mut self, computation: &Arc<Computation>) -> Result<(), Failure> {
        self.run_but(computation, &Skip::none(), &|_| false)
    }

    /// Runs a computation, but for some tasks, to its end. The results of those of which `is_loaded` holds are loaded.
    pub fn run_but(
        &mut self,
        computation: &Arc<Computation>,
        skip: &Skip,
        is_loaded: &dyn Fn(TaskId) -> bool,
    ) -> Result<(), Failure> {
        let start = self.now;
        let mut outcome = self.begin(computation, skip, is_loaded);
        while outcome.is_none() {
            outcome = self.step();
        }
        self.wall = self.now - start;
        outcome.expect("the loop ends with an outcome")
    }

    /// Runs a computation to its end, or until the scheduler finds that it has stalled: then its description.
    pub fn run_watched(&mut self, computation: &Arc<Computation>, limit: Duration) -> Result<(), String> {
        let mut outcome = self.begin(computation, &Skip::none(), &|_| false);
        let mut next_look = self.now;
        while outcome.is_none() {
            if self.agenda.next_time().is_some_and(|time| time <= next_look) {
                outcome = self.step();
                continue;
            }
            self.now = next_look;
            next_look += limit / 50;
            let (now, mut state) = (self.now, None);
            let actions = self.rank_zero.step(|scheduler| state = scheduler.look(now, limit));
            if let Some(state) = state {
                return Err(state);
            }
            outcome = self.act_for_scheduler(actions);
        }
        outcome.expect("the loop ends with an outcome").map_err(|failure| failure.to_string())
    }

    fn begin(
        &mut self,
        computation: &Arc<Computation>,
        skip: &Skip,
        is_loaded: &dyn Fn(TaskId) -> bool,
    ) -> Option<Result<(), Failure>> {
        let tasks = computation
            .stage_ids()
            .flat_map(|stage| (0..computation.stage(stage).task_count).map(move |index| TaskId { stage, index }));
        self.loaded = tasks.filter(|task| is_loaded(*task)).collect();
        self.computations.insert(computation.id, computation.clone());
        self.progress.insert(computation.id, Progress::new(computation));
        let start = self.now;
        let actions = self.rank_zero.step(|scheduler| scheduler.submit(start, computation.clone(), skip));
        self.act_for_scheduler(actions)
    }

    /// The next thing happens; it must be there.
    fn step(&mut self) -> Option<Result<(), Failure>> {
        let (time, happening) = self.agenda.next().expect("something must happen until the end");
        assert!(time >= self.now);
        self.now = time;
        self.happen(happening)
    }

    /// Lets everything happen that is still to come: nothing must be left then.
    pub fn settle(&mut self) {
        while let Some((time, happening)) = self.agenda.next() {
            self.now = time;
            self.happen(happening);
        }
        self.ranks.values().for_each(Rank::check_at_rest);
        assert!(self.rank_zero.scheduler.is_at_rest(), "something is left: {:?}", self.rank_zero.scheduler);
    }

    /// Drops the kept results of a stage.
    pub fn release_persisted(&mut self, computation: ComputationId, stage: StageId) {
        let actions = self.rank_zero.step(|scheduler| scheduler.release_persisted(computation, stage));
        self.act_for_scheduler(actions);
    }

    /// What has become of the tasks of a computation.
    pub fn progress(&self, computation: ComputationId) -> &Progress {
        &self.progress[&computation]
    }

    fn happen(&mut self, happening: Happening) -> Option<Result<(), Failure>> {
        let now = self.now;
        let actions = match happening {
            Happening::Arrival { from: Endpoint::Worker(from), to: Endpoint::Scheduler, message } => {
                let Message::Report(report) = message else { panic!("workers send reports, not {message:?}") };
                self.rank_zero.hear(now, from, report)
            }
            Happening::Drain => self.rank_zero.step(|scheduler| scheduler.drain(now)),
            Happening::DropRunning => self.rank_zero.step(Scheduler::drop_running),
            Happening::Checkpoint => self.rank_zero.step(Scheduler::checkpoint),
            other => {
                self.happen_to_worker(other);
                return None;
            }
        };
        self.act_for_scheduler(actions)
    }

    fn happen_to_worker(&mut self, happening: Happening) {
        let worker = match happening {
            Happening::Arrival { from, to: Endpoint::Worker(to), message } => {
                if let Some(rank) = self.ranks.get_mut(&to) {
                    if let Message::Order(order) = &message {
                        rank.hear(order, &self.computations);
                    }
                    rank.worker.handle_message(from, message);
                }
                to
            }
            Happening::TaskEnd { worker, id, took } => {
                self.end_task(worker, id, took);
                self.start_tasks(worker);
                worker
            }
            Happening::Saved { worker, computation, count } => {
                if let Some(rank) = self.ranks.get_mut(&worker) {
                    rank.worker.handle_saved(computation, count);
                }
                worker
            }
            Happening::Scratch { worker, work } => {
                self.end_scratch(worker, work);
                worker
            }
            Happening::Flush { worker } => worker,
            Happening::Join { worker } => {
                self.ranks.insert(worker, Rank::new(self.cluster.info(worker), self.cluster.slowness(worker)));
                worker
            }
            Happening::Loss { worker } => {
                self.ranks.remove(&worker);
                let report = Report::Lost { reason: "its node is dark".to_owned() };
                self.send(Endpoint::Worker(worker), Endpoint::Scheduler, Message::Report(report));
                worker
            }
            Happening::Arrival { .. } | Happening::Drain | Happening::DropRunning | Happening::Checkpoint => {
                unreachable!("rank 0 has had it")
            }
        };
        self.act_for(worker);
    }

    /// Has threads that are free take tasks.
    fn start_tasks(&mut self, worker: WorkerId) {
        while let Some(rank) = self.ranks.get_mut(&worker)
            && let Some(Withdrawn { computation, task, inputs }) = rank.take_task()
        {
            let found = &self.computations[&computation];
            if self.cluster.is_checked {
                rank.start(found, task, &inputs, self.loaded.contains(&task));
            }
            let slowness = rank.slowness;
            let id = ResultId { computation, task };
            let progress = self.progress.get_mut(&computation).expect("a task is of a computation that runs");
            assert!(progress.note(task, Mark::Started), "{id} starts twice");
            let time = self.soon(self.cluster.duration * slowness);
            self.plan(time, Happening::TaskEnd { worker, id, took: time - self.now });
        }
    }

    fn end_task(&mut self, worker: WorkerId, id: ResultId, took: Duration) {
        let Some(rank) = self.ranks.get_mut(&worker) else { return };
        rank.busy -= 1;
        let computation = &self.computations[&id.computation];
        let outcome = if self.cluster.failing == Some(id.task) {
            rank.end(computation, id, None);
            Err("no such chunk".to_owned())
        } else {
            let progress = self.progress.get_mut(&id.computation).expect("a task is of a computation that runs");
            assert!(progress.note(id.task, Mark::Done), "{id} ran twice");
            let result = result_of(computation, id.task);
            rank.end(computation, id, result.as_ref());
            let is_written = matches!(computation.stage(id.task.stage).output, StageOutput::Write { .. });
            let chunk = WrittenChunk { chunk: id.task.index, size_bytes: 2, checksum: 3 };
            let written = if is_written { vec![chunk] } else { Vec::new() };
            Ok(Completion { result, read_bytes: 1, written, took })
        };
        rank.worker.handle_completion(self.now, id.computation, id.task, outcome);
    }

    fn end_scratch(&mut self, worker: WorkerId, work: ScratchWork) {
        let Some(rank) = self.ranks.get_mut(&worker) else { return };
        let is_full = self.cluster.failing_write.is_some_and(|count| self.spills >= count);
        match &work {
            ScratchWork::Write { result, .. } if is_full => {
                rank.worker.handle_spilled(*result, Err("no space left".to_owned()));
                return;
            }
            // Of what couldn't be written, there is nothing to discard.
            ScratchWork::Discard(result) if is_full && !rank.has_in_scratch(*result) => return,
            _ => {}
        }
        let value = rank.end_scratch(&work, &self.computations);
        match work {
            ScratchWork::Write { result, .. } => {
                self.spills += 1;
                rank.worker.handle_spilled(result, Ok(()));
            }
            ScratchWork::Read(part) => {
                self.loads += 1;
                rank.worker.handle_loaded(part, value.ok_or_else(|| "it was empty".to_owned()));
            }
            ScratchWork::Discard(_) => {}
        }
    }

    fn act_for(&mut self, id: WorkerId) {
        let Some(rank) = self.ranks.get_mut(&id) else { return };
        if self.cluster.io_threads > 0 {
            // More than there may be is no harm.
            rank.worker.note_at_files(self.random.below(2 + self.cluster.io_threads as u64) as usize);
        }
        rank.worker.flush(self.now);
        let deadline = rank.worker.flush_deadline();
        if rank.flush != deadline {
            rank.flush = deadline;
            if let Some(deadline) = deadline {
                self.plan(deadline.max(self.now), Happening::Flush { worker: id });
            }
        }
        while let Some(action) = self.ranks.get_mut(&id).and_then(|rank| rank.worker.poll_action()) {
            self.act(id, action);
        }
        if let Some(rank) = self.ranks.get(&id) {
            rank.check();
        }
    }

    fn act(&mut self, id: WorkerId, action: worker::Action) {
        let Some(rank) = self.ranks.get_mut(&id) else { return };
        match action {
            worker::Action::Run { computation, task, inputs } => {
                rank.waiting.push_back(Withdrawn { computation, task, inputs });
                self.start_tasks(id);
            }
            worker::Action::Withdraw => {
                let waiting = std::mem::take(&mut rank.waiting);
                rank.worker.handle_withdrawn(waiting.into());
            }
            worker::Action::Send { to, message } => {
                match &message {
                    Message::Exchange(Exchange::Fetch(parts)) => {
                        self.fetches += 1;
                        self.parts += parts.iter().filter(|part| part.region.is_some()).count() as u64;
                    }
                    Message::Report(Report::Cancelled(computation)) => {
                        assert!(!rank.runs_any(*computation), "{id} says that it has stopped");
                        rank.drop_computation(*computation);
                    }
                    _ => {}
                }
                self.send(Endpoint::Worker(id), to, message);
            }
            worker::Action::Save { computation, results } => {
                let count = results.len();
                let progress = self.progress.get_mut(&computation).expect("a result is of a computation that runs");
                for (task, _) in results {
                    assert!(progress.note(task, Mark::Saved), "{task:?} is saved twice");
                }
                let time = self.soon(self.cluster.duration);
                self.plan(time, Happening::Saved { worker: id, computation, count });
            }
            worker::Action::Spill { result, value, .. } => {
                self.order_scratch(id, ScratchWork::Write { result, bytes: value.size_bytes() as u64 });
            }
            worker::Action::Load(part) => self.order_scratch(id, ScratchWork::Read(part)),
            worker::Action::Discard(result) => self.order_scratch(id, ScratchWork::Discard(result)),
            worker::Action::Prepare(_)
            | worker::Action::Forget(_)
            | worker::Action::Cancel(_)
            | worker::Action::Exit { .. } => {}
        }
    }

    fn order_scratch(&mut self, worker: WorkerId, work: ScratchWork) {
        let takes = self.soon(self.cluster.duration) - self.now;
        let Some(rank) = self.ranks.get_mut(&worker) else { return };
        rank.scratch_until = rank.scratch_until.max(self.now) + takes;
        let time = rank.scratch_until;
        self.plan(time, Happening::Scratch { worker, work });
    }

    fn act_for_scheduler(&mut self, actions: Vec<scheduler::Action>) -> Option<Result<(), Failure>> {
        let mut finished = None;
        for action in actions {
            match action {
                scheduler::Action::Send { to, order } => {
                    if let Order::Assign { tasks, .. } = &order {
                        assert!(!tasks.is_empty(), "{to} is sent nothing to do");
                    }
                    self.send(Endpoint::Scheduler, Endpoint::Worker(to), Message::Order(order));
                }
                scheduler::Action::Emit(Event::TasksDone { computation, stage, count, .. }) => {
                    *self.counts.entry((computation, stage)).or_default() += count;
                }
                scheduler::Action::Emit(event) => self.events.push(event),
                scheduler::Action::Collect { task, .. } => self.note(task, Mark::Collected),
                scheduler::Action::Written { stage, chunks } => {
                    chunks.into_iter().for_each(|one| self.note(TaskId { stage, index: one.chunk }, Mark::Recorded));
                }
                scheduler::Action::Finish { outcome, .. } => finished = Some(outcome),
            }
        }
        finished
    }

    /// Something has come of a task of the computation that runs, for the first time.
    fn note(&mut self, task: TaskId, mark: Mark) {
        let progress = self.progress.values_mut().next_back().expect("what is done is of a computation");
        assert!(progress.note(task, mark), "{task:?} is {mark:?} twice");
        assert!(progress.has(task, Mark::Done), "{task:?} is {mark:?} and didn't run");
    }

    /// Whether every result that the script wants has arrived.
    pub fn has_collected(&self, computation: &Computation) -> bool {
        let wanted = computation.stage_ids().filter_map(|id| {
            let stage = computation.stage(id);
            matches!(stage.output, StageOutput::Collect { .. }).then_some(stage.task_count)
        });
        wanted.sum::<u64>() == self.progress(computation.id).count(Mark::Collected)
    }
}
