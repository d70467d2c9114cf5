//! What a task is handed of earlier tasks' results: whole ones, or the parts of them that it reads.

use super::{ResultId, TaskResult};
use crate::array::Region;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// A result that a task reads, or the part of it that the task reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResultPart {
    /// The result.
    pub result: ResultId,
    /// The part, counted from the first element of the result; all of it where `None`.
    pub region: Option<Region>,
}

impl ResultPart {
    /// A copy of this part of the result's values; the result itself where all of it is wanted.
    pub fn of(&self, value: &Arc<TaskResult>) -> Arc<TaskResult> {
        match (&self.region, value.as_ref()) {
            (Some(region), TaskResult::Chunk(chunk)) if region.shape != chunk.shape() => {
                Arc::new(TaskResult::Chunk(chunk.extract(region)))
            }
            _ => value.clone(),
        }
    }
}

/// Results of earlier tasks that a task reads.
#[derive(Debug, Clone, Default)]
pub struct TaskInputs {
    held: HashMap<ResultId, Vec<Held>>,
}

/// A result, or a part of it: the region, counted from the result's first element.
type Held = (Option<Region>, Arc<TaskResult>);

impl TaskInputs {
    /// No results.
    pub fn new() -> TaskInputs {
        TaskInputs::default()
    }

    /// Adds a whole result.
    pub fn insert(&mut self, result: ResultId, value: Arc<TaskResult>) {
        self.insert_part(ResultPart { result, region: None }, value);
    }

    /// Adds a part of a result.
    pub fn insert_part(&mut self, part: ResultPart, value: Arc<TaskResult>) {
        self.held.entry(part.result).or_default().push((part.region, value));
    }

    /// A whole result, where it is here.
    pub fn get(&self, result: &ResultId) -> Option<&Arc<TaskResult>> {
        self.held.get(result)?.iter().find(|(region, _)| region.is_none()).map(|(_, value)| value)
    }

    /// Values that hold a region of a result (counted from its first element), and where in them the region starts.
    pub fn part(&self, result: &ResultId, wanted: &Region) -> Option<(&TaskResult, Vec<usize>)> {
        self.held.get(result)?.iter().find_map(|(region, value)| match region {
            None => Some((value.as_ref(), wanted.start.clone())),
            Some(region) => region.contains(wanted).then(|| (value.as_ref(), wanted.relative_to(&region.start).start)),
        })
    }

    /// The results of which something is here.
    pub fn results(&self) -> impl Iterator<Item = ResultId> {
        self.held.keys().copied()
    }
}

impl FromIterator<(ResultId, Arc<TaskResult>)> for TaskInputs {
    fn from_iter<I: IntoIterator<Item = (ResultId, Arc<TaskResult>)>>(results: I) -> TaskInputs {
        let mut inputs = TaskInputs::new();
        results.into_iter().for_each(|(result, value)| inputs.insert(result, value));
        inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Chunk;
    use crate::task::{ComputationId, StageId, TaskId};

    #[test]
    fn a_part_is_found_by_what_it_holds() {
        let result = ResultId { computation: ComputationId(0), task: TaskId { stage: StageId(0), index: 3 } };
        let values = Chunk::from_values(vec![4, 4], (0..16).collect::<Vec<i32>>()).unwrap();
        let whole = Arc::new(TaskResult::Chunk(values));
        let part = ResultPart { result, region: Some(Region::from_ranges([1..3, 2..4])) };
        let mut inputs = TaskInputs::new();
        inputs.insert_part(part.clone(), part.of(&whole));
        assert!(inputs.get(&result).is_none());
        assert!(inputs.part(&result, &Region::from_ranges([0..2, 2..4])).is_none());
        let (found, start) = inputs.part(&result, &Region::from_ranges([2..3, 3..4])).unwrap();
        assert_eq!(start, [1, 1]);
        assert!(matches!(found, TaskResult::Chunk(chunk) if chunk.as_slice::<i32>() == Some(&[6, 7, 10, 11][..])));
        inputs.insert(result, whole);
        assert!(inputs.get(&result).is_some());
    }
}
