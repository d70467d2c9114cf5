//! A plan as text, one line a node, for `swath explain` and for tests of the optimiser.
//!
//! ```text
//! %0 = stored /data/scene.zarr/red        uint16 [40, 2048, 2048], 64 chunks of [10, 512, 512]
//! %1 = astype(%0)                         float32 [40, 2048, 2048], 64 chunks of [10, 512, 512]
//! %2 = mean(%1, axes [0], skipna)         float32 [2048, 2048], 16 chunks of [512, 512]
//! output %2
//! ```

use super::{Groups, Node, NodeId, Operation, Plan, View, ViewAxis, WindowSummary};
use crate::array::{ChunkGrid, DType, Scalar};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::quantile::QuantileKind;
use std::fmt::Write;

/// Columns that shapes are moved to; longer lines push them further.
const SHAPE_COLUMN: usize = 44;
/// Inputs of a concatenation that are all named; of more, the ends are.
const MOST_INPUTS: usize = 8;

/// The plan as text: each node with its inputs, dtype, shape and chunks, then the outputs.
pub fn explain(plan: &Plan) -> String {
    let mut text = String::new();
    for id in plan.ids() {
        let node = plan.node(id);
        let what = format!("%{} = {}", id.0, operation(plan, node));
        let chunks = chunks(&node.grid);
        writeln!(text, "{what:<SHAPE_COLUMN$} {} {:?}, {chunks}", node.dtype, node.shape)
            .expect("writing to a string doesn't fail");
    }
    let outputs: Vec<String> = plan.outputs().iter().map(|output| format!("%{}", output.0)).collect();
    text + "output " + &outputs.join(", ") + "\n"
}

/// The chunks of a grid in a few words.
pub(super) fn chunks(grid: &ChunkGrid) -> String {
    let shape = grid.max_chunk_shape();
    let even = grid.axes().iter().all(|axis| matches!(axis, crate::array::AxisChunks::Regular { .. }));
    match grid.chunk_count() {
        0 => "no chunks".to_owned(),
        1 => "1 chunk".to_owned(),
        count => format!("{count} chunks of {}{shape:?}", if even { "" } else { "up to " }),
    }
}

/// What a node computes from what.
pub(super) fn operation(plan: &Plan, node: &Node) -> String {
    let input = |position: usize| format!("%{}", node.inputs[position].0);
    let call = |name: &str| {
        let inputs: Vec<String> = node.inputs.iter().map(|id: &NodeId| format!("%{}", id.0)).collect();
        format!("{name}({})", inputs.join(", "))
    };
    match &node.operation {
        Operation::Stored(source) => format!("stored {}", source.location),
        Operation::InMemory(_) => "values".to_owned(),
        Operation::Generated(generator) => generated(generator, node.dtype),
        Operation::Persisted(source) => format!("persisted by computation {}", source.computation),
        Operation::Unary(operation) => call(operation.name()),
        Operation::Binary(operation) => call(operation.name()),
        Operation::Select => call("where"),
        Operation::Cast => call("astype"),
        Operation::Rechunk => call("rechunk"),
        Operation::View(view) => format!("{}{}", input(0), index(view, &plan.node(node.inputs[0]).shape)),
        Operation::Take { axis, indices } => {
            format!("take({}, {} of axis {axis})", input(0), counted(indices.len(), "index", "indices"))
        }
        Operation::Reshape(reshape) => {
            let word = if reshape.merges { "merge" } else { "split" };
            format!("{word}({}, axis {} with {:?})", input(0), reshape.axis, reshape.lengths)
        }
        Operation::Native(native) => call(&native.name),
        Operation::Contract(contract) => match contract.runs.count() {
            0 | 1 => call("matmul"),
            count => format!("{} in {count} runs", call("matmul")),
        },
        Operation::Points(points) => {
            format!("points({}, {} of axes {:?})", input(0), counted(points.count(), "point", "points"), points.axes)
        }
        Operation::Concatenate { axis, .. } => {
            let inputs: Vec<String> = match &node.inputs[..] {
                [first, .., last] if node.inputs.len() > MOST_INPUTS => {
                    vec![format!("%{}", first.0), format!("... {} more", node.inputs.len() - 2), format!("%{}", last.0)]
                }
                all => all.iter().map(|id| format!("%{}", id.0)).collect(),
            };
            format!("concatenate([{}], axis {axis})", inputs.join(", "))
        }
        Operation::Quantile(quantile) => {
            let skip = if quantile.skip_missing { ", skipna" } else { "" };
            let name = match &quantile.kind {
                QuantileKind::Median => "median".to_owned(),
                QuantileKind::Quantiles(probabilities, _) => format!("quantiles {probabilities:?}"),
                QuantileKind::Weighted(probabilities) => format!("weighted quantiles {probabilities:?}"),
            };
            let groups = in_groups(quantile.groups.as_ref());
            format!("{name}({}, axes {:?}{groups}{skip})", input(0), quantile.axes)
        }
        Operation::SelectionPass(pass) => {
            let skip = if pass.reduce.options.skip_missing { ", skipna" } else { "" };
            let before = node.inputs.get(1).map_or(String::new(), |before| format!(", after %{}", before.0));
            format!("{}({}, axes {:?}{skip}{before})", pass.reduce.name, input(0), pass.reduce.axes)
        }
        Operation::Selected { .. } => call("selected"),
        Operation::Scan(scan) => format!("{}({}, axis {})", scan.kind.name(), input(0), scan.axis),
        Operation::Window(window) => {
            let name = match &window.summary {
                WindowSummary::Reduce { name, .. } => name,
                WindowSummary::Median { .. } => "median",
                WindowSummary::Values { .. } => "values",
            };
            let sizes: Vec<String> =
                window.axes.iter().map(|window| format!("{} along {}", window.size, window.axis)).collect();
            format!("{name}({}, windows of {})", input(0), sizes.join(", "))
        }
        Operation::Reduce(reduce) => {
            let skip = if reduce.options.skip_missing { ", skipna" } else { "" };
            let ddof = match reduce.options.ddof {
                0 => String::new(),
                ddof => format!(", ddof {ddof}"),
            };
            let groups = in_groups(reduce.groups.as_ref());
            format!("{}({}, axes {:?}{groups}{skip}{ddof})", reduce.name, input(0), reduce.axes)
        }
    }
}

