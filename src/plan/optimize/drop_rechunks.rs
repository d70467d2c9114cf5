//! Drops rechunks whose chunks nobody sees.
//!
//! Tasks pull the regions that they need, whatever the chunks of the arrays between them and the stores; the regions
//! follow the stored chunks. So a rechunk matters at an output only, or where there is no store below that would know
//! better: a rechunk of generated values becomes the chunks in which they are generated.

use super::rewrite_nodes;
use crate::plan::{Node, Operation, Plan};

/// The plan without rechunks below its outputs.
pub fn apply(plan: &Plan) -> Plan {
    let stored = depends_on_stored_chunks(plan);
    rewrite_nodes(plan, |builder, id, node| {
        if node.operation != Operation::Rechunk {
            return builder.add(node);
        }
        let input = builder.node(node.inputs[0]);
        match &input.operation {
            Operation::Generated(_) => {
                let generated = Node { grid: node.grid, ..input.clone() };
                builder.add(generated)
            }
            // The outer of two rechunks alone counts.
            Operation::Rechunk => {
                let inputs = input.inputs.clone();
                builder.add(Node { inputs, ..node })
            }
            _ if stored[id.0 as usize] && !plan.outputs().contains(&id) => node.inputs[0],
            _ => builder.add(node),
        }
    })
}

/// For each node, whether chunks that lie somewhere are below it.
fn depends_on_stored_chunks(plan: &Plan) -> Vec<bool> {
    let mut stored: Vec<bool> = Vec::with_capacity(plan.nodes().len());
    for node in plan.nodes() {
        let here = matches!(node.operation, Operation::Stored(_) | Operation::Persisted(_));
        stored.push(here || node.inputs.iter().any(|input| stored[input.0 as usize]));
    }
    stored
}
