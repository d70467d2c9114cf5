//! `dask.array` functions along axes: positions of extremes, sums so far, differences, medians and quantiles,
//! averages, values in an order.

use super::creation::{self, by_numpy};
use super::statistics::lazy;
use crate::array::{Chunk, DType, Scalar};
use crate::dataset::{DataArray, Dims, ReduceOptions, Variable, quantile_method};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::quantile::{QuantileKind, QuantileMethod};
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::scan::ScanKind;
use crate::plan::{Array, AxisSlice, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::modules::Module;
use crate::script::operand::{self, Operand};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyFloat, PyInt, PyTuple};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, PyResult};

const ARG: &str = "a!, axis, keepdims, split_every~, out=None";
const SUM: &str = "x!, axis, dtype, out=None, method~";
/// NaN counts as a value.
pub(super) const EVERY_VALUE: ReductionOptions = ReductionOptions { skip_missing: false, ddof: 0 };

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, largest, skip) in
        [("argmin", false, false), ("argmax", true, false), ("nanargmin", false, true), ("nanargmax", true, true)]
    {
        module.function(name, ARG, move |arguments| position(largest, skip, arguments))?;
    }
    for (name, product, skip_missing) in
        [("cumsum", false, false), ("cumprod", true, false), ("nancumsum", false, true), ("nancumprod", true, true)]
    {
        let kind = if product { ScanKind::Product { skip_missing } } else { ScanKind::Sum { skip_missing } };
        module.function(name, SUM, move |arguments| so_far(&kind, arguments))?;
    }
    module.function("diff", "a!, n, axis, prepend, append", difference)?;
    for (name, skip) in [("median", false), ("nanmedian", true)] {
        module.function(name, "a!, axis, keepdims, out=None", move |arguments| {
            if arguments.get("axis").is_none() {
                return Err(arguments
                    .vm
                    .new_not_implemented_error("a median of all values would need them in one place: name axis="));
            }
            quantiles(QuantileKind::Median, true, skip, arguments)
        })?;
    }
    for (name, skip) in [("quantile", false), ("nanquantile", true)] {
        module.function(name, "a!, q!, axis, method, keepdims, out=None, weights=None", move |arguments| {
            of_probabilities(1.0, skip, arguments)
        })?;
    }
    module.function("percentile", "a!, q!, method, internal_method~, *, axis, keepdims", |arguments| {
        of_probabilities(100.0, false, arguments)
    })?;
    module.function("topk", "a!, k!, axis, split_every~", topk)?;
    module.function("unique", "ar!, return_index, return_inverse, return_counts", unique)?;
    module.function("average", "a!, axis, weights, returned=False, keepdims=False", average)?;
    module.function("ptp", "a!, axis", |arguments| {
        let array = lazy(arguments, "a")?;
        let axes = axes(arguments, array.ndim())?;
        let of = |name: &str| array.reduce(name, &axes, EVERY_VALUE);
        give(of("max").and_then(|largest| largest.binary(BinaryOp::Subtract, &of("min")?)), arguments)
    })?;
    module.function("count_nonzero", "a!, axis", |arguments| {
        let array = lazy(arguments, "a")?;
        let axes = axes(arguments, array.ndim())?;
        let is_set = array.cast(DType::Bool);
        give(is_set.and_then(|is_set| is_set.reduce("sum", &axes, ReductionOptions::default())), arguments)
    })
}

/// The axes that are meant: all by default.
pub(super) fn axes(arguments: &Arguments<'_>, ndim: usize) -> PyResult<Vec<usize>> {
    convert::axes(arguments.get("axis"), ndim, arguments.vm)
}

/// The Python object of a lazy result.
pub(super) fn give(result: Result<Array, PlanError>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    Operand::Lazy(result.map_err(|error| plan_exception(error, vm))?).into_object(vm)
}

/// A result with the axes that left it, of length 1, where `keepdims=` says so.
fn keeping(found: Array, axes: &[usize], arguments: &Arguments<'_>) -> PyResult {
    let mut found = found;
    if arguments.bool("keepdims")?.unwrap_or(false) {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        for axis in axes {
            found = found.insert_axis(axis).map_err(|error| plan_exception(error, arguments.vm))?;
        }
    }
    give(Ok(found), arguments)
}

