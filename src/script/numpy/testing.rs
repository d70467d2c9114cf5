//! `numpy.testing`: assertions that scripts make of small arrays.

use super::nd_array::NdArray;
use crate::array::Chunk;
use crate::dataset::print_values;
use crate::kernels::elementwise::BinaryOp;
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::elementwise;
use crate::script::harmless;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, evaluate_here};
use rustpython_vm::builtins::{PyDict, PyList, PyTuple};
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
        module.function(name, "actual!, desired!, err_msg, verbose~, *, strict=False", |arguments| {
            let (actual, desired) = (arguments.required("actual"), arguments.required("desired"));
            if is_plain(actual) || is_plain(desired) {
                let same = arguments.vm.bool_eq(actual, desired)?;
                return verdict(same, "Items are not equal:", ["actual", "desired"], arguments);
            }
            let equal = compared(BinaryOp::Equal, ["actual", "desired"], arguments)?;
            verdict(equal, "Arrays are not equal", ["actual", "desired"], arguments)
        })?;
    }
    module.function("assert_array_less", "x!, y!, err_msg, verbose~, *, strict=False", |arguments| {
        let less = compared(BinaryOp::Less, ["x", "y"], arguments)?;
        verdict(less, "Arrays are not strictly ordered `x < y`", ["x", "y"], arguments)
    })?;
    module.function("suppress_warnings", "forwarding_rule~", |arguments| Ok(harmless::context(arguments.vm)))?;
    module.function("assert_raises", "exception_class!, callable, *args, **kwargs", raises)?;
    module.finish()
}

/// What numpy compares as Python does: containers and what isn't there.
fn is_plain(object: &PyObjectRef) -> bool {
    let holds_plain = |items: &[PyObjectRef]| items.iter().any(is_plain);
    object.downcastable::<PyDict>()
        || object.downcastable::<rustpython_vm::builtins::PyNone>()
        || object.downcast_ref::<PyList>().is_some_and(|list| holds_plain(&list.borrow_vec()))
        || object.downcast_ref::<PyTuple>().is_some_and(|tuple| holds_plain(tuple.as_slice()))
}

/// The values of two arguments, of one shape or one of them a single value; `None` where shapes differ.
fn sides(names: [&str; 2], arguments: &Arguments<'_>) -> PyResult<Option<[Chunk; 2]>> {
    let values = |name: &str| operand::values(arguments.required(name), arguments.vm);
    let (left, right) = (values(names[0])?, values(names[1])?);
    let fits = left.shape() == right.shape() || left.ndim() == 0 || right.ndim() == 0;
    Ok(fits.then_some([left, right]))
}

/// Whether an operation holds for each pair of elements, NaN being equal to NaN.
fn compared(operation: BinaryOp, names: [&str; 2], arguments: &Arguments<'_>) -> PyResult<bool> {
    let vm = arguments.vm;
    let Some([left, right]) = sides(names, arguments)? else { return Ok(false) };
    if operation == BinaryOp::Equal && left.dtype().is_numeric() && right.dtype().is_numeric() {
        return are_close([left, right], 0.0, 0.0, true, vm);
    }
    let operands = [left, right].map(|side| Operand::Eager(Array::in_memory(side)));
    let [left, right] = operands;
    let Operand::Eager(holds) = elementwise::binary(operation, left, right, vm)? else { return Ok(false) };
    let holds = evaluate_here(&holds, vm)?;
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
    let close = match sides(names, arguments)? {
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
