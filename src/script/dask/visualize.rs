//! `dask.visualize` and `x.visualize()`: the plan of arrays, drawn into a file.

use crate::plan::{Array, Plan, draw, optimize};
use crate::script::arguments::Arguments;
use rustpython_vm::PyResult;
use std::path::PathBuf;

/// Name of the file where none is given, as Dask has it.
const DEFAULT_NAME: &str = "mydask";

/// Writes the plan of arrays as SVG; with `optimize_graph=True`, as it will run.
///
/// # Errors
/// `NotImplementedError` for other formats, `OSError` where the file can't be written.
pub(super) fn draw_to_file(arrays: &[Array], arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut path = match arguments.get("filename") {
        Some(name) => PathBuf::from(crate::script::convert::path(name, vm)?),
        None => PathBuf::from(DEFAULT_NAME),
    };
    let format = arguments.string("format")?.or_else(|| Some(path.extension()?.to_str()?.to_owned()));
    match format.as_deref() {
        None | Some("svg") => path.set_extension("svg"),
        Some(other) => {
            let message = format!("visualize() as {other} is not supported by swath: pass format=\"svg\"");
            return Err(vm.new_not_implemented_error(message));
        }
    };
    let mut plan = Plan::of(arrays);
    if arguments.bool("optimize_graph")?.unwrap_or(false) {
        plan = optimize(plan);
    }
    std::fs::write(&path, draw(&plan)).map_err(|error| {
        let message = format!("can't write {}: {error}", path.display());
        vm.new_os_subtype_error(vm.ctx.exceptions.os_error.to_owned(), None, message).upcast()
    })?;
    Ok(vm.ctx.none())
}
