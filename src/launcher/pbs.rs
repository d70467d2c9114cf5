//! OpenPBS, PBS Professional and Torque, by their own commands (qsub(1B)).

use super::batch_job::{BatchReport, FoundJob, QueryError};
use super::command::{Invocation, run};
use super::refusal::{SubmitError, refused};
use super::{BatchKind, BatchSystem, Node, SoughtJob, node, pbs_jobs};
use std::time::Duration;

/// Time for `qsub` to say its version.
const VERSION_TIME: Duration = Duration::from_secs(10);

/// PBS or Torque.
pub(super) struct Pbs {
    /// Which of them.
    pub(super) kind: BatchKind,
}

/// Whose `qsub` is on `PATH`: OpenPBS and PBS Professional say `pbs_version = ...`, Torque and its kin something else.
pub(super) fn dialect() -> BatchKind {
    let asked = run(&Invocation { timeout: VERSION_TIME, ..Invocation::new("qsub", ["--version"]) });
    let said = asked.map(|answer| answer.stdout + &answer.stderr).unwrap_or_default().to_ascii_lowercase();
    if said.contains("pbs_version") || said.contains("openpbs") || said.contains("pbspro") {
        BatchKind::Pbs
    } else {
        BatchKind::Torque
    }
}

impl BatchSystem for Pbs {
    fn node(&self, _queue: Option<&str>) -> Option<Node> {
        node::of_pbs()
    }

    fn find(&self, sought: &SoughtJob<'_>) -> Result<Vec<FoundJob>, QueryError> {
        pbs_jobs::find(self.kind, sought)
    }

    fn query(&self, ids: &[String]) -> Result<BatchReport, QueryError> {
        pbs_jobs::query(self.kind, ids)
    }

    fn cancel(&self, id: &str) -> Result<(), QueryError> {
        pbs_jobs::cancel(id)
    }

    fn submit(&self, words: &[String]) -> Result<String, SubmitError> {
        let [program, arguments @ ..] = words else { return Err(SubmitError::NoCommand) };
        let answer = run(&Invocation::new(program, arguments))?;
        if !answer.is_success() {
            return Err(refused(self.kind, &answer));
        }
        // Sites have qsub say more before the id, which is the last line: 12.server, 12[].server, or a bare number.
        let id = answer.stdout.trim().lines().next_back().unwrap_or_default().trim();
        let is_id = id.starts_with(|first: char| first.is_ascii_digit())
            && id.chars().all(|character| character.is_ascii_alphanumeric() || "[].-_".contains(character));
        if is_id { Ok(id.to_owned()) } else { Err(SubmitError::NoId { command: program.clone(), said: answer.stdout }) }
    }
}
