//! Carries messages between a real scheduler and real workers in simulated time: random delays, random task durations,
//! messages between two endpoints in order, as every transport keeps them. Checks what must hold at every instant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use swath::array::{Chunk, DType, WrittenChunk};
use swath::event::Event;
use swath::kernels::reduction::Accumulator;
use swath::protocol::{Endpoint, Message, Report, WorkerId, WorkerInfo};
use swath::scheduler::{self, Failure, Scheduler};
use swath::task::{Computation, ComputationId, ResultId, Skip, StageOutput, StageWork, TaskId, TaskResult};
use swath::worker::{self, Completion, Worker};

/// The generator of splitmix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// How a simulated cluster behaves.
#[derive(Clone)]
pub struct Cluster {
    pub workers: u32,
    pub threads: usize,
    pub budget_bytes: u64,
    /// Longest delay of a message, in microseconds.
    pub delay: u64,
    /// Longest duration of a task, in microseconds.
    pub duration: u64,
    /// The task that fails, if it comes to that.
    pub failing: Option<TaskId>,
    /// When the last worker is lost.
    pub lost_at: Option<Duration>,
    /// The message that never arrives, counted from the first.
    pub lost_message: Option<u64>,
}

enum Happening {
    Arrival { from: Endpoint, to: Endpoint, message: Message },
    TaskEnd { worker: WorkerId, computation: ComputationId, task: TaskId },
    Saved { worker: WorkerId, computation: ComputationId, count: usize },
    Flush { worker: WorkerId },
    Drain,
    Loss { worker: WorkerId },
}

pub struct Simulation {
    cluster: Cluster,
    random: Random,
    now: Duration,
    pub scheduler: Scheduler,
    workers: BTreeMap<WorkerId, Worker>,
    running: BTreeMap<WorkerId, usize>,
    queue: BinaryHeap<(Reverse<(Duration, u64)>, u64)>,
    happenings: HashMap<u64, Happening>,
    next: u64,
    flushes: BTreeMap<WorkerId, Duration>,
    last_arrival: BTreeMap<(Endpoint, Endpoint), Duration>,
    computations: BTreeMap<ComputationId, Arc<Computation>>,
    /// Tasks that ran to their end, with the worker that ran them.
    pub done: BTreeMap<ResultId, WorkerId>,
    /// Tasks whose results are loaded instead of computed.
    loaded: BTreeSet<TaskId>,
    /// Results that workers have kept for later attempts.
    pub saved: BTreeSet<ResultId>,
    /// Chunks that the scheduler has had recorded.
    pub recorded: Vec<WrittenChunk>,
    pub fetches: u64,
    pub messages: u64,
    /// The beginning of the message that was lost.
    pub lost: Option<String>,
    collected: BTreeSet<TaskId>,
    pub events: Vec<Event>,
}

impl Simulation {
    pub fn new(cluster: Cluster, seed: u64) -> Simulation {
        let mut simulation = Simulation {
            random: Random(seed),
            now: Duration::ZERO,
            scheduler: Scheduler::new(),
            workers: BTreeMap::new(),
            running: BTreeMap::new(),
            queue: BinaryHeap::new(),
            happenings: HashMap::new(),
            next: 0,
            flushes: BTreeMap::new(),
            last_arrival: BTreeMap::new(),
            computations: BTreeMap::new(),
            done: BTreeMap::new(),
            loaded: BTreeSet::new(),
            saved: BTreeSet::new(),
            recorded: Vec::new(),
            fetches: 0,
            messages: 0,
            lost: None,
            collected: BTreeSet::new(),
            events: Vec::new(),
            cluster,
        };
        let Cluster { threads, budget_bytes, lost_at, .. } = simulation.cluster;
        for id in (0..simulation.cluster.workers).map(WorkerId) {
            let node = format!("node{}", id.0 / 2);
            let info = WorkerInfo { threads, budget_bytes, node, process: id.0, ..WorkerInfo::default() };
            simulation.workers.insert(id, Worker::new(info));
            simulation.act_for(id);
        }
        if let Some(time) = lost_at {
            let worker = WorkerId(simulation.cluster.workers - 1);
            simulation.plan(time, Happening::Loss { worker });
        }
        simulation
    }

    fn plan(&mut self, time: Duration, happening: Happening) {
        self.next += 1;
        // Of what happens at one instant, the order is random too.
        let tie = self.random.below(1 << 32);
        self.queue.push((Reverse((time, tie)), self.next));
        self.happenings.insert(self.next, happening);
    }

    fn send(&mut self, from: Endpoint, to: Endpoint, message: Message) {
        self.messages += 1;
        if self.cluster.lost_message == Some(self.messages) {
            self.lost = Some(format!("{message:?}").chars().take(60).collect());
            return;
        }
        let earliest = self.last_arrival.get(&(from, to)).copied().unwrap_or_default() + Duration::from_nanos(1);
        let delay = Duration::from_micros(1 + self.random.below(self.cluster.delay));
        let time = earliest.max(self.now + delay);
        self.last_arrival.insert((from, to), time);
        self.plan(time, Happening::Arrival { from, to, message });
    }

