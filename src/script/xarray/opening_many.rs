//! `xr.open_mfdataset`: many files as one dataset, of which only metadata and labels are read.

use super::combine;
use super::opening;
use crate::dataset::{self, CombineOptions, ConcatDim, Dataset, Nested};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::operand::Operand;
use rustpython_vm::builtins::{PyList, PyStr, PyTuple};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use std::path::Path;

/// Puts the function into the module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function(
        "open_mfdataset",
        "paths!, chunks, concat_dim, compat, preprocess, engine, data_vars, coords, combine, parallel~, join, \
         attrs_file, combine_attrs, errors, *, group, decode_cf, mask_and_scale, decode_times, decode_timedelta, \
         use_cftime, concat_characters=True, decode_coords, drop_variables, create_default_indexes=True, cache~, lock~, \
         inline_array~, chunked_array_type~, from_array_kwargs~, backend_kwargs=None, consolidated~, \
         storage_options=None, fill_value",
        open_mfdataset,
    )
}

/// Paths of files, in lists of lists where they are to be nested.
enum Paths {
    One(String),
    Many(Vec<Paths>),
}

impl Paths {
    fn of(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Paths> {
        if object.downcastable::<PyList>() || object.downcastable::<PyTuple>() {
            return vm.extract_elements_with(object, |item| Paths::of(&item, vm)).map(Paths::Many);
        }
        convert::path(object, vm).map(Paths::One)
    }

    /// The same with a dataset for each path, but for those that are left out.
    fn open(&self, open: &mut dyn FnMut(&str) -> PyResult<Option<Dataset>>) -> PyResult<Option<Nested>> {
        Ok(match self {
            Paths::One(path) => open(path)?.map(|dataset| Nested::One(Box::new(dataset))),
            Paths::Many(paths) => {
                let opened = paths.iter().map(|paths| paths.open(open)).collect::<PyResult<Vec<_>>>()?;
                Some(Nested::Several(opened.into_iter().flatten().collect()))
            }
        })
    }

    fn count(&self) -> usize {
        match self {
            Paths::One(_) => 1,
            Paths::Many(paths) => paths.iter().map(Paths::count).sum(),
        }
    }
}

fn open_mfdataset(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let paths = paths(arguments.required("paths"), vm)?;
    if paths.count() == 0 {
        return Err(vm.new_os_error("no files to open"));
    }
    let leaves_out = leaves_out(arguments)?;
    opening::check_engine(arguments)?;
    let by_coordinates = match arguments.string("combine")?.as_deref() {
        None | Some("by_coords") => true,
        Some("nested") => false,
        Some(other) => {
            let message = format!("combine='{other}' says nothing: expected 'by_coords' or 'nested'");
            return Err(vm.new_value_error(message));
        }
    };
    if by_coordinates && arguments.get("concat_dim").is_some() {
        return Err(vm.new_value_error(
            "combine='by_coords' finds the dimension by the labels, so that concat_dim= says nothing: leave it out, or \
             say combine='nested'",
        ));
    }
    let options = opening::options(arguments)?;
    let session = engine::current();
    let failed = |error| dataset_exception(error, vm);
    let mut opened = Vec::new();
    let mut open = |path: &str| -> PyResult<Option<Dataset>> {
        let mut found = match dataset::open_dataset(path, &options, &*session) {
            Err(_) if leaves_out => return Ok(None),
            found => found.map_err(failed)?,
        };
        if let Some(preprocess) = arguments.get("preprocess") {
            let given = Operand::Dataset(found).into_object(vm)?;
            let processed = preprocess.call((given,), vm)?;
            found = match Operand::expect(&processed, vm)? {
                Operand::Dataset(processed) => processed,
                _ => return Err(vm.new_type_error("preprocess must return a Dataset")),
            };
        }
        opened.push((path.to_owned(), found.clone()));
        Ok(Some(found))
    };
    let nested = paths.open(&mut open)?.unwrap_or(Nested::Several(Vec::new()));
    let rules = combine::options(arguments, CombineOptions::merge())?;
    let combined = if by_coordinates {
        let datasets: Vec<Dataset> = opened.iter().map(|(_, dataset)| dataset.clone()).collect();
        dataset::combine_by_coords(&datasets, &rules, &*session)
    } else {
        let dims = concat_dims(arguments)?;
        dataset::combine_nested(nested, &dims, &rules, &*session)
    };
    let mut combined = combined.map_err(failed)?;
    if let Some(file) = arguments.get("attrs_file") {
        let file = convert::path(file, vm)?;
        let is_file = |path: &str| path == file || std::path::absolute(path).is_ok_and(|path| path == Path::new(&file));
        let Some((_, named)) = opened.iter().find(|(path, _)| is_file(path)) else {
            return Err(vm.new_value_error(format!("attrs_file {file:?} is not among the files that are opened")));
        };
        named.attributes().clone_into(combined.attributes_mut());
    }
    Operand::Dataset(combined).into_object(vm)
}

/// `errors=`: whether files that can't be opened are left out.
fn leaves_out(arguments: &Arguments<'_>) -> PyResult<bool> {
    match arguments.string("errors")?.as_deref() {
        None | Some("raise") => Ok(false),
        Some("ignore") => Ok(true),
        Some("warn") => Err(arguments
            .vm
            .new_not_implemented_error("errors='warn' is not supported by swath: 'raise' and 'ignore' are")),
        Some(other) => {
            Err(arguments.vm.new_value_error(format!("errors='{other}' says nothing: expected 'raise' or 'ignore'")))
        }
    }
}

/// The files that a pattern names, sorted, or those of a list.
fn paths(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Paths> {
    if !object.downcastable::<PyStr>() {
        return Paths::of(object, vm);
    }
    let pattern = convert::path(object, vm)?;
    let matching = glob::glob(&pattern).map_err(|error| vm.new_value_error(format!("pattern {pattern:?}: {error}")))?;
    let mut found = Vec::new();
    for path in matching {
        let path = path.map_err(|error| vm.new_os_error(error.to_string()))?;
        found.push(path.display().to_string());
    }
    found.sort();
    Ok(Paths::Many(found.into_iter().map(Paths::One).collect()))
}

/// `concat_dim=`: a name for each level of nesting, or `None` where a level is merged.
fn concat_dims(arguments: &Arguments<'_>) -> PyResult<Vec<Option<ConcatDim>>> {
    let vm = arguments.vm;
    let dim = |object: &PyObjectRef| match vm.is_none(object) {
        true => Ok(None),
        false => combine::concat_dim(object, vm).map(Some),
    };
    match arguments.given("concat_dim") {
        Some(dims) if convert::is_sequence(dims) => convert::one_or_more(dims, vm)?.iter().map(dim).collect(),
        Some(one) => Ok(vec![dim(one)?]),
        None => Ok(vec![None]),
    }
}
