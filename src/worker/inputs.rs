//! How the inputs of tasks come together: from this worker's memory or scratch, or from its peers, who ask it in turn.

use super::{Action, Admitted, Worker};
use crate::protocol::{Assignment, Endpoint, Exchange, Message, Report, WorkerId};
use crate::task::{ComputationId, ResultId, ResultPart, TaskInputs, TaskResult};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bytes of values in one message to a peer, before another is begun.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// Parts for peers that are read from scratch at one time: they take memory that no task has been promised.
const MAX_SERVED: usize = 4;

impl Worker {
    /// Collects the inputs of an admitted task; those that aren't in memory are asked for, no more of them than the task
    /// reads.
    pub(super) fn gather(&mut self, computation: ComputationId, assignment: Assignment) {
        let id = ResultId { computation, task: assignment.task };
        let mut admitted = Admitted { inputs: TaskInputs::new(), missing: 0 };
        let mut elsewhere: BTreeMap<ResultId, WorkerId> = BTreeMap::new();
        for input in assignment.inputs {
            match self.residency.get(input.result) {
                Some(result) => admitted.inputs.insert(input.result, result.clone()),
                None => drop(elsewhere.insert(input.result, input.worker)),
            }
        }
        let parts = match self.computations.get(&computation) {
            Some(computation) if !elsewhere.is_empty() => computation.input_parts_of(assignment.task),
            _ => Vec::new(),
        };
        let mut requests: BTreeMap<WorkerId, Vec<ResultPart>> = BTreeMap::new();
        for part in parts {
            let Some(worker) = elsewhere.get(&part.result) else { continue };
            admitted.missing += 1;
            let waiting = self.awaited.entry(part.clone()).or_default();
            waiting.push(id);
            if waiting.len() > 1 {
                continue;
            }
            if self.residency.is_spilled(part.result) {
                self.load(part);
            } else {
                requests.entry(*worker).or_default().push(part);
            }
        }
        for (worker, parts) in requests {
            let message = Message::Exchange(Exchange::Fetch(parts));
            self.actions.push_back(Action::Send { to: Endpoint::Worker(worker), message });
        }
        if admitted.missing == 0 {
            self.ready.push_back((id, admitted));
        } else {
            self.fetching.insert(id, admitted);
        }
    }

    /// Sends a peer copies of what it asked for, many small ones in a message; what is in scratch follows.
    pub(super) fn answer_fetch(&mut self, peer: Endpoint, parts: Vec<ResultPart>) {
        let mut answer = Vec::new();
        let mut bytes = 0;
        for part in parts {
            if self.residency.is_spilled(part.result) {
                self.unserved.push_back((part, peer));
                continue;
            }
            let Some(value) = self.residency.get(part.result).map(|value| part.of(value)) else {
                let message = Message::Exchange(Exchange::Missing(part));
                self.actions.push_back(Action::Send { to: peer, message });
                continue;
            };
            bytes += value.size_bytes();
            answer.push((part, value));
            if bytes > MAX_ANSWER_BYTES {
                self.send_data(peer, std::mem::take(&mut answer));
                bytes = 0;
            }
        }
        if !answer.is_empty() {
            self.send_data(peer, answer);
        }
        self.serve_more();
    }

    /// Has scratch read for peers, a few parts at a time.
    fn serve_more(&mut self) {
        while self.served.len() < MAX_SERVED
            && let Some((part, peer)) = self.unserved.pop_front()
        {
            let is_asked = self.served.contains_key(&part) || self.awaited.contains_key(&part);
            self.served.entry(part.clone()).or_default().push(peer);
            if !is_asked {
                self.load(part);
            }
        }
    }

    /// Has a part read from scratch.
    fn load(&mut self, part: ResultPart) {
        self.loading_count += 1;
        self.actions.push_back(Action::Load(part));
    }

    /// Has the next result read from scratch that is to be written for later attempts of the run.
    pub(super) fn read_to_save(&mut self) {
        while let Some(result) = self.savings.next_to_read() {
            if self.residency.is_spilled(result) {
                return self.load(ResultPart { result, region: None });
            }
            // Released since it was to be written.
            self.savings.note_read(result, false);
        }
    }

    fn send_data(&mut self, peer: Endpoint, parts: Vec<(ResultPart, Arc<TaskResult>)>) {
        let message = Message::Exchange(Exchange::Data(parts));
        self.actions.push_back(Action::Send { to: peer, message });
    }

    /// Something asked for has come from a peer. A whole result is kept for later tasks while there is room, unless it is
    /// a partial one, which is read once.
    pub(super) fn receive(&mut self, part: ResultPart, value: Arc<TaskResult>) {
        self.moved_bytes += value.size_bytes() as u64;
        let is_lasting = !matches!(*value, TaskResult::Partial(_)) && part.region.is_none();
        let result = part.result;
        if self.hand_out(part, &value) && is_lasting {
            self.residency.keep_copy(result, value);
            let excess = self.committed_bytes().saturating_sub(self.info.budget_bytes);
            self.residency.evict_copies(excess);
        }
    }

    /// Takes note of what [`Action::Load`] has read.
    pub fn handle_loaded(&mut self, part: ResultPart, outcome: Result<TaskResult, String>) {
        self.loading_count = self.loading_count.saturating_sub(1);
        let peers = self.served.remove(&part).unwrap_or_default();
        let outcome = outcome.map(Arc::new);
        if part.region.is_none() && self.savings.note_read(part.result, outcome.is_ok()) {
            if let Ok(value) = &outcome {
                let ResultId { computation, task } = part.result;
                self.actions.push_back(Action::Save { computation, results: vec![(task, value.clone())] });
            }
            self.read_to_save();
            if self.draining.contains(&part.result.computation) {
                self.acknowledge_stop(part.result.computation);
            }
        }
        match outcome {
            Ok(value) => {
                for peer in peers {
                    self.send_data(peer, vec![(part.clone(), value.clone())]);
                }
                self.hand_out(part, &value);
            }
            Err(message) => {
                for peer in peers {
                    let message = Message::Exchange(Exchange::Missing(part.clone()));
                    self.actions.push_back(Action::Send { to: peer, message });
                }
                self.fail_waiting(&part, message);
            }
        }
        self.serve_more();
        self.discard_released();
        self.admit();
    }

    /// Gives a part to the tasks that wait for it; says whether any did.
    fn hand_out(&mut self, part: ResultPart, value: &Arc<TaskResult>) -> bool {
        let Some(waiting) = self.awaited.remove(&part) else { return false };
        for id in waiting {
            let Some(admitted) = self.fetching.get_mut(&id) else { continue };
            admitted.inputs.insert_part(part.clone(), value.clone());
            admitted.missing -= 1;
            if admitted.missing == 0
                && let Some(admitted) = self.fetching.remove(&id)
            {
                self.ready.push_back((id, admitted));
            }
        }
        true
    }

    /// A peer doesn't have what it was asked for.
    pub(super) fn note_missing(&mut self, part: &ResultPart, peer: Endpoint) {
        let message = format!("result {} is no longer with {peer}", part.result);
        self.fail_waiting(part, message);
    }

    fn fail_waiting(&mut self, part: &ResultPart, message: String) {
        let waiting = self.awaited.get(part).and_then(|waiting| waiting.first().copied());
        if let Some(ResultId { computation, task }) = waiting {
            self.report(Report::Failed { computation, task, message });
        }
    }

    /// Has files removed that hold released results.
    pub(super) fn discard_released(&mut self) {
        let released: BTreeSet<ResultId> = self.residency.take_discarded().into_iter().collect();
        self.actions.extend(released.into_iter().map(Action::Discard));
    }
}
