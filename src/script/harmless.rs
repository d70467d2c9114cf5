//! Objects that a script may use and that have no effect here.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyPayload, PyRef, VirtualMachine, pyclass};

/// A context that does nothing: `np.errstate(...)`, `dask.config.set(...)`, `ProgressBar()`, which can be registered too.
#[pyclass(module = false, name = "context")]
#[derive(Debug, PyPayload)]
pub struct HarmlessContext;

#[pyclass]
impl HarmlessContext {
    #[pymethod]
    fn __enter__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn register(&self) {}

    #[pymethod]
    fn unregister(&self) {}

    #[pymethod]
    fn __exit__(&self, _exception: FuncArgs) -> bool {
        false
    }
}

/// A context that does nothing.
pub(super) fn context(vm: &VirtualMachine) -> PyObjectRef {
    HarmlessContext.into_ref(&vm.ctx).into()
}
