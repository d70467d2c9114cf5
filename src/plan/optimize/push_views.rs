//! Moves views below elementwise functions, so that slices, transpositions and steps reach the leaves: what a slice
//! leaves out is never computed.
//!
//! From outputs to leaves, each node collects the views through which it is seen; then, from leaves to outputs, it is
//! built once for each of them. Repetition along axes (broadcasting) stays above, where it costs no computation.

use super::add_view;
use crate::plan::{Node, NodeId, Operation, Plan, PlanBuilder, View, ViewAxis};
use std::collections::HashMap;

/// Different views of one node up to which it is computed once for each view. Beyond (a stencil repeated many times),
/// plans would grow with every step, and the whole node is computed and seen through them instead.
const MOST_VIEWS: usize = 8;

/// The plan with views below elementwise functions.
pub fn apply(plan: &Plan) -> Plan {
    let mut seen = Sightings { views: vec![Vec::new(); plan.nodes().len()] };
    for &output in plan.outputs() {
        seen.add(plan, output, &View::identity(&plan.node(output).shape));
    }
    for id in plan.ids().rev() {
        seen.settle(plan, id);
        let node = plan.node(id);
        for view in seen.views[id.0 as usize].clone() {
            for (input, view) in views_of_inputs(plan, node, &view) {
                seen.add(plan, input, &view);
            }
        }
    }
    seen.build(plan)
}

/// Whether a view of a node is a function of views of its inputs.
fn lets_views_through(node: &Node) -> bool {
    node.operation.is_of_elements() || matches!(node.operation, Operation::View(_))
}

/// Through which views a node, itself seen through `view`, sees its inputs.
fn views_of_inputs(plan: &Plan, node: &Node, view: &View) -> Vec<(NodeId, View)> {
    match &node.operation {
        Operation::View(own) => vec![(node.inputs[0], own.then(view))],
        _ if lets_views_through(node) => node.inputs.iter().map(|&input| (input, view.clone())).collect(),
        _ => node.inputs.iter().map(|&input| (input, View::identity(&plan.node(input).shape))).collect(),
    }
}

/// A view without the axes that it repeats, and what repeats them.
fn split_broadcast(view: &View) -> (View, View) {
    let moving: Vec<usize> = (0..view.shape.len()).filter(|&axis| view.input_axis(axis).is_some()).collect();
    let position = |output: usize| moving.iter().position(|&axis| axis == output);
    let axes = view.axes.iter().map(|axis| ViewAxis { output: axis.output.and_then(position), ..*axis }).collect();
    let plain = View { axes, shape: moving.iter().map(|&axis| view.shape[axis]).collect() };
    let repeat = View { axes: moving.into_iter().map(ViewAxis::whole).collect(), shape: view.shape.clone() };
    (plain, repeat)
}

/// The views through which each node of a plan is seen.
struct Sightings {
    views: Vec<Vec<View>>,
}

impl Sightings {
    /// The view to build a node with, and the one to put on top, so that both together are `view`.
    fn split(&self, plan: &Plan, id: NodeId, view: &View) -> (View, View) {
        let node = plan.node(id);
        match &node.operation {
            // A slice above may take back what a view repeats, so views go on as they are.
            Operation::View(_) => (view.clone(), View::identity(&view.shape)),
            _ if lets_views_through(node) => split_broadcast(view),
            _ => (View::identity(&node.shape), view.clone()),
        }
    }

    fn add(&mut self, plan: &Plan, id: NodeId, view: &View) {
        let (below, _) = self.split(plan, id, view);
        let views = &mut self.views[id.0 as usize];
        if !views.contains(&below) {
            views.push(below);
        }
    }

    /// Gives up on views of a node of which there are too many.
    fn settle(&mut self, plan: &Plan, id: NodeId) {
        let views = &mut self.views[id.0 as usize];
        if views.len() > MOST_VIEWS && !matches!(plan.node(id).operation, Operation::View(_)) {
            *views = vec![View::identity(&plan.node(id).shape)];
        }
    }

    fn build(&self, plan: &Plan) -> Plan {
        let mut builder = PlanBuilder::default();
        let mut built: HashMap<(NodeId, View), NodeId> = HashMap::new();
        for id in plan.ids() {
            let node = plan.node(id);
            for view in &self.views[id.0 as usize] {
                let inputs: Vec<NodeId> = views_of_inputs(plan, node, view)
                    .into_iter()
                    .map(|(input, view)| self.find(plan, &mut builder, &built, (input, view)))
                    .collect();
                let added = match &node.operation {
                    Operation::View(_) => inputs[0],
                    _ => builder.add(Node {
                        operation: node.operation.clone(),
                        inputs,
                        shape: view.shape.clone(),
                        dtype: node.dtype,
                        grid: view.output_grid(&node.grid),
                    }),
                };
                built.insert((id, view.clone()), added);
            }
        }
        let outputs = plan.outputs().iter().map(|&output| {
            let whole = View::identity(&plan.node(output).shape);
            self.find(plan, &mut builder, &built, (output, whole))
        });
        let outputs = outputs.collect();
        builder.finish(outputs)
    }

    /// The built node that is `id` seen through `view`.
    fn find(
        &self,
        plan: &Plan,
        builder: &mut PlanBuilder,
        built: &HashMap<(NodeId, View), NodeId>,
        (id, view): (NodeId, View),
    ) -> NodeId {
        let (below, above) = self.split(plan, id, &view);
        match built.get(&(id, below)) {
            Some(&found) => add_view(builder, found, above),
            // Settled: built whole, seen through the view.
            None => add_view(builder, built[&(id, View::identity(&plan.node(id).shape))], view),
        }
    }
}