fn position(largest: bool, skip: bool, arguments: &Arguments<'_>) -> PyResult {
    let array = lazy(arguments, "a")?;
    let axes = axes(arguments, array.ndim())?;
    let name = |axis: usize| format!("axis {axis}");
    let dims = (0..array.ndim()).map(name).collect();
    let reduced = Dims::Named(axes.iter().map(|&axis| name(axis)).collect());
    let options = ReduceOptions { skipna: Some(skip), ..ReduceOptions::default() };
    let found = Variable::new(dims, array)
        .and_then(|variable| DataArray::new(None, variable, IndexMap::new()))
        .and_then(|array| array.position_of_extreme(largest, &reduced, options));
    let found = found.map_err(|error| dataset_exception(error, arguments.vm))?;
    keeping(found.data().clone(), &axes, arguments)
}

fn so_far(kind: &ScanKind, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let mut array = lazy(arguments, "x")?;
    if let Some(dtype) = arguments.get("dtype") {
        array = array.cast(convert::dtype(dtype, vm)?).map_err(failed)?;
    }
    if arguments.get("axis").is_none() && array.ndim() != 1 {
        array = super::methods::in_a_row(&array).map_err(failed)?;
    }
    let axis = one_axis(arguments, array.ndim(), 0)?;
    give(array.scan(axis, kind.clone()), arguments)
}

/// One axis, the last by default.
pub(super) fn one_axis(arguments: &Arguments<'_>, ndim: usize, default: i64) -> PyResult<usize> {
    let vm = arguments.vm;
    let axis = arguments.get("axis").cloned().unwrap_or_else(|| default.to_pyobject(vm));
    convert::axis(&axis, ndim, vm)
}

/// What `prepend=` and `append=` put before and behind the values along an axis: single values as rows of them.
pub(in crate::script) fn with_ends(array: Array, axis: usize, arguments: &Arguments<'_>) -> PyResult<Array> {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let end = |name: &str| {
        let Some(object) = arguments.get(name) else { return Ok(None) };
        let end = creation::lazy(object, vm)?;
        let mut row = array.shape().to_vec();
        row[axis] = 1;
        if end.ndim() == 0 { end.broadcast_to(&row).map(Some).map_err(failed) } else { Ok(Some(end)) }
    };
    let (before, behind) = (end("prepend")?, end("append")?);
    let parts: Vec<Array> = before.into_iter().chain([array]).chain(behind).collect();
    Array::concatenate(&parts, axis).map_err(failed)
}

fn difference(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut array = lazy(arguments, "a")?;
    let axis = one_axis(arguments, array.ndim(), -1)?;
    array = with_ends(array, axis, arguments)?;
    for _ in 0..arguments.get("n").map_or(Ok(1), |n| convert::count(n, vm))? {
        let count = array.shape()[axis].saturating_sub(1);
        let part = |start: usize| {
            let mut slices: Vec<AxisSlice> = array.shape().iter().map(|&length| AxisSlice::whole(length)).collect();
            slices[axis] = AxisSlice { start: if count == 0 { 0 } else { start }, step: 1, count };
            array.slice(&slices)
        };
        let operation = if array.dtype() == DType::Bool { BinaryOp::NotEqual } else { BinaryOp::Subtract };
        let next = part(1).and_then(|later| later.binary(operation, &part(0)?));
        array = next.map_err(|error| plan_exception(error, vm))?;
    }
    give(Ok(array), arguments)
}

fn quantiles(kind: QuantileKind, is_one: bool, skip: bool, arguments: &Arguments<'_>) -> PyResult {
    let array = lazy(arguments, "a")?;
    let axes = axes(arguments, array.ndim())?;
    let found = array.quantile(kind, &axes, skip).map_err(|error| plan_exception(error, arguments.vm))?;
    match is_one {
        true => {
            let one = found.index_axis(0, 0).map_err(|error| plan_exception(error, arguments.vm))?;
            keeping(one, &axes, arguments)
        }
        false => keeping(found, &axes.iter().map(|axis| axis + 1).collect::<Vec<_>>(), arguments),
    }
}

/// Quantiles of probabilities, where `q=1` of them all is written as a number.
fn of_probabilities(whole: f64, skip: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let values = operand::values(arguments.required("q"), vm)?;
    let given = (0..values.len()).filter_map(|at| values.get(at)?.as_f64());
    let probabilities: Vec<f64> = given.map(|value| value / whole).collect();
    if !probabilities.iter().all(|value| (0.0..=1.0).contains(value)) {
        return Err(vm.new_value_error(format!("q goes beyond 0 to {whole}, which it is of")));
    }
    let method = arguments.string("method")?.unwrap_or_else(|| "linear".to_owned());
    let method = quantile_method(&method).map_err(|error| dataset_exception(error, vm))?;
    quantiles(QuantileKind::Quantiles(probabilities, method), values.ndim() == 0, skip, arguments)
}

