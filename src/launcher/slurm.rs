//! Slurm, by its own commands (sbatch(1), Slurm 22.05 and later).

use super::batch_job::{BatchReport, FoundJob, QueryError};
use super::command::{Invocation, run};
use super::refusal::{SubmitError, refused};
use super::{BatchKind, BatchSystem, Node, SoughtJob, node, slurm_jobs};

/// Slurm.
pub(super) struct Slurm;

impl BatchSystem for Slurm {
    fn node(&self, queue: Option<&str>) -> Option<Node> {
        node::of_slurm(queue)
    }

    fn find(&self, sought: &SoughtJob<'_>) -> Result<Vec<FoundJob>, QueryError> {
        slurm_jobs::find(sought.script)
    }

    fn query(&self, ids: &[String]) -> Result<BatchReport, QueryError> {
        slurm_jobs::query(ids)
    }

    fn cancel(&self, id: &str) -> Result<(), QueryError> {
        slurm_jobs::cancel(id)
    }

    fn submit(&self, words: &[String]) -> Result<String, SubmitError> {
        let [program, arguments @ ..] = words else { return Err(SubmitError::NoCommand) };
        let answer = run(&Invocation::new(program, arguments))?;
        if !answer.is_success() {
            return Err(refused(BatchKind::Slurm, &answer));
        }
        // `--parsable`: the id, and on several clusters a semicolon and the name of one.
        let id = answer.stdout.trim().split(';').next().unwrap_or_default().trim();
        let is_id = !id.is_empty() && id.chars().all(|digit| digit.is_ascii_digit());
        if is_id { Ok(id.to_owned()) } else { Err(SubmitError::NoId { command: program.clone(), said: answer.stdout }) }
    }
}
