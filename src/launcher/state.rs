//! What has become of a job: its own record joined with what its batch system says and how its run has ended.
//!
//! The record is what counts where it says that a job has ended, since batch systems forget. What nobody knows is said to be
//! unknown, and a batch system that doesn't answer is never taken to say that a job has ended.

use super::batch_job::{BatchEnd, BatchJob, BatchReport, BatchState};
use super::command::answer_time;
use super::{Attempt, AttemptKind, BatchKind, attempt};
use serde::Serialize;

/// Time in which a batch system may not list a job yet that it has taken.
const LISTING_SECONDS: u64 = 120;
/// Time that submitting may take beyond that for which a batch system is waited.
const SUBMITTING_SECONDS: u64 = 30;
/// Age of a report of progress up to which its run lives.
const LIVING_SECONDS: u64 = 60;
/// Exit code of a job that was ended by request: that of a shell that SIGTERM has ended.
pub const TERMINATED: i32 = 143;
/// Shells add the number of the signal that has ended a program.
const SIGNAL_BASE: i32 = 128;
/// Exit code of a job that has stopped in good order and isn't submitted again.
const STOPPED: i32 = 75;

/// What has become of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "detail", rename_all = "lowercase")]
pub enum JobState {
    /// It waits in the queue; why.
    Pending(String),
    /// It was stopped or lost a node, and waits in the queue once more; why.
    Resubmitted(String),
    /// It runs.
    Running,
    /// It was asked to stop, and keeps what is done.
    Draining,
    /// Everything is done.
    Finished,
    /// It has stopped in good order or was cut off, and isn't submitted again: it can be resumed. Why.
    Stopped(String),
    /// Something went wrong; what.
    Failed(String),
    /// It was cancelled.
    Cancelled,
    /// Nobody knows (any more); why.
    Unknown(String),
    /// Its batch system can't be asked; why.
    Unreachable(String),
}

impl JobState {
    /// The state, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            JobState::Pending(_) => "pending",
            JobState::Resubmitted(_) => "resubmitted",
            JobState::Running => "running",
            JobState::Draining => "draining",
            JobState::Finished => "finished",
            JobState::Stopped(_) => "stopped",
            JobState::Failed(_) => "failed",
            JobState::Cancelled => "cancelled",
            JobState::Unknown(_) => "unknown",
            JobState::Unreachable(_) => "unreachable",
        }
    }

    /// More about it.
    pub fn detail(&self) -> &str {
        match self {
            JobState::Pending(text)
            | JobState::Resubmitted(text)
            | JobState::Stopped(text)
            | JobState::Failed(text)
            | JobState::Unknown(text)
            | JobState::Unreachable(text) => text,
            JobState::Running | JobState::Draining | JobState::Finished | JobState::Cancelled => "",
        }
    }

    /// Whether nothing more will come of it unless somebody submits it again.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            JobState::Finished
                | JobState::Stopped(_)
                | JobState::Failed(_)
                | JobState::Cancelled
                | JobState::Unknown(_)
        )
    }
}

/// How a run says that it has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOutcome {
    /// `finished`, `drained`, `failed` or `interrupted`; empty while it runs.
    pub ending: String,
    /// More about it.
    pub message: String,
}

/// What is known of a job, or of one of an array.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Its lines of the record, in order.
    pub attempts: &'a [Attempt],
    /// Its id in the batch system now; `None` where it was never submitted.
    pub id: Option<&'a str>,
    /// What the batch system says, or why it doesn't. Of a job without id, it was asked for that, too.
    pub report: Result<&'a BatchReport, &'a str>,
    /// The batch system.
    pub kind: BatchKind,
    /// How its run has ended.
    pub outcome: RunOutcome,
    /// Whether its run says that it is being stopped.
    pub is_draining: bool,
    /// Age of the run's last word.
    pub silence_seconds: Option<u64>,
    /// Whether the user has asked for its end.
    pub is_cancelled: bool,
    /// Now, in seconds since 1970.
    pub now: u64,
}

