//! `coarsen`: windows side by side along dimensions, each of which becomes one label.

use super::error::tuple;
use super::missing::missing_value;
use super::reduce::ReduceOptions;
use super::shift::{PadMode, PadValues};
use super::{Attributes, DataArray, Dataset, DatasetError, Variable};
use crate::array::DType;
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::window::{Span, disjoint, medians};
use crate::plan::{Array, Window, WindowAxis, WindowSummary};
use indexmap::IndexMap;

/// What becomes of values that don't fill a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Boundary {
    /// There may be none.
    #[default]
    Exact,
    /// They are left out.
    Trim,
    /// Their window is filled up with missing values.
    Pad,
}

/// Windows along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The dimension.
    pub dimension: String,
    /// Values of a window.
    pub size: usize,
    /// What becomes of the rest.
    pub boundary: Boundary,
    /// Whether windows are counted from the end, so that the rest lies at the beginning.
    pub from_end: bool,
}

/// Windows along some dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coarsening {
    blocks: Vec<Block>,
    /// Reductions of coordinates, by name; means by default.
    coordinates: IndexMap<String, String>,
}

impl Block {
    /// The windows of an axis of a length.
    pub(super) fn window(&self, axis: usize, length: usize) -> Result<WindowAxis, DatasetError> {
        let size = self.size;
        let rest = length % size;
        let (count, before) = match self.boundary {
            Boundary::Exact if rest != 0 => return Err(DatasetError::InexactBlocks { size: length, window: size }),
            Boundary::Pad if rest != 0 && self.from_end => (length / size + 1, size - rest),
            Boundary::Pad => (length.div_ceil(size), 0),
            Boundary::Exact | Boundary::Trim => (length / size, 0),
        };
        Ok(WindowAxis { axis, size, step: size, before, count })
    }

    /// Values at the beginning that are left out.
    fn skipped(&self, length: usize) -> usize {
        if self.boundary == Boundary::Trim && self.from_end { length % self.size } else { 0 }
    }
}

impl Block {
    /// Values along an axis without those at the beginning that are left out.
    pub(super) fn trimmed(&self, data: &Array, axis: usize) -> Result<Array, DatasetError> {
        let length = data.shape()[axis];
        let skipped = self.skipped(length);
        if skipped == 0 {
            return Ok(data.clone());
        }
        let slice = crate::plan::AxisSlice { start: skipped, step: 1, count: length - skipped };
        super::gather::pick(data, axis, &super::gather::Positions::Slice(slice))
    }
}

impl Coarsening {
    /// Windows over an object of these dimensions.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or a size is 0.
    pub fn new(
        blocks: Vec<Block>,
        coordinates: IndexMap<String, String>,
        dims: &[String],
        class: &'static str,
    ) -> Result<Coarsening, DatasetError> {
        let missing: Vec<&String> =
            blocks.iter().map(|block| &block.dimension).filter(|name| !dims.contains(name)).collect();
        if !missing.is_empty() {
            let (missing, expected) = (tuple(&missing), tuple(dims));
            return Err(DatasetError::WindowDimensions { missing, class, expected, is_key: false });
        }
        match blocks.iter().find(|block| block.size == 0) {
            Some(block) => Err(DatasetError::BlockSize { dimension: block.dimension.clone() }),
            None => Ok(Coarsening { blocks, coordinates }),
        }
    }

