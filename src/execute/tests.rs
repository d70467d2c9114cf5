//! The executor against values worked out by hand, run task by task in order.

use super::*;
use crate::array::{ChunkGrid, DType, Region, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::quantile::{QuantileKind, QuantileMethod};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, AxisSlice, Groups, Plan};
use crate::task::{ComputationId, Goal, PartialName, Partials, lower};
use std::collections::BTreeMap;

/// Runs every task of a computation of these arrays, stage by stage, and assembles the results.
pub fn compute(arrays: &[Array], budget_bytes: u64) -> Vec<Chunk> {
    let goals = vec![Goal::Collect; arrays.len()];
    let computation = Arc::new(lower(ComputationId(0), Plan::of(arrays), goals, budget_bytes).unwrap());
    let results = run(&computation);
    let mut outputs: Vec<Chunk> = arrays.iter().map(|a| Chunk::zeros(a.dtype(), a.shape().to_vec())).collect();
    for (id, result) in results {
        if let StageOutput::Collect { outputs: collected } = &computation.stage(id.task.stage).output {
            let region = computation.region_of(id.task);
            for (part, &output) in collected.iter().enumerate() {
                outputs[output].copy_from(&region, result.chunk(part).unwrap(), &vec![0; region.ndim()]);
            }
        }
    }
    outputs
}

/// The results of all tasks of a computation.
fn run(computation: &Arc<Computation>) -> HashMap<ResultId, Arc<TaskResult>> {
    let executor = Executor::new(computation.clone());
    let mut results = HashMap::new();
    for stage in computation.stage_ids() {
        for index in 0..computation.stage(stage).task_count {
            let task = TaskId { stage, index };
            // Parts, as peers send them.
            let mut inputs = TaskInputs::new();
            for part in computation.input_parts_of(task) {
                let value = part.of(&results[&part.result]);
                inputs.insert_part(part, value);
            }
            let result = executor.run(task, &inputs).unwrap().result.unwrap();
            // Whole, as they are where they were computed.
            let whole = computation.inputs_of(task).into_iter().map(|id| (id, results[&id].clone())).collect();
            let again = executor.run(task, &whole).unwrap().result.unwrap();
            let bytes = |result: &TaskResult| postcard::to_stdvec(result).unwrap();
            assert!(bytes(&again) == bytes(&result), "{task:?}");
            results.insert(ResultId { computation: computation.id, task }, Arc::new(result));
        }
    }
    results
}

pub const ROOMY: u64 = 1 << 30;

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
        reads_parts: false,
        in_chunks: true,
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

#[test]
fn reductions_of_the_same_data_share_one_pass_and_keep_their_bits() {
    let distribution = Distribution::Normal { mean: 3.0, standard_deviation: 2.0 };
    let rule = Generator::Random { seed: 5, distribution };
    let x = Array::generated(rule, DType::Float32, ChunkGrid::regular(&[4000, 30, 20], &[40, 30, 20]));
    let squares = x.binary(BinaryOp::Multiply, &x).unwrap();
    let reduce = |array: &Array, name| array.reduce(name, &[0], ReductionOptions::default()).unwrap();
    let together = [reduce(&x, "mean"), reduce(&x, "std"), reduce(&squares, "max"), reduce(&x, "count")];
    let lowered = lower(ComputationId(0), Plan::of(&together), vec![Goal::Collect; 4], ROOMY).unwrap();
    let mut names: Vec<&str> = lowered.stages.iter().map(|stage| stage.name.as_str()).collect();
    names.dedup();
    assert_eq!(names, ["mean, std, max, count", "merge mean, std, max, count"]);
    for (shared, array) in compute(&together, ROOMY).iter().zip(&together) {
        assert_eq!(compute(std::slice::from_ref(array), ROOMY)[0], *shared);
    }
    let anomaly = x.binary(BinaryOp::Subtract, &together[0]).unwrap();
    let dependent = [reduce(&anomaly, "std"), together[0].clone(), together[1].clone()];
    assert_eq!(compute(&dependent, ROOMY)[0], compute(&dependent[..1], ROOMY)[0]);
    assert_eq!(compute(&dependent, ROOMY)[2], compute(&together, ROOMY)[1]);
}

/// A reduction of an array along an axis in groups.
fn grouped(array: &Array, name: &str, axis: usize, codes: Vec<i32>) -> Array {
    let count = codes.iter().max().map_or(0, |code| (code + 1) as usize);
    let groups = Groups { axis, codes: Arc::new(codes), count };
    array.reduce_groups(name, &[axis], Some(groups), ReductionOptions::default()).unwrap()
}

