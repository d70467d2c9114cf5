//! Windows, and functions along whole axes, inside a task.

use super::ExecuteError;
use super::evaluate::Evaluation;
use crate::array::{Chunk, Region, Scalar};
use crate::kernels::scan::scan;
use crate::kernels::window::{constructed, disjoint, medians, overlapping};
use crate::plan::{NodeId, Scan, Window, WindowSummary};
use crate::task::input_regions;

impl Evaluation<'_> {
    /// A region of windows.
    pub fn windows(&mut self, id: NodeId, window: &Window, region: &Region) -> Result<Chunk, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let (input, pulled) = input_regions(plan, plan.node(id), region).remove(0);
        let values = self.evaluate(input, &pulled)?;
        let spans = window.spans(region, &pulled);
        Ok(match &window.summary {
            WindowSummary::Reduce { name, options, min_count } if window.is_disjoint() && *min_count == 0 => {
                disjoint(&values, &spans, name, *options)
            }
            WindowSummary::Reduce { name, options, min_count } => {
                overlapping(&values, &spans, name, *options, *min_count)
            }
            WindowSummary::Median { skip_missing, min_count } => medians(&values, &spans, *skip_missing, *min_count),
            WindowSummary::Values { fill } => {
                let held: Vec<_> = (values.ndim()..region.ndim()).map(|axis| region.range(axis)).collect();
                let missing = if values.dtype().is_time() {
                    Scalar::Int(crate::array::DType::NOT_A_TIME)
                } else {
                    Scalar::Float(f64::NAN)
                };
                constructed(&values, &spans, &held, fill.as_ref().unwrap_or(&missing))
            }
        }?)
    }

    /// A region of a function along an axis.
    pub fn scanned(&mut self, id: NodeId, function: &Scan, region: &Region) -> Result<Chunk, ExecuteError> {
        let plan = &self.executor.computation().plan;
        let (input, pulled) = input_regions(plan, plan.node(id), region).remove(0);
        let values = self.evaluate(input, &pulled)?;
        let scanned = scan(&values, function.axis, &function.kind)?;
        if region.range(function.axis) == pulled.range(function.axis) {
            return Ok(scanned);
        }
        let mut start = vec![0; region.ndim()];
        start[function.axis] = region.start[function.axis];
        Ok(scanned.extract(&Region::new(start, region.shape.clone())))
    }
}
