//! Elements under other positions, inside a task: merged and split axes, and points.

use super::ExecuteError;
use super::evaluate::Evaluation;
use super::quantiles::gather;
use crate::array::{Chunk, Region, row_major_strides};
use crate::plan::{NodeId, Points, Reshape};
use std::sync::Arc;

impl Evaluation<'_> {
    /// A region of merged or split axes.
    pub fn reshaped(&mut self, id: NodeId, reshape: &Reshape, region: &Region) -> Result<Chunk, ExecuteError> {
        let computation = self.executor.computation().clone();
        let node = computation.plan.node(id);
        if region.is_empty() {
            return Ok(Chunk::zeros(node.dtype, region.shape.clone()));
        }
        let pulled = reshape.input_region(region);
        let values = self.evaluate(node.inputs[0], &pulled)?;
        if !reshape.merges {
            let positions = reshape.split_positions(region);
            return Ok(gather(&values, reshape.axis, &positions)?.reshaped(region.shape.clone())?);
        }
        let mut shape = region.shape.clone();
        let merged = reshape.axis..reshape.axis + reshape.lengths.len();
        shape[reshape.axis] = pulled.shape[merged].iter().product();
        let values = Arc::unwrap_or_clone(values).reshaped(shape)?;
        if values.shape() == region.shape {
            return Ok(values);
        }
        let mut start = vec![0; region.ndim()];
        start[reshape.axis] = reshape.merged_start(region, &pulled);
        Ok(values.extract(&Region::new(start, region.shape.clone())))
    }

    /// A region of elements at points, one chunk of the input after another.
    pub fn points(&mut self, id: NodeId, points: &Points, region: &Region) -> Result<Chunk, ExecuteError> {
        let computation = self.executor.computation().clone();
        let node = computation.plan.node(id);
        let input = node.inputs[0];
        let mut result = Chunk::zeros(node.dtype, region.shape.clone());
        if region.is_empty() {
            return Ok(result);
        }
        let kept = points.result_axes(computation.plan.node(input).shape.len());
        let along = kept.iter().position(|&axis| axis == points.axes[0]).unwrap_or(0);
        let target_strides = row_major_strides(&region.shape);
        for found in points.by_chunk(region, &computation.plan.node(input).grid) {
            let values = self.evaluate(input, &found.region)?;
            let strides = row_major_strides(&found.region.shape);
            let mut offsets = vec![(0, 0)];
            for (position, &axis) in kept.iter().enumerate().filter(|(position, _)| *position != along) {
                let step = |(from, to): (usize, usize)| {
                    let (from_step, to_step) = (strides[axis], target_strides[position]);
                    (0..region.shape[position]).map(move |index| (from + index * from_step, to + index * to_step))
                };
                offsets = offsets.into_iter().flat_map(step).collect();
            }
            let (mut from, mut to) = (Vec::new(), Vec::new());
            for &point in &found.points {
                let place = |(&axis, positions): (&usize, &Vec<usize>)| {
                    (positions[point] - found.region.start[axis]) * strides[axis]
                };
                let source: usize = points.axes.iter().zip(points.positions.iter()).map(place).sum();
                let target = (point - region.start[along]) * target_strides[along];
                from.extend(offsets.iter().map(|(offset, _)| source + offset));
                to.extend(offsets.iter().map(|(_, offset)| target + offset));
            }
            let count = from.len();
            result.scatter(&to, &values.gather(&from, vec![count]));
        }
        Ok(result)
    }
}