fn in_groups(groups: Option<&Groups>) -> String {
    groups
        .map_or(String::new(), |groups| format!(", {} along {}", counted(groups.count, "group", "groups"), groups.axis))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn generated(generator: &Generator, dtype: DType) -> String {
    match generator {
        Generator::Full(value) => format!("full({})", constant(value, dtype)),
        Generator::Arange { start, step } => format!("arange(from {start}, step {step})"),
        Generator::Random { distribution, .. } => match distribution {
            Distribution::Uniform { low, high } => format!("random.uniform({low}, {high})"),
            Distribution::Normal { mean, standard_deviation } => {
                format!("random.normal({mean}, {standard_deviation})")
            }
            Distribution::Integers { low, high } => format!("random.integers({low}, {high})"),
        },
    }
}

fn constant(value: &Scalar, dtype: DType) -> String {
    match value {
        Scalar::Int(DType::NOT_A_TIME) if dtype.is_time() => "NaT".to_owned(),
        value => value.to_string(),
    }
}

/// A view as numpy's index of its input, and where output axes come from where they aren't the indexed axes in order.
fn index(view: &View, input_shape: &[usize]) -> String {
    let entries: Vec<String> =
        view.axes.iter().zip(input_shape).map(|(axis, &length)| slice(axis, &view.shape, length)).collect();
    let sources: Vec<Option<usize>> = (0..view.shape.len()).map(|output| view.input_axis(output)).collect();
    let in_order = sources.iter().all(Option::is_some) && sources.is_sorted();
    let sources: Vec<String> =
        sources.iter().map(|source| source.map_or("new".to_owned(), |axis| axis.to_string())).collect();
    let order = if in_order { String::new() } else { format!(" as axes ({})", sources.join(", ")) };
    format!("[{}]{order}", entries.join(", "))
}

/// numpy's slice of one input axis of this length.
fn slice(axis: &ViewAxis, output_shape: &[usize], length: usize) -> String {
    let Some(output) = axis.output else { return axis.start.to_string() };
    let count = output_shape[output];
    if count == 0 {
        return "0:0".to_owned();
    }
    let last = axis.at(count - 1);
    let start = if axis.start == if axis.step > 0 { 0 } else { length - 1 } { None } else { Some(axis.start) };
    let end = match axis.step {
        1.. if last + axis.step.unsigned_abs() >= length => None,
        1.. => Some(last + 1),
        _ => last.checked_sub(1).filter(|_| last >= axis.step.unsigned_abs()),
    };
    let text = |bound: Option<usize>| bound.map_or(String::new(), |bound| bound.to_string());
    let step = if axis.step == 1 { String::new() } else { format!(":{}", axis.step) };
    format!("{}:{}{step}", text(start), text(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Array, AxisSlice};

    #[test]
    fn views_read_like_numpy_indices() {
        let grid = ChunkGrid::regular(&[4, 10], &[2, 5]);
        let array = Array::generated(Generator::Full(Scalar::Float(0.0)), DType::Float64, grid);
        let cases = [
            (AxisSlice { start: 1, step: 2, count: 5 }, "1::2"),
            (AxisSlice { start: 1, step: 2, count: 3 }, "1:6:2"),
            (AxisSlice { start: 9, step: -1, count: 10 }, "::-1"),
            (AxisSlice { start: 8, step: -3, count: 2 }, "8:4:-3"),
            (AxisSlice { start: 3, step: 1, count: 7 }, "3:"),
            (AxisSlice { start: 0, step: 1, count: 0 }, "0:0"),
        ];
        for (slice, expected) in cases {
            let view = array.slice(&[AxisSlice::whole(4), slice]).unwrap();
            let text = explain(&Plan::of(&[view]));
            assert!(text.contains(&format!("%0[:, {expected}] ")), "{expected} in {text}");
        }
        let turned = array.index_axis(0, 3).unwrap().broadcast_to(&[2, 10]).unwrap();
        assert!(explain(&Plan::of(&[turned])).contains("%0[3, :] as axes (new, 1)"));
    }
}
