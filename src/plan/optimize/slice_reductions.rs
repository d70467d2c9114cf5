//! Slices the input of a reduction instead of its result, so that only what is asked for is reduced.

use super::{add_view, rewrite_nodes};
use crate::plan::{Node, Operation, Plan, Reduce, View, ViewAxis};

/// The plan with slices of reductions moved below them, where nothing else uses the whole reduction.
///
/// What a slice leaves out is never read, be it groups; axes are put in another order or repeated above, where there is less data.
pub fn apply(plan: &Plan) -> Plan {
    let uses = plan.use_counts();
    rewrite_nodes(plan, |builder, id, node| {
        let Operation::View(view) = &node.operation else { return builder.add(node) };
        let reduction = builder.node(node.inputs[0]).clone();
        let Operation::Reduce(reduce) = &reduction.operation else { return builder.add(node) };
        let split = AxisSlices::of(view, &reduction.shape);
        if uses[plan.node(id).inputs[0].0 as usize] != 1 || !split.is_shorter(&reduction.shape) {
            return builder.add(node);
        }
        let input_shape = builder.node(reduction.inputs[0]).shape.clone();
        let mut below = View::identity(&input_shape);
        let mut groups = reduce.groups.clone();
        for (position, axis) in reduce.result_axes(input_shape.len()).into_iter().enumerate() {
            let (slice, length) = (split.slices.axes[position], split.slices.shape[position]);
            match &mut groups {
                Some(groups) if groups.axis == axis => *groups = groups.select((0..length).map(|i| slice.at(i))),
                _ => {
                    below.axes[axis] = ViewAxis { output: Some(axis), ..slice };
                    below.shape[axis] = length;
                }
            }
        }
        let reduce = Reduce { groups, ..reduce.clone() };
        let input = add_view(builder, reduction.inputs[0], below);
        let sliced = Node {
            operation: Operation::Reduce(reduce),
            inputs: vec![input],
            grid: split.slices.output_grid(&reduction.grid),
            shape: split.slices.shape.clone(),
            ..reduction
        };
        let reduced = builder.add(sliced);
        add_view(builder, reduced, split.rest)
    })
}

/// A view taken apart: slices that keep every axis in its place, then the rest.
pub struct AxisSlices {
    /// A slice of every axis; a fixed index is a slice of length 1.
    pub slices: View,
    /// What makes the view of them: dropped, moved and repeated axes.
    pub rest: View,
}

impl AxisSlices {
    /// Takes apart a view of an array of this shape.
    pub fn of(view: &View, input_shape: &[usize]) -> AxisSlices {
        let mut slices = View::identity(input_shape);
        let mut rest = View { axes: Vec::new(), shape: view.shape.clone() };
        for (axis, entry) in view.axes.iter().enumerate() {
            slices.shape[axis] = entry.output.map_or(1, |output| view.shape[output]);
            let step = if entry.output.is_some() { entry.step } else { 1 };
            slices.axes[axis] = ViewAxis { output: Some(axis), start: entry.start, step };
            rest.axes.push(entry.output.map_or(ViewAxis::fixed(0), ViewAxis::whole));
        }
        AxisSlices { slices, rest }
    }

    /// Whether the slices leave anything of an array of this shape out.
    pub fn is_shorter(&self, input_shape: &[usize]) -> bool {
        self.slices.shape.iter().zip(input_shape).any(|(slice, whole)| slice < whole)
    }

    /// The slices with one axis left whole.
    pub fn without(&self, axis: usize, length: usize) -> View {
        let mut slices = self.slices.clone();
        slices.axes[axis] = ViewAxis::whole(axis);
        slices.shape[axis] = length;
        slices
    }
}
