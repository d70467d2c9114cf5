//! Functions of the program that runs, inside a task.

use super::ExecuteError;
use super::evaluate::Evaluation;
use crate::array::{Chunk, Region};
use crate::kernels::{KernelError, native};
use crate::plan::{Native, NodeId};
use crate::task::input_regions;
use std::sync::Arc;

impl Evaluation<'_> {
    /// A region of what a registered function makes of its inputs.
    pub fn native(&mut self, id: NodeId, function: &Native, region: &Region) -> Result<Chunk, ExecuteError> {
        let computation = self.executor.computation().clone();
        let node = computation.plan.node(id);
        if region.is_empty() {
            return Ok(Chunk::zeros(node.dtype, region.shape.clone()));
        }
        let kernel = native::find(&function.name)?;
        let inputs = input_regions(&computation.plan, node, region);
        let values = inputs.iter().map(|(input, region)| self.evaluate(*input, region));
        let values = values.collect::<Result<Vec<Arc<Chunk>>, _>>()?;
        let operands: Vec<&Chunk> = values.iter().map(|values| &**values).collect();
        let result = kernel.call(&operands, function.common(&region.shape))?;
        if result.shape() != region.shape || result.dtype() != node.dtype {
            let (found, dtype) = (result.shape(), result.dtype());
            let reason = format!("it returned {dtype} {found:?}, expected {} {:?}", node.dtype, region.shape);
            return Err(KernelError::Native { name: function.name.clone(), reason }.into());
        }
        Ok(result)
    }
}
