//! `numpy.testing`: assertions that scripts make of small arrays.

use super::nd_array::NdArray;
use crate::array::{Chunk, DType};
use crate::dataset::print_values;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::harmless;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, evaluate_here};
use rustpython_vm::builtins::{PyDict, PyList, PyNone, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Puts the module together, after `numpy`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("numpy.testing", vm);
    module.function(
        "assert_allclose",
        "actual!, desired!, rtol, atol, equal_nan, err_msg, verbose~, *, strict=False",
        |arguments| {
            let number = |name, default| arguments.get(name).map_or(Ok(default), |n| convert::float(n, arguments.vm));
            let (rtol, atol) = (number("rtol", 1e-7)?, number("atol", 0.0)?);
            let headline = format!("Not equal to tolerance rtol={rtol:e}, atol={atol}");
            close_or_raise(arguments, ["actual", "desired"], rtol, atol, &headline)
        },
    )?;
    for (name, digits) in [("assert_array_almost_equal", 6), ("assert_almost_equal", 7)] {
        module.function(name, "actual!, desired!, decimal, err_msg, verbose~", move |arguments| {
            let digits = arguments.get("decimal").map_or(Ok(digits), |n| convert::integer(n, arguments.vm))?;
            let headline = format!("Arrays are not almost equal to {digits} decimals");
            let atol = 1.5 * 10f64.powi(-(digits as i32));
            close_or_raise(arguments, ["actual", "desired"], 0.0, atol, &headline)
        })?;
    }
    for name in ["assert_equal", "assert_array_equal"] {
        module.function(name, "actual!, desired!, err_msg, verbose~, *, strict=False", move |arguments| {
            let (actual, desired) = (arguments.required("actual"), arguments.required("desired"));
            if name == "assert_equal" || is_plain(actual) || is_plain(desired) {
                let same = are_equal(actual, desired, arguments.vm)?;
                return verdict(same, "Items are not equal:", ["actual", "desired"], arguments);
            }
            let equal = compared(BinaryOp::Equal, actual, desired, arguments.vm)?;
            verdict(equal, "Arrays are not equal", ["actual", "desired"], arguments)
        })?;
    }
    module.function("assert_array_less", "x!, y!, err_msg, verbose~, *, strict=False", |arguments| {
        let less = compared(BinaryOp::Less, arguments.required("x"), arguments.required("y"), arguments.vm)?;
        verdict(less, "Arrays are not strictly ordered `x < y`", ["x", "y"], arguments)
    })?;
    module.function("suppress_warnings", "forwarding_rule~", |arguments| Ok(harmless::context(arguments.vm)))?;
    module.function("assert_raises", "exception_class!, callable, *args, **kwargs", raises)?;
    module.finish()
}

/// What no array holds: dicts, what isn't there, and sequences of those or of texts beside others.
fn is_plain(object: &PyObjectRef) -> bool {
    let is_text = |item: &PyObjectRef| item.downcastable::<PyStr>();
    object.downcastable::<PyDict>()
        || object.downcastable::<PyNone>()
        || items(object).is_some_and(|items| {
            items.iter().any(is_plain) || (items.iter().any(is_text) && !items.iter().all(is_text))
        })
}

/// The elements of a list or a tuple.
fn items(object: &PyObjectRef) -> Option<Vec<PyObjectRef>> {
    let of_list = object.downcast_ref::<PyList>().map(|list| list.borrow_vec().to_vec());
    of_list.or_else(|| object.downcast_ref::<PyTuple>().map(|tuple| tuple.as_slice().to_vec()))
}

/// Whether `assert_equal` passes: containers are compared item by item, arrays element by element, and single
/// values as Python does, but for NaN, which is equal to NaN, and zero, which isn't to its negative.
fn are_equal(actual: &PyObjectRef, desired: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let dicts = (actual.downcast_ref::<PyDict>(), desired.downcast_ref::<PyDict>());
    if let (Some(actual), Some(desired)) = dicts {
        let mut same = actual.__len__() == desired.__len__();
        for (key, value) in desired {
            same = same && actual.get_item_opt(&*key, vm)?.map_or(Ok(false), |found| are_equal(&found, &value, vm))?;
        }
        return Ok(same);
    }
    if let (Some(actual), Some(desired)) = (items(actual), items(desired)) {
        let mut same = actual.len() == desired.len();
        for (actual, desired) in actual.iter().zip(&desired) {
            same = same && are_equal(actual, desired, vm)?;
        }
        return Ok(same);
    }
    let is_operand = |object: &PyObjectRef| !is_plain(object) && !object.downcastable::<PyStr>();
    if !is_operand(actual) || !is_operand(desired) {
        return vm.bool_eq(actual, desired);
    }
    match (Operand::of(actual, vm)?, Operand::of(desired, vm)?) {
        (Some(left), Some(right)) => {
            let zero = |operand: &Operand| match operand {
                Operand::Weak(value) => value.as_f64().filter(|value| *value == 0.0),
                Operand::Typed(array) if array.dtype().is_numeric() => {
                    evaluate_here(array, vm).ok()?.get(0)?.as_f64().filter(|value| *value == 0.0)
                }
                _ => None,
            };
            let opposite = zero(&left).zip(zero(&right)).is_some_and(|(left, right)| left.signum() != right.signum());
            Ok(!opposite && compared(BinaryOp::Equal, actual, desired, vm)?)
        }
        _ => vm.bool_eq(actual, desired),
    }
}

