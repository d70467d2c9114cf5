//! Evaluates the script of a job before it is submitted, as `swath explain` does, in the memory that a rank will have.
//!
//! A missing input, a mistake in the script, or a task too large for the ranks would otherwise be found out hours later, on
//! many nodes. The script runs in a process of its own, with the job's variables; nothing is computed and nothing written.

use super::Ended;
use super::job_request::JobRequest;
use super::output::complain;
use crate::launcher::command::{CommandError, Invocation, run};
use anyhow::{Error, anyhow};
use std::time::Duration;

/// Time that evaluating may take, after which the job is submitted unchecked.
const CHECK_TIME: Duration = Duration::from_secs(120);
/// Memory of a rank where nobody knows it: enough for any task. This host's own says nothing of theirs.
const UNKNOWN_BYTES: u64 = 1 << 42;

/// Refuses a job whose script is missing or fails.
///
/// # Errors
/// What the script says, with what to do about it.
pub fn check_script(request: &JobRequest, is_skipped: bool) -> Result<(), Ended> {
    let job = &request.job;
    if !job.script.is_file() {
        let shown = job.script.display();
        return Err(Ended::Failed(anyhow!(
            "there is no script {shown}\n  check the path: it is relative to the current directory"
        )));
    }
    if is_skipped {
        return Ok(());
    }
    let bytes = request.rank_bytes.unwrap_or(UNKNOWN_BYTES);
    let options = ["explain", "--threads", &job.threads.to_string(), "--memory", &format!("{bytes}B")];
    let mut words: Vec<String> = options.map(str::to_owned).to_vec();
    words.push(job.script.display().to_string());
    let index = job.array.as_ref().map(|array| array.first().to_string());
    words.extend(job.arguments.iter().map(|word| match &index {
        Some(index) => word.replace("{index}", index),
        None => word.clone(),
    }));
    let of_job = job.environment.iter().cloned().map(|(name, value)| (name, Some(value)));
    let variables = of_job.chain(index.map(|index| ("SWATH_ARRAY_INDEX".to_owned(), Some(index)))).collect();
    let invocation = Invocation { variables, timeout: CHECK_TIME, ..Invocation::new(request.swath.as_os_str(), words) };
    let answer = match run(&invocation) {
        Err(CommandError::TimedOut { .. }) => {
            complain(&format!(
                "swath: evaluating the script takes more than {} s here; submitted unchecked",
                CHECK_TIME.as_secs()
            ));
            return Ok(());
        }
        answer => answer.map_err(Error::from)?,
    };
    if answer.is_success() {
        return Ok(());
    }
    let said = answer.stderr.trim();
    let said = said.strip_prefix("swath: ").unwrap_or(said);
    let said = if said.is_empty() { "it ends without a word" } else { said };
    if !job.after.is_empty() && said.contains("FileNotFoundError") {
        complain(&format!(
            "swath: warning: {said}\n  a job that this one waits for may make it; what comes after it is unchecked"
        ));
        return Ok(());
    }
    Err(Ended::Failed(anyhow!(
        "the script fails before it computes anything: {said}\n  nothing was submitted; --no-check submits it all the same"
    )))
}