    /// The windows.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// A reduction of the windows of a variable; in memory where the variable is.
    fn reduce(&self, variable: &Variable, name: &str, options: ReduceOptions) -> Result<Variable, DatasetError> {
        let attributes = if options.keep_attrs { variable.attributes.clone() } else { Attributes::new() };
        let mut data = variable.data.clone();
        let mut axes = Vec::new();
        for block in &self.blocks {
            let Some(axis) = variable.axis(&block.dimension) else { continue };
            data = block.trimmed(&data, axis)?;
            axes.push(block.window(axis, data.shape()[axis])?);
        }
        if axes.is_empty() {
            return Ok(Variable { attributes, ..variable.clone() });
        }
        let is_padded = axes.iter().any(|window| window.count * window.size > data.shape()[window.axis]);
        if is_padded && !data.dtype().is_float() {
            let dtype = data.dtype();
            let missing = DatasetError::NoMissingValue { operation: "coarsen(boundary='pad')", dtype };
            data = cast(&data, missing_value(dtype).ok_or(missing)?.0)?;
        }
        let skip_missing = options.skipna.unwrap_or(!data.dtype().is_time() || matches!(name, "mean" | "count"));
        if is_padded && !skip_missing && data.dtype().is_time() {
            data = padded(variable.with_data(data), &mut axes)?;
        }
        let kernel = ReductionOptions { skip_missing, ddof: options.ddof };
        let reduced = match data.in_memory_values() {
            Some(values) => {
                let span = |window: &WindowAxis| {
                    let WindowAxis { axis, size, step, before, count } = *window;
                    Span { axis, size, step, count, number: 0, first: -(before as isize) }
                };
                let spans: Vec<Span> = axes.iter().map(span).collect();
                Array::in_memory(match name {
                    "median" => medians(values, &spans, skip_missing, 0)?,
                    _ => disjoint(values, &spans, name, kernel)?,
                })
            }
            None => {
                let summary = match name {
                    "median" => WindowSummary::Median { skip_missing, min_count: 0 },
                    _ => WindowSummary::Reduce { name: name.to_owned(), options: kernel, min_count: 0 },
                };
                data.window(Window { axes, summary })?
            }
        };
        let coarse = Variable::new(variable.dims.clone(), reduced)?.with_attributes(attributes);
        Ok(coarse)
    }
}

/// Values with missing ones where windows reach beyond their ends.
fn padded(mut variable: Variable, axes: &mut [WindowAxis]) -> Result<Array, DatasetError> {
    for window in axes {
        let after = window.count * window.size - window.before - variable.data.shape()[window.axis];
        let mode = PadMode::Constant(PadValues::Missing);
        variable = variable.pad("", window.axis, [window.before, after], &mode)?;
        window.before = 0;
    }
    Ok(variable.data)
}

/// Another dtype, in memory where the array is.
fn cast(data: &Array, dtype: DType) -> Result<Array, DatasetError> {
    Ok(match data.in_memory_values() {
        Some(values) => Array::in_memory(super::key::cast_labels(values, dtype)?.reshaped(values.shape().to_vec())?),
        None => data.cast(dtype)?,
    })
}

impl Dataset {
    /// A reduction of windows side by side of every data variable; coordinates are reduced by their own, means by default.
    ///
    /// # Errors
    /// Where a dimension isn't a multiple of its windows and must be, or a reduction isn't defined for a dtype.
    pub fn coarsen(
        &self,
        coarsening: &Coarsening,
        name: &str,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        let reduce = |variable: &Variable, name: &str, options: ReduceOptions| -> Result<Variable, DatasetError> {
            let reduced = coarsening.reduce(variable, name, options)?;
            Ok(Variable { encoding: variable.encoding.clone(), ..reduced })
        };
        let mut reduced = self.map_data(|_, variable| reduce(variable, name, options))?;
        let of_coordinates = ReduceOptions { skipna: None, ddof: 0, ..options };
        for (coordinate, variable) in &mut reduced.coordinates {
            let own = coarsening.coordinates.get(coordinate).map_or("mean", String::as_str);
            if variable.levels().is_some() {
                let name = coordinate.clone();
                return Err(DatasetError::LevelsUnsupported { name, operation: "coarsening it" });
            }
            *variable = reduce(variable, own, of_coordinates)?;
        }
        if !options.keep_attrs {
            reduced.attributes.clear();
        }
        Ok(reduced)
    }
}

impl DataArray {
    /// A reduction of windows side by side; coordinates are reduced by their own, means by default.
    ///
    /// # Errors
    /// Where a dimension isn't a multiple of its windows and must be, or the reduction isn't defined for the dtype.
    pub fn coarsen(
        &self,
        coarsening: &Coarsening,
        name: &str,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        let reduced = self.like(self.as_dataset().coarsen(coarsening, name, options)?);
        // As in xarray, where the array is made anew and variables of datasets aren't.
        Ok(DataArray { variable: reduced.variable.without_encoding(), ..reduced })
    }
}
