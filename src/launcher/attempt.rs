//! What happened to a job: the lines of its record, in the order in which it happened, and the id that it has now.
//!
//! The batch system may start a job before whoever submitted it has its id, so that what the job itself writes comes before
//! the line that says that it was submitted. A job that was submitted by hand says by itself which id it has.

use serde::{Deserialize, Serialize};

/// What happened to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptKind {
    /// The user is about to submit it: what follows says under which id. Where nothing does, the batch system gave no answer.
    Submitting,
    /// It wasn't taken.
    Refused,
    /// The user submitted it.
    First,
    /// The user submitted it again, to go on where it stopped.
    Resumed,
    /// The job script submitted it again.
    Resubmitted,
    /// The job script had it queued again under the same id.
    Requeued,
    /// The job script runs.
    Started,
    /// The job script is done.
    Ended,
}

/// A line of `attempts.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What happened.
    pub kind: AttemptKind,
    /// The job's id in the batch system; empty where it has none yet.
    pub id: String,
    /// Index in the array, where it is of one and one is meant.
    pub index: Option<u64>,
    /// Host on which it happened.
    pub host: String,
    /// When, in seconds since 1970.
    pub time: u64,
    /// Exit code of what has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it has ended, where the job script knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Attempt {
    /// Something that happened just now, here.
    pub fn now(kind: AttemptKind, id: &str) -> Attempt {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Attempt { kind, id: id.to_owned(), index: None, host, time: super::now_seconds(), exit_code: None, why: None }
    }

    /// Whether the job got into the queue by it.
    pub fn is_submission(&self) -> bool {
        matches!(
            self.kind,
            AttemptKind::First | AttemptKind::Resumed | AttemptKind::Resubmitted | AttemptKind::Requeued
        )
    }

    /// Whether it is of the job with an id, or of one of that array: `17_3` of `17`, `6[3].host` of `6[].host`.
    pub fn is_of(&self, id: &str) -> bool {
        let is_element =
            |index| self.id == format!("{id}_{index}") || self.id == id.replace("[]", &format!("[{index}]"));
        self.id == id || self.index.is_some_and(is_element)
    }
}

/// What the lines of a record say, in order, which is that of the lines but for jobs that had started before whoever
/// submitted them wrote that down. A line that is torn or of another version is left out, and so is what was refused.
pub(super) fn read(text: &str) -> Vec<Attempt> {
    in_order(without_refusals(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()))
}

/// The line, among those of one job, that first names the id that the job has now. `None` where that isn't known: it was
/// never submitted, or whoever did so last got no answer.
pub fn newest(lines: &[Attempt]) -> Option<usize> {
    let is_new = |at: usize| !lines[..at].iter().any(|line| line.id == lines[at].id);
    let is_asked = |at: usize| lines[at].kind == AttemptKind::Submitting;
    (0..lines.len()).rev().find(|&at| is_asked(at) || is_new(at)).filter(|&at| !is_asked(at))
}

/// Lines without submissions that came to nothing.
fn without_refusals(lines: Vec<Attempt>) -> Vec<Attempt> {
    let mut kept: Vec<Attempt> = Vec::new();
    for line in lines {
        if line.kind != AttemptKind::Refused {
            kept.push(line);
        } else if let Some(at) = kept.iter().rposition(|line| line.kind == AttemptKind::Submitting) {
            kept.remove(at);
        }
    }
    kept
}

/// Lines of a record with each submission before what happened to the job that it made.
fn in_order(mut lines: Vec<Attempt>) -> Vec<Attempt> {
    for at in 0..lines.len() {
        if matches!(lines[at].kind, AttemptKind::First | AttemptKind::Resumed | AttemptKind::Resubmitted)
            && let Some(early) = lines[..at].iter().position(|line| !line.is_submission() && line.is_of(&lines[at].id))
        {
            lines[early..=at].rotate_right(1);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: AttemptKind, id: &str, index: Option<u64>) -> Attempt {
        Attempt { kind, id: id.to_owned(), index, host: String::new(), time: 0, exit_code: None, why: None }
    }

    #[test]
    fn a_job_is_submitted_before_it_starts() {
        use AttemptKind::{Ended, First, Refused, Requeued, Resubmitted, Started, Submitting};
        let kinds = |lines: Vec<Attempt>| in_order(lines).into_iter().map(|line| line.kind).collect::<Vec<_>>();
        let late = vec![line(Started, "1", None), line(Ended, "1", None), line(First, "1", None)];
        assert_eq!(kinds(late), [First, Started, Ended]);
        // Queued again under its id, it has run before.
        let again =
            vec![line(First, "1", None), line(Started, "1", None), line(Requeued, "1", None), line(Started, "1", None)];
        assert_eq!(kinds(again), [First, Started, Requeued, Started]);
        let other = vec![
            line(First, "1", None),
            line(Started, "1", None),
            line(Started, "2", None),
            line(Resubmitted, "2", None),
        ];
        assert_eq!(kinds(other), [First, Started, Resubmitted, Started]);
        let refused = vec![line(First, "1", None), line(Submitting, "", None), line(Refused, "", None)];
        assert_eq!(kinds(without_refusals(refused)), [First]);
        for (element, array) in [("17_3", "17"), ("6[3].host", "6[].host")] {
            assert_eq!(kinds(vec![line(Started, element, Some(3)), line(First, array, None)]), [First, Started]);
        }
    }

    #[test]
    fn a_job_has_the_id_that_was_named_last() {
        use AttemptKind::{Ended, First, Requeued, Resubmitted, Started, Submitting};
        let newest = |lines: &[(AttemptKind, &str)]| {
            let lines: Vec<Attempt> = lines.iter().map(|(kind, id)| line(*kind, id, None)).collect();
            newest(&lines).map(|at| lines[at].id.clone())
        };
        let first = [(Submitting, ""), (First, "1"), (Started, "1")];
        assert_eq!(newest(&first).as_deref(), Some("1"));
        // The script that has submitted itself again ends after that.
        let again = [&first[..], &[(Resubmitted, "2"), (Ended, "1")]].concat();
        assert_eq!(newest(&again).as_deref(), Some("2"));
        assert_eq!(newest(&[&first[..], &[(Requeued, "1")]].concat()).as_deref(), Some("1"));
        // Submitted by hand, it has the id that it gives itself.
        assert_eq!(newest(&[(Started, "3")]).as_deref(), Some("3"));
        assert_eq!(newest(&[&first[..], &[(Ended, "1"), (Started, "3")]].concat()).as_deref(), Some("3"));
        // Without an answer, it has none that is known, until it has started.
        let unanswered = [&first[..], &[(Ended, "1"), (Submitting, "")]].concat();
        assert_eq!(newest(&unanswered), None);
        assert_eq!(newest(&[&unanswered[..], &[(Started, "4")]].concat()).as_deref(), Some("4"));
        assert_eq!(newest(&[]), None);
    }
}
