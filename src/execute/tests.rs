//! The executor against values worked out by hand, run task by task in order.

use super::*;
use crate::array::{ChunkGrid, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, AxisSlice, Plan};
use crate::task::{ComputationId, Goal, lower};

/// Runs every task of a computation of these arrays, stage by stage, and assembles the results.
fn compute(arrays: &[Array], budget_bytes: u64) -> Vec<Chunk> {
    let plan = Plan::of(arrays);
    let goals = vec![Goal::Collect; arrays.len()];
    let computation = Arc::new(lower(ComputationId(0), plan, goals, budget_bytes).unwrap());
    let executor = Executor::new(computation.clone());
    let mut kept = HashMap::new();
    let mut outputs: Vec<Chunk> = arrays.iter().map(|a| Chunk::zeros(a.dtype(), a.shape().to_vec())).collect();
    for stage in computation.stage_ids() {
        for index in 0..computation.stage(stage).task_count {
            let task = TaskId { stage, index };
            // Parts, as peers send them.
            let mut inputs = TaskInputs::new();
            for part in computation.input_parts_of(task) {
                let value = part.of(&kept[&part.result]);
                inputs.insert_part(part, value);
            }
            let result = executor.run(task, &inputs, &AtomicBool::new(false)).unwrap().result.unwrap();
            match (&computation.stage(stage).output, &result) {
                (StageOutput::Collect { output }, TaskResult::Chunk(chunk)) => {
                    let region = computation.region_of(task);
                    outputs[*output].copy_from(&region, chunk, &vec![0; region.ndim()]);
                }
                _ => {
                    kept.insert(ResultId { computation: computation.id, task }, Arc::new(result));
                }
            }
        }
    }
    outputs
}

const ROOMY: u64 = 1 << 30;

fn counted(shape: &[usize], chunks: &[usize]) -> Array {
    let rule = Generator::Arange { start: Scalar::Int(0), step: Scalar::Int(1) };
    Array::generated(rule, DType::Int64, ChunkGrid::regular(shape, chunks))
}

fn values(chunk: &Chunk) -> Vec<f64> {
    (0..chunk.len()).map(|position| chunk.get(position).unwrap().as_f64().unwrap()).collect()
}

#[test]
fn a_sum_with_its_transpose_is_symmetric() {
    let x = counted(&[5, 5], &[2, 3]);
    let y = x.binary(BinaryOp::Add, &x.transpose(&[1, 0]).unwrap()).unwrap();
    let expected: Vec<f64> = (0..25).map(|p| f64::from((p / 5 * 5 + p % 5) + (p % 5 * 5 + p / 5))).collect();
    assert_eq!(values(&compute(&[y], ROOMY)[0]), expected);
}

#[test]
fn stepped_slices_of_sums_reduce_as_numpy_does() {
    let x = counted(&[6, 8], &[2, 3]);
    let y = x.binary(BinaryOp::Add, &x).unwrap();
    let slices = [AxisSlice { start: 5, step: -2, count: 3 }, AxisSlice { start: 2, step: 1, count: 6 }];
    let mean = y.slice(&slices).unwrap().reduce("mean", &[1], ReductionOptions::default()).unwrap();
    // numpy: (2 * np.arange(48).reshape(6, 8))[5::-2, 2:].mean(axis=1)
    assert_eq!(values(&compute(&[mean], ROOMY)[0]), [89.0, 57.0, 25.0]);
}

#[test]
fn anomalies_read_a_reduction_that_an_earlier_stage_left() {
    let x = counted(&[4, 3], &[1, 3]).cast(DType::Float64).unwrap();
    let mean = x.reduce("mean", &[0], ReductionOptions::default()).unwrap();
    let anomaly = x.binary(BinaryOp::Subtract, &mean).unwrap();
    let expected = [-4.5, -4.5, -4.5, -1.5, -1.5, -1.5, 1.5, 1.5, 1.5, 4.5, 4.5, 4.5];
    assert_eq!(values(&compute(&[anomaly], ROOMY)[0]), expected);
}

