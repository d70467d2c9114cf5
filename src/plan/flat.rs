//! The plan as ranks see it: nodes in a row, inputs before users, no node twice.

use super::{Array, Operation};
use crate::array::{ChunkGrid, DType, Shape};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Position of a node in its [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// One node of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What it computes.
    pub operation: Operation,
    /// From which nodes; they stand before it.
    pub inputs: Vec<NodeId>,
    /// Length along each axis.
    pub shape: Shape,
    /// Element type.
    pub dtype: DType,
    /// Chunks of the array, as the user sees them.
    pub grid: ChunkGrid,
}

/// A set of arrays to compute, as plain data.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    nodes: Vec<Node>,
    outputs: Vec<NodeId>,
}

impl Plan {
    /// The plan that computes these arrays. Equal nodes become one.
    pub fn of(arrays: &[Array]) -> Plan {
        let mut builder = PlanBuilder::default();
        let outputs = arrays.iter().map(|array| builder.add_array(array)).collect();
        builder.finish(outputs)
    }

    /// The nodes, inputs before users.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One node.
    ///
    /// # Panics
    /// Where the id is of another plan.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The nodes that the plan is there to compute.
    pub fn outputs(&self) -> &[NodeId] {
        &self.outputs
    }

    /// Ids of all nodes, inputs before users.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How often each node is used, as an input or an output.
    pub fn use_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.nodes.len()];
        for id in self.nodes.iter().flat_map(|node| &node.inputs).chain(&self.outputs) {
            counts[id.0 as usize] += 1;
        }
        counts
    }
}

/// Values in memory up to this size are compared by content.
const COMPARED_BYTES: usize = 4096;

/// Builds a [`Plan`] node by node; equal nodes become one.
#[derive(Debug, Default)]
pub struct PlanBuilder {
    nodes: Vec<Node>,
    by_address: HashMap<usize, NodeId>,
    by_content: HashMap<Vec<u8>, NodeId>,
}

impl PlanBuilder {
    /// The id of an equal node, added where there is none. Large values in memory are equal where they are the same.
    pub fn add(&mut self, node: Node) -> NodeId {
        let content = match &node.operation {
            // No encoded node begins like this: operations are far fewer.
            Operation::InMemory(values) if values.size_bytes() > COMPARED_BYTES => {
                postcard::to_stdvec(&(u8::MAX, Arc::as_ptr(values) as usize))
            }
            _ => postcard::to_stdvec(&node),
        };
        let content = content.expect("a node is plain data, which postcard encodes");
        *self.by_content.entry(content).or_insert_with(|| {
            self.nodes.push(node);
            NodeId(self.nodes.len() as u32 - 1)
        })
    }

    /// One of the nodes added so far.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The plan of what was added, without nodes that no output needs.
    pub fn finish(self, outputs: Vec<NodeId>) -> Plan {
        let mut needed = vec![false; self.nodes.len()];
        for id in &outputs {
            needed[id.0 as usize] = true;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if needed[index] {
                node.inputs.iter().for_each(|id| needed[id.0 as usize] = true);
            }
        }
        let mut renumbered = vec![NodeId(0); self.nodes.len()];
        let mut nodes = Vec::new();
        for (index, mut node) in self.nodes.into_iter().enumerate() {
            if needed[index] {
                node.inputs.iter_mut().for_each(|id| *id = renumbered[id.0 as usize]);
                renumbered[index] = NodeId(nodes.len() as u32);
                nodes.push(node);
            }
        }
        let outputs = outputs.into_iter().map(|id| renumbered[id.0 as usize]).collect();
        Plan { nodes, outputs }
    }

    /// Adds an array and all it is computed from; deep expressions don't recurse.
    fn add_array(&mut self, array: &Array) -> NodeId {
        let mut pending = vec![array.clone()];
        while let Some(next) = pending.last().cloned() {
            if self.by_address.contains_key(&next.address()) {
                pending.pop();
                continue;
            }
            let missing: Vec<Array> =
                next.inputs().iter().filter(|input| !self.by_address.contains_key(&input.address())).cloned().collect();
            if missing.is_empty() {
                let node = Node {
                    operation: next.operation().clone(),
                    inputs: next.inputs().iter().map(|input| self.by_address[&input.address()]).collect(),
                    shape: next.shape().to_vec(),
                    dtype: next.dtype(),
                    grid: next.grid().clone(),
                };
                let id = self.add(node);
                self.by_address.insert(next.address(), id);
                pending.pop();
            } else {
                pending.extend(missing);
            }
        }
        self.by_address[&array.address()]
    }
}
