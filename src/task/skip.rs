//! Which tasks need not run, since an earlier attempt has done what they are for.

use super::{Computation, StageId, StageOutput, TaskId};
use std::ops::Range;

/// Tasks that need not run: ranges of indices by stage, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skip {
    stages: Vec<Vec<Range<u64>>>,
}

impl Skip {
    /// Every task has to run.
    pub fn none() -> Skip {
        Skip::default()
    }

    /// What is left out where the tasks of which `is_done` holds have left their results in stores, and the results of
    /// those of which `is_kept` holds can be loaded by running them: besides the former, all whose results nobody reads.
    /// Costs a look at every task.
    pub fn of(computation: &Computation, is_done: &dyn Fn(TaskId) -> bool, is_kept: &dyn Fn(TaskId) -> bool) -> Skip {
        let mut needed: Vec<Vec<bool>> =
            computation.stages.iter().map(|stage| vec![false; stage.task_count as usize]).collect();
        let mut stages = vec![Vec::new(); computation.stages.len()];
        for stage in computation.stage_ids().collect::<Vec<_>>().into_iter().rev() {
            let position = stage.0 as usize;
            let is_wanted = computation.stage(stage).output != StageOutput::Keep;
            for index in 0..computation.stage(stage).task_count {
                let task = TaskId { stage, index };
                if (is_wanted || needed[position][index as usize]) && !is_done(task) {
                    needed[position][index as usize] = true;
                    // What can be loaded reads nothing.
                    let inputs = if is_kept(task) { Vec::new() } else { computation.inputs_of(task) };
                    for input in inputs.into_iter().filter(|input| input.computation == computation.id) {
                        needed[input.task.stage.0 as usize][input.task.index as usize] = true;
                    }
                } else {
                    needed[position][index as usize] = false;
                    push(&mut stages[position], index);
                }
            }
        }
        Skip { stages }
    }

    /// Tasks of a stage that need not run.
    pub fn of_stage(&self, stage: StageId) -> &[Range<u64>] {
        self.stages.get(stage.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Number of tasks of a stage that need not run.
    pub fn count(&self, stage: StageId) -> u64 {
        self.of_stage(stage).iter().map(|range| range.end - range.start).sum()
    }

    /// Whether a task need not run.
    pub fn contains(&self, task: TaskId) -> bool {
        let ranges = self.of_stage(task.stage);
        let after = ranges.partition_point(|range| range.end <= task.index);
        ranges.get(after).is_some_and(|range| range.start <= task.index)
    }

    /// Tasks of a stage of so many that have to run.
    pub fn rest(&self, stage: StageId, task_count: u64) -> Vec<Range<u64>> {
        let mut rest = Vec::new();
        let mut first = 0;
        for range in self.of_stage(stage) {
            if first < range.start {
                rest.push(first..range.start);
            }
            first = range.end;
        }
        if first < task_count {
            rest.push(first..task_count);
        }
        rest
    }
}

fn push(ranges: &mut Vec<Range<u64>>, index: u64) {
    match ranges.last_mut() {
        Some(last) if last.end == index => last.end += 1,
        _ => ranges.push(index..index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ComputationId, Goal, StageWork, lower, test_data};
    use super::*;
    use crate::array::{ArrayLocation, DType, StoredArray};
    use crate::kernels::elementwise::BinaryOp;
    use crate::kernels::reduction::ReductionOptions;
    use crate::plan::{Array, Plan};

    fn stored(name: &str) -> StoredArray {
        let location = ArrayLocation { store: "/data".to_owned(), path: name.to_owned() };
        StoredArray { location, dtype: DType::Float64, ..test_data::stored(&[20_000, 3000], &[200, 1000]) }
    }

    /// Deviations from the mean along the first axis, in memory that doesn't hold the array: runs, merges, writes.
    fn deviations() -> Computation {
        let x = Array::stored(stored("x"));
        let mean = x.reduce("mean", &[0], ReductionOptions::default()).unwrap();
        let plan = Plan::of(&[x.binary(BinaryOp::Subtract, &mean).unwrap()]);
        lower(ComputationId(0), plan, vec![Goal::Write(stored("y"))], 1 << 28).unwrap()
    }

    fn counts(computation: &Computation, skip: &Skip) -> Vec<u64> {
        computation.stage_ids().map(|stage| skip.count(stage)).collect()
    }

    #[test]
    fn nothing_done_leaves_everything_to_do() {
        let computation = deviations();
        let skip = Skip::of(&computation, &|_| false, &|_| false);
        assert!(counts(&computation, &skip).iter().all(|&count| count == 0));
        assert_eq!(skip.rest(StageId(0), 5).first(), Some(&(0..5)));
    }

    #[test]
    fn what_only_finished_tasks_read_is_left_out() {
        let computation = deviations();
        let last = computation.stage_ids().last().unwrap();
        let all = Skip::of(&computation, &|task| task.stage == last, &|_| false);
        let total: u64 = counts(&computation, &all).iter().sum();
        assert_eq!(total, computation.task_count());
        // The columns of one kept chunk of the mean are still to be written.
        let column = |task: TaskId| computation.region_of(task).start[1] == 1000;
        let skip = Skip::of(&computation, &|task| task.stage == last && !column(task), &|_| false);
        for stage in computation.stage_ids() {
            let count = computation.stage(stage).task_count;
            assert_eq!(skip.count(stage), count / 3 * 2, "stage {stage:?} of {count}");
        }
        let some = TaskId { stage: last, index: 1 };
        assert!(column(some) && !skip.contains(some) && skip.contains(TaskId { stage: last, index: 2 }));
        assert_eq!(skip.rest(last, 300)[..2], [1..2, 4..5]);
    }

    #[test]
    fn a_result_that_can_be_loaded_spares_what_it_was_made_of() {
        let computation = deviations();
        let merge = computation
            .stage_ids()
            .filter(|id| matches!(computation.stage(*id).work, StageWork::Merge(_)))
            .last()
            .expect("a mean along a long axis is merged");
        let skip = Skip::of(&computation, &|_| false, &|task| task.stage == merge);
        for stage in computation.stage_ids() {
            let expected = if stage.0 < merge.0 { computation.stage(stage).task_count } else { 0 };
            assert_eq!(skip.count(stage), expected);
        }
    }
}
