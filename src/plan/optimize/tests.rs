//! Each rule on the text of small plans. That values stay the same is tested on random plans in `tests/properties.rs`.

use super::*;
use crate::array::{ArrayLocation, Chunk, ChunkGrid, DType, Scalar, StoredArray};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, AxisSlice, Groups, Window, WindowAxis, WindowSummary, explain};

fn stored(shape: &[usize], chunks: &[usize]) -> Array {
    let grid = ChunkGrid::regular(shape, chunks);
    Array::stored(StoredArray {
        location: ArrayLocation { store: "s".to_owned(), path: "x".to_owned() },
        dtype: DType::Float64,
        shape: shape.to_vec(),
        read_grid: grid.clone(),
        write_grid: grid,
        reads_parts: false,
        in_chunks: true,
        decode_scratch_bytes: 0,
        fingerprint: 0,
    })
}

fn random(shape: &[usize], chunks: &[usize]) -> Array {
    let distribution = Distribution::Uniform { low: 0.0, high: 1.0 };
    let grid = ChunkGrid::regular(shape, chunks);
    Array::generated(Generator::Random { seed: 1, distribution }, DType::Float64, grid)
}

fn constant(value: f64) -> Array {
    Array::scalar(Scalar::Float(value), DType::Float64).unwrap()
}

fn slice(start: usize, step: isize, count: usize) -> AxisSlice {
    AxisSlice { start, step, count }
}

