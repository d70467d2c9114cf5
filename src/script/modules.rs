//! The modules that a script can import, and how they are put together.

use super::arguments::Arguments;
use super::errors;
use super::function::Function;
use super::{cftime, cluster, codecs, dask, native, numpy, pandas, xarray};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDictRef, PyModule};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use std::cell::RefCell;
use std::collections::VecDeque;

/// Names of the modules that are ours.
pub(super) const NAMES: &[&str] = &[
    "xarray",
    "xarray.groupers",
    "xarray.coders",
    "xarray.testing",
    "numpy",
    "numpy.testing",
    "dask",
    "dask.base",
    "dask.delayed",
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

/// Versions of the libraries whose behaviour our modules have, which scripts ask for: those that tests compare with.
const VERSIONS: &[(&str, &str)] = &[
    ("xarray", "2026.9.0"),
    ("numpy", "2.4.6"),
    ("dask", "2026.8.0"),
    ("dask.distributed", "2026.8.0"),
    ("pandas", "3.1.1"),
    ("cftime", "1.6.6"),
    ("zarr", "3.1.6"),
    ("numcodecs", "0.16.6"),
    ("swath", env!("CARGO_PKG_VERSION")),
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

/// A part of a module that is written in Python: the name that tracebacks have for it, and its text.
pub(super) type Composed = (&'static str, &'static str);

/// What is put into a module in the place of a function of this name.
pub(super) type Wrapper = fn(&str, PyObjectRef, &VirtualMachine) -> PyObjectRef;

/// A module being put together.
pub(super) struct Module<'a> {
    /// The machine that it is for.
    pub vm: &'a VirtualMachine,
    name: &'static str,
    contents: PyDictRef,
    composed: Vec<&'static [Composed]>,
    wrapper: Wrapper,
}

impl<'a> Module<'a> {
    /// An empty module.
    pub fn new(name: &'static str, vm: &'a VirtualMachine) -> Module<'a> {
        Module { vm, name, contents: vm.ctx.new_dict(), composed: Vec::new(), wrapper: |_, value, _| value }
    }

    /// Adds parts that are written in Python. They are run once a name is wanted that nothing else has, nor the parts that
    /// were added before.
    pub fn composed(&mut self, parts: &'static [Composed]) {
        self.composed.push(parts);
    }

    /// From now on, functions are wrapped before they are in the module, those written in Python too.
    pub fn wrapped(&mut self, wrapper: Wrapper) {
        self.wrapper = wrapper;
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
        self.value(name, (self.wrapper)(name, function, self.vm))
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
    pub fn finish(self) -> PyResult<()> {
        let (name, vm) = (self.name, self.vm);
        let module = self.finish_apart()?;
        match name.rsplit_once('.') {
            Some((parent, child)) => {
                let modules = vm.sys_module.get_attr("modules", vm)?;
                modules.get_item(parent, vm)?.set_attr(vm.ctx.intern_str(child), module, vm)
            }
            None => Ok(()),
        }
    }

    /// Makes the module importable by its whole name only: the attribute of its parent is something else.
    ///
    /// # Errors
    /// Where the machine can't hold it.
    pub fn finish_apart(mut self) -> PyResult<PyObjectRef> {
        let (name, vm) = (self.name, self.vm);
        self.value("__path__", vm.ctx.new_list(Vec::new()))?;
        if let Some((_, version)) = VERSIONS.iter().find(|(known, _)| *known == name) {
            self.value("__version__", vm.ctx.new_str(*version))?;
        }
        let contents = self.contents.clone();
        let composed = RefCell::new(VecDeque::from(std::mem::take(&mut self.composed)));
        let wrapper = self.wrapper;
        let unknown = Function::object(
            format!("{name}.__getattr__"),
            "name!",
            move |arguments| {
                let vm = arguments.vm;
                let wanted = arguments.string("name")?.unwrap_or_default();
                // The import machinery asks every module for names like `__all__`.
                while !wanted.starts_with('_') {
                    let parts = composed.borrow_mut().pop_front();
                    for part in parts.unwrap_or_default() {
                        run_composed(part, name, (&contents, wrapper), vm)?;
                    }
                    if let Some(found) = contents.get_item_opt(wanted.as_str(), vm)? {
                        return Ok(found);
                    }
                    if parts.is_none() {
                        break;
                    }
                }
                Err(unknown_name(name, &wanted, &contents, vm))
            },
            &vm.ctx,
        );
        self.value("__getattr__", unknown)?;
        let module: PyObjectRef = vm.new_module(name, self.contents, None).into();
        vm.sys_module.get_attr("modules", vm)?.set_item(name, module.clone(), vm)?;
        Ok(module)
    }
}

/// Runs a part that is written in Python, and puts what it defines into the module, but for what that has already. Names
/// that begin with `_` are for the parts behind it.
fn run_composed(
    (file, text): &Composed,
    module: &str,
    (contents, wrapper): (&PyDictRef, Wrapper),
    vm: &VirtualMachine,
) -> PyResult<()> {
    let globals = vm.ctx.new_dict();
    globals.set_item("__name__", vm.ctx.new_str(module).into(), vm)?;
    let code =
        vm.compile(text, Mode::Exec, (*file).to_owned()).map_err(|error| vm.new_syntax_error(&error, Some(text)))?;
    vm.run_code_obj(code, Scope::with_builtins(None, globals.clone(), vm))?;
    for (key, value) in globals {
        let name = super::convert::string(&key, vm)?;
        if !name.starts_with("__") && !value.downcastable::<PyModule>() && !contents.contains_key(&*key, vm) {
            contents.set_item(&*key, wrapper(&name, value, vm), vm)?;
        }
    }
    Ok(())
}

fn unknown_name(module: &str, name: &str, contents: &PyDictRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let keys = contents.keys_vec();
    let known: Vec<String> = keys.iter().filter_map(|key| super::convert::string(key, vm).ok()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).filter(|name| !name.starts_with('_')).collect();
    vm.new_attribute_error(match errors::nearest(name, &known) {
        Some(near) if !name.starts_with('_') => {
            format!("module '{module}' has no '{name}' in swath. Did you mean: '{near}'?")
        }
        _ => format!("module '{module}' has no '{name}' in swath"),
    })
}