#[test]
fn groups_take_the_place_of_their_axis_in_any_order() {
    let x = counted(&[2, 5, 3], &[1, 2, 3]);
    let sum = grouped(&x, "sum", 1, vec![1, -1, 0, 1, 1]);
    let expected = [6.0, 7.0, 8.0, 21.0, 24.0, 27.0, 21.0, 22.0, 23.0, 66.0, 69.0, 72.0];
    let computed = compute(&[sum], ROOMY).remove(0);
    assert_eq!((computed.shape(), values(&computed)), (&[2, 2, 3][..], expected.to_vec()));
    let turned = grouped(&x.transpose(&[0, 2, 1]).unwrap(), "max", 2, vec![0, 1, 2, 0, 0]);
    let expected = [12, 3, 6, 13, 4, 7, 14, 5, 8, 27, 18, 21, 28, 19, 22, 29, 20, 23].map(f64::from);
    assert_eq!(values(&compute(&[turned], ROOMY)[0]), expected);
    let line = grouped(&counted(&[9000], &[700]), "count", 0, (0..9000).map(|i| i % 7).collect());
    assert_eq!(values(&compute(&[line], ROOMY)[0])[..2], [1286.0, 1286.0]);
}

#[test]
fn a_task_with_some_of_the_groups_finds_the_same_bits() {
    let distribution = Distribution::Normal { mean: 0.0, standard_deviation: 1.0 };
    let rule = Generator::Random { seed: 11, distribution };
    let random = Array::generated(rule, DType::Float64, ChunkGrid::regular(&[3000, 40, 30], &[50, 40, 30]));
    let scattered: Vec<i32> = (0..3000).map(|i| i % 366 - 5).collect();
    let sorted: Vec<i32> = (0..3000).map(|i| i / 24).collect();
    for codes in [scattered, sorted] {
        for name in ["mean", "std"] {
            for axis in [0, 2] {
                let order = if axis == 0 { [0, 1, 2] } else { [1, 2, 0] };
                let array = grouped(&random.transpose(&order).unwrap(), name, axis, codes.clone());
                let roomy = compute(std::slice::from_ref(&array), ROOMY);
                let tight = compute(&[array], (3 << 20) + 200_000);
                assert_eq!(roomy, tight, "{name} along {axis}");
            }
        }
    }
}

#[test]
fn sorted_groups_are_held_a_few_at_a_time() {
    let x = counted(&[100_000, 4, 500], &[100, 4, 500]).cast(DType::Float64).unwrap();
    let daily = grouped(&x, "mean", 0, (0..100_000).map(|i| i / 24).collect());
    let lowered = lower(ComputationId(0), Plan::of(&[daily]), vec![Goal::Collect], ROOMY).unwrap();
    let [stage] = &lowered.stages[..] else { panic!("{} stages", lowered.stages.len()) };
    assert!(stage.task_count > 50, "{} tasks", stage.task_count);
    assert!(stage.read_bytes == 0 && stage.task_bytes < 16 << 20, "{} bytes a task", stage.task_bytes);
}

#[test]
fn what_is_gathered_is_looked_up_as_strips_are_loaded() {
    let x = counted(&[60, 7, 5], &[20, 7, 5]).cast(DType::Float64).unwrap();
    let codes: Vec<usize> = (0..60).map(|i| i * 7 % 12).collect();
    let climatology = grouped(&x, "mean", 0, codes.iter().map(|&code| code as i32).collect());
    let repeated = climatology.take(0, codes.clone()).unwrap();
    let anomaly = x.binary(BinaryOp::Subtract, &repeated).unwrap();
    let (mean, expected) = (values(&compute(&[climatology], ROOMY)[0]), |i: usize| (i / 35, i % 35));
    let anomalies = values(&compute(std::slice::from_ref(&anomaly), ROOMY)[0]);
    for (i, found) in anomalies.iter().enumerate() {
        let (time, place) = expected(i);
        assert_eq!(*found, i as f64 - mean[codes[time] * 35 + place]);
    }
    let total = anomaly.transpose(&[2, 1, 0]).unwrap().reduce("max", &[2], ReductionOptions::default()).unwrap();
    let largest: Vec<f64> = (0..35)
        .map(|i| i % 7 * 5 + i / 7)
        .map(|place| (0..60).map(|time| anomalies[time * 35 + place]).fold(f64::NEG_INFINITY, f64::max))
        .collect();
    assert_eq!(values(&compute(&[total], ROOMY)[0]), largest);
}

