//! Indices of a job array: in the forms that Slurm, PBS and Torque take, and as each is told them.
//!
//! Slurm (sbatch(1), `--array`) and Torque (qsub(1B), `-t`) take lists of numbers and ranges, PBS (qsub(1B), `-J`) one range
//! of at least two. Slurm and PBS know steps (`0-15:4`), all a limit of jobs that run at once (`%4`).

use super::BatchKind;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Jobs that an array may have: Slurm's and PBS's own default limits are far lower.
const MOST_JOBS: u64 = 1_000_000;

/// Indices from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    first: u64,
    last: u64,
    step: u64,
}

/// The indices of a job array, and how many of its jobs may run at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrayIndices {
    runs: Vec<Run>,
    limit: Option<u64>,
}

/// Why indices can't be read, or told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrayError {
    /// They have none of the forms.
    #[error("'{text}' are no array indices: expected them as in 0-15, 0-15%4 (four at once), 0-15:5 or 1,3,7")]
    Form {
        /// What was given.
        text: String,
    },
    /// PBS takes one range of at least two indices.
    #[error("PBS takes one range of two indices and more, as in 0-15 or 0-15:5, not '{indices}'")]
    NotOneRange {
        /// What was given.
        indices: String,
    },
}

impl ArrayIndices {
    /// The lowest index of the first range.
    pub fn first(&self) -> u64 {
        self.runs.first().map_or(0, |run| run.first)
    }

    /// All indices, in the order in which they were given.
    pub fn indices(&self) -> impl Iterator<Item = u64> + '_ {
        let each = |run: &Run| {
            let (run, step) = (*run, run.step.max(1));
            (0..=(run.last - run.first) / step).map(move |number| run.first + number * step)
        };
        self.runs.iter().flat_map(each)
    }

    /// How many jobs the array has.
    pub fn count(&self) -> u64 {
        self.runs.iter().map(|run| (run.last - run.first) / run.step + 1).sum()
    }

    /// The indices as a batch system takes them.
    ///
    /// # Errors
    /// [`ArrayError::NotOneRange`] where it takes less.
    pub fn told(&self, kind: BatchKind) -> Result<String, ArrayError> {
        match kind {
            BatchKind::Slurm => Ok(self.to_string()),
            BatchKind::Pbs if self.runs.len() == 1 && self.count() > 1 => Ok(self.to_string()),
            BatchKind::Pbs => Err(ArrayError::NotOneRange { indices: self.to_string() }),
            BatchKind::Torque => Ok(ArrayIndices { runs: self.without_steps(), limit: self.limit }.to_string()),
        }
    }

    /// The same indices, where no steps are known.
    fn without_steps(&self) -> Vec<Run> {
        let each = |run: &Run| -> Vec<Run> {
            if run.step == 1 {
                return vec![*run];
            }
            let indices = (run.first..=run.last).step_by(usize::try_from(run.step).unwrap_or(usize::MAX));
            indices.map(|index| Run { first: index, last: index, step: 1 }).collect()
        };
        self.runs.iter().flat_map(each).collect()
    }
}

impl fmt::Display for ArrayIndices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs: Vec<String> = self
            .runs
            .iter()
            .map(|run| match run {
                Run { first, last, .. } if first == last => first.to_string(),
                Run { first, last, step: 1 } => format!("{first}-{last}"),
                Run { first, last, step } => format!("{first}-{last}:{step}"),
            })
            .collect();
        formatter.write_str(&runs.join(","))?;
        self.limit.map_or(Ok(()), |limit| write!(formatter, "%{limit}"))
    }
}

impl FromStr for ArrayIndices {
    type Err = ArrayError;

    fn from_str(text: &str) -> Result<ArrayIndices, ArrayError> {
        let read = || {
            let (indices, limit) = match text.trim().split_once('%') {
                Some((indices, limit)) => (indices, Some(limit.parse().ok().filter(|&limit: &u64| limit > 0)?)),
                None => (text.trim(), None),
            };
            let runs = indices.split(',').map(run).collect::<Option<Vec<Run>>>()?;
            let read = ArrayIndices { runs, limit };
            (read.count() <= MOST_JOBS).then_some(read)
        };
        read().ok_or_else(|| ArrayError::Form { text: text.to_owned() })
    }
}

/// `3`, `0-15` or `0-15:4`.
fn run(text: &str) -> Option<Run> {
    let (range, step) = match text.split_once(':') {
        Some((range, step)) => (range, step.parse().ok().filter(|&step: &u64| step > 0)?),
        None => (text, 1),
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
    (first <= last).then_some(Run { first: first.into(), last: last.into(), step })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_read_and_told() {
        let told = |text: &str, kind| text.parse::<ArrayIndices>().unwrap().told(kind);
        assert_eq!(told("0-15:4%2", BatchKind::Slurm).as_deref(), Ok("0-15:4%2"));
        assert_eq!(told("0-15:4%2", BatchKind::Pbs).as_deref(), Ok("0-15:4%2"));
        assert_eq!(told("7", BatchKind::Torque).as_deref(), Ok("7"));
    }

    #[test]
    fn torque_knows_no_steps_and_pbs_no_lists() {
        let indices: ArrayIndices = "1,3,8-10:2".parse().unwrap();
        assert_eq!((indices.count(), indices.first()), (4, 1));
        assert_eq!(indices.told(BatchKind::Torque).unwrap(), "1,3,8,10");
        assert!(matches!(indices.told(BatchKind::Pbs), Err(ArrayError::NotOneRange { .. })));
        assert!(matches!(
            "3".parse::<ArrayIndices>().unwrap().told(BatchKind::Pbs),
            Err(ArrayError::NotOneRange { .. })
        ));
    }

    #[test]
    fn what_are_no_indices_is_refused() {
        for text in ["", "a", "3-1", "1-2-3", "0-4%0", "0-4:0", "0-4%", "1,,2", "0-99999999", "-1"] {
            assert!(text.parse::<ArrayIndices>().is_err(), "{text}");
        }
    }
}
