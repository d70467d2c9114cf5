//! Evaluating a region of a node: reading, assembling, gathering, or running a fused program over its leaves.

use super::leaf::{HeldValues, LeafValues};
use super::program::Program;
use super::quantiles::gather;
use super::strips::{self, StripPlace};
use super::target::Target;
use super::{ExecuteError, Executor, TaskInputs};
use crate::array::{Buffer, Chunk, Element, Region, with_buffer};
use crate::plan::{NodeId, Operation};
use crate::task::{KeptResults, TaskId, input_regions};
use std::collections::HashMap;
use std::sync::Arc;

/// Regions of leaves that programs over one region share.
pub type Pulled = HashMap<(NodeId, Region), Arc<Chunk>>;

/// One task under way.
pub struct Evaluation<'a> {
    /// Who runs it.
    pub executor: &'a Executor,
    /// The task.
    pub task: TaskId,
    /// Results of earlier tasks.
    pub inputs: &'a TaskInputs,
    /// Bytes read from stores so far.
    pub bytes_read: u64,
}

impl<'a> Evaluation<'a> {
    /// The values of a region of a node.
    pub fn evaluate(&mut self, id: NodeId, region: &Region) -> Result<Arc<Chunk>, ExecuteError> {
        if self.executor.is_cancelled() {
            return Err(ExecuteError::Cancelled);
        }
        let computation = self.executor.computation();
        let node = computation.plan.node(id);
        if let Some(kept) = computation.kept_results(self.task.stage, id) {
            return self.assemble(id, region, kept).map(Arc::new);
        }
        match &node.operation {
            Operation::Stored(source) => {
                let mut values = self.executor.pool.take(node.dtype, region.shape.clone());
                if !region.is_empty() {
                    self.bytes_read += self.executor.reader(source)?.read_into(region, &mut values)?;
                }
                Ok(Arc::new(values))
            }
            Operation::InMemory(values) if *region == Region::whole(&node.shape) => Ok(values.clone()),
            Operation::InMemory(values) => Ok(Arc::new(values.extract(region))),
            Operation::Rechunk => self.evaluate(node.inputs[0], region),
            Operation::Take { axis, indices } => self.take(id, *axis, &indices[region.range(*axis)], region),
            Operation::Concatenate { axis, .. } => self.concatenate(id, *axis, region),
            Operation::Reshape(reshape) => self.reshaped(id, reshape, region).map(Arc::new),
            Operation::Points(points) => self.points(id, points, region).map(Arc::new),
            Operation::Native(native) => self.native(id, native, region).map(Arc::new),
            Operation::Contract(contract) => self.contracted(id, contract, region).map(Arc::new),
            Operation::Reduce(_) => self.reduce_inline(id, region).map(Arc::new),
            Operation::Quantile(quantile) => self.quantile(id, quantile, region).map(Arc::new),
            Operation::Window(window) => self.windows(id, window, region).map(Arc::new),
            Operation::Scan(scan) => self.scanned(id, scan, region).map(Arc::new),
            Operation::Selected { kind, dtype } => self.selected(id, (*kind, *dtype), region).map(Arc::new),
            _ => self.run_program(id, region).map(Arc::new),
        }
    }

    /// A region of a node that earlier tasks computed, put together from their results.
    fn assemble(&mut self, id: NodeId, region: &Region, kept: KeptResults<'_>) -> Result<Chunk, ExecuteError> {
        // The results cover the region, so that nothing of the buffer stays as it was.
        let mut assembled =
            self.executor.pool.take(self.executor.computation().plan.node(id).dtype, region.shape.clone());
        for (missing, common) in kept.of(region) {
            let wanted = common.relative_to(&kept.start(missing));
            let found = self.inputs.part(&missing, &wanted);
            let Some((values, start)) = found.and_then(|(found, start)| Some((found.chunk(kept.position)?, start)))
            else {
                return Err(ExecuteError::MissingInput { task: self.task, missing });
            };
            assembled.copy_from(&common.relative_to(&region.start), values, &start);
        }
        Ok(assembled)
    }

    /// The one result of an earlier task that holds a region of a node, or what of it was handed in, and the region of the
    /// node that this is: it is read where it lies.
    fn kept_in_place(&self, id: NodeId, region: &Region) -> Option<(&'a Chunk, Region)> {
        let kept = self.executor.computation().kept_results(self.task.stage, id)?;
        let [(result, common)] = <[_; 1]>::try_from(kept.of(region)).ok()?;
        let (found, start) = self.inputs.part(&result, &common.relative_to(&kept.start(result)))?;
        let values = found.chunk(kept.position).filter(|_| common == *region)?;
        let origin = region.start.iter().zip(start).map(|(wanted, start)| wanted - start).collect();
        Some((values, Region::new(origin, values.shape().to_vec())))
    }