#[test]
fn means_of_many_groups_are_the_same_where_memory_does_not_hold_their_states() {
    let x = counted(&[1200, 40, 50], &[20, 40, 50]).cast(DType::Float64).unwrap();
    let codes: Vec<i32> = (0..1200).map(|time| time % 300).collect();
    let groups = Groups { axis: 0, codes: codes.into(), count: 300 };
    let mean = x.reduce_groups("mean", &[0], Some(groups), ReductionOptions::default()).unwrap();
    assert_eq!(mean.grid().max_chunk_shape(), [20, 40, 50]);
    // States of all groups are 9.6 MB.
    assert_eq!(compute(std::slice::from_ref(&mean), 6 << 20), compute(&[mean], ROOMY));
}

#[test]
fn medians_and_quantiles_are_those_of_sorted_values() {
    let distribution = Distribution::Normal { mean: 0.0, standard_deviation: 1.0 };
    let rule = Generator::Random { seed: 2, distribution };
    let x = Array::generated(rule, DType::Float64, ChunkGrid::regular(&[501, 20, 30], &[50, 20, 30]));
    let median = x.quantile(QuantileKind::Median, &[0], true).unwrap().index_axis(0, 0).unwrap();
    let kind = QuantileKind::Quantiles(vec![0.25, 1.0], QuantileMethod::Linear);
    let both = x.quantile(kind, &[0, 2], true).unwrap();
    let found = compute(&[x, median.clone(), both.clone()], ROOMY);
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let all = values(&found[0]);
    let column = sorted((0..501).map(|time| all[time * 600 + 77]).collect());
    assert_eq!(values(&found[1])[77], column[250]);
    let row = sorted((0..501 * 30).map(|i| all[i / 30 * 600 + 3 * 30 + i % 30]).collect());
    assert_eq!(values(&found[2])[20 + 3], row[501 * 30 - 1]);
    let place: f64 = 0.25 * (501.0 * 30.0 - 1.0);
    let expected = row[place as usize] + (row[place as usize + 1] - row[place as usize]) * place.fract();
    assert!((values(&found[2])[3] - expected).abs() < 1e-12);
    let tight = compute(&[median, both], (4 << 20) + 200_000);
    assert_eq!(tight, found[1..]);
}

#[test]
fn quantiles_of_values_that_memory_does_not_hold_are_found_in_passes() {
    let distribution = Distribution::Normal { mean: 0.0, standard_deviation: 1.0 };
    let rule = Generator::Random { seed: 9, distribution };
    for (dtype, passes) in [(DType::Int16, 1), (DType::Float32, 2), (DType::Float64, 4)] {
        let random =
            Array::generated(rule.clone(), DType::Float64, ChunkGrid::regular(&[600, 2, 1000], &[10, 2, 1000]));
        let kilo = Array::in_memory(Chunk::from_values(vec![], vec![1000.0]).unwrap());
        let large = random.binary(BinaryOp::Multiply, &kilo.broadcast_to(&[600, 2, 1000]).unwrap()).unwrap();
        let x = large.cast(dtype).unwrap();
        let kind = QuantileKind::Quantiles(vec![0.1, 0.77], QuantileMethod::Linear);
        let whole = [
            x.quantile(QuantileKind::Median, &[0, 1, 2], true).unwrap(),
            x.quantile(kind.clone(), &[0, 1, 2], true).unwrap(),
        ];
        let rows = x.quantile(kind, &[0, 2], false).unwrap().transpose(&[1, 0]).unwrap();
        // Rows of small values are held.
        let passes_of_rows = if dtype == DType::Float64 { passes } else { 0 };
        for (arrays, passes) in [(&whole[..], passes), (&[rows], passes_of_rows)] {
            let goals = vec![Goal::Collect; arrays.len()];
            // Less than the values behind a kept element.
            let tight = if dtype == DType::Int16 { 5 << 20 } else { 10 << 20 };
            let lowered = lower(ComputationId(0), Plan::of(arrays), goals, tight).unwrap();
            let is_pass = |name: &str| name.starts_with("quantile, pass");
            let found = lowered.stages.iter().filter(|stage| is_pass(&stage.name)).count();
            assert_eq!(found, passes, "{dtype}: {:?}", lowered.stages);
            assert_eq!(compute(arrays, tight), compute(arrays, ROOMY), "{dtype}");
        }
    }
}

