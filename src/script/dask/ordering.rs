//! `dask.array` functions along axes: positions of extremes, sums so far, differences, medians and quantiles, averages.

use super::statistics::lazy;
use crate::array::{DType, Scalar};
use crate::dataset::{DataArray, Dims, ReduceOptions, Variable, quantile_method};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::scan::ScanKind;
use crate::plan::{Array, AxisSlice, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::modules::Module;
use crate::script::operand::{self, Operand};
use indexmap::IndexMap;
use rustpython_vm::PyResult;
use rustpython_vm::builtins::{PyFloat, PyInt};
use rustpython_vm::convert::ToPyObject;

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
    module.function("diff", "a!, n, axis, prepend=None, append=None", difference)?;
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
            let vm = arguments.vm;
            let q = arguments.required("q");
            let values = operand::values(q, vm)?;
            let probabilities: Vec<f64> = (0..values.len()).filter_map(|at| values.get(at)?.as_f64()).collect();
            if !probabilities.iter().all(|value| (0.0..=1.0).contains(value)) {
                return Err(vm.new_value_error("q goes beyond 0 to 1, where the probabilities of quantiles lie"));
            }
            let method = arguments.string("method")?.unwrap_or_else(|| "linear".to_owned());
            let method = quantile_method(&method).map_err(|error| dataset_exception(error, vm))?;
            quantiles(QuantileKind::Quantiles(probabilities, method), values.ndim() == 0, skip, arguments)
        })?;
    }
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

fn difference(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut array = lazy(arguments, "a")?;
    let axis = one_axis(arguments, array.ndim(), -1)?;
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
