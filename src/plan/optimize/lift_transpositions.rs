//! Summarises arrays in the order of axes in which they lie, and puts the axes of the result in the order asked for.
//!
//! Values that are read across their rows are copied one by one, while a summary is small. Slices aren't touched: they
//! stay below.

use super::{add_view, rewrite_nodes};
use crate::array::ChunkGrid;
use crate::kernels::generate::Generator;
use crate::plan::{Groups, Node, Operation, Plan, Reduce, View, Window, WindowAxis, WindowSummary};
use std::collections::BTreeSet;

/// Different orders of axes below one node beyond which it is left alone.
const MOST_ORDERS: usize = 8;

/// The input axis that each axis of an array moves, of one of the arrays that it is computed from; `None` where that is
/// repeated.
type AxisSources = Vec<Option<usize>>;

/// The plan with reductions and windows below the transpositions of what they summarise, where the axes that they
/// summarise keep their order, so that positions found mean what they did.
pub fn apply(plan: &Plan) -> Plan {
    let sources = axis_sources(plan);
    rewrite_nodes(plan, |builder, id, node| {
        let below = plan.node(id).inputs.first().and_then(|input| sources[input.0 as usize].as_ref());
        let order = below.and_then(common_order).unwrap_or_default();
        let turned = if order.is_empty() { None } else { turn(&node.operation, &order) };
        let Some((operation, kept)) = turned else { return builder.add(node) };
        let view = View::transposed(&builder.node(node.inputs[0]).shape, &order);
        let turned = add_view(builder, node.inputs[0], view);
        let grid = ChunkGrid::new(kept.iter().map(|&axis| node.grid.axes()[axis].clone()).collect());
        let shape = grid.shape();
        let summary = builder.add(Node { operation, inputs: vec![turned], shape: shape.clone(), grid, ..node });
        let back: Vec<usize> = (0..kept.len()).map(|axis| position(&kept, axis)).collect();
        add_view(builder, summary, View::transposed(&shape, &back))
    })
}

/// A summary of its input with the axes in another order, and which axis of the present result each axis of its result
/// is. `None` where the node isn't one, or would fold values in another order.
fn turn(operation: &Operation, order: &[usize]) -> Option<(Operation, Vec<usize>)> {
    match operation {
        Operation::Reduce(reduce) if keeps_order(&reduce.axes, order) => {
            let groups = reduce.groups.as_ref();
            let turned = Reduce {
                axes: reduce.axes.iter().map(|&axis| position(order, axis)).collect(),
                groups: groups.map(|groups| Groups { axis: position(order, groups.axis), ..groups.clone() }),
                ..reduce.clone()
            };
            let before = reduce.result_axes(order.len());
            let kept = turned.result_axes(order.len()).into_iter().map(|axis| position(&before, order[axis])).collect();
            Some((Operation::Reduce(turned), kept))
        }
        Operation::Window(Window { summary: WindowSummary::Values { .. }, .. }) => None,
        Operation::Window(window) => {
            let axes: Vec<usize> = window.axes.iter().map(|window| window.axis).collect();
            let turned = |window: &WindowAxis| WindowAxis { axis: position(order, window.axis), ..*window };
            let axes_turned = window.axes.iter().map(turned).collect();
            let turned = Window { axes: axes_turned, summary: window.summary.clone() };
            keeps_order(&axes, order).then(|| (Operation::Window(turned), order.to_vec()))
        }
        _ => None,
    }
}

/// Whether some axes follow one another in another order of axes as they do in the present one.
fn keeps_order(axes: &[usize], order: &[usize]) -> bool {
    let mut axes = axes.to_vec();
    axes.sort_unstable();
    axes.iter().map(|&axis| position(order, axis)).is_sorted()
}

/// For each node, from where its axes come through functions of elements; none where there are too many answers.
fn axis_sources(plan: &Plan) -> Vec<Option<BTreeSet<AxisSources>>> {
    let mut found: Vec<Option<BTreeSet<AxisSources>>> = Vec::with_capacity(plan.nodes().len());
    for node in plan.nodes() {
        let here = match &node.operation {
            // A view that stays above a function of elements would come back, however it is turned.
            Operation::View(view) => {
                let is_turnable = !view.is_diagonal() && !plan.node(node.inputs[0]).operation.is_of_elements();
                is_turnable.then(|| BTreeSet::from([sources_of(view)]))
            }
            Operation::Generated(Generator::Full(_)) => Some(BTreeSet::from([vec![None; node.shape.len()]])),
            operation if operation.is_of_elements() => {
                let inputs = node.inputs.iter().map(|input| found[input.0 as usize].clone());
                let all: Option<Vec<BTreeSet<AxisSources>>> = inputs.collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            _ => Some(BTreeSet::from([(0..node.shape.len()).map(Some).collect()])),
        };
        found.push(here.filter(|sources| sources.len() <= MOST_ORDERS));
    }
    found
}

fn sources_of(view: &View) -> AxisSources {
    (0..view.shape.len()).map(|output| view.input_axis(output)).collect()
}

/// The order of axes, other than the present one, in which every array below is seen in its own.
fn common_order(sources: &BTreeSet<AxisSources>) -> Option<Vec<usize>> {
    let whole: Vec<usize> = sources.iter().find_map(|sources| sources.iter().copied().collect())?;
    let mut order: Vec<usize> = (0..whole.len()).collect();
    order.sort_by_key(|&axis| whole[axis]);
    let is_own = |sources: &AxisSources| order.iter().filter_map(|&axis| sources[axis]).is_sorted();
    (!order.is_sorted() && sources.iter().all(is_own)).then_some(order)
}

fn position(order: &[usize], axis: usize) -> usize {
    order.iter().position(|&found| found == axis).expect("an order has every axis")
}