    /// Has the scheduler stop in good order at a time.
    pub fn drain_at(&mut self, time: Duration) {
        self.plan(time, Happening::Drain);
    }

    /// Runs a computation to its end.
    pub fn run(&mut self, computation: &Arc<Computation>) -> Result<(), Failure> {
        self.run_but(computation, &Skip::none(), &|_| false)
    }

    /// Runs a computation, but for some tasks, to its end. The results of those of which `is_loaded` holds are loaded: they
    /// need no inputs.
    pub fn run_but(
        &mut self,
        computation: &Arc<Computation>,
        skip: &Skip,
        is_loaded: &dyn Fn(TaskId) -> bool,
    ) -> Result<(), Failure> {
        let tasks = computation
            .stage_ids()
            .flat_map(|stage| (0..computation.stage(stage).task_count).map(move |index| TaskId { stage, index }));
        // Other tasks than merges get their inputs in any case.
        let is_merge = |task: &TaskId| matches!(computation.stage(task.stage).work, StageWork::Merge(_));
        self.loaded = tasks.filter(|task| is_merge(task) && is_loaded(*task)).collect();
        self.computations.insert(computation.id, computation.clone());
        self.collected.clear();
        self.scheduler.submit(self.now, computation.clone(), skip);
        let mut outcome = self.act_for_scheduler();
        while outcome.is_none() {
            let (Reverse((time, _)), key) = self.queue.pop().expect("something must happen until the end");
            assert!(time >= self.now);
            self.now = time;
            let happening = self.happenings.remove(&key).expect("what is planned happens once");
            outcome = self.happen(happening);
        }
        outcome.expect("the loop ends with an outcome")
    }

    /// Runs a computation to its end, or until the scheduler finds that it has stalled: then its description.
    pub fn run_watched(&mut self, computation: &Arc<Computation>, limit: Duration) -> Result<(), String> {
        self.computations.insert(computation.id, computation.clone());
        self.scheduler.submit(self.now, computation.clone(), &Skip::none());
        let mut outcome = self.act_for_scheduler();
        let mut next_look = self.now;
        while outcome.is_none() {
            if self.queue.peek().is_none_or(|(Reverse((time, _)), _)| *time > next_look) {
                self.now = next_look;
                next_look += limit / 50;
                if let Some(state) = self.scheduler.look(self.now, limit) {
                    return Err(state);
                }
                outcome = self.act_for_scheduler();
                continue;
            }
            let (Reverse((time, _)), key) = self.queue.pop().expect("it was looked at");
            self.now = time;
            let happening = self.happenings.remove(&key).expect("what is planned happens once");
            outcome = self.happen(happening);
        }
        outcome.expect("the loop ends with an outcome").map_err(|failure| failure.to_string())
    }

    /// Lets messages arrive that are still on their way.
    pub fn settle(&mut self) {
        while let Some((Reverse((time, _)), key)) = self.queue.pop() {
            self.now = time;
            let happening = self.happenings.remove(&key).expect("what is planned happens once");
            self.happen(happening);
        }
    }

    pub fn committed_bytes(&self) -> u64 {
        self.workers.values().map(Worker::committed_bytes).sum()
    }

    fn happen(&mut self, happening: Happening) -> Option<Result<(), Failure>> {
        match happening {
            Happening::Arrival { from: Endpoint::Worker(from), to: Endpoint::Scheduler, message } => {
                let Message::Report(report) = message else { panic!("workers send reports, not {message:?}") };
                self.scheduler.handle_report(self.now, from, report);
                return self.act_for_scheduler();
            }
            Happening::Arrival { from, to: Endpoint::Worker(to), message } => {
                if let Some(worker) = self.workers.get_mut(&to) {
                    worker.handle_message(from, message);
                    self.act_for(to);
                }
            }
            Happening::Arrival { from, .. } => panic!("{from} sent the scheduler a message"),
            Happening::TaskEnd { worker, computation, task } => self.end_task(worker, computation, task),
            Happening::Saved { worker, computation, count } => {
                if let Some(found) = self.workers.get_mut(&worker) {
                    found.handle_saved(computation, count);
                    self.act_for(worker);
                }
            }
            Happening::Flush { worker } => self.act_for(worker),
            Happening::Drain => {
                self.scheduler.drain(self.now);
                return self.act_for_scheduler();
            }
            Happening::Loss { worker } => {
                self.workers.remove(&worker);
                let reason = "its node is dark".to_owned();
                self.scheduler.handle_report(self.now, worker, Report::Lost { reason });
                return self.act_for_scheduler();
            }
        }
        None
    }