impl Facts<'_> {
    /// What has become of the job.
    pub fn state(&self) -> JobState {
        let Some(id) = self.id else {
            return self.without_id();
        };
        let code = self.exit_code();
        if let Some(code) = code.filter(|&code| code != TERMINATED || self.is_cancelled) {
            return self.ended(code);
        }
        let report = match self.report {
            Ok(report) => report,
            Err(why) => return JobState::Unreachable(why.to_owned()),
        };
        match report.jobs.get(id) {
            // Who has ended the script may have done so for a lost node, and have put the job into the queue again.
            Some(BatchJob { state: BatchState::Queued { reason }, .. }) if code.is_some() => {
                JobState::Resubmitted(reason.clone())
            }
            None if code.is_some() => JobState::Cancelled,
            Some(job) => self.by_batch(job),
            None => self.unlisted(report),
        }
    }

    /// A job of which nobody has the id.
    fn without_id(&self) -> JobState {
        let kind = self.kind;
        let asked = self.attempts.iter().rfind(|line| line.kind == AttemptKind::Submitting);
        JobState::Unknown(match asked {
            Some(line) if self.now < line.time + answer_time().as_secs() + SUBMITTING_SECONDS => {
                return JobState::Pending(format!("is being submitted to {kind}"));
            }
            Some(_) => match self.report {
                Err(why) => return JobState::Unreachable(why.to_owned()),
                Ok(_) => format!("{kind} gave no answer when it was submitted, and lists no job of its script"),
            },
            None => "swath hasn't submitted it; by hand, it may be in the queue".to_owned(),
        })
    }

    /// Lines since the job was last put into the queue, or named the id that it has now; that line is the first.
    fn since_submission(&self) -> &[Attempt] {
        let submitted = self.attempts.iter().rposition(Attempt::is_submission).unwrap_or(0);
        &self.attempts[submitted.max(attempt::newest(self.attempts).unwrap_or(0))..]
    }

    /// Exit code of the job script, where it has ended since and nothing was submitted again.
    fn exit_code(&self) -> Option<i32> {
        let last = self.since_submission().last()?;
        // The script that submits itself again ends after that: its own end is of another id.
        let is_own = Some(last.id.as_str()) == self.id;
        last.exit_code.filter(|_| last.kind == AttemptKind::Ended && is_own)
    }

    /// How often the job was put into the queue since the user last did.
    fn is_again(&self) -> bool {
        let kind = self.since_submission().first().map(|line| line.kind);
        matches!(kind, Some(AttemptKind::Resubmitted | AttemptKind::Requeued))
    }

    /// What a job script has left that has come to its end.
    fn ended(&self, code: i32) -> JobState {
        let why = self.since_submission().last().and_then(|line| line.why.clone());
        let message = Some(self.outcome.message.clone()).filter(|message| !message.is_empty()).or(why.clone());
        match code {
            0 => JobState::Finished,
            _ if self.is_cancelled => JobState::Cancelled,
            TERMINATED => JobState::Cancelled,
            STOPPED => JobState::Stopped(why.unwrap_or_else(|| "it isn't submitted again".to_owned())),
            code => JobState::Failed(message.unwrap_or_else(|| match code - SIGNAL_BASE {
                signal if signal > 0 => format!("exit code {code}: ended by signal {signal}"),
                _ => format!("exit code {code}"),
            })),
        }
    }

    /// What the batch system says, of a job script that hasn't said how it has ended.
    fn by_batch(&self, job: &BatchJob) -> JobState {
        match &job.state {
            BatchState::Queued { reason } if self.is_again() => JobState::Resubmitted(reason.clone()),
            BatchState::Queued { reason } => JobState::Pending(reason.clone()),
            BatchState::Running | BatchState::Ending if self.is_draining => JobState::Draining,
            BatchState::Running => JobState::Running,
            // Submitting itself again, a script waits to be ended.
            BatchState::Ending if self.is_again() => JobState::Resubmitted("is queued again in a moment".to_owned()),
            BatchState::Ending => JobState::Running,
            BatchState::Ended(end) => self.cut_off(*end),
        }
    }

    /// A job that has ended although its script hasn't said so: it didn't come to it.
    fn cut_off(&self, end: BatchEnd) -> JobState {
        let is_finished = self.outcome.ending == "finished";
        match end {
            _ if is_finished => JobState::Finished,
            _ if self.is_cancelled => JobState::Cancelled,
            BatchEnd::Cancelled => JobState::Cancelled,
            BatchEnd::TimedOut | BatchEnd::NodeFailed | BatchEnd::Preempted => {
                JobState::Stopped(format!("{} before it could be submitted again", end.words()))
            }
            BatchEnd::Completed | BatchEnd::Failed | BatchEnd::OutOfMemory if self.outcome.message.is_empty() => {
                JobState::Failed(end.words().to_owned())
            }
            _ => JobState::Failed(self.outcome.message.clone()),
        }
    }

    /// A job that the batch system doesn't know (yet, or any more).
    fn unlisted(&self, report: &BatchReport) -> JobState {
        let lines = self.since_submission();
        let submitted = lines.first().map_or(0, |line| line.time);
        let has_started = lines.iter().any(|line| line.kind == AttemptKind::Started);
        let kind = self.kind;
        if self.outcome.ending == "finished" {
            return JobState::Finished;
        }
        if !has_started && self.now < submitted + LISTING_SECONDS {
            let reason = format!("{kind} doesn't list it yet");
            return if self.is_again() { JobState::Resubmitted(reason) } else { JobState::Pending(reason) };
        }
        if self.is_cancelled {
            return JobState::Cancelled;
        }
        if self.silence_seconds.is_some_and(|seconds| seconds < LIVING_SECONDS) {
            return if self.is_draining { JobState::Draining } else { JobState::Running };
        }
        let forgets = report.forgets.map_or(String::new(), |why| format!(", and {why}"));
        let started = if has_started { "it had started, and hasn't said how it ended" } else { "it never started" };
        JobState::Unknown(format!("{kind} doesn't know it (any more){forgets}; {started}"))
    }
}

