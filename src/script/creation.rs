//! Arrays that are made of nothing but numbers, for `numpy` and `dask.array` alike: `zeros`, `full`, `arange`, ...

use super::arguments::Arguments;
use super::convert;
use super::errors::plan_exception;
use super::operand::Operand;
use crate::array::{ChunkGrid, DType, Scalar, Shape};
use crate::kernels::generate::Generator;
use crate::plan::Array;
use rustpython_vm::{PyObjectRef, PyResult};

/// What to make.
pub(super) struct Recipe {
    /// The rule of the values.
    pub generator: Generator,
    /// Element type.
    pub dtype: DType,
    /// Length along each axis.
    pub shape: Shape,
}

impl Recipe {
    /// The array, under a chunk grid.
    pub fn array(self, grid: ChunkGrid) -> Array {
        Array::generated(self.generator, self.dtype, grid)
    }

    /// The array as one chunk.
    pub fn whole(self) -> Array {
        let grid = ChunkGrid::single(&self.shape);
        self.array(grid)
    }
}

/// Functions that fill a shape with one value: name and value.
pub(super) const FILLERS: &[(&str, i64)] = &[("zeros", 0), ("ones", 1), ("empty", 0)];

/// The same after the shape of another array.
pub(super) const FILLERS_LIKE: &[(&str, i64)] = &[("zeros_like", 0), ("ones_like", 1), ("empty_like", 0)];

/// `shape!, dtype`: one value everywhere.
///
/// # Errors
/// Where shape or dtype are none.
pub(super) fn filled(value: i64, arguments: &Arguments<'_>) -> PyResult<Recipe> {
    let dtype = dtype_or(arguments, DType::Float64)?;
    recipe(Scalar::Int(value), dtype, convert::shape(arguments.required("shape"), arguments.vm)?, arguments)
}

/// `shape!, fill_value!, dtype`: a value of the caller's.
///
/// # Errors
/// Where shape, value or dtype are none.
pub(super) fn full(arguments: &Arguments<'_>) -> PyResult<Recipe> {
    let (value, own) = scalar(arguments.required("fill_value"), arguments)?;
    let dtype = dtype_or(arguments, own)?;
    let value = super::numpy::cast_scalar(&value, own, dtype, arguments.vm)?;
    recipe(value, dtype, convert::shape(arguments.required("shape"), arguments.vm)?, arguments)
}

/// `a!, dtype`: one value in the shape, and unless told otherwise the dtype, of another array.
///
/// # Errors
/// Where the array is none.
pub(super) fn filled_like(value: i64, model: &Array, arguments: &Arguments<'_>) -> PyResult<Recipe> {
    recipe(Scalar::Int(value), dtype_or(arguments, model.dtype())?, model.shape().to_vec(), arguments)
}

/// `a!, fill_value!, dtype`: a value of the caller's in the shape, and unless told otherwise the dtype, of another array.
///
/// # Errors
/// Where the array or the value is none.
pub(super) fn full_like(model: &Array, arguments: &Arguments<'_>) -> PyResult<Recipe> {
    let (value, own) = scalar(arguments.required("fill_value"), arguments)?;
    let dtype = dtype_or(arguments, model.dtype())?;
    let value = super::numpy::cast_scalar(&value, own, dtype, arguments.vm)?;
    recipe(value, dtype, model.shape().to_vec(), arguments)
}

/// `start!, stop, step, dtype`: equally spaced values, the stop excluded.
///
/// # Errors
/// Where a bound is no number or the step is 0.
pub(super) fn arange(arguments: &Arguments<'_>) -> PyResult<Recipe> {
    let vm = arguments.vm;
    let zero = || vm.ctx.new_int(0).into();
    let (start, stop) = match arguments.get("stop") {
        Some(stop) => (arguments.required("start").clone(), stop.clone()),
        None => (zero(), arguments.required("start").clone()),
    };
    let step = arguments.get("step").cloned().unwrap_or_else(|| vm.ctx.new_int(1).into());
    let [start, stop, step] = [scalar(&start, arguments)?.0, scalar(&stop, arguments)?.0, scalar(&step, arguments)?.0];
    let (Some(first), Some(last), Some(distance)) = (start.as_f64(), stop.as_f64(), step.as_f64()) else {
        return Err(vm.new_type_error("arange needs numbers"));
    };
    if distance == 0.0 {
        return Err(vm.new_zero_division_error("arange with a step of 0"));
    }
    let count = ((last - first) / distance).ceil().max(0.0) as usize;
    let whole = [&start, &stop, &step].iter().all(|value| !matches!(value, Scalar::Float(_)));
    let dtype = dtype_or(arguments, if whole { DType::Int64 } else { DType::Float64 })?;
    Ok(Recipe { generator: Generator::Arange { start, step }, dtype, shape: vec![count] })
}

fn dtype_or(arguments: &Arguments<'_>, default: DType) -> PyResult<DType> {
    arguments.get("dtype").map_or(Ok(default), |dtype| convert::dtype(dtype, arguments.vm))
}

fn recipe(value: Scalar, dtype: DType, shape: Shape, arguments: &Arguments<'_>) -> PyResult<Recipe> {
    value.to_buffer(dtype).map_err(|error| plan_exception(error.into(), arguments.vm))?;
    Ok(Recipe { generator: Generator::Full(value), dtype, shape })
}

/// A value and the dtype that it comes with.
fn scalar(object: &PyObjectRef, arguments: &Arguments<'_>) -> PyResult<(Scalar, DType)> {
    let vm = arguments.vm;
    match Operand::expect(object, vm)? {
        Operand::Weak(value) => {
            let dtype = convert::default_dtype(&value);
            Ok((value, dtype))
        }
        _ => super::operand::single_value(object, vm).map(|(dtype, value)| (value, dtype)),
    }
}
