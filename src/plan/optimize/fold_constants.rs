//! Computes expressions of constants once, instead of for every element.

use super::rewrite_nodes;
use crate::array::{Buffer, DType};
use crate::kernels::elementwise;
use crate::kernels::generate::Generator;
use crate::plan::{Node, NodeId, Operation, Plan, PlanBuilder};

/// The plan with functions, casts and views of constant arrays as constant arrays, and choices by a constant condition
/// as one of the two.
pub fn apply(plan: &Plan) -> Plan {
    rewrite_nodes(plan, |builder, _, node| {
        if let Some(chosen) = choice(builder, &node) {
            return chosen;
        }
        match value(builder, &node).and_then(|values| values.get(0)) {
            Some(value) => builder.add(Node {
                operation: Operation::Generated(Generator::Full(value)),
                inputs: Vec::new(),
                ..node
            }),
            None => builder.add(node),
        }
    })
}

/// The one value of a constant array, and its dtype.
fn constant(builder: &PlanBuilder, id: NodeId) -> Option<(DType, Buffer)> {
    let node = builder.node(id);
    match &node.operation {
        Operation::Generated(Generator::Full(value)) => Some((node.dtype, value.to_buffer(node.dtype).ok()?)),
        _ => None,
    }
}

/// The one value of a node whose inputs are constant.
fn value(builder: &PlanBuilder, node: &Node) -> Option<Buffer> {
    let input = |position: usize| constant(builder, *node.inputs.get(position)?);
    let mut output = Buffer::zeros(node.dtype.storage(), 1);
    match &node.operation {
        Operation::Unary(operation) => {
            let (dtype, values) = input(0)?;
            elementwise::unary(*operation, dtype, &values, &mut output, 1);
        }
        Operation::Binary(operation) => {
            let ((left, a), (right, b)) = (input(0)?, input(1)?);
            elementwise::binary(*operation, left, right, &a, &b, &mut output, 1);
        }
        Operation::Cast => {
            let (dtype, values) = input(0)?;
            elementwise::cast(dtype, node.dtype, &values, &mut output, 1);
        }
        Operation::View(_) | Operation::Take { .. } | Operation::Rechunk => output = input(0)?.1,
        _ => return None,
    }
    Some(output)
}

/// The input that a choice by a constant condition comes to.
fn choice(builder: &PlanBuilder, node: &Node) -> Option<NodeId> {
    if node.operation != Operation::Select {
        return None;
    }
    let (_, condition) = constant(builder, node.inputs[0])?;
    Some(if condition.as_slice::<bool>()?[0] { node.inputs[1] } else { node.inputs[2] })
}
