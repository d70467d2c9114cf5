//! Functions of two arrays' elements as objects: numpy's `ufunc`, whose methods combine the elements of one array.

use crate::script::arguments::Arguments;
use crate::script::modules::Module;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Representable};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// Functions of two arrays.
const BINARY: &[&str] = &[
    "add",
    "arctan2",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "divide",
    "equal",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "hypot",
    "lcm",
    "less",
    "less_equal",
    "logaddexp",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "not_equal",
    "power",
    "remainder",
    "subtract",
    "true_divide",
];

/// Makes the class; before any object of it.
pub(super) fn register() {
    Ufunc::make_static_type();
}

/// Makes the methods importable.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("numpy._ufuncs", vm);
    module.composed(&[("numpy/ufuncs.py", include_str!("composed/ufuncs.py"))]);
    module.finish()
}

/// A function of two arrays as an object with methods, any other as it is.
pub(super) fn with_methods(name: &str, function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let first_name = match name {
        "true_divide" => "divide",
        "mod" => "remainder",
        name => name,
    };
    match BINARY.contains(&name) {
        true => Ufunc { name: first_name.to_owned(), function }.into_ref(&vm.ctx).into(),
        false => function,
    }
}

/// What `out=` and `where=` make of a result.
///
/// # Errors
/// `TypeError` where the array to be written to can't hold it.
pub(super) fn placed(found: PyObjectRef, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (out, condition) = (arguments.get("out"), arguments.get("where"));
    let condition = condition.filter(|condition| !condition.is(&vm.ctx.true_value));
    if out.is_none() && condition.is_none() {
        return Ok(found);
    }
    let or_none = |object: Option<&PyObjectRef>| object.cloned().unwrap_or_else(|| vm.ctx.none());
    composed("placed", vm)?.call((found, or_none(out), or_none(condition)), vm)
}

fn composed(name: &'static str, vm: &VirtualMachine) -> PyResult {
    vm.import("numpy._ufuncs", 0)?.get_attr("_ufuncs", vm)?.get_attr(name, vm)
}

#[pyclass(module = "numpy", name = "ufunc")]
#[derive(Debug, PyPayload)]
struct Ufunc {
    name: String,
    function: PyObjectRef,
}

#[pyclass(with(Callable, Representable))]
impl Ufunc {
    #[pygetset]
    fn __name__(&self) -> String {
        self.name.clone()
    }

    #[pygetset]
    fn nin(&self) -> usize {
        2
    }

    #[pygetset]
    fn nout(&self) -> usize {
        1
    }

    #[pymethod]
    fn reduce(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::of_one_array(zelf, "reduce", passed, vm)
    }

    #[pymethod]
    fn accumulate(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::of_one_array(zelf, "accumulate", passed, vm)
    }

    #[pymethod]
    fn outer(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::of_one_array(zelf, "outer", passed, vm)
    }

    #[pymethod]
    fn at(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::of_one_array(zelf, "at", passed, vm)
    }
}

impl Ufunc {
    /// Calls a method that is made of other functions.
    fn of_one_array(zelf: &Py<Self>, method: &'static str, mut passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        passed.prepend_arg(zelf.to_owned().into());
        composed(method, vm)?.call(passed, vm)
    }
}

impl Callable for Ufunc {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.function.call(passed, vm)
    }
}

impl Representable for Ufunc {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<ufunc '{}'>", zelf.name))
    }
}
