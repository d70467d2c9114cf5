//! `rolling`: windows that move along dimensions, one for each label.

use super::error::tuple;
use super::missing::missing_value;
use super::reduce::ReduceOptions;
use super::{Attributes, DataArray, Dataset, DatasetError, Variable};
use crate::array::{AxisChunks, ChunkGrid, DType, Scalar};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, Window, WindowAxis, WindowSummary};

/// Windows along some dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolling {
    windows: Vec<Moving>,
    min_count: usize,
}

/// Windows along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// The dimension.
    pub dimension: String,
    /// Values of a window.
    pub size: usize,
    /// Whether a window's label is that in its middle, not its last.
    pub center: bool,
}

impl Moving {
    /// Values by which a window starts before its label.
    fn before(&self) -> usize {
        if self.center { self.size / 2 } else { self.size - 1 }
    }
}

impl Rolling {
    /// Windows over an object of these dimensions; their results need so many values, by default all.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or a size or the least number of values is 0.
    pub fn new(
        windows: Vec<Moving>,
        min_count: Option<usize>,
        dims: &[String],
        class: &'static str,
    ) -> Result<Rolling, DatasetError> {
        let missing: Vec<&String> =
            windows.iter().map(|window| &window.dimension).filter(|name| !dims.contains(name)).collect();
        if !missing.is_empty() {
            let (missing, expected) = (tuple(&missing), tuple(dims));
            return Err(DatasetError::WindowDimensions { missing, class, expected, is_key: true });
        }
        if windows.iter().any(|window| window.size == 0) {
            return Err(DatasetError::WindowSize);
        }
        if min_count == Some(0) {
            return Err(DatasetError::MinimalCount);
        }
        let min_count = min_count.unwrap_or_else(|| windows.iter().map(|window| window.size).product());
        Ok(Rolling { windows, min_count })
    }

    /// The windows, as xarray shows them.
    pub fn windows(&self) -> &[Moving] {
        &self.windows
    }

    /// Fewest values of a window.
    pub fn min_count(&self) -> usize {
        self.min_count
    }

    /// Windows along those of the dimensions that a variable has.
    fn axes(&self, variable: &Variable) -> Vec<WindowAxis> {
        let axis = |window: &Moving| {
            let axis = variable.axis(&window.dimension)?;
            let count = variable.data.shape()[axis];
            Some(WindowAxis { axis, size: window.size, step: 1, before: window.before(), count })
        };
        self.windows.iter().filter_map(axis).collect()
    }

    /// A reduction of the windows of a variable.
    fn reduce(&self, variable: &Variable, name: &str, options: ReduceOptions) -> Result<Variable, DatasetError> {
        let attributes = if options.keep_attrs { variable.attributes.clone() } else { Attributes::new() };
        let axes = self.axes(variable);
        if axes.is_empty() {
            return Ok(Variable::new(variable.dims.clone(), variable.data.clone())?.with_attributes(attributes));
        }
        let dtype = variable.dtype();
        if !dtype.is_numeric() {
            let name = name.to_owned();
            return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "rolling" });
        }
        // Integers are summed as such, and have NaN where there are too few; all else meets NaN beyond the ends.
        let float = match missing_value(dtype) {
            _ if dtype.is_float() => dtype,
            Some((float, _)) if !matches!(name, "sum" | "prod" | "mean" | "count") => float,
            _ => DType::Float64,
        };
        // As in xarray, all others put the value that changes nothing in place of missing ones.
        let may_keep = matches!(name, "std" | "var" | "median");
        let skip_missing = options.skipna.unwrap_or(true) || !may_keep;
        // Windows that aren't whole have missing values beyond the ends.
        let min_count = if skip_missing { self.min_count } else { axes.iter().map(|axis| axis.size).product() };
        let kernel = ReductionOptions { skip_missing, ddof: options.ddof };
        let summary = match name {
            "median" => WindowSummary::Median { skip_missing, min_count },
            _ => WindowSummary::Reduce { name: name.to_owned(), options: kernel, min_count },
        };
        let data = variable.data.cast(float)?.window(Window { axes, summary })?;
        Ok(Variable::new(variable.dims.clone(), data)?.with_attributes(attributes))
    }

    /// The windows of a variable, each along a new last dimension; every `strides`-th of them.
    fn construct(&self, variable: &Variable, how: &Construction) -> Result<Variable, DatasetError> {
        let axes = self.axes(variable);
        let attributes = if how.keep_attrs { variable.attributes.clone() } else { Attributes::new() };
        let mut dims = variable.dims.clone();
        for (window, name) in self.windows.iter().zip(&how.dims) {
            if variable.axis(&window.dimension).is_some() {
                dims.push(name.clone());
            }
        }
        let data = match &how.fill {
            Some(_) => variable.data.clone(),
            None => {
                let dtype = variable.dtype();
                let missing = DatasetError::NoMissingValue { operation: "windows beyond the ends", dtype };
                variable.data.cast(missing_value(dtype).ok_or(missing)?.0)?
            }
        };
        let summary = WindowSummary::Values { fill: how.fill.clone() };
        let data =
            if axes.is_empty() { data } else { in_chunks_of_windows(data, &axes).window(Window { axes, summary })? };
        Ok(Variable::new(dims, data)?.with_attributes(attributes))
    }
}

