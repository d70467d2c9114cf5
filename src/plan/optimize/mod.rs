//! Rewriting plans into cheaper ones with the same results.
//!
//! Each rule is a file and a pure function from plan to plan; [`RULES`] has them in order, with the reason for the order.
//! The list is applied until nothing changes. Rules see shapes, dtypes and operations, never memory, ranks or threads:
//! the bits of a result depend on the optimised plan. Equal nodes become one whenever a plan is rebuilt
//! ([`PlanBuilder`] does it), so there is no rule for that. What is materialised, and in which regions, is for `task`
//! to decide.

mod drop_identities;
mod drop_rechunks;
mod fold_constants;
mod lift_transpositions;
mod push_views;
mod slice_concatenations;
mod slice_reductions;
mod slice_takes;

use super::{Node, NodeId, Operation, Plan, PlanBuilder, View};
use std::sync::Arc;

/// A rewriting of plans that keeps the shapes, dtypes and values of their outputs.
pub struct Rule {
    /// Its name, that of its file.
    pub name: &'static str,
    /// The plan, rewritten.
    pub apply: fn(&Plan) -> Plan,
}

/// Every rule, in the order in which they are applied.
pub static RULES: &[Rule] = &[
    // What does nothing only hides patterns from the rules below.
    Rule { name: "drop_identities", apply: drop_identities::apply },
    // A rechunk between a view and an expression would stop the view.
    Rule { name: "drop_rechunks", apply: drop_rechunks::apply },
    // Constants become leaves, through which views vanish.
    Rule { name: "fold_constants", apply: fold_constants::apply },
    // Before views sink, those of what is summarised alone rise.
    Rule { name: "lift_transpositions", apply: lift_transpositions::apply },
    // Gathers of evenly spaced indices become views, and slices of gathers shorter gathers ...
    Rule { name: "slice_takes", apply: slice_takes::apply },
    // ... as do slices of concatenations the slices of what they put together ...
    Rule { name: "slice_concatenations", apply: slice_concatenations::apply },
    // ... which then sink, beside slices that reductions have let through, to the leaves.
    Rule { name: "slice_reductions", apply: slice_reductions::apply },
    Rule { name: "push_views", apply: push_views::apply },
];

/// Rounds after which a plan is taken as it is. Each nested reduction or gather takes one round, so that only a script
/// with more of them one inside the other would gain from more.
const MOST_ROUNDS: usize = 32;

/// The plan with all rules applied until nothing changes: same outputs, by shape, dtype and value.
pub fn optimize(plan: Plan) -> Plan {
    let mut best = plan;
    for _ in 0..MOST_ROUNDS {
        let mut next = best.clone();
        for rule in RULES {
            let rewritten = (rule.apply)(&next);
            let kept = keeps_outputs(&next, &rewritten);
            debug_assert!(kept, "rule {} changed the outputs of\n{}", rule.name, super::explain(&next));
            if kept {
                next = rewritten;
            }
        }
        if is_same(&next, &best) {
            break;
        }
        best = next;
    }
    best
}

/// Whether two plans are the same node by node. `==` won't do: a NaN in a constant isn't equal to itself.
fn is_same(a: &Plan, b: &Plan) -> bool {
    let same = |(a, b): (&Node, &Node)| {
        let operations = match (&a.operation, &b.operation) {
            (Operation::InMemory(a), Operation::InMemory(b)) => Arc::ptr_eq(a, b),
            (Operation::Generated(a), Operation::Generated(b)) => format!("{a:?}") == format!("{b:?}"),
            (a, b) => a == b,
        };
        operations && (&a.inputs, &a.shape, a.dtype, &a.grid) == (&b.inputs, &b.shape, b.dtype, &b.grid)
    };
    a.outputs() == b.outputs() && a.nodes().len() == b.nodes().len() && a.nodes().iter().zip(b.nodes()).all(same)
}

/// Whether two plans have outputs of the same shapes and dtypes.
fn keeps_outputs(before: &Plan, after: &Plan) -> bool {
    let outline = |plan: &Plan| -> Vec<_> {
        plan.outputs().iter().map(|&id| (plan.node(id).shape.clone(), plan.node(id).dtype)).collect()
    };
    outline(before) == outline(after)
}

/// A plan rebuilt node by node: `rewrite` gets each node with its inputs already rewritten, and adds what stands for it.
fn rewrite_nodes(plan: &Plan, mut rewrite: impl FnMut(&mut PlanBuilder, NodeId, Node) -> NodeId) -> Plan {
    let mut builder = PlanBuilder::default();
    let mut rewritten: Vec<NodeId> = Vec::with_capacity(plan.nodes().len());
    for id in plan.ids() {
        let mut node = plan.node(id).clone();
        node.inputs.iter_mut().for_each(|input| *input = rewritten[input.0 as usize]);
        rewritten.push(rewrite(&mut builder, id, node));
    }
    builder.finish(plan.outputs().iter().map(|output| rewritten[output.0 as usize]).collect())
}

/// Adds a view of a node: the node itself where the view changes nothing, one view where the node is a view.
fn add_view(builder: &mut PlanBuilder, input: NodeId, view: View) -> NodeId {
    let node = builder.node(input);
    if view.is_identity(&node.shape) {
        return input;
    }
    if let Operation::View(inner) = &node.operation {
        let (below, merged) = (node.inputs[0], inner.then(&view));
        return add_view(builder, below, merged);
    }
    let (dtype, grid, shape) = (node.dtype, view.output_grid(&node.grid), view.shape.clone());
    builder.add(Node { operation: Operation::View(view), inputs: vec![input], shape, dtype, grid })
}

#[cfg(test)]
mod tests;