#[test]
fn kept_results_of_an_attempt_with_other_memory_are_put_together() {
    let x = counted(&[700, 40, 50], &[10, 40, 50]).cast(DType::Float64).unwrap();
    let arrays = [
        x.reduce("std", &[0], ReductionOptions::default()).unwrap(),
        grouped(&x, "std", 0, (0..700).map(|i| i % 7).collect()),
        grouped(&x.transpose(&[1, 0, 2]).unwrap(), "max", 1, (0..700).map(|i| i / 100).collect()),
    ];
    let (mut joined, mut cut) = (0, 0);
    for array in &arrays {
        let lowered = |budget_bytes: u64| {
            let plan = Plan::of(std::slice::from_ref(array));
            lower(ComputationId(0), plan, vec![Goal::Collect], budget_bytes).unwrap()
        };
        for (before, after) in [(5 << 20, ROOMY), (ROOMY, 5 << 20), (3 << 20, 5 << 20), (5 << 20, 3 << 20)] {
            let earlier = Arc::new(lowered(before));
            let named =
                run(&earlier).into_iter().filter_map(|(id, result)| Some((earlier.partial_name(id.task)?, result)));
            let named: BTreeMap<PartialName, Arc<TaskResult>> = named.collect();
            assert!(named.keys().all(|name| name.to_string().parse().as_ref() == Ok(name)));
            let mut kept: BTreeMap<_, BTreeMap<Region, u64>> = BTreeMap::new();
            for (name, result) in &named {
                kept.entry(name.what).or_default().insert(name.region.clone(), result.size_bytes() as u64);
            }
            let mut later = lowered(after);
            later.partials = Some(Partials { directory: "/nowhere".into(), kept });
            let later = Arc::new(later);
            for (id, expected) in run(&later) {
                let Some(parts) = later.kept_parts(id.task) else { continue };
                joined += usize::from(parts.len() > 1);
                cut += usize::from(parts[0].region.shape != later.region_of(id.task).shape && parts.len() == 1);
                let found = later.put_together(id.task, parts, |name| Some(named[name].as_ref().clone())).unwrap();
                let bytes = |result: &TaskResult| postcard::to_stdvec(result).unwrap();
                assert!(bytes(&found) == bytes(&expected), "{id} {before} {after}");
            }
        }
    }
    assert!(joined > 0 && cut > 0, "{joined} joined, {cut} cut");
}

#[test]
fn what_is_being_made_keeps_nobody_waiting() {
    let map = Mutex::new(HashMap::new());
    let (begun, wait_for_begin) = std::sync::mpsc::channel();
    let (passed, wait_for_pass) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let map = &map;
        let made = scope.spawn(move || {
            super::cached(map, &1, || {
                begun.send(()).unwrap();
                wait_for_pass.recv_timeout(std::time::Duration::from_secs(20)).map(|()| 1)
            })
        });
        wait_for_begin.recv().unwrap();
        assert_eq!(super::cached(map, &2, || Ok::<_, ()>(2)).as_deref(), Ok(&2));
        passed.send(()).unwrap();
        assert_eq!(made.join().unwrap().as_deref(), Ok(&1));
    });
}

#[test]
fn what_blocks_read_alike_is_read_once() {
    let in_memory = |shape: &[usize]| Array::in_memory(Chunk::zeros(DType::Float64, shape.to_vec()));
    let mask = in_memory(&[40, 50]).broadcast_to(&[64, 40, 50]).unwrap();
    let product = in_memory(&[64, 40, 50]).binary(BinaryOp::Multiply, &mask).unwrap();
    let sum = product.reduce("sum", &[0], ReductionOptions::default()).unwrap();
    let computation = Arc::new(lower(ComputationId(0), Plan::of(&[sum]), vec![Goal::Collect], ROOMY).unwrap());
    let (executor, inputs, task) =
        (Executor::new(computation.clone()), TaskInputs::new(), TaskId { stage: StageId(0), index: 0 });
    let mut evaluation = Evaluation { executor: &executor, task, inputs: &inputs, bytes_read: 0 };
    let summarised = computation.plan.node(computation.plan.outputs()[0]).inputs[0];
    let program = executor.program(task.stage, summarised);
    let block = |time: usize| Region::from_ranges([time..time + 1, 0..40, 0..50]);
    let mut pulled = evaluate::Pulled::new();
    let leaves = evaluation.leaf_values(&program, &block(0), &mut pulled).unwrap();
    pulled.clear();
    evaluation.give_back_but(&program, leaves, Some(&block(1)), &mut pulled);
    let kept: Vec<&Region> = pulled.keys().map(|(_, region)| region).collect();
    assert_eq!(kept, [&Region::whole(&[40, 50])]);
    let leaves = evaluation.leaf_values(&program, &block(1), &mut pulled).unwrap();
    pulled.clear();
    evaluation.give_back_but(&program, leaves, None, &mut pulled);
    assert!(pulled.is_empty());
}
