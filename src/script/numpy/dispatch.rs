//! Functions of numpy that are given lazy arrays: most of them stay lazy, by numpy's own protocol (`__array_function__`, NEP 18),
//! and all that can where a function of the user is traced.

use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::DaskArray;
use crate::script::engine;
use crate::script::function::Function;
use crate::script::modules::Module;
use rustpython_vm::builtins::{PyList, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Functions that `dask.array` has too, and takes over.
const OF_DASK: &[&str] = &[
    "append",
    "argmax",
    "argmin",
    "atleast_1d",
    "atleast_2d",
    "average",
    "broadcast_arrays",
    "broadcast_to",
    "choose",
    "concatenate",
    "corrcoef",
    "count_nonzero",
    "cov",
    "cumprod",
    "cumsum",
    "delete",
    "diagonal",
    "diff",
    "digitize",
    "dstack",
    "ediff1d",
    "empty_like",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "full_like",
    "gradient",
    "hstack",
    "isin",
    "moveaxis",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "ones_like",
    "pad",
    "piecewise",
    "ptp",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rollaxis",
    "rot90",
    "searchsorted",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "vstack",
    "zeros_like",
];

/// Functions that Dask has no lazy form of, so that values would be computed, or another one: only for functions that are
/// traced.
const WHILE_TRACING: &[&str] = &[
    "empty_like",
    "full_like",
    "gradient",
    "ones_like",
    "zeros_like",
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "interp",
    "partition",
    "polyfit",
    "sort",
    "take_along_axis",
    "trapezoid",
    "trapz",
];

/// Functions that make arrays of a shape, which is that of whole arrays in a function that is traced.
const OF_SHAPES: &[&str] = &["empty", "full", "ones", "zeros"];

/// The module of what [`WHILE_TRACING`] and [`OF_SHAPES`] name.
const LAZY: &str = "numpy._lazy";

/// Makes the lazy forms importable.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new(LAZY, vm);
    module.composed(&[("numpy/lazy.py", include_str!("composed/lazy.py"))]);
    module.finish()
}

/// A function that leaves lazy arrays to the lazy function of its name, where there is one.
pub(super) fn dispatching(name: &str, function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let (of_dask, of_shape) = (OF_DASK.binary_search(&name).is_ok(), OF_SHAPES.contains(&name));
    let while_tracing = of_shape || WHILE_TRACING.contains(&name);
    if !of_dask && !while_tracing {
        return function;
    }
    let wanted = name.to_owned();
    let body = move |arguments: &Arguments<'_>| {
        let vm = arguments.vm;
        let passed = FuncArgs {
            args: arguments.rest.clone(),
            kwargs: arguments.keywords.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        let (is_tracing, mut given) = (engine::is_tracing(), arguments.rest.iter().chain(arguments.keywords.values()));
        let is_lazy = match of_shape {
            true => {
                is_tracing
                    && arguments
                        .rest
                        .first()
                        .or(arguments.keywords.get("shape"))
                        .is_some_and(|shape| is_traced_shape(shape, vm))
            }
            false => given.any(holds_lazy),
        };
        if !is_lazy || !(of_dask || is_tracing) {
            return function.call(passed, vm);
        }
        let module = match while_tracing && is_tracing {
            true => vm.import(LAZY, 0)?.get_attr("_lazy", vm)?,
            false => vm.import("dask.array", 0)?.get_attr("array", vm)?,
        };
        module.get_attr(vm.ctx.intern_str(wanted.as_str()), vm)?.call(passed, vm)
    };
    Function::object(format!("numpy.{name}"), "*arguments, **keywords", body, &vm.ctx)
}

/// Whether a shape is made of lengths of the arguments of the function that is traced.
fn is_traced_shape(shape: &PyObjectRef, vm: &VirtualMachine) -> bool {
    let lengths = convert::one_or_more(shape, vm).unwrap_or_default();
    let is_traced = |length: &PyObjectRef| {
        convert::count(length, vm).is_ok_and(|length| length == 1 || engine::is_traced_length(length))
    };
    !lengths.is_empty() && lengths.iter().all(is_traced)
}

/// Whether an argument is a lazy array, or a list with one.
fn holds_lazy(argument: &PyObjectRef) -> bool {
    let is_lazy = |object: &PyObjectRef| object.downcastable::<DaskArray>();
    if let Some(list) = argument.downcast_ref::<PyList>() {
        return list.borrow_vec().iter().any(is_lazy);
    }
    is_lazy(argument) || argument.downcast_ref::<PyTuple>().is_some_and(|tuple| tuple.as_slice().iter().any(is_lazy))
}
