//! Functions and methods of our modules, as Python sees them.

use super::arguments::Arguments;
use super::tables;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Representable};
use rustpython_vm::{Context, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// What a function does with its bound arguments.
type Body = Box<dyn Fn(&Arguments<'_>) -> PyResult>;

/// A native function with a name, parameters and a body.
#[pyclass(module = false, name = "function")]
#[derive(PyPayload)]
pub(super) struct Function {
    name: String,
    parameters: &'static str,
    body: Body,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}({})", self.name, self.parameters)
    }
}

impl Function {
    /// A function object; `parameters` as `arguments` describes them.
    pub fn object(
        name: impl Into<String>,
        parameters: &'static str,
        body: impl Fn(&Arguments<'_>) -> PyResult + 'static,
        context: &Context,
    ) -> PyObjectRef {
        Function { name: name.into(), parameters, body: Box::new(body) }.into_ref(context).into()
    }
}

#[pyclass(with(Callable, Representable))]
impl Function {
    #[pygetset]
    fn __name__(&self) -> String {
        self.name.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// The parameters, as `arguments` describes them.
    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        self.parameters
    }
}

impl Callable for Function {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        // As numpy asks its arguments (NEP 18).
        if zelf.name.starts_with("numpy.")
            && let Some(result) = tables::overridden(zelf, &passed, vm)
        {
            return result;
        }
        (zelf.body)(&Arguments::bind(&zelf.name, zelf.parameters, passed, vm)?)
    }
}

impl Representable for Function {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<function {}>", zelf.name))
    }
}
