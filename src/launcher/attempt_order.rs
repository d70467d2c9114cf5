//! The order in which things happened to a job, given the lines of its record.
//!
//! The batch system may start a job before whoever submitted it has its id, so that what the job itself writes comes before
//! the line that says that it was submitted.

use super::{Attempt, AttemptKind};

/// Lines of a record with each submission before what happened to the job that it made.
pub(super) fn in_order(mut lines: Vec<Attempt>) -> Vec<Attempt> {
    for at in 0..lines.len() {
        if matches!(lines[at].kind, AttemptKind::First | AttemptKind::Resumed | AttemptKind::Resubmitted)
            && let Some(early) = lines[..at].iter().position(|line| !line.is_submission() && is_of(line, &lines[at].id))
        {
            lines[early..=at].rotate_right(1);
        }
    }
    lines
}

/// Whether a line is of the job with an id, or of one of that array: `17_3` of `17`, `6[3].host` of `6[].host`.
fn is_of(line: &Attempt, id: &str) -> bool {
    let is_element = |index| line.id == format!("{id}_{index}") || line.id == id.replace("[]", &format!("[{index}]"));
    line.id == id || line.index.is_some_and(is_element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: AttemptKind, id: &str, index: Option<u64>) -> Attempt {
        Attempt { kind, id: id.to_owned(), index, host: String::new(), time: 0, exit_code: None }
    }

    #[test]
    fn a_job_is_submitted_before_it_starts() {
        use AttemptKind::{Ended, First, Requeued, Resubmitted, Started};
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
        for (element, array) in [("17_3", "17"), ("6[3].host", "6[].host")] {
            assert_eq!(kinds(vec![line(Started, element, Some(3)), line(First, array, None)]), [First, Started]);
        }
    }
}
