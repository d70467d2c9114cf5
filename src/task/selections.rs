//! Quantiles of more values than one task should hold: as passes over the data, each of which is a reduction with states
//! of a fixed size.

use crate::array::{AxisChunks, ChunkGrid, DType};
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::selection::{Selection, pass_count, row_length};
use crate::plan::{Node, NodeId, Operation, Plan, PlanBuilder, Quantile, Reduce, SelectionPass};

/// Values of so many bytes behind a kept element are selected from in passes; where that doesn't fit a rank's budget, of
/// fewer and fewer.
pub const LARGE_BYTES: [u64; 3] = [32 << 20, 4 << 20, 1 << 20];

/// The plan with passes in place of quantiles of `large_bytes` of values or more behind a kept element. The values are the
/// same either way. Quantiles of the same values share their passes.
pub fn in_passes(plan: &Plan, large_bytes: u64) -> Plan {
    if plan.nodes().iter().all(|node| large(plan, node, large_bytes).is_none()) {
        return plan.clone();
    }
    let mut builder = PlanBuilder::default();
    let mut rewritten: Vec<NodeId> = Vec::new();
    for node in plan.nodes() {
        let selected = large(plan, node, large_bytes).map(|quantile| (quantile, alike(plan, node, quantile)));
        let mut node = node.clone();
        node.inputs.iter_mut().for_each(|input| *input = rewritten[input.0 as usize]);
        if let Some((quantile, kinds)) = selected {
            let (values, kind) = (node.inputs[0], kinds.iter().position(|kind| *kind == quantile.kind).unwrap_or(0));
            let dtype = builder.node(values).dtype;
            let kept = node.grid.axes()[1..].to_vec();
            let last = add_passes(&mut builder, values, quantile, &kinds, kept);
            node = Node { operation: Operation::Selected { kind, dtype }, inputs: vec![last], ..node };
        }
        rewritten.push(builder.add(node));
    }
    builder.finish(plan.outputs().iter().map(|output| rewritten[output.0 as usize]).collect())
}

/// The quantiles of a node that are of many values.
fn large<'a>(plan: &Plan, node: &'a Node, large_bytes: u64) -> Option<&'a Quantile> {
    let Operation::Quantile(quantile @ Quantile { groups: None, .. }) = &node.operation else { return None };
    let input = plan.node(node.inputs[0]);
    let behind = quantile.axes.iter().map(|&axis| input.shape[axis] as u64).product::<u64>();
    let is_large = behind * input.dtype.size_bytes() as u64 >= large_bytes;
    (is_large && quantile.kind.is_selectable() && node.shape.iter().all(|length| *length > 0)).then_some(quantile)
}

/// What is asked for of the values that a node's quantiles are of, by this node and others.
fn alike(plan: &Plan, node: &Node, quantile: &Quantile) -> Vec<QuantileKind> {
    let mut kinds: Vec<QuantileKind> = Vec::new();
    for other in plan.nodes().iter().filter(|other| other.inputs == node.inputs) {
        if let Operation::Quantile(Quantile { kind, axes, skip_missing, groups: None }) = &other.operation
            && (axes, skip_missing) == (&quantile.axes, &quantile.skip_missing)
            && kind.count() > 0
            && kind.is_selectable()
            && !kinds.contains(kind)
        {
            kinds.push(kind.clone());
        }
    }
    kinds
}

/// The passes over values; the last of them.
fn add_passes(
    builder: &mut PlanBuilder,
    values: NodeId,
    quantile: &Quantile,
    kinds: &[QuantileKind],
    kept: Vec<AxisChunks>,
) -> NodeId {
    let dtype = builder.node(values).dtype;
    let row = row_length(kinds);
    let options = ReductionOptions { skip_missing: quantile.skip_missing, ddof: 0 };
    let grid = ChunkGrid::new(kept.into_iter().chain([AxisChunks::regular(row, row)]).collect());
    let is_median = kinds.iter().all(|kind| *kind == QuantileKind::Median);
    let (name, count) = (if is_median { "median" } else { "quantile" }, pass_count(dtype, kinds));
    let mut inputs = vec![values];
    for number in 0..count {
        let name = format!("{name}, pass {} of {count}", number + 1);
        let reduce = Reduce { name, axes: quantile.axes.clone(), options, groups: None };
        let operation = Operation::SelectionPass(SelectionPass { kinds: kinds.to_vec(), number, reduce });
        let (shape, grid) = (grid.shape(), grid.clone());
        let pass = builder.add(Node { operation, inputs, shape, dtype: DType::UInt64, grid });
        inputs = vec![values, pass];
    }
    inputs[1]
}

/// The pass of a selection that a node is.
pub fn selection_of(plan: &Plan, id: NodeId) -> Option<Selection<'_>> {
    let node = plan.node(id);
    let Operation::SelectionPass(pass) = &node.operation else { return None };
    let dtype = plan.node(node.inputs[0]).dtype;
    let skip_missing = pass.reduce.options.skip_missing;
    Some(Selection { kinds: &pass.kinds, dtype, number: pass.number, skip_missing })
}

/// A grid of kept elements with one more axis: the rows that a pass leaves, each in one chunk.
pub fn with_rows(kept: &ChunkGrid, node: &Node) -> ChunkGrid {
    let row = node.shape.last().map(|&length| AxisChunks::regular(length, length));
    ChunkGrid::new(kept.axes().iter().cloned().chain(row).collect())
}
