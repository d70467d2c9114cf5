//! Errors of scripts: how uncaught exceptions reach the user, and the nearest supported name.

use crate::dataset::{DatasetError, PythonErrorKind};
use crate::plan::PlanError;
use crate::runtime::{DRAINED, RuntimeError};
use crate::store::StoreError;
use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyStr, PyType, PyTypeRef};
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine};
use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why a script didn't run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file can't be read.
    #[error("can't read script {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The script ended itself with `sys.exit` and a status other than 0.
    #[error("script ended with status {status}")]
    Exit {
        /// The status.
        status: i32,
    },
    /// An exception that the script didn't catch, a syntax error included.
    #[error("{0}")]
    Raised(Box<Raised>),
}

/// An uncaught exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// File of the innermost line of the user's.
    pub file: String,
    /// Number of that line, from 1; 0 where there is none.
    pub line: usize,
    /// The line.
    pub source: String,
    /// Class of the exception.
    pub exception: String,
    /// Its message.
    pub message: String,
    /// What to do about it, where we know.
    pub remedy: Option<String>,
}

impl fmt::Display for Raised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.exception)?;
        if !self.message.is_empty() {
            write!(formatter, ": {}", self.message)?;
        }
        if !self.source.is_empty() {
            write!(formatter, "\n    {}", self.source)?;
        }
        match &self.remedy {
            Some(remedy) => write!(formatter, "\n  {remedy}"),
            None => Ok(()),
        }
    }
}

/// Turns an uncaught exception of a script into an error.
pub(super) fn from_exception(
    exception: &Py<PyBaseException>,
    path: &Path,
    text: &str,
    vm: &VirtualMachine,
) -> ScriptError {
    let file = path.display().to_string();
    let class = exception.class().name().to_string();
    let message = message_of(exception, vm);
    let line = if exception.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        attribute_number(exception.as_object(), "lineno", vm)
    } else {
        innermost_line(exception, &file)
    };
    let source = line.checked_sub(1).and_then(|index| text.lines().nth(index)).unwrap_or_default();
    ScriptError::Raised(Box::new(Raised {
        line,
        source: source.trim().to_owned(),
        remedy: note_of(exception, vm).or_else(|| remedy(&class, &message)),
        exception: class,
        message,
        file,
    }))
}

