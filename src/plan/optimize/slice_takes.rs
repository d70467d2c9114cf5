//! Gathers less: slices of a gather shorten its indices, and a gather of evenly spaced indices is a view.

use super::slice_reductions::AxisSlices;
use super::{add_view, rewrite_nodes};
use crate::plan::{Node, Operation, Plan, PlanBuilder, View, ViewAxis};
use std::sync::Arc;

/// The plan with gathers of no more than what is asked for, as views where indices allow.
pub fn apply(plan: &Plan) -> Plan {
    let uses = plan.use_counts();
    rewrite_nodes(plan, |builder, id, node| match &node.operation {
        Operation::Take { axis, indices } => match evenly_spaced(indices) {
            Some(entry) => {
                let mut view = View::identity(&builder.node(node.inputs[0]).shape);
                view.axes[*axis] = ViewAxis { output: Some(*axis), ..entry };
                view.shape[*axis] = indices.len();
                add_view(builder, node.inputs[0], view)
            }
            None => builder.add(node),
        },
        Operation::View(view) if uses[plan.node(id).inputs[0].0 as usize] == 1 => {
            match slice_below(builder, &node, view) {
                Some((take, rest)) => {
                    let taken = builder.add(take);
                    add_view(builder, taken, rest)
                }
                None => builder.add(node),
            }
        }
        _ => builder.add(node),
    })
}

/// For a view of a gather: the gather of what the view shows, and what is left of the view.
fn slice_below(builder: &mut PlanBuilder, node: &Node, view: &View) -> Option<(Node, View)> {
    let gather = builder.node(node.inputs[0]).clone();
    let Operation::Take { axis, indices } = &gather.operation else { return None };
    let split = AxisSlices::of(view, &gather.shape);
    if !split.is_shorter(&gather.shape) {
        return None;
    }
    let length = builder.node(gather.inputs[0]).shape[*axis];
    let input = add_view(builder, gather.inputs[0], split.without(*axis, length));
    let slice = split.slices.axes[*axis];
    let shorter = (0..split.slices.shape[*axis]).map(|position| indices[slice.at(position)]).collect();
    let take = Node {
        operation: Operation::Take { axis: *axis, indices: Arc::new(shorter) },
        inputs: vec![input],
        grid: split.slices.output_grid(&gather.grid),
        shape: split.slices.shape,
        dtype: gather.dtype,
    };
    Some((take, split.rest))
}

/// The slice that has these indices, of which there is at least one.
fn evenly_spaced(indices: &[usize]) -> Option<ViewAxis> {
    let start = *indices.first()?;
    let step = indices.get(1).map_or(1, |&second| second as isize - start as isize);
    let slice = ViewAxis { output: None, start, step };
    let fits = |(position, &index): (usize, &usize)| start as isize + step * position as isize == index as isize;
    (step != 0 && indices.iter().enumerate().all(fits)).then_some(slice)
}