    fn end_task(&mut self, id: WorkerId, computation: ComputationId, task: TaskId) {
        let Some(worker) = self.workers.get_mut(&id) else { return };
        *self.running.entry(id).or_default() -= 1;
        let plan = &self.computations[&computation];
        let outcome = if self.cluster.failing == Some(task) {
            Err("no such chunk".to_owned())
        } else {
            let previous = self.done.insert(ResultId { computation, task }, id);
            assert_eq!(previous, None, "task {task:?} ran twice");
            let values = Chunk::zeros(DType::UInt8, vec![16]);
            let result = match plan.stage(task.stage).output {
                StageOutput::Write { .. } | StageOutput::Discard => None,
                _ if plan.merged_by(task).is_some() => {
                    Some(TaskResult::Partial(vec![Accumulator { fields: vec![values.into_data()] }]))
                }
                _ => Some(TaskResult::Chunk(values)),
            };
            let is_written = matches!(plan.stage(task.stage).output, StageOutput::Write { .. });
            let chunk = WrittenChunk { chunk: task.index, size_bytes: 2, checksum: 3 };
            Ok(Completion { result, read_bytes: 1, written: if is_written { vec![chunk] } else { Vec::new() } })
        };
        worker.handle_completion(self.now, computation, task, outcome);
        self.act_for(id);
    }

    fn act_for(&mut self, id: WorkerId) {
        let Some(worker) = self.workers.get_mut(&id) else { return };
        worker.flush(self.now);
        let mut actions = Vec::new();
        while let Some(action) = worker.poll_action() {
            actions.push(action);
        }
        let deadline = worker.flush_deadline();
        if let Some(deadline) = deadline
            && self.flushes.insert(id, deadline) != Some(deadline)
        {
            self.plan(deadline.max(self.now), Happening::Flush { worker: id });
        }
        for action in actions {
            match action {
                worker::Action::Run { computation, task, inputs } => {
                    let inputs_of = |task| self.computations[&computation].inputs_of(task).into_iter().collect();
                    let is_loaded = self.loaded.contains(&task);
                    let expected: BTreeSet<ResultId> = if is_loaded { BTreeSet::new() } else { inputs_of(task) };
                    assert_eq!(inputs.results().collect::<BTreeSet<_>>(), expected, "inputs of {task:?}");
                    let running = self.running.entry(id).or_default();
                    *running += 1;
                    assert!(*running <= self.cluster.threads);
                    let duration = Duration::from_micros(1 + self.random.below(self.cluster.duration));
                    self.plan(self.now + duration, Happening::TaskEnd { worker: id, computation, task });
                }
                worker::Action::Send { to, message } => {
                    self.fetches += u64::from(matches!(message, Message::Exchange(_)));
                    self.send(Endpoint::Worker(id), to, message);
                }
                worker::Action::Save { computation, results } => {
                    let count = results.len();
                    self.saved.extend(results.into_iter().map(|(task, _)| ResultId { computation, task }));
                    let time = self.now + Duration::from_micros(1 + self.random.below(self.cluster.duration));
                    self.plan(time, Happening::Saved { worker: id, computation, count });
                }
                worker::Action::Spill { .. } | worker::Action::Load(_) | worker::Action::Discard(_) => {
                    panic!("there is no scratch")
                }
                worker::Action::Prepare(_)
                | worker::Action::Forget(_)
                | worker::Action::Cancel(_)
                | worker::Action::Exit { .. } => {}
            }
        }
        let committed = self.workers[&id].committed_bytes();
        let alone = self.running.get(&id).copied().unwrap_or_default() <= 1;
        assert!(committed <= self.cluster.budget_bytes || alone, "{committed} bytes are promised");
    }

    fn act_for_scheduler(&mut self) -> Option<Result<(), Failure>> {
        let mut finished = None;
        while let Some(action) = self.scheduler.poll_action() {
            match action {
                scheduler::Action::Send { to, order } => {
                    self.send(Endpoint::Scheduler, Endpoint::Worker(to), Message::Order(order));
                }
                scheduler::Action::Emit(event) => self.events.push(event),
                scheduler::Action::Collect { task, .. } => assert!(self.collected.insert(task), "{task:?} came twice"),
                scheduler::Action::Written { chunks, .. } => self.recorded.extend(chunks),
                scheduler::Action::Finish { outcome, .. } => finished = Some(outcome),
            }
        }
        finished
    }

    /// Whether every result that the script wants has arrived.
    pub fn has_collected(&self, computation: &Computation) -> bool {
        let wanted = computation.stage_ids().filter_map(|id| {
            let stage = computation.stage(id);
            matches!(stage.output, StageOutput::Collect { .. }).then_some(stage.task_count)
        });
        wanted.sum::<u64>() == self.collected.len() as u64
    }
}