/// An array in the chunks along windows that Dask gives them; what isn't in chunks stays whole.
fn in_chunks_of_windows(data: Array, windows: &[WindowAxis]) -> Array {
    if data.is_unchunked() {
        return data;
    }
    let mut axes = data.grid().axes().to_vec();
    for window in windows.iter().filter(|window| window.count > 0) {
        axes[window.axis] = chunks_of_windows(&axes[window.axis], window);
    }
    data.rechunk(ChunkGrid::new(axes))
}

/// Chunks of windows as Dask cuts them: the axis is padded by a chunk at each side, chunks shorter than a window are joined
/// to those before, and the last one, which all windows of it have to start in, loses the rest of a window.
fn chunks_of_windows(chunks: &AxisChunks, window: &WindowAxis) -> AxisChunks {
    let rest = window.size - 1;
    let padded: Vec<usize> = [window.before]
        .into_iter()
        .chain(chunks.sizes())
        .chain([rest - window.before])
        .filter(|&length| length > 0)
        .collect();
    let mut long = no_shorter_than(window.size, &padded);
    if let Some(last) = long.last_mut() {
        *last -= rest;
    }
    AxisChunks::from_sizes(&long)
}

/// Chunks of which none is shorter than `least`, as Dask joins them: a short one completes what comes before it, of which
/// as much as both have to spare stays a chunk of its own. All together have at least that length.
fn no_shorter_than(least: usize, chunks: &[usize]) -> Vec<usize> {
    if chunks.iter().all(|&length| length >= least) {
        return chunks.to_vec();
    }
    let mut joined = Vec::new();
    let mut open = 0;
    for &length in chunks {
        if length < least {
            let lacking = least - length;
            if open > least + lacking {
                joined.push(open - lacking);
                open = least;
            } else {
                open += length;
            }
        }
        if open >= least {
            joined.push(open);
            open = 0;
        }
        if length >= least {
            open += length;
        }
    }
    match joined.last_mut() {
        Some(last) if open < least => *last += open,
        _ => joined.push(open),
    }
    joined
}

/// How windows become dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Construction {
    /// Names of the new dimensions, one for each window.
    pub dims: Vec<String>,
    /// What stands for values beyond the ends; by default missing ones.
    pub fill: Option<Scalar>,
    /// Whether attributes stay.
    pub keep_attrs: bool,
}

impl Dataset {
    /// A reduction of windows of every data variable that has a dimension of them: `"mean"`, `"std"`, `"median"`, ...
    ///
    /// # Errors
    /// Where the reduction isn't defined for a dtype.
    pub fn roll_windows(&self, rolling: &Rolling, name: &str, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        let mut reduced = self.map_data(|_, variable| rolling.reduce(variable, name, options))?;
        if !options.keep_attrs {
            reduced.attributes.clear();
        }
        Ok(reduced)
    }

    /// Windows of every data variable along new last dimensions.
    ///
    /// # Errors
    /// Where a dtype has no missing values and no other is given, or a dimension exists already.
    pub fn construct_windows(&self, rolling: &Rolling, how: &Construction) -> Result<Dataset, DatasetError> {
        self.map_data(|_, variable| rolling.construct(variable, how))
    }
}

impl DataArray {
    /// A reduction of windows: `"mean"`, `"std"`, `"median"`, ... `float32` stays that, all else becomes a float.
    ///
    /// # Errors
    /// Where the reduction isn't defined for the dtype.
    pub fn roll_windows(
        &self,
        rolling: &Rolling,
        name: &str,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().roll_windows(rolling, name, options)?))
    }

    /// Windows along new last dimensions.
    ///
    /// # Errors
    /// Where the dtype has no missing values and no other is given, or a dimension exists already.
    pub fn construct_windows(&self, rolling: &Rolling, how: &Construction) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().construct_windows(rolling, how)?))
    }
}