/// The exception's message; a `KeyError` with one string is that string, without the quotes that Python adds.
fn message_of(exception: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let arguments = exception.args();
    if let Some(text) = arguments.first().and_then(|first| first.downcast_ref::<PyStr>()) {
        return text.to_string_lossy().into_owned();
    }
    exception.as_object().str(vm).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

fn attribute_number(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> usize {
    let value = object.get_attr(name, vm).ok();
    value.and_then(|value| value.try_to_value::<usize>(vm).ok()).unwrap_or(0)
}

/// The line of a file where an exception passed last, on its way from where it was raised.
fn innermost_line(exception: &Py<PyBaseException>, file: &str) -> usize {
    let Some(traceback) = exception.__traceback__() else { return 0 };
    let lines = traceback.iter().filter(|entry| entry.frame.code.source_path().as_str() == file);
    lines.last().map_or(0, |entry| entry.lineno.get())
}

/// The first note that was added to an exception.
fn note_of(exception: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<String> {
    let notes = exception.as_object().get_attr("__notes__", vm).ok()?;
    let first = notes.get_item(&0usize, vm).ok()?;
    super::convert::string(&first, vm).ok()
}

/// What to do about an error, where that is known from the error alone.
fn remedy(class: &str, message: &str) -> Option<String> {
    let remedy = match class {
        "ModuleNotFoundError" => {
            format!(
                "swath provides {}, Python's standard library, and modules beside the script; other packages can't be imported",
                super::modules::NAMES.join(", ")
            )
        }
        "FileExistsError" => "pass mode=\"w\" to replace it, or write to another path".to_owned(),
        "PermissionError" if message.contains("there is no directory") => {
            "make the directory first, as with os.makedirs(directory, exist_ok=True)".to_owned()
        }
        "FileNotFoundError" => "relative paths start at the directory that swath was started in".to_owned(),
        "NotImplementedError" | "AttributeError" if message.contains("swath") => {
            "README.md lists what scripts can use".to_owned()
        }
        _ => return None,
    };
    Some(remedy)
}

/// The name most like one that doesn't exist, where any is like it.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |candidate: &&str| strsim::jaro_winkler(name, candidate);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) > 0.75).then_some(best)
}

thread_local! {
    /// xarray's own exception classes, by name.
    static OWN_CLASSES: RefCell<Vec<(&'static str, PyTypeRef)>> = const { RefCell::new(Vec::new()) };
}

/// Makes xarray's own exceptions, all of them a `ValueError`.
pub(super) fn register_exceptions(vm: &VirtualMachine) -> Vec<(&'static str, PyTypeRef)> {
    let base = vm.ctx.exceptions.value_error.to_owned();
    let classes: Vec<_> = ["MergeError", "AlignmentError", "CoordinateValidationError"]
        .into_iter()
        .map(|name| (name, vm.ctx.new_exception_type("xarray", name, Some(vec![base.clone()]))))
        .collect();
    OWN_CLASSES.set(classes.clone());
    classes
}

/// The Python exception of an error of labelled arrays.
pub(super) fn dataset_exception(error: DatasetError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let needed_bytes = match &error {
        DatasetError::Plan(PlanError::Evaluation(cause)) => {
            cause.downcast_ref::<RuntimeError>().and_then(RuntimeError::needed_bytes)
        }
        _ => None,
    };
    if let DatasetError::Plan(PlanError::Evaluation(cause)) = &error
        && cause.downcast_ref::<RuntimeError>().is_some_and(RuntimeError::is_drained)
    {
        // Not for `except Exception` to catch: the script is over.
        let code = vm.ctx.new_int(DRAINED).into();
        return vm.new_exception(vm.ctx.exceptions.system_exit.to_owned(), vec![code]);
    }
    let has_changed = matches!(&error, DatasetError::Plan(PlanError::Evaluation(cause)) if is_other_run(&**cause));
    match needed_bytes {
        Some(bytes) => memory_exception(error.to_string(), bytes, vm),
        None if has_changed => {
            let exception = vm.new_runtime_error(error.to_string());
            add_note(&exception, "start over with --fresh".to_owned(), vm);
            exception
        }
        None if is_of_values(&error) => vm.new_value_error(error.to_string()),
        None => exception(error.python_kind(), error.to_string(), vm),
    }
}

/// Whether values that were computed aren't such as were asked for.
fn is_of_values(error: &DatasetError) -> bool {
    let DatasetError::Plan(PlanError::Evaluation(cause)) = error else { return false };
    cause.downcast_ref::<RuntimeError>().is_some_and(RuntimeError::is_all_missing)
}

/// A `MemoryError` with a note on how much would do.
fn memory_exception(message: String, needed_bytes: u64, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let exception = vm.new_memory_error(message);
    let mebibytes = needed_bytes.div_ceil(bytesize::MIB);
    let note = format!("use smaller chunks, or give each rank --memory {mebibytes}MiB, if its node has that");
    add_note(&exception, note, vm);
    exception
}

/// Says beside an exception what can be done.
fn add_note(exception: &PyBaseExceptionRef, note: String, vm: &VirtualMachine) {
    // Without the note the exception is still the right one.
    let _ = vm.call_method(exception.as_object(), "add_note", (note,));
}

/// Whether a run can't be resumed since something has changed.
fn is_other_run(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<RuntimeError>().is_some_and(RuntimeError::is_other_run)
}

/// The Python exception of an error of plans.
pub(super) fn plan_exception(error: PlanError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    dataset_exception(DatasetError::Plan(error), vm)
}

/// The Python exception of an error of a computation.
pub(super) fn runtime_exception(error: RuntimeError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    plan_exception(PlanError::Evaluation(Box::new(error)), vm)
}

/// The Python exception of an error of a store.
pub(super) fn store_exception(error: StoreError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let kind = match &error {
        StoreError::Missing { .. } | StoreError::NotAStore { .. } | StoreError::NoSuchGroup { .. } => {
            PythonErrorKind::FileNotFoundError
        }
        StoreError::AlreadyExists { .. } => PythonErrorKind::FileExistsError,
        StoreError::NoDirectory { .. } => PythonErrorKind::PermissionError,
        StoreError::NoSuchArray { .. } => PythonErrorKind::KeyError,
        StoreError::Netcdf3 { .. }
        | StoreError::WithoutHdf5 { .. }
        | StoreError::UnsupportedDType { .. }
        | StoreError::UnsupportedCodec { .. }
        | StoreError::UnsupportedFeature { .. } => PythonErrorKind::NotImplementedError,
        StoreError::Io { .. } | StoreError::ChunkIo { .. } => PythonErrorKind::OSError,
        _ => PythonErrorKind::ValueError,
    };
    exception(kind, error.to_string(), vm)
}

/// A file that isn't there, as Python says it.
pub(super) fn file_not_found(message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    exception(PythonErrorKind::FileNotFoundError, message, vm)
}

fn exception(kind: PythonErrorKind, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    use PythonErrorKind as Kind;
    let known = &vm.ctx.exceptions;
    let class = match kind {
        Kind::ValueError => known.value_error,
        Kind::KeyError => return vm.new_key_error(vm.ctx.new_str(message).into()),
        Kind::TypeError => known.type_error,
        Kind::IndexError => known.index_error,
        Kind::OverflowError => known.overflow_error,
        Kind::ZeroDivisionError => known.zero_division_error,
        Kind::AttributeError => known.attribute_error,
        Kind::FileNotFoundError => return system_exception(known.file_not_found_error, message, vm),
        Kind::FileExistsError => return system_exception(known.file_exists_error, message, vm),
        Kind::PermissionError => return system_exception(known.permission_error, message, vm),
        Kind::NotImplementedError => known.not_implemented_error,
        Kind::OSError => return system_exception(known.os_error, message, vm),
        Kind::MemoryError => known.memory_error,
        Kind::RuntimeError => known.runtime_error,
        Kind::MergeError => return own_exception("MergeError", message, vm),
        Kind::AlignmentError => return own_exception("AlignmentError", message, vm),
        Kind::CoordinateValidationError => return own_exception("CoordinateValidationError", message, vm),
    };
    vm.new_exception_msg(class.to_owned(), message.into())
}

/// Exceptions of the operating system have fields of their own.
fn system_exception(class: &Py<PyType>, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_os_subtype_error(class.to_owned(), None, message).upcast()
}

fn own_exception(name: &str, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = OWN_CLASSES
        .with_borrow(|classes| classes.iter().find(|(known, _)| *known == name).map(|(_, class)| class.clone()));
    let class = class.unwrap_or_else(|| vm.ctx.exceptions.value_error.to_owned());
    vm.new_exception_msg(class, message.into())
}
