//! Tables and series of `pandas`, which are classes written in Python, where Rust meets them: numpy's functions given
//! some, arrays and datasets made of them, and the other way round.

use super::convert;
use super::function::Function;
use super::numpy::NdArray;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

/// Whether an object's class has an attribute.
fn has(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> bool {
    object.class().has_attr(vm.ctx.intern_str(name))
}

/// Whether an object is a table or a series: it says itself what operators and numpy's functions do with it.
pub(super) fn is_table(object: &PyObject, vm: &VirtualMachine) -> bool {
    has(object, "__array_function__", vm)
}

/// The values of a table or a series.
///
/// # Errors
/// Where they are no array.
pub(super) fn values(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyRef<NdArray>>> {
    if !is_table(object, vm) {
        return Ok(None);
    }
    let array = vm.call_method(object, "__array__", ())?;
    let wrong = |_| vm.new_type_error("__array__() gave no array");
    array.downcast::<NdArray>().map(Some).map_err(wrong)
}

/// The labelled array that a table or a series is, its index along the dimensions that are given; `None` of all else.
///
/// # Errors
/// Where the values or labels are none of an array's.
pub(super) fn labelled(
    object: &PyObject,
    dims: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    if !has(object, "_as_data_array", vm) {
        return Ok(None);
    }
    let dims = dims.cloned().unwrap_or_else(|| vm.ctx.none());
    vm.call_method(object, "_as_data_array", (dims,)).map(Some)
}

/// What a table or a series among the arguments makes of a call of numpy's function; `None` where there is none.
pub(super) fn overridden(function: &Py<Function>, passed: &FuncArgs, vm: &VirtualMachine) -> Option<PyResult> {
    let mut arguments = passed.args.iter().chain(passed.kwargs.values());
    let owner = arguments.find(|argument| is_table(argument, vm))?;
    let positional = vm.ctx.new_tuple(passed.args.clone());
    let named = match convert::dict(passed.kwargs.clone(), vm) {
        Ok(named) => named,
        Err(error) => return Some(Err(error)),
    };
    let types = vm.ctx.new_tuple(vec![owner.class().to_owned().into()]);
    Some(vm.call_method(owner, "__array_function__", (function.to_owned(), types, positional, named)))
}

/// Calls a function of the module `pandas` that is written in Python.
///
/// # Errors
/// Whatever the function raises.
pub(super) fn call(function: &'static str, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let pandas = vm.import("pandas", 0)?;
    // A public name has the parts in Python run first.
    pandas.get_attr("DataFrame", vm)?;
    pandas.get_attr(function, vm)?.call(passed, vm)
}
