//! Windows of neighbouring values, as nodes know them.

use super::{Array, Operation, PlanError};
use crate::array::{AxisChunks, ChunkGrid, DType, Region, Scalar};
use crate::kernels::KernelError;
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::{self, ReductionOptions};
use crate::kernels::window::Span;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Windows along one axis: that of index `i` has the values from `i * step - before` on, as far as there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WindowAxis {
    /// The axis.
    pub axis: usize,
    /// Values of a window.
    pub size: usize,
    /// Values from the start of a window to that of the next.
    pub step: usize,
    /// Values by which the first window starts before the first value.
    pub before: usize,
    /// Number of windows.
    pub count: usize,
}

/// What becomes of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WindowSummary {
    /// A reduction by its registered name; NaN where fewer values aren't missing.
    Reduce {
        /// The name.
        name: String,
        /// Its options.
        options: ReductionOptions,
        /// Fewest values.
        min_count: usize,
    },
    /// The median; NaN where fewer values aren't missing.
    Median {
        /// Leave NaN out.
        skip_missing: bool,
        /// Fewest values.
        min_count: usize,
    },
    /// Its values, along a last axis for each axis of windows; where there are none, this one, or a missing one.
    Values {
        /// What stands for no value.
        fill: Option<Scalar>,
    },
}

/// Windows along some axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The axes, each once.
    pub axes: Vec<WindowAxis>,
    /// What becomes of each window.
    pub summary: WindowSummary,
}

impl Window {
    /// Whether windows lie side by side along every axis.
    pub fn is_disjoint(&self) -> bool {
        self.axes.iter().all(|window| window.step == window.size)
    }

    /// The region of its input that a region of windows has.
    pub fn input_region(&self, region: &Region, input_shape: &[usize]) -> Region {
        let mut ranges: Vec<Range<usize>> = (0..input_shape.len()).map(|axis| region.range(axis)).collect();
        for (number, window) in self.axes.iter().enumerate() {
            let windows = region.range(window.axis);
            let values = match self.summary {
                WindowSummary::Values { .. } => region.range(input_shape.len() + number),
                _ => 0..window.size,
            };
            let clip = |position: usize| position.saturating_sub(window.before).min(input_shape[window.axis]);
            ranges[window.axis] = match windows.is_empty() || values.is_empty() {
                true => 0..0,
                false => {
                    let start = clip(windows.start * window.step + values.start);
                    start..clip((windows.end - 1) * window.step + values.end).max(start)
                }
            };
        }
        Region::from_ranges(ranges)
    }

    /// A region of the input as large as that of any region of windows of this shape.
    pub fn largest_input(&self, shape: &[usize], input_shape: &[usize]) -> Region {
        let mut lengths = shape[..input_shape.len()].to_vec();
        for window in &self.axes {
            let windows = shape[window.axis];
            let held = if windows == 0 { 0 } else { (windows - 1) * window.step + window.size };
            lengths[window.axis] = held.min(input_shape[window.axis]);
        }
        Region::whole(&lengths)
    }

    /// The windows of a region along each axis, over values from the start of a region of the input.
    pub fn spans(&self, region: &Region, input: &Region) -> Vec<Span> {
        let span = |window: &WindowAxis| {
            let windows = region.range(window.axis);
            Span {
                axis: window.axis,
                size: window.size,
                step: window.step,
                count: windows.len(),
                number: windows.start,
                first: (windows.start * window.step) as isize
                    - window.before as isize
                    - input.start[window.axis] as isize,
            }
        };
        self.axes.iter().map(span).collect()
    }

    /// Chunks of the result, from those of the input.
    pub fn output_grid(&self, input: &ChunkGrid) -> ChunkGrid {
        let mut axes = input.axes().to_vec();
        for window in &self.axes {
            let own = &axes[window.axis];
            axes[window.axis] = match window.step == 1 && window.count == own.length() {
                true => own.clone(),
                false => AxisChunks::regular(window.count, (own.max_size() / window.step.max(1)).max(1)),
            };
        }
        if let WindowSummary::Values { .. } = self.summary {
            axes.extend(self.axes.iter().map(|window| AxisChunks::regular(window.size, window.size)));
        }
        ChunkGrid::new(axes)
    }

    fn result_dtype(&self, input: DType) -> Result<DType, KernelError> {
        match &self.summary {
            WindowSummary::Reduce { name, min_count, .. } => {
                let found = reduction::find(name)?;
                let undefined = || KernelError::UndefinedFor { operation: found.name, dtypes: vec![input] };
                let dtype = found.reduction.result_dtype(input).ok_or_else(undefined)?;
                Ok(if *min_count > 0 && !dtype.is_float() { DType::Float64 } else { dtype })
            }
            WindowSummary::Median { .. } => QuantileKind::Median.result_dtype(input),
            WindowSummary::Values { .. } => Ok(input),
        }
    }
}

impl Array {
    /// A summary of windows along axes. A task holds the values of its windows, those that neighbouring tasks have too
    /// included.
    ///
    /// # Errors
    /// Where an axis doesn't exist, or the summary isn't defined for the dtype.
    ///
    /// # Panics
    /// Where windows have no values, or neither follow one another by one value nor lie side by side.
    pub fn window(&self, window: Window) -> Result<Array, PlanError> {
        window.axes.iter().try_for_each(|window| self.check_axis(window.axis))?;
        let is_regular = |window: &WindowAxis| window.size > 0 && (window.step == 1 || window.step == window.size);
        assert!(window.axes.iter().all(is_regular), "windows follow one another by one value, or lie side by side");
        let dtype = window.result_dtype(self.dtype())?;
        if let WindowSummary::Values { fill: Some(fill) } = &window.summary {
            fill.to_buffer(dtype)?;
        }
        let grid = window.output_grid(self.grid());
        Ok(Array::new(Operation::Window(window), vec![self.clone()], dtype, grid))
    }
}
