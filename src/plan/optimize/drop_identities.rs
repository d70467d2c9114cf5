//! Drops nodes that change nothing: casts to the dtype at hand, views of everything in place, rechunks to the same grid.

use super::{add_view, rewrite_nodes};
use crate::plan::{Operation, Plan};

/// The plan without nodes that pass their input on unchanged; views of views become one.
pub fn apply(plan: &Plan) -> Plan {
    rewrite_nodes(plan, |builder, _, node| match &node.operation {
        Operation::Cast if builder.node(node.inputs[0]).dtype == node.dtype => node.inputs[0],
        Operation::Rechunk if builder.node(node.inputs[0]).grid == node.grid => node.inputs[0],
        Operation::View(view) => add_view(builder, node.inputs[0], view.clone()),
        _ => builder.add(node),
    })
}