/// The id of a job, given that under which the job or array was submitted: that of an array's element has its index.
pub fn element_id(kind: BatchKind, submitted: &str, index: Option<u64>) -> String {
    match (kind, index) {
        (_, None) => submitted.to_owned(),
        (BatchKind::Slurm, Some(_)) if submitted.contains('_') => submitted.to_owned(),
        (BatchKind::Slurm, Some(index)) => format!("{submitted}_{index}"),
        // Submitted again, an index is a job of its own.
        (BatchKind::Pbs | BatchKind::Torque, Some(index)) => submitted.replace("[]", &format!("[{index}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const NOW: u64 = 1_000_000;

    fn line(kind: AttemptKind, id: &str, age: u64, exit_code: Option<i32>) -> Attempt {
        Attempt { kind, id: id.to_owned(), index: None, host: "n1".to_owned(), time: NOW - age, exit_code, why: None }
    }

    fn listed(id: &str, state: BatchState) -> BatchReport {
        let job = BatchJob { state, nodes: String::new() };
        BatchReport { jobs: BTreeMap::from([(id.to_owned(), job)]), forgets: Some("it keeps no accounting") }
    }

    fn nothing() -> BatchReport {
        BatchReport { forgets: Some("it keeps no accounting"), ..BatchReport::default() }
    }

    fn state(attempts: &[Attempt], report: &BatchReport, change: impl FnOnce(&mut Facts<'_>)) -> JobState {
        let id = attempt::newest(attempts).map(|at| attempts[at].id.as_str());
        let mut facts = Facts {
            attempts,
            id,
            report: Ok(report),
            kind: BatchKind::Slurm,
            outcome: RunOutcome::default(),
            is_draining: false,
            silence_seconds: None,
            is_cancelled: false,
            now: NOW,
        };
        change(&mut facts);
        facts.state()
    }

    fn queued() -> BatchState {
        BatchState::Queued { reason: "Resources".to_owned() }
    }

    use AttemptKind::{Ended, First, Requeued, Resubmitted, Resumed, Started};

    #[test]
    fn a_job_waits_runs_drains_and_waits_again() {
        let first = [line(First, "1", 900, None)];
        assert_eq!(state(&first, &listed("1", queued()), |_| {}), JobState::Pending("Resources".to_owned()));
        let started = [first[0].clone(), line(Started, "1", 800, None)];
        let running = listed("1", BatchState::Running);
        assert_eq!(state(&started, &running, |_| {}), JobState::Running);
        assert_eq!(state(&started, &running, |facts| facts.is_draining = true), JobState::Draining);
        let again = [&started[..], &[line(Resubmitted, "2", 5, None), line(Ended, "1", 5, Some(0))]].concat();
        assert_eq!(state(&again, &listed("2", queued()), |_| {}), JobState::Resubmitted("Resources".to_owned()));
        let requeued = [&started[..], &[line(Requeued, "1", 5, None)]].concat();
        assert_eq!(state(&requeued, &listed("1", queued()), |_| {}), JobState::Resubmitted("Resources".to_owned()));
    }

    #[test]
    fn what_the_script_says_of_its_end_counts_whatever_else_is_known() {
        let ended =
            |code| [line(First, "1", 900, None), line(Started, "1", 800, None), line(Ended, "1", 5, Some(code))];
        assert_eq!(state(&ended(0), &nothing(), |_| {}), JobState::Finished);
        assert_eq!(state(&ended(0), &nothing(), |facts| facts.report = Err("down")), JobState::Finished);
        assert_eq!(state(&ended(3), &nothing(), |_| {}), JobState::Failed("exit code 3".to_owned()));
        let killed = "exit code 137: ended by signal 9".to_owned();
        assert_eq!(state(&ended(137), &nothing(), |_| {}), JobState::Failed(killed));
        let mut large = ended(137);
        large[2].why = Some("killed for taking more memory than it was given".to_owned());
        assert!(matches!(state(&large, &nothing(), |_| {}), JobState::Failed(why) if why.contains("more memory")));
        let why = |facts: &mut Facts<'_>| facts.outcome.message = "rank 2 on n2 was lost".to_owned();
        assert_eq!(state(&ended(1), &nothing(), why), JobState::Failed("rank 2 on n2 was lost".to_owned()));
        assert_eq!(state(&ended(143), &nothing(), |_| {}), JobState::Cancelled);
        assert_eq!(state(&ended(143), &listed("1", queued()), |_| {}), JobState::Resubmitted("Resources".to_owned()));
        assert_eq!(state(&ended(143), &listed("1", queued()), |facts| facts.is_cancelled = true), JobState::Cancelled);
        assert_eq!(
            state(&ended(143), &listed("1", BatchState::Ended(BatchEnd::Cancelled)), |_| {}),
            JobState::Cancelled
        );
        assert_eq!(state(&ended(75), &nothing(), |facts| facts.is_cancelled = true), JobState::Cancelled);
        assert!(matches!(state(&ended(75), &nothing(), |_| {}), JobState::Stopped(_)));
        let resumed = [&ended(75)[..], &[line(Resumed, "2", 1, None)]].concat();
        assert!(matches!(state(&resumed, &nothing(), |_| {}), JobState::Pending(_)), "an end before it isn't its own");
    }

    #[test]
    fn a_batch_system_that_does_not_answer_is_never_taken_to_say_anything() {
        let lines = [line(First, "1", 900, None), line(Started, "1", 800, None)];
        for outcome in ["", "drained", "interrupted"] {
            let unreachable = |facts: &mut Facts<'_>| {
                facts.report = Err("squeue fails: connection refused");
                facts.outcome.ending = outcome.to_owned();
            };
            assert!(matches!(state(&lines, &nothing(), unreachable), JobState::Unreachable(_)), "{outcome}");
        }
    }

    #[test]
    fn a_job_that_is_not_listed_is_new_alive_or_unknown() {
        let new = [line(First, "1", 3, None)];
        assert!(matches!(state(&new, &nothing(), |_| {}), JobState::Pending(why) if why.contains("yet")));
        let old = [line(First, "1", 900, None), line(Started, "1", 800, None)];
        assert_eq!(state(&old, &nothing(), |facts| facts.silence_seconds = Some(3)), JobState::Running);
        let unknown = state(&old, &nothing(), |facts| facts.silence_seconds = Some(700));
        assert!(
            matches!(unknown, JobState::Unknown(why) if why.contains("no accounting") && why.contains("had started"))
        );
        assert_eq!(state(&old, &nothing(), |facts| facts.outcome.ending = "finished".to_owned()), JobState::Finished);
        assert!(matches!(state(&[], &nothing(), |_| {}), JobState::Unknown(why) if why.contains("by hand")));
    }

    #[test]
    fn a_job_that_was_cut_off_says_by_what() {
        let lines = [line(First, "1", 900, None), line(Started, "1", 800, None)];
        let end = |end| state(&lines, &listed("1", BatchState::Ended(end)), |_| {});
        assert_eq!(end(BatchEnd::Cancelled), JobState::Cancelled);
        assert!(matches!(end(BatchEnd::TimedOut), JobState::Stopped(why) if why.contains("walltime")));
        assert!(matches!(end(BatchEnd::OutOfMemory), JobState::Failed(why) if why.contains("memory")));
        assert!(
            matches!(end(BatchEnd::Completed), JobState::Failed(_)),
            "without a word of its run it hasn't finished"
        );
    }

    #[test]
    fn elements_of_arrays_have_ids_of_their_own() {
        assert_eq!(element_id(BatchKind::Slurm, "17", Some(3)), "17_3");
        assert_eq!(element_id(BatchKind::Slurm, "17_3", Some(3)), "17_3");
        assert_eq!(element_id(BatchKind::Pbs, "6[].host", Some(3)), "6[3].host");
        assert_eq!(element_id(BatchKind::Pbs, "9.host", Some(3)), "9.host");
        assert_eq!(element_id(BatchKind::Torque, "9.host", None), "9.host");
    }
}