/// The `k` largest values along an axis, from the largest on; of a negative `k` the smallest, from the smallest on.
fn topk(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let array = lazy(arguments, "a")?;
    let axis = one_axis(arguments, array.ndim(), -1)?;
    let k = convert::integer(arguments.required("k"), vm)?;
    let length = array.shape()[axis];
    let count = (k.unsigned_abs() as usize).min(length);
    if k == 0 {
        return Err(vm.new_value_error("topk takes at least 1 value: found k=0"));
    }
    if count == 0 {
        return give(Ok(array), arguments);
    }
    let places = (0..count).map(|place| if k > 0 { length - 1 - place } else { place });
    give(at_places(&array, axis, &places.collect::<Vec<_>>()), arguments)
}

/// The values at places of the ascending order along an axis, NaN behind all others as in numpy.
fn at_places(array: &Array, axis: usize, places: &[usize]) -> Result<Array, PlanError> {
    let length = array.shape()[axis];
    // The method picks a value, and each of these probabilities is that of one.
    let steps = (length - 1).max(1) as f64;
    let probabilities = places.iter().map(|&place| place as f64 / steps).collect();
    let kind = QuantileKind::Quantiles(probabilities, QuantileMethod::Nearest);
    let mut order: Vec<usize> = (1..array.ndim()).collect();
    order.insert(axis, 0);
    if !array.dtype().is_float() {
        return array.quantile(kind, &[axis], false)?.transpose(&order);
    }
    let constant = |value: f64| Array::scalar(Scalar::Float(value), array.dtype());
    let is_missing = array.unary(UnaryOp::IsNan)?;
    let found = is_missing.select(&constant(f64::INFINITY)?, array)?.quantile(kind, &[axis], false)?;
    let mut shape = vec![1; array.ndim()];
    shape[0] = places.len();
    let places = places.iter().map(|&place| place as i64).collect::<Vec<_>>();
    let places = Array::in_memory(Chunk::from_values(shape, places)?);
    let missing = is_missing.cast(DType::Int64)?.reduce("sum", &[axis], EVERY_VALUE)?;
    let present = Array::scalar(Scalar::Int(length as i64), DType::Int64)?.binary(BinaryOp::Subtract, &missing)?;
    let is_nan = places.binary(BinaryOp::GreaterEqual, &present)?;
    is_nan.select(&constant(f64::NAN)?, &found)?.transpose(&order)
}

/// The different values in ascending order, which are read at once: only then is their number known.
fn unique(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let found = by_numpy(&["ar", "return_index", "return_inverse", "return_counts"], arguments)?;
    let give = |part: &PyObjectRef| Operand::Lazy(creation::lazy(part, vm)?).into_object(vm);
    match found.downcast_ref::<PyTuple>() {
        None => give(&found),
        Some(parts) => {
            let parts = parts.as_slice().iter().map(give).collect::<PyResult<Vec<_>>>()?;
            Ok(vm.ctx.new_tuple(parts).into())
        }
    }
}

fn average(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let array = lazy(arguments, "a")?;
    let axes = axes(arguments, array.ndim())?;
    let options = EVERY_VALUE;
    let Some(_) = arguments.get("weights") else { return give(array.reduce("mean", &axes, options), arguments) };
    let weights = operand_of(arguments, "weights")?;
    let spread = || {
        if weights.shape() == array.shape() {
            return Ok(weights.clone());
        }
        let [axis] = axes[..] else {
            return Err(PlanError::ShapeMismatch { left: array.shape().to_vec(), right: weights.shape().to_vec() });
        };
        let mut spread = weights.clone();
        for _ in axis + 1..array.ndim() {
            spread = spread.insert_axis(spread.ndim())?;
        }
        spread.broadcast_to(array.shape())
    };
    let weights = spread().map_err(|error| plan_exception(error, vm))?;
    let product = array.binary(BinaryOp::Multiply, &weights).and_then(|product| product.reduce("sum", &axes, options));
    let total = weights.reduce("sum", &axes, options);
    give(product.and_then(|product| product.binary(BinaryOp::Divide, &total?)), arguments)
}

/// An argument as an array, a number as one without axes.
pub(super) fn operand_of(arguments: &Arguments<'_>, name: &str) -> PyResult<Array> {
    let vm = arguments.vm;
    let object = arguments.required(name);
    if object.downcastable::<PyInt>() || object.downcastable::<PyFloat>() {
        let value = convert::python_scalar(object, vm)?.unwrap_or(Scalar::Int(0));
        let dtype = convert::default_dtype(&value);
        return Array::scalar(value, dtype).map_err(|error| plan_exception(error, vm));
    }
    lazy(arguments, name)
}