/// What nodes compute, after one rule or, for "optimize", all of them; spaces and chunks left out.
fn lines(rule: &str, arrays: &[Array]) -> Vec<String> {
    let plan = Plan::of(arrays);
    let plan = match RULES.iter().find(|known| known.name == rule) {
        Some(known) => (known.apply)(&plan),
        None => optimize(plan),
    };
    let mut lines: Vec<String> = explain(&plan).lines().map(str::to_owned).collect();
    lines.pop();
    lines
        .iter()
        .map(|line| {
            let (_, operation) = line.split_once(" = ").unwrap();
            operation.split("  ").next().unwrap().split(" float64 ").next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn casts_to_the_same_dtype_and_views_of_everything_are_dropped() {
    let x = stored(&[4, 6], &[2, 3]);
    let mut builder = PlanBuilder::default();
    let plan = Plan::of(&[x]);
    let leaf = builder.add(plan.nodes()[0].clone());
    let node = |operation, input| Node { operation, inputs: vec![input], ..plan.nodes()[0].clone() };
    let cast = builder.add(node(Operation::Cast, leaf));
    let view = builder.add(node(Operation::View(View::identity(&[4, 6])), cast));
    let rechunk = builder.add(node(Operation::Rechunk, view));
    assert_eq!(drop_identities::apply(&builder.finish(vec![rechunk])), plan);
}

#[test]
fn rechunks_below_a_reduction_are_dropped_and_generators_take_their_chunks() {
    let options = ReductionOptions::default();
    let rechunked = |x: Array| x.rechunk(ChunkGrid::regular(&[4, 6], &[4, 2])).reduce("sum", &[0], options).unwrap();
    let of_store = rechunked(stored(&[4, 6], &[2, 3]));
    assert_eq!(lines("drop_rechunks", &[of_store]), ["stored s/x", "sum(%0, axes [0], skipna)"]);
    let of_values = rechunked(random(&[4, 6], &[2, 3]));
    let plan = drop_rechunks::apply(&Plan::of(&[of_values]));
    assert_eq!(plan.nodes()[0].grid, ChunkGrid::regular(&[4, 6], &[4, 2]));
    assert_eq!(plan.nodes().len(), 2);
    let output = stored(&[4, 6], &[2, 3]).rechunk(ChunkGrid::single(&[4, 6]));
    assert_eq!(lines("drop_rechunks", &[output]), ["stored s/x", "rechunk(%0)"]);
}

#[test]
fn expressions_of_constants_are_computed_once() {
    let x = stored(&[4], &[2]);
    let half = constant(1.0).binary(BinaryOp::Divide, &constant(2.0)).unwrap();
    let y = x.binary(BinaryOp::Multiply, &half.unary(UnaryOp::Sqrt).unwrap()).unwrap();
    assert_eq!(lines("fold_constants", &[y]), ["full(0.7071067811865476)", "stored s/x", "multiply(%1, %0)"]);
    let always = Array::scalar(Scalar::Bool(true), DType::Bool).unwrap();
    let chosen = always.select(&x, &constant(0.0)).unwrap();
    assert_eq!(lines("fold_constants", &[chosen]), ["stored s/x"]);
}

#[test]
fn slices_of_sums_reach_the_leaves() {
    let x = random(&[8, 8], &[2, 2]);
    let y = x.binary(BinaryOp::Add, &x.transpose(&[1, 0]).unwrap()).unwrap();
    let part = y.slice(&[slice(0, 2, 4), slice(5, 1, 3)]).unwrap();
    let expected = ["random.uniform(0, 1)", "%0[5:, ::2] as axes (1, 0)", "%0[::2, 5:]", "add(%2, %1)"];
    assert_eq!(lines("push_views", &[part]), expected);
}

#[test]
fn repetition_stays_above_what_is_repeated() {
    let x = stored(&[6], &[3]).unary(UnaryOp::Exp).unwrap();
    let wide = x.broadcast_to(&[5, 6]).unwrap();
    let part = wide.slice(&[AxisSlice::whole(5), slice(1, 1, 2)]).unwrap();
    assert_eq!(lines("push_views", &[part]), ["stored s/x", "%0[1:3]", "exp(%1)", "%2[:] as axes (new, 0)"]);
}

#[test]
fn a_node_seen_through_many_views_is_computed_whole() {
    let x = stored(&[100], &[10]).unary(UnaryOp::Exp).unwrap();
    let parts: Vec<Array> = (0..20).map(|start| x.slice(&[slice(start, 1, 50)]).unwrap()).collect();
    let lines = lines("push_views", &parts);
    assert_eq!(lines[..3], ["stored s/x", "exp(%0)", "%1[:50]"]);
    assert_eq!(lines.len(), 22);
}

#[test]
fn only_what_is_asked_for_is_reduced() {
    let x = stored(&[4, 6, 8], &[2, 3, 4]);
    let mean = x.reduce("mean", &[1], ReductionOptions::default()).unwrap();
    let part = mean.index_axis(0, 2).unwrap().slice(&[slice(7, -1, 4)]).unwrap();
    let expected = ["stored s/x", "%0[2:3, :, :3:-1]", "mean(%1, axes [1], skipna)", "%2[0, :]"];
    assert_eq!(lines("slice_reductions", std::slice::from_ref(&part)), expected);
    // The whole mean is computed anyway.
    assert_eq!(lines("slice_reductions", &[part, mean.clone()]).len(), 3);
    let turned = mean.transpose(&[1, 0]).unwrap();
    assert_eq!(lines("slice_reductions", &[turned])[1], "mean(%0, axes [1], skipna)");
}

#[test]
fn only_the_groups_that_are_asked_for_are_reduced() {
    let x = stored(&[4, 6], &[2, 3]);
    let groups = Groups { axis: 0, codes: Arc::new(vec![2, 0, 1, 2]), count: 3 };
    let mean = x.reduce_groups("mean", &[], Some(groups), ReductionOptions::default()).unwrap();
    let part = mean.slice(&[slice(2, -1, 2), slice(1, 1, 3)]).unwrap();
    let expected = ["stored s/x", "%0[:, 1:4]", "mean(%1, axes [0], 2 groups along 0, skipna)"];
    assert_eq!(lines("slice_reductions", std::slice::from_ref(&part)), expected);
    let optimized = super::optimize(Plan::of(&[part]));
    let Operation::Reduce(reduce) = &optimized.node(optimized.outputs()[0]).operation else { panic!("{optimized:?}") };
    assert_eq!(*reduce.groups.as_ref().unwrap().codes, [0, -1, 1, 0]);
}

#[test]
fn gathers_shrink_to_what_is_asked_for() {
    let x = stored(&[10, 6], &[5, 3]);
    let spaced = x.take(0, vec![8, 6, 4]).unwrap();
    assert_eq!(lines("slice_takes", &[spaced]), ["stored s/x", "%0[8:3:-2, :]"]);
    let scattered = x.take(0, vec![8, 1, 4, 9]).unwrap();
    let part = scattered.slice(&[slice(1, 1, 3), slice(0, 1, 2)]).unwrap();
    assert_eq!(lines("slice_takes", &[part]), ["stored s/x", "%0[:, :2]", "take(%1, 3 indices of axis 0)"]);
}

#[test]
fn slices_of_concatenations_reach_what_is_put_together() {
    let (x, y) = (stored(&[4, 6], &[2, 3]), random(&[5, 6], &[2, 3]));
    let joined = Array::concatenate(&[x, y], 0).unwrap();
    let backwards = joined.slice(&[slice(7, -2, 4), slice(1, 1, 3)]).unwrap();
    let expected =
        ["random.uniform(0, 1)", "stored s/x", "%0[3::-2, 1:4]", "%1[::-2, 1:4]", "concatenate([%2, %3], axis 0)"];
    assert_eq!(lines("slice_concatenations", std::slice::from_ref(&backwards)), expected);
    // The whole is computed anyway, but one input of it needs no other.
    assert_eq!(lines("slice_concatenations", &[backwards, joined.clone()]).len(), 4);
    let row = joined.index_axis(0, 6).unwrap();
    assert_eq!(lines("slice_concatenations", &[row]), ["random.uniform(0, 1)", "%0[2, :]"]);
}

#[test]
fn concatenations_of_concatenations_are_one() {
    let x = stored(&[4], &[2]);
    let twice = Array::concatenate(&[x.clone(), x.clone()], 0).unwrap();
    let empty = Array::in_memory(Chunk::zeros(DType::Float64, vec![0]));
    let joined = Array::concatenate(&[empty, twice, x.clone()], 0).unwrap();
    assert_eq!(lines("optimize", std::slice::from_ref(&joined)), ["stored s/x", "concatenate([%0, %0, %0], axis 0)"]);
    assert_eq!(joined.grid(), &ChunkGrid::regular(&[12], &[2]));
    assert!(Array::concatenate(&[], 0).is_err());
    assert!(Array::concatenate(&[x.clone(), stored(&[4, 1], &[2, 1])], 0).is_err());
}

#[test]
fn slices_sink_through_nested_reductions_and_expressions() {
    let x = stored(&[4, 6, 8], &[2, 3, 4]);
    let options = ReductionOptions::default();
    let centred = x.binary(BinaryOp::Subtract, &constant(1.0)).unwrap().reduce("mean", &[0], options).unwrap();
    let total = centred.unary(UnaryOp::Square).unwrap().reduce("sum", &[0], options).unwrap();
    let part = total.slice(&[slice(0, 1, 3)]).unwrap();
    let expected = [
        "stored s/x",
        "%0[:, :, :3]",
        "full(1)",
        "subtract(%1, %2)",
        "mean(%3, axes [0], skipna)",
        "square(%4)",
        "sum(%5, axes [0], skipna)",
    ];
    assert_eq!(lines("optimize", &[part]), expected);
}

#[test]
fn equal_expressions_are_computed_once() {
    let x = || stored(&[4], &[2]).unary(UnaryOp::Exp).unwrap();
    assert_eq!(lines("optimize", &[x().binary(BinaryOp::Add, &x()).unwrap()]).len(), 3);
}

#[test]
fn arrays_without_elements_stay_as_they_are() {
    let x = Array::in_memory(Chunk::zeros(DType::Float64, vec![3, 0]));
    let sum = x.reduce("sum", &[1], ReductionOptions::default()).unwrap();
    let none = sum.slice(&[slice(0, 1, 0)]).unwrap();
    let plan = optimize(Plan::of(&[none]));
    assert_eq!(plan.node(plan.outputs()[0]).shape, [0]);
}

#[test]
fn what_is_transposed_is_summarised_as_it_lies() {
    let x = stored(&[4, 6, 8], &[2, 3, 4]);
    let turned = x.transpose(&[2, 0, 1]).unwrap();
    let options = ReductionOptions::default();
    let mean = turned.reduce("mean", &[1], options).unwrap();
    let expected = ["stored s/x", "mean(%0, axes [0], skipna)", "%1[:, :] as axes (1, 0)"];
    assert_eq!(lines("optimize", &[mean]), expected);
    let celsius = turned.binary(BinaryOp::Subtract, &constant(273.15)).unwrap();
    let windows = [(1, 2), (2, 3)].map(|(axis, size)| WindowAxis { axis, size, step: size, before: 0, count: 2 });
    let summary = WindowSummary::Reduce { name: "mean".to_owned(), options, min_count: 0 };
    let cells = celsius.window(Window { axes: windows.to_vec(), summary }).unwrap();
    let expected = [
        "stored s/x",
        "full(273.15)",
        "subtract(%0, %1)",
        "mean(%2, windows of 2 along 0, 3 along 1)",
        "%3[:, :, :] as axes (2, 0, 1)",
    ];
    assert_eq!(lines("optimize", &[cells]), expected);
    // The axes that are summarised would be folded in another order.
    let total = x.transpose(&[1, 0, 2]).unwrap().reduce("sum", &[0, 1], options).unwrap();
    assert_eq!(
        lines("optimize", &[total]),
        ["stored s/x", "%0[:, :, :] as axes (1, 0, 2)", "sum(%1, axes [0, 1], skipna)"]
    );
}

#[test]
fn groups_follow_their_axis_and_slices_stay_below() {
    let x = stored(&[4, 6, 8], &[2, 3, 4]);
    let part = x.slice(&[slice(0, 1, 4), slice(1, 1, 3), slice(7, -2, 4)]).unwrap();
    let turned = part.transpose(&[2, 0, 1]).unwrap();
    let groups = Groups { axis: 1, codes: Arc::new(vec![1, 0, 1, 0]), count: 2 };
    let mean = turned.reduce_groups("mean", &[2], Some(groups), ReductionOptions::default()).unwrap();
    let expected = [
        "stored s/x",
        "%0[:, 1:4, ::-2]",
        "mean(%1, axes [0, 1], 2 groups along 0, skipna)",
        "%2[:, :] as axes (1, 0)",
    ];
    assert_eq!(lines("optimize", &[mean]), expected);
}

#[test]
fn arrays_in_different_orders_stay_as_they_are() {
    let (x, y) = (stored(&[4, 6], &[2, 3]), stored(&[6, 4], &[3, 2]));
    let both = x.transpose(&[1, 0]).unwrap().binary(BinaryOp::Add, &y).unwrap();
    let sum = both.reduce("sum", &[0], ReductionOptions::default()).unwrap();
    let expected = ["stored s/x", "stored s/x", "%1[:, :] as axes (1, 0)", "add(%2, %0)", "sum(%3, axes [0], skipna)"];
    assert_eq!(lines("optimize", &[sum]), expected);
    // What is repeated along one of two axes is in any order.
    let weights = random(&[4], &[4]).broadcast_to(&[6, 4]).unwrap();
    let weighted = x.transpose(&[1, 0]).unwrap().binary(BinaryOp::Multiply, &weights).unwrap();
    let sum = weighted.reduce("sum", &[0], ReductionOptions::default()).unwrap();
    let expected = [
        "random.uniform(0, 1)",
        "%0[:] as axes (0, new)",
        "stored s/x",
        "multiply(%2, %1)",
        "sum(%3, axes [1], skipna)",
    ];
    assert_eq!(lines("optimize", &[sum]), expected);
}

#[test]
fn a_transposition_that_stays_above_is_turned_once() {
    let x = stored(&[8, 40], &[8, 40]);
    let y = x.transpose(&[1, 0]).unwrap().unary(UnaryOp::Exp).unwrap();
    let part = |start: usize| y.slice(&[slice(start, 1, 10), slice(0, 1, 8)]).unwrap();
    let mut outputs: Vec<Array> = (0..20).map(part).collect();
    outputs.push(y.reduce("mean", &[1], ReductionOptions::default()).unwrap());
    let plan = super::optimize(Plan::of(&outputs));
    let again = RULES.iter().fold(plan.clone(), |plan, rule| (rule.apply)(&plan));
    assert!(is_same(&again, &plan), "{}\n{}", explain(&plan), explain(&again));
}
