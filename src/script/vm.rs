//! Runs a script file in an embedded Python machine.

use super::engine;
use super::errors::{self, ScriptError};
use super::modules;
use super::standard;
use crate::runtime::Session;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt};
use rustpython_vm::compiler::Mode;
use rustpython_vm::{AsObject, PyResult, VirtualMachine};
use std::path::Path;
use std::rc::Rc;

/// Runs a script to its end: `__name__` is `"__main__"`, `sys.argv` the path and the arguments, and what its modules
/// compute is computed by `session`.
///
/// # Errors
/// Where the file can't be read, an exception isn't caught, or the script exits with another status than 0.
pub fn run_file(path: &Path, arguments: &[String], session: Rc<Session>) -> Result<(), ScriptError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ScriptError::Unreadable { path: path.to_owned(), source })?;
    let name = path.display().to_string();
    let _installed = engine::install(session);
    let interpreter = standard::interpreter(std::iter::once(name.clone()).chain(arguments.iter().cloned()).collect());
    interpreter.enter(|vm| {
        let result = run(&text, &name, path, vm);
        standard::at_exit(vm);
        flush(vm);
        result.or_else(|exception| ended(&exception, path, &text, vm))
    })
}

fn run(text: &str, name: &str, path: &Path, vm: &VirtualMachine) -> PyResult<()> {
    modules::install(vm)?;
    standard::register_encodings(vm)?;
    standard::set_search_path(path, vm)?;
    let scope = vm.new_scope_with_main()?;
    scope.globals.set_item("__file__", vm.ctx.new_str(name).into(), vm)?;
    let code =
        vm.compile(text, Mode::Exec, name.to_owned()).map_err(|error| vm.new_syntax_error(&error, Some(text)))?;
    vm.run_code_obj(code, scope).map(drop)
}

/// Python's `print` is buffered; what it printed comes before whatever is said about its end.
fn flush(vm: &VirtualMachine) {
    for stream in ["stdout", "stderr"] {
        // A closed pipe is no reason to fail a run that has done its work.
        if let Ok(stream) = vm.sys_module.get_attr(stream, vm) {
            let _ = vm.call_method(&stream, "flush", ());
        }
    }
}

/// What an exception that reached the top means: an exit or an error.
fn ended(exception: &PyBaseExceptionRef, path: &Path, text: &str, vm: &VirtualMachine) -> Result<(), ScriptError> {
    if !exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return Err(errors::from_exception(exception, path, text, vm));
    }
    let status = match exception.args().as_slice() {
        [] => 0,
        [value] if vm.is_none(value) => 0,
        [value] => match value.downcast_ref::<PyInt>() {
            Some(status) => status.try_to_primitive(vm).unwrap_or(1),
            None => {
                if let Ok(message) = value.str(vm) {
                    eprintln!("{}", message.to_string_lossy());
                }
                1
            }
        },
        _ => 1,
    };
    if status == 0 { Ok(()) } else { Err(ScriptError::Exit { status }) }
}
