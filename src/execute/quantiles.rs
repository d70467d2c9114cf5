//! Quantiles inside a task: those of all that lies behind a region, or of each group of it.

use super::ExecuteError;
use super::evaluate::Evaluation;
use crate::array::{Buffer, Chunk, DType, Element, Region, with_buffer};
use crate::kernels::elementwise;
use crate::kernels::quantile::{picked, quantiles};
use crate::kernels::selection;
use crate::plan::{Groups, NodeId, Operation, Quantile};
use crate::task::input_regions;
use std::sync::Arc;

impl Evaluation<'_> {
    /// Quantiles of all that lies behind a region.
    pub fn quantile(&mut self, id: NodeId, quantile: &Quantile, region: &Region) -> Result<Chunk, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let (input, pulled) = input_regions(plan, plan.node(id), region).remove(0);
        let values = self.evaluate(input, &pulled)?;
        let kind = quantile.kind.of(region.range(0));
        let quantile = Quantile { kind, ..quantile.clone() };
        let picks = picks(plan.node(id).dtype);
        let found = match &quantile.groups {
            Some(groups) => of_groups(&values, pulled.start[groups.axis], &quantile, groups, region, picks)?,
            None => summarised(&values, &quantile, picks),
        };
        if let Ok(values) = Arc::try_unwrap(values) {
            self.executor.pool.give(values);
        }
        self.quantile_chunk(id, found, region)
    }

    /// Quantiles that the passes of a selection found, of values of a dtype.
    pub fn selected(
        &mut self,
        id: NodeId,
        (kind, dtype): (usize, DType),
        region: &Region,
    ) -> Result<Chunk, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let (last, pulled) = input_regions(plan, plan.node(id), region).remove(0);
        let rows = self.evaluate(last, &pulled)?;
        let Operation::SelectionPass(pass) = &plan.node(last).operation else {
            unreachable!("the last pass of a selection is what quantiles are selected by")
        };
        let rows = rows.as_slice::<u64>().expect("rows are uint64");
        let found = match picks(plan.node(id).dtype) {
            true => selection::picked(rows, &pass.kinds, kind, region.range(0), dtype),
            false => Buffer::Float64(selection::selected(rows, &pass.kinds, kind, region.range(0), dtype)),
        };
        self.quantile_chunk(id, found, region)
    }

    /// Quantiles in the dtype of their node.
    fn quantile_chunk(&self, id: NodeId, found: Buffer, region: &Region) -> Result<Chunk, ExecuteError> {
        let (dtype, count) = (self.executor.computation().plan.node(id).dtype, found.len());
        if found.storage() == dtype.storage() {
            return Ok(Chunk::new(dtype, region.shape.clone(), found)?);
        }
        let mut rounded = Buffer::zeros(dtype.storage(), count);
        elementwise::cast(DType::Float64, dtype, &found, &mut rounded, count);
        Ok(Chunk::new(dtype, region.shape.clone(), rounded)?)
    }
}

/// Whether quantiles of a dtype are values as they are: numbers of 64 bits wouldn't survive `float64`.
fn picks(dtype: DType) -> bool {
    !dtype.is_float()
}

fn summarised(values: &Chunk, quantile: &Quantile, picks: bool) -> Buffer {
    match picks {
        true => picked(values, &quantile.axes, &quantile.kind, quantile.skip_missing),
        false => Buffer::Float64(quantiles(values, &quantile.axes, &quantile.kind, quantile.skip_missing)),
    }
}

/// Quantiles of the groups of a region, from values that begin at a position of the grouped axis.
fn of_groups(
    values: &Chunk,
    start: usize,
    quantile: &Quantile,
    groups: &Groups,
    region: &Region,
    picks: bool,
) -> Result<Buffer, ExecuteError> {
    let kept = quantile.kept_axes(values.ndim());
    let place = 1 + kept.iter().position(|axis| *axis == groups.axis).expect("the axis of groups is kept");
    let outer: usize = region.shape[..place].iter().product();
    let inner: usize = region.shape[place + 1..].iter().product();
    let length = region.shape[place];
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); length];
    for position in start..start + values.shape()[groups.axis] {
        if let Some(group) = groups.find(position, &region.range(place)) {
            members[group - region.start[place]].push(position - start);
        }
    }
    let storage = if picks { values.dtype().storage() } else { DType::Float64.storage() };
    let mut results = Buffer::zeros(storage, outer * length * inner);
    with_buffer!(&mut results, results => {
        for (group, positions) in members.iter().enumerate() {
            let part = summarised(&gather(values, groups.axis, positions)?, quantile, picks);
            let part = Element::slice(&part).expect("groups have quantiles of one dtype");
            for (row, found) in part.chunks_exact(inner.max(1)).enumerate() {
                results[(row * length + group) * inner..][..inner].clone_from_slice(found);
            }
        }
    });
    Ok(results)
}

/// The values at positions along an axis.
pub fn gather(values: &Chunk, axis: usize, positions: &[usize]) -> Result<Chunk, ExecuteError> {
    let mut shape = values.shape().to_vec();
    let length = std::mem::replace(&mut shape[axis], positions.len());
    let inner: usize = shape[axis + 1..].iter().product();
    let outer: usize = shape[..axis].iter().product();
    let mut taken = Buffer::with_capacity(values.dtype().storage(), outer * positions.len() * inner);
    with_buffer!(values.data(), source => {
        let taken = Element::vector_mut(&mut taken).expect("the result has the input's storage");
        for row in 0..outer {
            for &position in positions {
                let start = (row * length + position) * inner;
                taken.extend_from_slice(&source[start..start + inner]);
            }
        }
    });
    Ok(Chunk::new(values.dtype(), shape, taken)?)
}
