//! The module `swath`, which only scripts run by Swath have: kernels that the running program has registered, by name.
//!
//! `native_kernel("name")` is what `xr.apply_ufunc`, `xr.map_blocks` and `da.map_blocks` take for a function.

use super::errors::plan_exception;
use super::modules::Module;
use crate::kernels::native;
use crate::plan::Array;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Representable};
use rustpython_vm::{Py, PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

/// A registered kernel.
#[pyclass(module = "swath", name = "NativeKernel")]
#[derive(Debug, PyPayload)]
pub(super) struct NativeKernelObject {
    name: String,
}

#[pyclass(with(Callable, Representable))]
impl NativeKernelObject {}

impl Callable for NativeKernelObject {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, _passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let name = &zelf.name;
        Err(vm.new_type_error(format!(
            "native kernel '{name}' isn't called with arrays: pass it to xr.apply_ufunc, xr.map_blocks or da.map_blocks"
        )))
    }
}

impl Representable for NativeKernelObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<native kernel {}>", zelf.name))
    }
}

/// The name of a kernel that stands where a function may: the kernel itself, or its name.
pub(super) fn kernel_name(function: &PyObject) -> Option<String> {
    let text = function.downcast_ref::<PyStr>().map(|name| name.to_string_lossy().into_owned());
    text.or_else(|| Some(function.downcast_ref::<NativeKernelObject>()?.name.clone()))
}

/// What a kernel makes of arrays, each with its number of core axes.
///
/// # Errors
/// Where none has the name, or it isn't defined for such arrays.
pub(super) fn apply_kernel(name: &str, inputs: &[(Array, usize)], vm: &VirtualMachine) -> PyResult<Array> {
    Array::native(name, inputs).map_err(|error| plan_exception(error, vm))
}

/// Makes the class; before any object of it.
pub(super) fn register_classes() {
    NativeKernelObject::make_static_type();
}

/// The module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("swath", vm);
    module.value("NativeKernel", NativeKernelObject::static_type().to_owned())?;
    module.function("native_kernel", "name!", |arguments| {
        let vm = arguments.vm;
        let name = super::convert::string(arguments.required("name"), vm)?;
        native::find(&name).map_err(|error| plan_exception(error.into(), vm))?;
        Ok(NativeKernelObject { name }.into_ref(&vm.ctx).into())
    })?;
    module.finish()
}
