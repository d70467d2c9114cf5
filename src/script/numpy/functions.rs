//! Functions of whole arrays: reductions, `where`, `clip`, `round`, comparisons.

use crate::array::DType;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::array_methods::{Reduction, clipped};
use crate::script::convert;
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use crate::script::options;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// numpy's names of reductions, the registered name, and whether NaN is left out.
const REDUCTIONS: &[(&str, &str, bool)] = &[
    ("sum", "sum", false),
    ("prod", "prod", false),
    ("mean", "mean", false),
    ("min", "min", false),
    ("amin", "min", false),
    ("max", "max", false),
    ("amax", "max", false),
    ("any", "any", false),
    ("all", "all", false),
    ("std", "std", false),
    ("var", "var", false),
    ("nansum", "sum", true),
    ("nanprod", "prod", true),
    ("nanmean", "mean", true),
    ("nanmin", "min", true),
    ("nanmax", "max", true),
    ("nanstd", "std", true),
    ("nanvar", "var", true),
];

/// Puts the functions that `numpy` and `dask.array` share into a module.
///
/// # Errors
/// Where the machine can't hold them.
pub(in crate::script) fn install_shared(module: &mut Module<'_>) -> PyResult<()> {
    for (name, reduction, skip_missing) in REDUCTIONS {
        let parameters = match *reduction {
            "std" | "var" => "a!, axis, dtype, out=None, ddof, keepdims",
            _ => "a!, axis, dtype, out=None, keepdims",
        };
        module.function(name, parameters, |arguments| reduce(reduction, *skip_missing, arguments))?;
    }
    module.function("where", "condition!, x!, y!", |arguments| {
        let vm = arguments.vm;
        let [condition, x, y] = ["condition", "x", "y"].map(|name| Operand::expect(arguments.required(name), vm));
        elementwise::select(condition?, x?, y?, options::keep_attrs(), vm)?.into_object(vm)
    })?;
    module.function("clip", "a!, a_min, a_max, out=None, *, min, max", clip)?;
    for name in ["round", "around"] {
        module.function(name, "a!, decimals, out=None", round)?;
    }
    module.function("nan_to_num", "x!, copy~, nan, posinf=None, neginf=None", nan_to_num)?;
    module.function("size", "a!, axis", |arguments| {
        let vm = arguments.vm;
        let array = as_array(arguments.required("a"), vm)?;
        match arguments.get("axis") {
            Some(axis) => array.get_attr("shape", vm)?.get_item(&**axis, vm),
            None => array.get_attr("size", vm),
        }
    })?;
    for name in ["ndim", "shape"] {
        module.function(name, "a!", move |arguments| {
            as_array(arguments.required("a"), arguments.vm)?.get_attr(name, arguments.vm)
        })?;
    }
    module.function("transpose", "a!, axes", |arguments| {
        let passed = FuncArgs::from(arguments.get("axes").cloned().into_iter().collect::<Vec<_>>());
        let array = as_array(arguments.required("a"), arguments.vm)?;
        arguments.vm.call_method(&array, "transpose", passed)
    })
}

/// An object as an array: itself where it is one, of whatever kind, else a small one of what it holds.
pub(super) fn as_array(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match Operand::of(object, vm)? {
        // Lists and numbers are operands, and no arrays.
        Some(Operand::Weak(_)) | None => {}
        Some(_) if convert::is_sequence(object) => {}
        Some(_) => return Ok(object.clone()),
    }
    Ok(super::NdArray::new(convert::chunk(object, None, vm)?).into_ref(&vm.ctx).into())
}