    /// Elements at `indices` along an axis, from the smallest region that holds them.
    fn take(
        &mut self,
        id: NodeId,
        axis: usize,
        indices: &[usize],
        region: &Region,
    ) -> Result<Arc<Chunk>, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let (input, pulled) = input_regions(plan, plan.node(id), region).remove(0);
        let values = self.evaluate(input, &pulled)?;
        let positions: Vec<usize> = indices.iter().map(|index| index - pulled.start[axis]).collect();
        Ok(Arc::new(gather(&values, axis, &positions)?))
    }

    /// A region across inputs that lie one after another; that of one input is it.
    fn concatenate(&mut self, id: NodeId, axis: usize, region: &Region) -> Result<Arc<Chunk>, ExecuteError> {
        let computation = self.executor.computation().clone();
        let node = computation.plan.node(id);
        let parts = input_regions(&computation.plan, node, region);
        if let [(input, part)] = &parts[..] {
            return self.evaluate(*input, part);
        }
        // The parts cover the region, so that nothing of the buffer stays as it was.
        let mut whole = self.executor.pool.take(node.dtype, region.shape.clone());
        let mut place = Region::whole(&region.shape);
        for (input, part) in parts {
            let values = self.evaluate(input, &part)?;
            place.shape[axis] = part.shape[axis];
            whole.copy_from(&place, &values, &vec![0; part.ndim()]);
            place.start[axis] += part.shape[axis];
            if let Ok(values) = Arc::try_unwrap(values) {
                self.executor.pool.give(values);
            }
        }
        Ok(Arc::new(whole))
    }

    /// A region of a fused expression.
    fn run_program(&mut self, id: NodeId, region: &Region) -> Result<Chunk, ExecuteError> {
        let program = self.executor.program(self.task.stage, id);
        let leaves = self.leaf_values(&program, region, &mut Pulled::new())?;
        let node = self.executor.computation().plan.node(id);
        let mut output = Chunk::zeros(node.dtype, region.shape.clone());
        let target = output.data_mut();
        strips::run(&program, &leaves, region, &node.shape, &Target::default(), &mut |values, place| {
            store_strip(values, place, target);
            Ok(())
        })?;
        self.give_back(&program, leaves);
        Ok(output)
    }

    /// Hands the buffers of leaves on to later tasks.
    pub fn give_back(&self, program: &Program, leaves: Vec<LeafValues<'_>>) {
        self.give_back_but(program, leaves, None, &mut Pulled::new());
    }

    /// The same, but what a program reads for the next region too is `pulled` already.
    pub fn give_back_but(
        &self,
        program: &Program,
        leaves: Vec<LeafValues<'_>>,
        next: Option<&Region>,
        pulled: &mut Pulled,
    ) {
        for (leaf, values) in program.leaves.iter().zip(leaves) {
            let LeafValues::Dense { values: HeldValues::Pulled(values), region } = values else { continue };
            if next.is_some_and(|next| leaf.input_region(next) == region) {
                pulled.insert((leaf.node, region), values);
            } else if let Ok(values) = Arc::try_unwrap(values) {
                self.executor.pool.give(values);
            }
        }
    }

    /// What a program's leaves hold for an output region; what was `pulled` before is not pulled again.
    pub fn leaf_values(
        &mut self,
        program: &Program,
        region: &Region,
        pulled: &mut Pulled,
    ) -> Result<Vec<LeafValues<'a>>, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let mut leaves = Vec::with_capacity(program.leaves.len());
        for leaf in &program.leaves {
            let node = plan.node(leaf.node);
            if let Operation::Generated(generator) = &node.operation {
                leaves.push(LeafValues::Generated { generator, dtype: node.dtype, shape: &node.shape });
                continue;
            }
            let key = (leaf.node, leaf.input_region(region));
            if let Some((values, region)) = self.kept_in_place(key.0, &key.1) {
                leaves.push(LeafValues::Dense { values: HeldValues::Kept(values), region });
                continue;
            }
            let values = match pulled.get(&key) {
                Some(values) => values.clone(),
                None => {
                    let values = self.evaluate(key.0, &key.1)?;
                    pulled.insert(key.clone(), values.clone());
                    values
                }
            };
            leaves.push(LeafValues::Dense { values: HeldValues::Pulled(values), region: key.1 });
        }
        Ok(leaves)
    }
}

/// Copies a strip of values to its place in a row-major output.
fn store_strip(values: &Buffer, place: StripPlace, target: &mut Buffer) {
    with_buffer!(values, values => {
        scatter(values, place, Element::vector_mut(target).expect("output and result register have one storage"));
    });
}

fn scatter<T: Element>(values: &[T], place: StripPlace, target: &mut [T]) {
    for row in 0..place.rows {
        let values = &values[place.offset + row * place.pitch..][..place.columns];
        let first = place.first + row * place.row_step;
        if place.column_step == 1 || place.columns == 1 {
            target[first..first + place.columns].clone_from_slice(values);
        } else {
            for (column, value) in values.iter().enumerate() {
                target[first + column * place.column_step] = value.clone();
            }
        }
    }
}
