//! Products of matrices inside a task: blocks of what is summed, one after the other.

use super::ExecuteError;
use super::evaluate::Evaluation;
use crate::array::{Chunk, Region};
use crate::kernels::product::{self, Lengths};
use crate::plan::{Contract, NodeId};
use std::sync::Arc;

impl Evaluation<'_> {
    /// A region of a product: the blocks of each of its runs are added in order.
    pub fn contracted(&mut self, id: NodeId, contract: &Contract, region: &Region) -> Result<Chunk, ExecuteError> {
        let computation = self.executor.computation().clone();
        let node = computation.plan.node(id);
        let lengths = contract.summed_lengths(&computation.plan.node(node.inputs[0]).shape);
        let mut result = Chunk::zeros(node.dtype, region.shape.clone());
        for (position, run) in region.range(contract.batch).enumerate() {
            let summed = contract.summed(run..run + 1, lengths);
            let blocks = computation.blocks_of(id);
            for block in blocks.chunks_in(&summed) {
                let block = blocks.region(block).intersect(&summed);
                let [left, right] = contract.input_regions(region, &block);
                let operands = [self.evaluate(node.inputs[0], &left)?, self.evaluate(node.inputs[1], &right)?];
                add(&mut result, [&operands[0], &operands[1]], contract, (position, block.element_count()));
                for values in operands {
                    if let Ok(values) = Arc::try_unwrap(values) {
                        self.executor.pool.give(values);
                    }
                }
            }
        }
        Ok(result)
    }
}

/// Adds the products of blocks of both operands, one for each of the common elements, to the results of a run.
fn add(result: &mut Chunk, [left, right]: [&Chunk; 2], contract: &Contract, (run, summed): (usize, usize)) {
    let length = |axes: &[usize]| axes.iter().product::<usize>();
    let shape = result.shape().to_vec();
    let (common, own) = (length(&shape[..contract.batch]), &shape[contract.batch + 1..]);
    let (rows, columns) = (length(&own[..contract.left]), length(&own[contract.left..]));
    let runs = shape[contract.batch];
    for element in 0..common {
        let at = (element * runs + run) * rows * columns;
        let left = (left.data(), element * rows * summed);
        let right = (right.data(), element * summed * columns);
        product::accumulate((result.data_mut(), at), left, right, Lengths { rows, summed, columns });
    }
}