#[test]
fn many_chunks_reduce_through_a_tree() {
    let count = 4_000_000;
    let x = counted(&[count], &[1000]);
    let outputs = [
        x.reduce("sum", &[0], ReductionOptions::default()).unwrap(),
        x.reduce("max", &[0], ReductionOptions::default()).unwrap(),
    ];
    let results = compute(&outputs, ROOMY);
    assert_eq!(results[0].get(0), Some(Scalar::Int(count as i64 * (count as i64 - 1) / 2)));
    assert_eq!(results[1].get(0), Some(Scalar::Int(count as i64 - 1)));
}

#[test]
fn a_tight_budget_changes_no_bit() {
    let random = |seed| {
        let distribution = Distribution::Normal { mean: 0.0, standard_deviation: 1.0 };
        let rule = Generator::Random { seed, distribution };
        Array::generated(rule, DType::Float32, ChunkGrid::regular(&[12, 90, 70], &[5, 90, 70]))
    };
    let wave = random(7).unary(UnaryOp::Sin).unwrap();
    let sum = wave.binary(BinaryOp::Multiply, &random(8)).unwrap();
    for axes in [vec![0], vec![1], vec![2], vec![0, 2], vec![0, 1, 2]] {
        for name in ["mean", "std"] {
            let reduced = sum.reduce(name, &axes, ReductionOptions::default()).unwrap();
            let roomy = compute(std::slice::from_ref(&reduced), ROOMY);
            let tight = compute(&[reduced], (2 << 20) + 60_000);
            assert_eq!(roomy, tight, "{name} over {axes:?}");
        }
    }
}

#[test]
fn reductions_of_nothing_have_their_identity() {
    let x = counted(&[0, 3], &[1, 3]);
    let sum = x.reduce("sum", &[0], ReductionOptions::default()).unwrap();
    assert_eq!(values(&compute(&[sum], ROOMY)[0]), [0.0, 0.0, 0.0]);
    assert!(x.reduce("max", &[0], ReductionOptions::default()).is_err());
    let empty = x.reduce("max", &[1], ReductionOptions::default()).unwrap();
    assert_eq!(compute(&[empty], ROOMY)[0].shape(), [0]);
}

#[test]
fn gathers_take_indices_in_any_order() {
    let x = counted(&[4, 3], &[2, 2]).take(0, vec![3, 0, 3]).unwrap();
    assert_eq!(values(&compute(&[x], ROOMY)[0]), [9.0, 10.0, 11.0, 0.0, 1.0, 2.0, 9.0, 10.0, 11.0]);
}

#[test]
fn a_task_that_cannot_fit_is_refused_with_what_would() {
    let source = StoredArray {
        location: ArrayLocation { store: "/nowhere".into(), path: "t".into() },
        dtype: DType::Float64,
        shape: vec![4000, 4000],
        read_grid: ChunkGrid::single(&[4000, 4000]),
        write_grid: ChunkGrid::single(&[4000, 4000]),
        decode_scratch_bytes: 256_000_000,
        fingerprint: 0,
    };
    let error = lower(ComputationId(0), Plan::of(&[Array::stored(source)]), vec![Goal::Collect], 64 << 20).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("/nowhere/t") && message.contains("would fit"), "{message}");
}

#[test]
fn a_kept_axis_cut_to_one_index_changes_no_bit() {
    let distribution = Distribution::Uniform { low: 0.0, high: 1.0 };
    let rule = Generator::Random { seed: 3, distribution };
    let random = Array::generated(rule, DType::Float64, ChunkGrid::regular(&[20_000, 3], &[20_000, 3]));
    // Taken rows are gathered into memory, so that the sum reads a region whose strides depend on how it was cut.
    let taken = random.take(0, (0..20_000).rev().collect()).unwrap();
    let sum = taken.transpose(&[1, 0]).unwrap().reduce("sum", &[1], ReductionOptions::default()).unwrap();
    let roomy = compute(std::slice::from_ref(&sum), ROOMY);
    let tight = compute(&[sum], (4 << 20) + 400_000);
    assert_eq!(roomy, tight);
}
