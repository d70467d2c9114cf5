//! The modules that a script can import, and how they are put together.

use super::arguments::Arguments;
use super::errors;
use super::function::Function;
use super::{cftime, cluster, codecs, dask, native, numpy, pandas, xarray};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Names of the modules that are ours.
pub(super) const NAMES: &[&str] = &[
    "xarray",
    "xarray.groupers",
    "xarray.coders",
    "xarray.testing",
    "numpy",
    "numpy.testing",
    "dask",
    "dask.array",
    "dask.diagnostics",
    "dask.distributed",
    "distributed",
    "dask_jobqueue",
    "dask_gateway",
    "pandas",
    "cftime",
    "zarr",
    "zarr.codecs",
    "numcodecs",
    "swath",
];

/// Makes our modules importable.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    Function::make_static_type();
    cftime::register_classes();
    numpy::register_classes(vm);
    dask::register_classes();
    xarray::register_classes();
    cluster::register_classes();
    native::register_classes();
    codecs::register_classes();
    numpy::install(vm)?;
    cftime::install(vm)?;
    dask::install(vm)?;
    xarray::install(vm)?;
    pandas::install(vm)?;
    native::install(vm)?;
    codecs::install(vm)?;
    cluster::install(vm)
}

/// A module being put together.
pub(super) struct Module<'a> {
    /// The machine that it is for.
    pub vm: &'a VirtualMachine,
    name: &'static str,
    contents: PyDictRef,
}

impl<'a> Module<'a> {
    /// An empty module.
    pub fn new(name: &'static str, vm: &'a VirtualMachine) -> Module<'a> {
        Module { vm, name, contents: vm.ctx.new_dict() }
    }

    /// Adds a function; `parameters` as `arguments` describes them.
    ///
    /// # Errors
    /// Where the machine can't hold it.
    pub fn function(
        &mut self,
        name: &'static str,
        parameters: &'static str,
        body: impl Fn(&Arguments<'_>) -> PyResult + 'static,
    ) -> PyResult<()> {
        let last = self.name.rsplit('.').next().unwrap_or(self.name);
        let function = Function::object(format!("{last}.{name}"), parameters, body, &self.vm.ctx);
        self.value(name, function)
    }

    /// Adds an object.
    ///
    /// # Errors
    /// Where the machine can't hold it.
    pub fn value(&mut self, name: &str, value: impl Into<PyObjectRef>) -> PyResult<()> {
        self.contents.set_item(name, value.into(), self.vm)
    }

    /// Makes the module importable; a module `a.b` becomes an attribute of `a`, which comes first.
    ///
    /// # Errors
    /// Where the machine can't hold it.
    pub fn finish(mut self) -> PyResult<()> {
        let (name, vm) = (self.name, self.vm);
        self.value("__path__", vm.ctx.new_list(Vec::new()))?;
        let contents = self.contents.clone();
        let unknown = Function::object(
            format!("{name}.__getattr__"),
            "name!",
            move |arguments| Err(unknown_name(name, &contents, arguments)),
            &vm.ctx,
        );
        self.value("__getattr__", unknown)?;
        let module = vm.new_module(name, self.contents, None);
        let modules = vm.sys_module.get_attr("modules", vm)?;
        if let Some((parent, child)) = name.rsplit_once('.') {
            modules.get_item(parent, vm)?.set_attr(vm.ctx.intern_str(child), module.clone(), vm)?;
        }
        modules.set_item(name, module.into(), vm)
    }
}

fn unknown_name(
    module: &str,
    contents: &PyDictRef,
    arguments: &Arguments<'_>,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let vm = arguments.vm;
    let name = arguments.string("name").ok().flatten().unwrap_or_default();
    let keys = contents.keys_vec();
    let known: Vec<String> = keys.iter().filter_map(|key| super::convert::string(key, vm).ok()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).filter(|name| !name.starts_with('_')).collect();
    // The import machinery asks every module for names like `__all__`.
    vm.new_attribute_error(match errors::nearest(&name, &known) {
        Some(near) if !name.starts_with('_') => {
            format!("module '{module}' has no '{name}' in swath. Did you mean: '{near}'?")
        }
        _ => format!("module '{module}' has no '{name}' in swath"),
    })
}
