//! Slices the inputs of a concatenation instead of its result, so that slices reach the leaves, and inputs that a slice
//! leaves out are no part of the plan.

use super::slice_reductions::AxisSlices;
use super::{add_view, rewrite_nodes};
use crate::array::AxisChunks;
use crate::plan::{Node, Operation, Plan, ViewAxis};

/// The plan with views of one input of a concatenation as views of that input, and slices of a concatenation that nothing
/// else uses as concatenations of slices.
pub fn apply(plan: &Plan) -> Plan {
    let uses = plan.use_counts();
    rewrite_nodes(plan, |builder, id, node| {
        let Operation::View(view) = &node.operation else { return builder.add(node) };
        let below = builder.node(node.inputs[0]).clone();
        let Operation::Concatenate { axis, parts } = &below.operation else { return builder.add(node) };
        let split = AxisSlices::of(view, &below.shape);
        let met = pieces(parts, split.slices.axes[*axis], split.slices.shape[*axis]);
        let is_only_use = uses[plan.node(id).inputs[0].0 as usize] == 1;
        let is_simpler = met.len() == 1 || is_only_use && split.is_shorter(&below.shape);
        if met.is_empty() || !is_simpler {
            return builder.add(node);
        }
        let mut inputs = Vec::with_capacity(met.len());
        for piece in &met {
            let mut slices = split.slices.clone();
            slices.axes[*axis] = ViewAxis { output: Some(*axis), ..piece.slice };
            slices.shape[*axis] = piece.count;
            inputs.push(add_view(builder, below.inputs[piece.part], slices));
        }
        let sliced = match inputs[..] {
            [only] => only,
            _ => {
                let counts: Vec<usize> = met.iter().map(|piece| piece.count).collect();
                builder.add(Node {
                    operation: Operation::Concatenate { axis: *axis, parts: AxisChunks::from_sizes(&counts) },
                    inputs,
                    grid: split.slices.output_grid(&below.grid),
                    shape: split.slices.shape.clone(),
                    dtype: below.dtype,
                })
            }
        };
        add_view(builder, sliced, split.rest)
    })
}

/// What a slice shows of one input.
struct Piece {
    part: usize,
    slice: ViewAxis,
    count: usize,
}

/// What a slice of some length shows of each input, in its order.
fn pieces(parts: &AxisChunks, slice: ViewAxis, length: usize) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut done = 0;
    while done < length {
        let at = slice.at(done);
        let part = parts.chunk_of(at);
        let range = parts.range(part);
        let room = if slice.step > 0 { range.end - 1 - at } else { at - range.start };
        let count = (room / slice.step.unsigned_abs().max(1) + 1).min(length - done);
        found.push(Piece { part, slice: ViewAxis { start: at - range.start, ..slice }, count });
        done += count;
    }
    found
}