/// Puts the functions of `numpy` alone into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    const CLOSENESS: &str = "a!, b!, rtol, atol, equal_nan";
    module.function("isclose", CLOSENESS, |arguments| close(arguments)?.into_object(arguments.vm))?;
    module.function("allclose", CLOSENESS, |arguments| {
        let all = all_true(close(arguments)?, arguments.vm)?;
        Ok(arguments.vm.ctx.new_bool(all).into())
    })?;
    module.function("array_equal", "a1!, a2!, equal_nan=False", |arguments| {
        let vm = arguments.vm;
        let [left, right] = ["a1", "a2"].map(|name| Operand::expect(arguments.required(name), vm));
        let equal = match elementwise::binary(BinaryOp::Equal, left?, right?, vm) {
            Ok(equal) => all_true(equal, vm)?,
            Err(_) => false,
        };
        Ok(vm.ctx.new_bool(equal).into())
    })?;
    module.function("where", "condition!, x, y", |arguments| {
        if arguments.given("x").is_none() && arguments.given("y").is_none() {
            return super::ordering::places(arguments.required("condition"), arguments.vm);
        }
        if let Some(missing) = ["x", "y"].into_iter().find(|name| arguments.given(name).is_none()) {
            let message = format!("where takes x and y together, or the condition alone: {missing} is left out");
            return Err(arguments.vm.new_value_error(message));
        }
        // numpy doesn't know labels: it computes them away, where dask's own arrays stay lazy.
        let vm = arguments.vm;
        let operands = ["condition", "x", "y"].map(|name| Operand::expect(arguments.required(name), vm));
        let [condition, x, y] = operands;
        let operands = [condition?, x?, y?];
        let labelled = operands.iter().any(Operand::is_labelled);
        let [condition, x, y] = operands.map(Operand::without_labels);
        match elementwise::select(condition, x, y, false, vm)? {
            Operand::Lazy(array) if labelled => small_object(operand::evaluate(&array, vm)?, vm),
            selected => selected.into_object(vm),
        }
    })?;
    module.function("isscalar", "element!", |arguments| {
        let vm = arguments.vm;
        let scalar =
            matches!(Operand::of(arguments.required("element"), vm)?, Some(Operand::Weak(_) | Operand::Typed(_)));
        Ok(vm.ctx.new_bool(scalar).into())
    })?;
    module.function("seterr", "**settings", |arguments| Ok(arguments.vm.ctx.new_dict().into()))?;
    module.function("errstate", "**settings", |arguments| Ok(super::super::harmless::context(arguments.vm)))?;
    Ok(())
}

fn reduce(reduction: &'static str, skip_missing: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let object = arguments.required("a");
    let failed = |error| plan_exception(error, vm);
    match Operand::expect(object, vm)? {
        Operand::DataArray(_) | Operand::Dataset(_) => reduce_labelled(reduction, skip_missing, object, arguments),
        Operand::Lazy(array) => {
            let request = Reduction::from_arguments(reduction, skip_missing, arguments)?;
            Operand::Lazy(request.apply(&array, vm)?.map_err(failed)?).into_object(vm)
        }
        Operand::Eager(array) | Operand::Typed(array) => {
            let request = Reduction::from_arguments(reduction, skip_missing, arguments)?;
            Operand::Eager(request.apply(&array, vm)?.map_err(failed)?).into_object(vm)
        }
        Operand::Weak(value) => Operand::Weak(value).into_object(vm),
    }
}

/// numpy's reduction of a labelled array is the array's own, which leaves NaN out.
fn reduce_labelled(name: &str, skip_missing: bool, object: &PyObjectRef, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut passed = FuncArgs::default();
    for keyword in ["axis", "ddof"] {
        if let Some(value) = arguments.get(keyword) {
            passed.kwargs.insert(keyword.to_owned(), value.clone());
        }
    }
    if skip_missing {
        passed.kwargs.insert("skipna".to_owned(), vm.ctx.new_bool(true).into());
    }
    for keyword in ["dtype", "keepdims"] {
        if arguments.get(keyword).is_some_and(|value| !value.is(&vm.ctx.false_value)) {
            let message = format!("np.{name} of a labelled array with {keyword}= is not supported by swath");
            return Err(vm.new_not_implemented_error(message));
        }
    }
    vm.call_method(object, name, passed)
}