/// The values of two arguments, of one shape or one of them a single value; `None` where shapes differ.
fn sides(left: &PyObjectRef, right: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<[Chunk; 2]>> {
    let (left, right) = (operand::values(left, vm)?, operand::values(right, vm)?);
    let fits = left.shape() == right.shape() || left.ndim() == 0 || right.ndim() == 0;
    Ok(fits.then_some([left, right]))
}

/// Whether an operation holds for each pair of elements of which neither or only one is NaN or `NaT`.
fn compared(operation: BinaryOp, left: &PyObjectRef, right: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let Some(sides) = sides(left, right, vm)? else { return Ok(false) };
    let can_miss = sides.iter().all(|side| side.dtype().is_float() || side.dtype().is_time());
    let [left, right] = sides.map(|side| Operand::Eager(Array::in_memory(side)));
    let mut holds = elementwise::binary(operation, left.clone(), right.clone(), vm)?;
    if can_miss {
        let [left, right] = [left, right].map(|side| elementwise::unary(UnaryOp::IsNan, side, vm));
        let both = elementwise::binary(BinaryOp::LogicalAnd, left?, right?, vm)?;
        holds = elementwise::binary(BinaryOp::LogicalOr, holds, both, vm)?;
    }
    let holds = evaluate_here(&holds.into_array(DType::Bool).map_err(|error| plan_exception(error, vm))?, vm)?;
    Ok(holds.as_slice::<bool>().is_some_and(|each| each.iter().all(|holds| *holds)))
}

/// `np.allclose` of two arrays.
fn are_close(sides: [Chunk; 2], rtol: f64, atol: f64, equal_nan: bool, vm: &VirtualMachine) -> PyResult<bool> {
    let [left, right] = sides.map(|side| NdArray::new(side).into_ref(&vm.ctx).into());
    let options = [
        ("rtol", vm.ctx.new_float(rtol).into()),
        ("atol", vm.ctx.new_float(atol).into()),
        ("equal_nan", vm.ctx.new_bool(equal_nan).into()),
    ];
    let kwargs = options.into_iter().map(|(name, value): (&str, PyObjectRef)| (name.to_owned(), value)).collect();
    let passed = FuncArgs { args: vec![left, right], kwargs };
    vm.import("numpy", 0)?.get_attr("allclose", vm)?.call(passed, vm)?.try_to_bool(vm)
}

fn close_or_raise(arguments: &Arguments<'_>, names: [&str; 2], rtol: f64, atol: f64, headline: &str) -> PyResult {
    let equal_nan = arguments.given("equal_nan").map_or(Ok(true), |flag| flag.clone().try_to_bool(arguments.vm))?;
    let close = match sides(arguments.required(names[0]), arguments.required(names[1]), arguments.vm)? {
        Some(sides) => are_close(sides, rtol, atol, equal_nan, arguments.vm)?,
        None => false,
    };
    verdict(close, headline, names, arguments)
}

/// Nothing, or an `AssertionError` that shows both sides.
fn verdict(holds: bool, headline: &str, names: [&str; 2], arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if holds {
        return Ok(vm.ctx.none());
    }
    let shown = |name: &str| match Operand::of(arguments.required(name), vm) {
        Ok(Some(Operand::Weak(_))) | Ok(None) | Err(_) => {
            Ok(arguments.required(name).repr(vm)?.to_string_lossy().into_owned())
        }
        Ok(Some(_)) => {
            let values = operand::values(arguments.required(name), vm)?;
            let shape = values.shape().to_vec();
            Ok(format!("shape {shape:?} {}", print_values(&values)))
        }
    };
    let message = match arguments.get("err_msg") {
        Some(message) => format!("{}\n", message.str(vm)?.to_string_lossy()),
        None => String::new(),
    };
    let text = format!("\n{headline}\n{message} ACTUAL: {}\n DESIRED: {}", shown(names[0])?, shown(names[1])?);
    Err(vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), text.into()))
}

/// Calls a function that is to raise; without one, gives a context whose body is to.
fn raises(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let expected = arguments.required("exception_class");
    let case = vm.import("unittest", 0)?.get_attr("TestCase", vm)?.call((), vm)?;
    let mut passed = vec![expected.clone()];
    passed.extend(arguments.get("callable").cloned());
    passed.extend(arguments.rest.iter().cloned());
    let passed = FuncArgs { args: passed, kwargs: arguments.keywords.clone().into_iter().collect() };
    vm.call_method(&case, "assertRaises", passed)
}
