//! The Python machine with its standard library: native where RustPython has it so, else frozen into the program.
//!
//! Nothing of a Python installation is read. Modules of the user's own are found in the directory of the script; what finds
//! them is part of the library, and is only started for the first module that isn't found otherwise, for it takes as long
//! as all the rest.

use super::function::Function;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, Interpreter, PyObjectRef, PyResult, Settings, VirtualMachine};
use std::path::Path;

/// A machine for a script and its arguments.
///
/// Signals stay Swath's own, and `site` isn't run: it would look for an installation.
pub(super) fn interpreter(argv: Vec<String>) -> Interpreter {
    let mut settings = Settings::default();
    settings.argv = argv;
    settings.install_signal_handlers = false;
    settings.import_site = false;
    settings.write_bytecode = false;
    // Asking the locale costs more than the script's whole start.
    settings.stdio_encoding = Some("utf-8".to_owned());
    settings.stdio_errors = Some("surrogateescape".to_owned());
    let builder = Interpreter::builder(settings);
    let native = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    builder.add_native_modules(&native).add_frozen_modules(rustpython_pylib::FROZEN_STDLIB).build()
}

/// Makes the less common encodings known; the library is asked for them when the first is wanted.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn register_encodings(vm: &VirtualMachine) -> PyResult<()> {
    let search = Function::object(
        "search_function",
        "encoding!",
        |arguments| {
            let encodings = arguments.vm.import("encodings", 0)?;
            arguments.vm.call_method(&encodings, "search_function", (arguments.required("encoding").clone(),))
        },
        &vm.ctx,
    );
    let codecs = vm.import("_codecs", 0)?;
    vm.call_method(&codecs, "register", (search,)).map(drop)
}

/// Makes the modules beside a script importable, and no others of the file system.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn set_search_path(script: &Path, vm: &VirtualMachine) -> PyResult<()> {
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let directory = vm.ctx.new_str(directory.display().to_string());
    vm.sys_module.set_attr("path", vm.ctx.new_list(vec![directory.into()]), vm)?;
    let find = Function::object(
        "find_spec",
        "name!, path, target",
        |arguments| find_in_files(arguments.vm)?.find(arguments),
        &vm.ctx,
    );
    let attributes = KwArgs::new([("find_spec".to_owned(), find)].into_iter().collect());
    let finder = vm.ctx.types.namespace_type.as_object().call(FuncArgs::from(attributes), vm)?;
    let finders = vm.sys_module.get_attr("meta_path", vm)?;
    vm.call_method(&finders, "append", (finder,)).map(drop)
}

/// Python's own finder of modules in files.
struct FileFinder(PyObjectRef);

impl FileFinder {
    fn find(&self, arguments: &super::arguments::Arguments<'_>) -> PyResult {
        let passed = |name: &str| arguments.vm.unwrap_or_none(arguments.get(name).cloned());
        arguments.vm.call_method(&self.0, "find_spec", (passed("name"), passed("path"), passed("target")))
    }
}

/// Starts the finder of modules in files in place of the last one, which is ours.
fn find_in_files(vm: &VirtualMachine) -> PyResult<FileFinder> {
    let finders = vm.sys_module.get_attr("meta_path", vm)?;
    vm.call_method(&finders, "pop", ())?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let bootstrap = modules.get_item("_frozen_importlib", vm)?;
    vm.call_method(&bootstrap, "_install_external_importers", ())?;
    Ok(FileFinder(finders.get_item(vm.ctx.new_int(-1).as_object(), vm)?))
}

/// Runs what modules have registered for the end, as `logging` does.
pub(super) fn at_exit(vm: &VirtualMachine) {
    let modules = vm.sys_module.get_attr("modules", vm);
    if let Ok(registered) = modules.and_then(|modules| modules.get_item("atexit", vm)) {
        // An exception there is reported by the module itself.
        let _ = vm.call_method(&registered, "_run_exitfuncs", ());
    }
}