fn clip(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let low = arguments.get("a_min").or(arguments.get("min"));
    let high = arguments.get("a_max").or(arguments.get("max"));
    let object = arguments.required("a");
    match Operand::expect(object, vm)? {
        Operand::DataArray(_) | Operand::Dataset(_) => {
            let bound = |bound: Option<&PyObjectRef>| vm.unwrap_or_none(bound.cloned());
            vm.call_method(object, "clip", (bound(low), bound(high)))
        }
        operand => clipped(operand, low, high, vm)?.into_object(vm),
    }
}

fn round(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let decimals = arguments.get("decimals").map_or(Ok(0), |decimals| convert::integer(decimals, vm))?;
    elementwise::round(Operand::expect(arguments.required("a"), vm)?, decimals, vm)?.into_object(vm)
}

/// `|a - b| <= atol + rtol * |b|`, equal infinities included.
fn close(arguments: &Arguments<'_>) -> PyResult<Operand> {
    let vm = arguments.vm;
    let tolerance = |name, default| arguments.get(name).map_or(Ok(default), |value| convert::float(value, vm));
    let (relative, absolute) = (tolerance("rtol", 1e-5)?, tolerance("atol", 1e-8)?);
    let a = Operand::expect(arguments.required("a"), vm)?;
    let b = Operand::expect(arguments.required("b"), vm)?;
    let number = |value: f64| Operand::Weak(value.into());
    let binary = |operation, left, right| elementwise::binary(operation, left, right, vm);
    let distance = elementwise::unary(UnaryOp::Absolute, binary(BinaryOp::Subtract, a.clone(), b.clone())?, vm)?;
    let scaled = binary(BinaryOp::Multiply, elementwise::unary(UnaryOp::Absolute, b.clone(), vm)?, number(relative))?;
    let near = binary(BinaryOp::LessEqual, distance, binary(BinaryOp::Add, scaled, number(absolute))?)?;
    let finite = elementwise::unary(UnaryOp::IsFinite, b.clone(), vm)?;
    let near = binary(BinaryOp::LogicalAnd, near, finite)?;
    let mut result = binary(BinaryOp::LogicalOr, near, binary(BinaryOp::Equal, a.clone(), b.clone())?)?;
    if arguments.bool("equal_nan")?.unwrap_or(false) {
        let missing = |operand| elementwise::unary(UnaryOp::IsNan, operand, vm);
        result = binary(BinaryOp::LogicalOr, result, binary(BinaryOp::LogicalAnd, missing(a)?, missing(b)?)?)?;
    }
    Ok(result)
}

fn all_true(operand: Operand, vm: &VirtualMachine) -> PyResult<bool> {
    let failed = |error| plan_exception(error, vm);
    let array = match operand {
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array,
        Operand::DataArray(array) => array.data().clone(),
        other => {
            let object = other.into_object(vm)?;
            return object.try_to_bool(vm);
        }
    };
    let axes: Vec<usize> = (0..array.ndim()).collect();
    let all: Array = array.reduce("all", &axes, ReductionOptions::default()).map_err(failed)?;
    Ok(operand::evaluate(&all, vm)?.as_slice::<bool>().is_some_and(|values| values.first() == Some(&true)))
}

/// NaN replaced by a number, infinities by the largest that there are.
fn nan_to_num(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let x = Operand::expect(arguments.required("x"), vm)?;
    let fill = arguments.get("nan").map_or(Ok(0.0), |fill| convert::float(fill, vm))?;
    let dtype = match &x {
        Operand::DataArray(array) => array.dtype(),
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array.dtype(),
        Operand::Weak(_) | Operand::Dataset(_) => DType::Float64,
    };
    if !dtype.is_float() {
        return x.into_object(vm);
    }
    let largest = if dtype == DType::Float32 { f32::MAX.into() } else { f64::MAX };
    let number = |value: f64| Operand::Weak(value.into());
    let missing = elementwise::unary(UnaryOp::IsNan, x.clone(), vm)?;
    let bounded = elementwise::binary(
        BinaryOp::Minimum,
        elementwise::binary(BinaryOp::Maximum, x, number(-largest), vm)?,
        number(largest),
        vm,
    )?;
    elementwise::select(missing, number(fill), bounded, options::keep_attrs(), vm)?.into_object(vm)
}
